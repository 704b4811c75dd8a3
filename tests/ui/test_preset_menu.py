"""The menu of presets: what it lists, and what choosing one does."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QAction, QDesktopServices
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from convlab.app.lab import Lab
from convlab.app.session import Session, State
from convlab.app.setup import Setup
from convlab.paths import config_dir
from convlab.training.config import TrainingConfig
from convlab.training.presets import Preset, PresetRun, own_presets, shipped_presets
from convlab.ui.preset_menu import PresetMenu, in_words
from convlab.ui.widgets.preset_dialog import PresetDialog
from convlab.ui.widgets.told_action import ToldAction

from .conftest import Person


class Said:
    """What the menu tells the window."""

    def __init__(self, menu: PresetMenu) -> None:
        self.good: list[str] = []
        self.bad: list[str] = []
        self.warned: list[str] = []
        menu.warned.connect(self.warned.append)
        menu.said.connect(self.good.append)
        menu.refused.connect(self.bad.append)


@pytest.fixture
def menu(qtbot: QtBot, lab: Lab) -> PresetMenu:
    menu = PresetMenu(lab)
    qtbot.addWidget(menu)
    return menu


@pytest.fixture
def said(menu: PresetMenu) -> Said:
    return Said(menu)


def entry(menu: PresetMenu, text: str) -> QAction:
    menu.fill()
    return next(a for a in menu.actions() if a.text().replace("&", "").startswith(text))


def entry_shown(menu: PresetMenu, text: str) -> QAction:
    return next(a for a in menu.actions() if a.text() == text)


def two_runs(config: TrainingConfig) -> Preset:
    runs = tuple(PresetRun(f"seed {n}", replace(config, seed=n, epochs=1)) for n in range(2))
    return Preset("two", "Two seeds", "They differ.", runs)


def test_it_lists_each_preset_with_its_sentence(menu: PresetMenu) -> None:
    texts = [a.text() for a in menu.actions() if not a.isSeparator()]
    assert texts[0] == "The book's chapter 7"
    assert "The optimizer race (6 runs)" in texts
    assert texts[-2:] == ["&Save settings as preset…", "Show &folder of my presets"]
    for preset, action in zip(shipped_presets(), menu.actions(), strict=False):
        assert action.statusTip() == preset.about
        assert isinstance(action, ToldAction)
        assert action.defaultWidget().accessibleDescription() == preset.about


def test_titles_that_share_a_preset_name_it_once() -> None:
    assert in_words(["The race: SGD", "The race: Adam"]) == "The race: SGD, Adam"
    assert in_words(["SGD", "Adam"]) == "SGD, Adam"
    assert in_words(["One: a", "Two: b"]) == "One: a, Two: b"
    assert in_words([f"seed {n}" for n in range(8)]).endswith("seed 5 and 2 more")


# As the offscreen platform says of any menu.
@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_the_sentences_are_seen_and_the_menu_is_used_by_keys_and_mouse(
    qtbot: QtBot, menu: PresetMenu, said: Said, lab: Lab
) -> None:
    def chosen() -> str:
        active = menu.activeAction()
        return "" if active is None else active.text()

    def show() -> QAction:
        with qtbot.waitExposed(menu):
            menu.popup(QPoint(0, 0))
        return entry_shown(menu, "A small AlexNet")

    alexnet = show()
    assert isinstance(alexnet, ToldAction)
    widget = alexnet.defaultWidget()
    assert widget.isVisible()
    assert widget.height() > 2 * widget.fontMetrics().height(), "a line for the name, one below"
    assert len({a.defaultWidget().width() for a in menu.findChildren(ToldAction)}) == 1
    before = widget.grab().toImage()
    while chosen() != "A small AlexNet":
        qtbot.keyClick(menu, Qt.Key.Key_Down)
    assert widget.grab().toImage() != before, "what Enter chooses must be seen"
    qtbot.keyClick(menu, Qt.Key.Key_Return)
    assert not menu.isVisible()
    assert said.good == ["The Setup panel holds the settings of A small AlexNet; press Train."]
    lab.set_config(TrainingConfig.from_dict({}))
    show()
    place = menu.actionGeometry(entry_shown(menu, "A small AlexNet")).center()
    qtbot.mouseMove(menu, place)
    qtbot.mouseClick(menu, Qt.MouseButton.LeftButton, pos=place)
    assert not menu.isVisible()
    assert len(said.good) == 2


def test_on_a_low_screen_each_sentence_has_one_line(
    menu: PresetMenu, monkeypatch: pytest.MonkeyPatch
) -> None:
    def entries() -> list[ToldAction]:
        menu.fill()
        return [action for action in menu.actions() if isinstance(action, ToldAction)]

    def height() -> int:
        return sum(action.defaultWidget().sizeHint().height() for action in entries())

    before = height()
    low = QSize(700, before - 50)
    monkeypatch.setattr(menu, "screen", lambda: SimpleNamespace(availableSize=lambda: low))
    assert height() < low.height()
    assert all(action.statusTip()[:20] in action.toolTip() for action in entries()[1:])


def test_a_preset_that_was_stopped_can_be_gone_on_with(
    qtbot: QtBot,
    lab: Lab,
    menu: PresetMenu,
    said: Said,
    person: Person,
    tiny_config: TrainingConfig,
) -> None:
    person.answer("Train 2 runs")
    preset = two_runs(tiny_config)
    endless = replace(preset.runs[0], config=replace(tiny_config, epochs=10_000))
    menu.choose(replace(preset, runs=(endless, preset.runs[1])))
    qtbot.waitUntil(lambda: lab.session.state is State.RUNNING)
    lab.session.stop()
    qtbot.waitUntil(lambda: bool(said.warned))
    assert said.warned[0].startswith("1 of the 2 runs of the preset was not trained")
    go_on = entry(menu, "Go on with the run that was not trained")
    assert go_on.statusTip() == "Two seeds: seed 1"
    assert menu.actions()[1].isSeparator()
    go_on.trigger()
    qtbot.waitUntil(lambda: said.good[-1] == "The other 1 run of the preset was trained.")
    menu.fill()
    assert menu.actions()[0].text() == "The book's chapter 7"


def test_filling_it_again_changes_nothing(qtbot: QtBot, menu: PresetMenu) -> None:
    before = [a.text() for a in menu.actions()]
    menu.aboutToShow.emit()
    menu.aboutToShow.emit()
    assert [a.text() for a in menu.actions()] == before
    assert menu.save.isEnabled()


def test_a_preset_of_one_run_fills_the_form(
    qtbot: QtBot, lab: Lab, menu: PresetMenu, said: Said
) -> None:
    setup = Setup(lab)
    entry(menu, "A small AlexNet").trigger()
    assert setup.values["network"]["name"] == "AlexNet"
    assert said.good == ["The Setup panel holds the settings of A small AlexNet; press Train."]
    qtbot.waitUntil(lambda: lab.dataset.name == "bundled")
    assert lab.config is not None
    assert lab.config.network.name == "AlexNet"
    assert not lab.session.is_busy


def test_images_that_are_not_here_are_told_and_the_bundled_digits_offered(
    lab: Lab, menu: PresetMenu, said: Said, person: Person
) -> None:
    before = lab.config
    person.answer("Cancel")
    entry(menu, "The book's chapter 7").trigger()
    assert person.questions == ["The book's chapter 7 wants MNIST, which is not here."]
    assert (lab.config, said.good) == (before, [])
    person.answer("Use the bundled digits")
    entry(menu, "The book's chapter 7").trigger()
    assert lab.config is not None
    assert (lab.config.dataset, lab.config.epochs) == ("bundled", 20)


def test_a_preset_of_several_runs_asks_and_trains_them_all(
    qtbot: QtBot,
    lab: Lab,
    menu: PresetMenu,
    said: Said,
    person: Person,
    tiny_config: TrainingConfig,
) -> None:
    person.answer("Cancel")
    menu.choose(two_runs(tiny_config))
    assert not menu.queue.is_active
    person.answer("Train 2 runs")
    menu.choose(two_runs(tiny_config))
    menu.choose(two_runs(tiny_config))
    assert said.bad == ["A run is on; stop it first, then choose the preset."]
    assert not entry(menu, "A small AlexNet").isEnabled()
    qtbot.waitUntil(lambda: len(said.good) == 3)
    assert person.questions == ["Train 2 runs one after another?"] * 2
    assert said.good == [
        "Run 1 of 2: Two seeds: seed 0.",
        "Run 2 of 2: Two seeds: seed 1.",
        "All 2 runs of the preset were trained.",
    ]
    assert entry(menu, "A small AlexNet").isEnabled()


def test_what_was_not_kept_is_told_at_the_end_too(
    menu: PresetMenu, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Session, "trouble", "This run was not kept: the disk is full.")
    menu.queue.ended.emit("All 2 runs of the preset were trained.")
    assert said.good == []
    assert said.warned == [
        "All 2 runs of the preset were trained. This run was not kept: the disk is full."
    ]


def test_ones_own_settings_join_the_menu(
    qtbot: QtBot, lab: Lab, menu: PresetMenu, said: Said
) -> None:
    menu.save.trigger()
    dialog = menu.findChild(PresetDialog)
    assert dialog is not None
    assert not dialog.save.isEnabled()
    assert "Write a name, and a sentence on what it shows" in dialog.note.text()
    qtbot.keyClicks(dialog.name, "Cats & dogs")
    assert not dialog.save.isEnabled()
    assert dialog.note.text() == "Write what it shows, too; then it can be saved."
    qtbot.keyClicks(dialog.about, "Mine.")
    assert dialog.save.isEnabled()
    assert "joins the Presets menu" in dialog.note.text()
    qtbot.keyClick(dialog.name, Qt.Key.Key_Return)
    assert not dialog.isVisible()
    assert said.good == ["The settings are in the Presets menu now, as Cats & dogs."]
    action = next(a for a in menu.actions() if a.text() == "Cats && dogs")
    assert action.statusTip() == "Mine."
    lab.set_config(TrainingConfig.from_dict({"epochs": 3}))
    action.trigger()
    assert lab.config == own_presets()[0][0].runs[0].config
    assert lab.config is not None
    assert lab.config.epochs == 2


def test_the_dialog_says_what_will_be_replaced_and_what_is_no_name(
    qtbot: QtBot, tiny_config: TrainingConfig
) -> None:
    for _ in range(2):
        dialog = PresetDialog(tiny_config)
        qtbot.addWidget(dialog)
        qtbot.keyClicks(dialog.name, "Mine")
        qtbot.keyClicks(dialog.about, "It is mine.")
        if own_presets()[0]:
            assert dialog.save.text() == "Replace"
            assert "would be replaced" in dialog.note.text()
        qtbot.mouseClick(dialog.save, Qt.MouseButton.LeftButton)
    assert len(own_presets()[0]) == 1
    dialog = PresetDialog(tiny_config)
    qtbot.addWidget(dialog)
    qtbot.keyClicks(dialog.about, "It is mine.")
    qtbot.keyClicks(dialog.name, "?!")
    assert not dialog.save.isEnabled()
    assert "needs a name" in dialog.note.text()


def test_a_preset_that_cannot_be_written_is_told_in_the_dialog(
    qtbot: QtBot, tiny_config: TrainingConfig
) -> None:
    config_dir().mkdir(parents=True)
    (config_dir() / "presets").write_text("a file where the folder should be")
    dialog = PresetDialog(tiny_config)
    qtbot.addWidget(dialog)
    with qtbot.waitExposed(dialog):
        dialog.show()
    qtbot.keyClicks(dialog.name, "Mine")
    qtbot.keyClicks(dialog.about, "It is mine.")
    qtbot.mouseClick(dialog.save, Qt.MouseButton.LeftButton)
    assert dialog.isVisible()
    assert dialog.note.text().startswith("The preset cannot be saved")
    for button in dialog.findChildren(QPushButton):
        assert dialog.rect().contains(button.geometry()), "nothing is cut off"
    dialog.reject()


def test_a_damaged_preset_is_told_in_the_menu(menu: PresetMenu) -> None:
    (config_dir() / "presets").mkdir(parents=True)
    (config_dir() / "presets" / "broken.toml").write_text("title = 3")
    action = entry(menu, "A preset that cannot be used")
    assert not action.isEnabled()
    assert action.statusTip().startswith("The preset broken.toml cannot be used. ")


def test_settings_that_cannot_be_used_are_not_saved(lab: Lab, menu: PresetMenu) -> None:
    lab.set_config(None)
    menu.fill()
    assert not menu.save.isEnabled()


def test_the_folder_of_ones_own_presets_is_shown(
    menu: PresetMenu, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[Path] = []

    def open_url(answer: bool) -> Callable[..., bool]:
        return lambda url: bool(shown.append(Path(url.toLocalFile()))) or answer

    monkeypatch.setattr(QDesktopServices, "openUrl", open_url(True))
    menu.show_folder.trigger()
    assert shown == [config_dir() / "presets"]
    assert shown[0].is_dir()
    assert said.good == []
    monkeypatch.setattr(QDesktopServices, "openUrl", open_url(False))
    menu.show_folder.trigger()
    assert said.good == [f"Your presets lie in {shown[0]}."]
