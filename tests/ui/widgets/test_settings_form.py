from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from itertools import pairwise
from typing import Annotated, Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from convlab.data.augmentation import Augmentation
from convlab.errors import SettingsError
from convlab.nn.network_settings import NETWORKS
from convlab.nn.optimizer import OPTIMIZERS
from convlab.settings import About, settings_of
from convlab.training.config import TrainingConfig
from convlab.ui.theme import Theme
from convlab.ui.widgets.setting_editors import FlagField, editor_for
from convlab.ui.widgets.settings_form import SettingsForm


@pytest.fixture
def form(qtbot: QtBot, theme: Theme) -> Iterator[SettingsForm]:
    form = SettingsForm(theme)
    qtbot.addWidget(form)
    form.resize(300, 900)
    with qtbot.waitExposed(form):
        form.show()
    yield form
    form.hide()


def set_field(form: SettingsForm, name: str, value: Any) -> None:
    form.rows()[name].editor.setValue(value)


def field_value(form: SettingsForm, name: str) -> Any:
    return form.rows()[name].editor.value()


def reset_button(form: SettingsForm, group: str) -> QToolButton:
    buttons = form.findChildren(QToolButton)
    return next(b for b in buttons if b.accessibleName() == f"Reset {group} to defaults")


@pytest.mark.parametrize("network", NETWORKS.names())
@pytest.mark.parametrize("optimizer", OPTIMIZERS.names())
def test_every_kind_of_settings_comes_back_as_it_was_shown(
    form: SettingsForm, network: str, optimizer: str
) -> None:
    config = TrainingConfig.from_dict(
        {
            "network": network,
            "optimizer": optimizer,
            "augmentation": {"shift": 2, "elastic": 0.5},
            "epochs": 3,
            "sampling": "replacement",
        }
    )
    form.setValue(config)
    assert form.value() == config


def test_every_setting_has_a_labelled_field_with_its_help(form: SettingsForm) -> None:
    rows = form.rows()
    config = TrainingConfig()
    settings = {s.name: s for s in settings_of(TrainingConfig)}
    for part, registry in (("network", NETWORKS), ("optimizer", OPTIMIZERS)):
        cls = registry.get(getattr(config, part).name)
        settings |= {f"{part}.{s.name}": s for s in settings_of(cls)}
    settings |= {f"augmentation.{s.name}": s for s in settings_of(Augmentation)}
    for name, setting in settings.items():
        row = rows[name]
        assert row.label.text().startswith(setting.about.label)
        assert setting.about.unit in row.label.text()
        assert setting.about.help in unescape(row.toolTip())
        assert setting.range_text in unescape(row.toolTip())
        assert setting.about.help in row.editor.accessibleDescription()
        assert row.editor.accessibleName() == row.label.text()
        assert row.label.buddy() is row.editor


def test_each_edit_is_told_and_showing_other_settings_is_not(
    qtbot: QtBot, form: SettingsForm
) -> None:
    with qtbot.waitSignal(form.changed):
        set_field(form, "network.filter_size", 7)
    assert form.value().network.settings["filter_size"] == 7
    with qtbot.assertNotEmitted(form.changed):
        form.setValue(TrainingConfig())


def test_digits_count_as_they_are_typed(qtbot: QtBot, form: SettingsForm) -> None:
    batch = form.rows()["mini_batch_size"].editor
    batch.setFocus()
    qtbot.keyClick(batch, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(batch, "64")
    assert form.value().mini_batch_size == 64


def test_a_field_without_a_number_makes_the_settings_invalid(form: SettingsForm) -> None:
    set_field(form, "optimizer.lr", "fast")
    with pytest.raises(SettingsError) as caught:
        form.value()
    assert list(caught.value.problems) == ["optimizer.lr"]


def test_another_kind_shows_its_own_fields(form: SettingsForm) -> None:
    assert "optimizer.beta1" in form.rows()
    set_field(form, "optimizer.name", "SGD")
    rows = form.rows()
    assert "optimizer.beta1" not in rows
    assert rows["optimizer.lr"].isVisible()
    assert form.value().optimizer.name == "SGD"


def test_another_kind_starts_from_its_own_defaults(form: SettingsForm) -> None:
    set_field(form, "optimizer.name", "SGD")
    assert field_value(form, "optimizer.lr") == 0.01


def test_what_was_changed_is_kept_by_another_kind(form: SettingsForm) -> None:
    set_field(form, "optimizer.lr", 0.3)
    set_field(form, "optimizer.name", "Momentum")
    assert field_value(form, "optimizer.lr") == 0.3
    assert field_value(form, "optimizer.momentum") == 0.9


def test_changing_the_kind_is_told_once(qtbot: QtBot, form: SettingsForm) -> None:
    set_field(form, "optimizer.lr", 0.3)
    told: list[str] = []
    form.changed.connect(lambda: told.append(form.values()["optimizer"]["name"]))
    set_field(form, "optimizer.name", "Nesterov")
    assert told == ["Nesterov"]


def test_changes_are_marked_and_can_be_taken_back(qtbot: QtBot, form: SettingsForm) -> None:
    button = reset_button(form, "network")
    assert not button.isVisible()
    set_field(form, "network.filter_num", 8)
    set_field(form, "network.pad", 2)
    set_field(form, "epochs", 3)
    marked = [name for name, row in form.rows().items() if row.is_marked]
    assert marked == ["network.filter_num", "network.pad", "epochs"]
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert field_value(form, "network.filter_num") == 30
    assert field_value(form, "epochs") == 3
    assert not button.isVisible()
    assert form.rows()["epochs"].is_marked


def test_resetting_keeps_the_kind(qtbot: QtBot, form: SettingsForm) -> None:
    set_field(form, "optimizer.name", "Momentum")
    set_field(form, "optimizer.momentum", 0.5)
    qtbot.mouseClick(reset_button(form, "optimizer"), Qt.MouseButton.LeftButton)
    assert form.values()["optimizer"] == {"name": "Momentum", "lr": 0.01, "momentum": 0.9}


def test_problems_are_told_at_their_fields_and_taken_away_again(form: SettingsForm) -> None:
    form.set_problems({"network.filter_size": "Too large.", "epochs": "Too many."})
    rows = form.rows()
    assert [name for name, row in rows.items() if row.problem] == ["network.filter_size", "epochs"]
    assert "Too many." in rows["epochs"].editor.accessibleDescription()
    form.set_problems({"epochs": "Still too many."})
    assert [row.problem for row in rows.values() if row.problem] == ["Still too many."]


def test_a_problem_without_a_field_is_told_at_the_kind_it_belongs_to(form: SettingsForm) -> None:
    form.set_problems({"network": "Too large.", "network.pool_size": "Too odd.", "": "What?"})
    assert form.rows()["network.name"].problem == "Too large. Too odd."
    assert form.rows()["dataset"].problem == "What?"


def turn_wheel_over(widget: QWidget) -> None:
    window = widget.window()
    center = widget.mapTo(window, widget.rect().center())
    QTest.wheelEvent(window.windowHandle(), QPointF(center), QPoint(0, 120))


@pytest.mark.parametrize("name", ["epochs", "optimizer.lr", "optimizer.name", "sampling"])
def test_the_wheel_leaves_a_field_alone_that_has_not_the_focus(
    form: SettingsForm, name: str
) -> None:
    set_field(form, "optimizer.name", "Momentum")
    set_field(form, "sampling", "replacement")
    form.rows()["dataset"].editor.setFocus()
    before = form.values()
    turn_wheel_over(form.rows()[name].editor)
    assert form.values() == before


@pytest.mark.parametrize(("name", "value"), [("epochs", 11), ("optimizer.lr", 0.002)])
def test_the_wheel_steps_the_field_with_the_focus(
    qtbot: QtBot, form: SettingsForm, name: str, value: float
) -> None:
    form.activateWindow()
    editor = form.rows()[name].editor
    editor.setFocus()
    qtbot.waitUntil(editor.hasFocus)
    turn_wheel_over(editor)
    assert field_value(form, name) == value


def test_tab_goes_from_top_to_bottom(qtbot: QtBot, form: SettingsForm) -> None:
    set_field(form, "optimizer.name", "RMSprop")
    form.activateWindow()
    rows = form.rows()
    first = rows["dataset"].editor
    first.setFocus()
    qtbot.waitUntil(first.hasFocus)
    visited: list[QWidget] = [first]
    while len(visited) < 100:
        qtbot.keyClick(visited[-1], Qt.Key.Key_Tab)
        now = QApplication.focusWidget()
        if now is None or now is first:
            break
        visited.append(now)
    heights = [widget.mapTo(form, QPoint()).y() for widget in visited]
    assert all(above <= below for above, below in pairwise(heights))
    assert {row.editor for row in rows.values()} <= set(visited)


def test_coming_to_a_field_tells_its_help(qtbot: QtBot, form: SettingsForm) -> None:
    form.activateWindow()
    row = form.rows()["network.pad"]
    with qtbot.waitSignal(form.pointed) as told:
        row.editor.setFocus()
    assert "Rings of zeros" in told.args[0]


def test_the_folder_button_asks_for_a_folder(qtbot: QtBot, form: SettingsForm) -> None:
    button = next(b for b in form.findChildren(QPushButton) if b.text() == "Open folder…")
    with qtbot.waitSignal(form.dataset_folder_wanted):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_a_long_folder_is_chosen_without_widening_the_form(form: SettingsForm) -> None:
    width = form.minimumSizeHint().width()
    folder = "/home/somebody/pictures/of/digits/" + 20 * "and-more/"
    form.set_datasets({"bundled": "Bundled digits", folder: folder}, "No images.")
    form.set_values({**form.values(), "dataset": folder})
    assert form.value().dataset == folder
    assert form.minimumSizeHint().width() == width
    assert folder in form.rows()["dataset"].editor.toolTip()


def test_a_yes_or_no_setting_gets_a_check_box(qtbot: QtBot) -> None:
    @dataclass
    class Settings:
        shuffle: Annotated[bool, About("Shuffle", "In another order every epoch.")] = True

    editor = editor_for(settings_of(Settings)[0])
    qtbot.addWidget(editor)
    assert isinstance(editor, FlagField)
    assert editor.value() is True
    with qtbot.waitSignal(editor.changed):
        editor.setValue(False)
    assert editor.value() is False


def test_own_drawings_are_set_among_the_data(form: SettingsForm) -> None:
    names = list(form.rows())
    assert names.index("own_drawings") == names.index("dataset") + 1
    set_field(form, "own_drawings", 7)
    assert form.value().own_drawings == 7
    reset_button(form, "data").click()
    assert form.value().own_drawings == 0
    form.setValue(TrainingConfig(own_drawings=3))
    assert field_value(form, "own_drawings") == 3
