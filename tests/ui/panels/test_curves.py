"""The curves panel draws a run, follows it until the user zooms, and exports it."""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QWheelEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from convlab.app.lab import Lab
from convlab.training.events import EpochEvaluated, LearningRateChanged, RunStarted, StepDone
from convlab.ui.panels.curves import CurvesPanel, followed_end, loss_text
from convlab.ui.theme import DARK, Theme
from convlab.ui.widgets.curve_plot import CurvePlot
from convlab.ui.widgets.plot_style import small_font

PER_EPOCH = 20


@pytest.fixture
def panel(lab: Lab, theme: Theme, qtbot: QtBot) -> Iterator[CurvesPanel]:
    panel = CurvesPanel(lab, theme)
    qtbot.addWidget(panel)
    panel.resize(700, 600)
    with qtbot.waitExposed(panel):
        panel.show()
    yield panel
    panel.hide()


def start(panel: CurvesPanel, epochs: int = 10) -> None:
    """Announce a run of the lab's network, which the predictor listens to as well."""
    config = panel.lab.config
    assert config is not None
    network = config.build_network((1, 28, 28), 10, np.random.default_rng(0))
    event = RunStarted(epochs, PER_EPOCH, 0.1, network.description, network.params)
    panel.lab.session.run_started.emit(event)


def learn(panel: CurvesPanel, losses: list[float], qtbot: QtBot) -> None:
    """Learn mini-batches with these losses and wait until they are drawn."""
    after = len(panel.model.iterations)
    session = panel.lab.session
    with qtbot.waitSignal(panel.model.changed):
        for iteration, loss in enumerate(losses, start=after + 1):
            epoch = (iteration - 1) // PER_EPOCH + 1
            session.steps_done.emit([StepDone(iteration, epoch, loss)])
            if iteration % PER_EPOCH == 0:
                accuracy = 1 - 0.5 / epoch
                session.epoch_evaluated.emit(
                    EpochEvaluated(iteration, epoch, accuracy, accuracy - 0.1)
                )


def falling(count: int) -> list[float]:
    return [2.3 / (1 + 0.05 * step) for step in range(count)]


def view_of(plot: CurvePlot) -> list[list[float]]:
    return [list(side) for side in plot.getViewBox().viewRange()]


def scroll(plot: CurvePlot) -> None:
    """Turn the mouse wheel over the middle of a plot."""
    middle = QPointF(plot.viewport().rect().center())
    event = QWheelEvent(
        middle,
        QPointF(plot.viewport().mapToGlobal(middle)),
        QPoint(),
        QPoint(0, 240),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(plot.viewport(), event)


def colors_in(image: QImage) -> set[str]:
    points = ((x, y) for x in range(image.width()) for y in range(image.height()))
    return {QColor(image.pixel(x, y)).name() for x, y in points}


def test_an_empty_panel_says_what_to_do(panel: CurvesPanel, qtbot: QtBot) -> None:
    assert panel._hint.isVisible()
    assert not panel.export_button.isEnabled()
    assert "Train" in panel.export_button.toolTip()
    start(panel)
    learn(panel, [2.3], qtbot)
    assert not panel._hint.isVisible()
    assert panel.export_button.isEnabled()


def test_it_draws_what_was_learned(panel: CurvesPanel, qtbot: QtBot) -> None:
    start(panel)
    learn(panel, falling(40), qtbot)
    _, losses = panel.loss._mini_batch_curve.getOriginalDataset()
    at, accuracies = panel._test_curve.getOriginalDataset()
    np.testing.assert_allclose(losses, falling(40))
    assert at.tolist() == [20, 40]
    np.testing.assert_allclose(accuracies, [0.4, 0.65])


def test_it_draws_a_real_run(panel: CurvesPanel, qtbot: QtBot) -> None:
    config, session = panel.lab.config, panel.lab.session
    assert config is not None
    with qtbot.waitSignal(session.run_ended):
        session.start(config, panel.lab.dataset)
    qtbot.waitUntil(lambda: panel.readout.values()[0] == "12")
    iterations, _ = panel.loss._smoothed_curve.getOriginalDataset()
    assert iterations.tolist() == list(range(1, 13))
    at, _ = panel._train_curve.getOriginalDataset()
    assert at.tolist() == [6, 12]


def test_items_are_reused(panel: CurvesPanel, qtbot: QtBot) -> None:
    start(panel)
    learn(panel, falling(40), qtbot)
    items = [len(section.plot.scene().items()) for section in panel._sections]
    start(panel)
    for _ in range(3):
        learn(panel, falling(40), qtbot)
    assert [len(section.plot.scene().items()) for section in panel._sections] == items


def test_plots_line_up_and_share_their_iterations(panel: CurvesPanel, qtbot: QtBot) -> None:
    start(panel)
    learn(panel, falling(30), qtbot)
    upper, lower = panel.accuracy.plot, panel.loss.plot
    assert view_of(upper)[0] == view_of(lower)[0]
    assert upper.getAxis("left").width() == lower.getAxis("left").width()


def test_the_view_follows_until_the_user_zooms(panel: CurvesPanel, qtbot: QtBot) -> None:
    start(panel)
    learn(panel, falling(20), qtbot)
    assert panel.follow_button.isChecked()
    scroll(panel.loss.plot)
    assert not panel.follow_button.isChecked()
    zoomed = [view_of(section.plot) for section in panel._sections]
    learn(panel, [50.0] * 60, qtbot)
    assert [view_of(section.plot) for section in panel._sections] == zoomed
    panel.follow_button.click()
    (left, right), (low, high) = view_of(panel.loss.plot)
    assert left <= 1
    assert right >= 80
    assert low <= 0
    assert high >= 50


def test_a_new_run_is_followed_again(panel: CurvesPanel, qtbot: QtBot) -> None:
    start(panel)
    learn(panel, falling(20), qtbot)
    scroll(panel.accuracy.plot)
    start(panel)
    learn(panel, falling(5), qtbot)
    assert panel.follow_button.isChecked()


def test_the_followed_view_moves_seldom_and_is_always_half_full() -> None:
    ends = [followed_end(done, 40, 30) for done in range(1, 1201)]
    assert len(set(ends)) <= 8
    assert all(end / 2 <= max(done, 10) <= end for done, end in enumerate(ends, start=1))
    assert ends[-1] == 1200


def test_log_scale_draws_positive_losses_only(panel: CurvesPanel, qtbot: QtBot) -> None:
    panel.loss.log_box.click()
    start(panel)
    learn(panel, [1.0, 0.0, -1.0, float("nan"), float("inf"), 0.01], qtbot)
    iterations, heights = panel.loss._mini_batch_curve.getOriginalDataset()
    assert iterations.tolist() == [1, 6]
    np.testing.assert_allclose(heights, [0, -2])
    low, high = view_of(panel.loss.plot)[1]
    assert -3 <= low < -2
    assert 0 < high <= 1
    panel.grab()


@pytest.mark.parametrize("log", [False, True])
def test_a_run_without_a_drawable_loss_is_drawn_empty(
    panel: CurvesPanel, qtbot: QtBot, log: bool
) -> None:
    panel.loss.log_box.setChecked(log)
    start(panel)
    learn(panel, [float("nan"), float("inf")], qtbot)
    assert np.isfinite(view_of(panel.loss.plot)).all()
    panel.grab()


def test_the_slider_smooths_what_is_drawn(panel: CurvesPanel, qtbot: QtBot) -> None:
    start(panel)
    learn(panel, [4.0, 2.0], qtbot)
    with qtbot.waitSignal(panel.model.changed):
        panel.loss.smoothing_slider.setValue(0)
    _, heights = panel.loss._smoothed_curve.getOriginalDataset()
    assert heights.tolist() == [4.0, 2.0]
    assert panel.loss._smoothing_value.text() == "0.00"


def test_the_legend_hides_a_curve_by_the_keyboard(panel: CurvesPanel, qtbot: QtBot) -> None:
    toggle = panel.accuracy.toggles["Test"]
    assert toggle.focusPolicy() & Qt.FocusPolicy.TabFocus
    qtbot.keyClick(toggle, Qt.Key.Key_Space)
    assert not panel._test_curve.isVisible()
    assert panel._train_curve.isVisible()
    qtbot.keyClick(toggle, Qt.Key.Key_Space)
    assert panel._test_curve.isVisible()


def test_the_cursor_reads_both_plots(panel: CurvesPanel, qtbot: QtBot) -> None:
    start(panel)
    learn(panel, falling(40), qtbot)
    assert panel.readout.values()[0] == "40"
    plot = panel.accuracy.plot
    at = plot.getViewBox().mapViewToScene(QPointF(25, 0.5)).toPoint()
    qtbot.mouseMove(plot.viewport(), plot.mapFromScene(QPointF(at)))
    qtbot.waitUntil(lambda: panel.readout.values()[0] == "25")
    smoothed = f"{panel.model.smoothed[24]:.4g}"
    assert panel.readout.values() == ("25", "2", "1.045", smoothed, "50.00%", "40.00%")
    assert all(section.plot._cursor.isVisible() for section in panel._sections)
    assert [section.plot._cursor.value() for section in panel._sections] == [25, 25]
    plot.cursor_left.emit()
    assert panel.readout.values()[0] == "40"
    assert not any(section.plot._cursor.isVisible() for section in panel._sections)


def test_numbers_do_not_move_the_readout(panel: CurvesPanel, qtbot: QtBot) -> None:
    start(panel)
    learn(panel, [2.0], qtbot)
    before = [value.geometry() for value in panel.readout._values]
    panel.readout.set_values(
        ["1,000,000,000,000,000", "1,000", "1.234e-10", "1.234e-10", "100%", "100%"]
    )
    QApplication.processEvents()
    assert [value.geometry() for value in panel.readout._values] == before


def test_changes_of_the_learning_rate_are_marked_in_both_plots(
    panel: CurvesPanel, qtbot: QtBot
) -> None:
    start(panel)
    learn(panel, falling(10), qtbot)
    before = [section.plot.grab().toImage() for section in panel._sections]
    with qtbot.waitSignal(panel.model.changed):
        panel.lab.session.learning_rate_changed.emit(LearningRateChanged(5, 0.01))
    for section, image in zip(panel._sections, before, strict=True):
        assert section.plot.marks.marks == ((5, "lr 0.01"),)
        assert section.plot.grab().toImage() != image


def test_a_thousand_epochs_share_bands_that_can_be_told_apart(
    panel: CurvesPanel, qtbot: QtBot
) -> None:
    bands = panel.loss.plot.bands
    start(panel, epochs=4)
    learn(panel, falling(80), qtbot)
    assert bands.width_shown() == PER_EPOCH
    panel.loss.plot.setXRange(0, 1000 * PER_EPOCH)
    width = bands.width_shown()
    assert width is not None
    assert width % PER_EPOCH == 0
    assert bands.pixels(width) >= 16


def test_many_points_are_thinned_out(panel: CurvesPanel, qtbot: QtBot) -> None:
    start(panel, epochs=1500)
    steps = [StepDone(n, (n - 1) // PER_EPOCH + 1, 1 + n % 7) for n in range(1, 30_001)]
    with qtbot.waitSignal(panel.model.changed):
        panel.lab.session.steps_done.emit(steps)
    _, heights = panel.loss._mini_batch_curve.getData()
    assert len(heights) < 3000
    assert (heights.min(), heights.max()) == (1, 7)


def test_a_hidden_panel_waits_with_drawing(panel: CurvesPanel, qtbot: QtBot) -> None:
    start(panel)
    learn(panel, falling(5), qtbot)
    panel.hide()
    learn(panel, falling(5), qtbot)
    assert len(panel.loss._mini_batch_curve.getOriginalDataset()[1]) == 5
    with qtbot.waitExposed(panel):
        panel.show()
    assert len(panel.loss._mini_batch_curve.getOriginalDataset()[1]) == 10


def test_the_plots_follow_the_theme(panel: CurvesPanel, theme: Theme, qtbot: QtBot) -> None:
    start(panel)
    learn(panel, falling(30), qtbot)
    theme.choose("dark")
    colors = colors_in(panel.loss.plot.grab().toImage())
    assert DARK.surface in colors
    assert DARK.train in colors
    assert "#ffffff" not in colors


def test_no_menu_for_developers(panel: CurvesPanel, qtbot: QtBot) -> None:
    for section in panel._sections:
        qtbot.mouseClick(section.plot.viewport(), Qt.MouseButton.RightButton)
        assert QApplication.activePopupWidget() is None


def test_a_picture_of_a_panel_that_was_never_shown(
    lab: Lab, theme: Theme, qtbot: QtBot, tmp_path: Path
) -> None:
    panel = CurvesPanel(lab, theme)
    qtbot.addWidget(panel)
    start(panel)
    learn(panel, falling(30), qtbot)
    panel.export_png(tmp_path / "curves.png")
    image = QImage(str(tmp_path / "curves.png"))
    colors = colors_in(image)
    assert theme.colors.train in colors
    assert theme.colors.test in colors


def test_svg_has_titles_legend_and_lines_in_pixels(
    panel: CurvesPanel, qtbot: QtBot, tmp_path: Path
) -> None:
    start(panel)
    learn(panel, falling(30), qtbot)
    panel.loss.toggles["Smoothed"].click()
    panel.export_svg(tmp_path / "curves.svg")
    svg = (tmp_path / "curves.svg").read_text(encoding="utf-8")
    texts = set(re.findall(r">([^<>]+)</text>", svg))
    assert {"Accuracy", "Train", "Test", "Loss", "Mini-batch", "Iteration", "80%"} <= texts
    assert "Smoothed" not in texts
    assert QSvgRenderer(svg.encode()).isValid()


@pytest.mark.parametrize("suffix", ["png", "svg", "csv"])
def test_the_export_menu_writes_files(
    panel: CurvesPanel,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    suffix: str,
) -> None:
    start(panel)
    learn(panel, falling(30), qtbot)
    answer = (str(tmp_path / "mine"), "")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: answer)
    menu = panel.export_button.menu()
    [action] = [a for a in menu.actions() if suffix.upper() in a.text()]
    action.trigger()
    assert (tmp_path / f"mine.{suffix}").stat().st_size > 100


@pytest.mark.parametrize("suffix", ["png", "svg", "csv"])
def test_a_file_that_cannot_be_written_is_told_in_one_sentence(
    panel: CurvesPanel,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    suffix: str,
) -> None:
    start(panel)
    learn(panel, falling(5), qtbot)
    told: list[str] = []
    monkeypatch.setattr(QMessageBox, "warning", lambda *args: told.append(args[2]))
    (tmp_path / "taken").write_text("a file, not a folder")
    target = tmp_path / "taken" / f"curves.{suffix}"
    getattr(panel, f"export_{suffix}")(target)
    [sentence] = told
    assert str(target) in sentence
    assert "choose another" in sentence


def labels_of(plot: CurvePlot, side: str) -> list[str]:
    """The labels that an axis paints."""
    image = QImage(1, 1, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    painter.setFont(small_font())
    _, _, texts = plot.getAxis(side).generateDrawSpecs(painter)
    painter.end()
    return [text for _, _, text in texts]


@pytest.mark.parametrize("size", [(700, 600), (660, 264), (420, 480)])
def test_the_ends_of_the_axes_have_their_labels(
    panel: CurvesPanel, qtbot: QtBot, size: tuple[int, int]
) -> None:
    panel.resize(*size)
    start(panel, epochs=20)
    learn(panel, falling(400), qtbot)
    accuracy, loss = panel.accuracy.plot, panel.loss.plot
    assert {"0%", "100%"} <= set(labels_of(accuracy, "left"))
    assert labels_of(accuracy, "bottom") == []
    assert "0" in labels_of(loss, "left")
    assert {"0", "200", "400", "Iteration"} <= set(labels_of(loss, "bottom"))


def test_a_narrow_panel_puts_the_controls_below_the_legend(
    panel: CurvesPanel, qtbot: QtBot
) -> None:
    legend, control = panel.loss.toggles["Mini-batch"], panel.loss.log_box
    assert abs(legend.geometry().center().y() - control.geometry().center().y()) <= 2
    narrow = panel.minimumSizeHint().width()
    panel.resize(narrow, 600)
    qtbot.waitUntil(lambda: control.y() > legend.geometry().bottom())
    assert panel.width() == narrow
    for section in (panel.accuracy, panel.loss):
        for widget in section.findChildren(QWidget):
            if widget.parent() is section and widget.isVisible():
                assert section.rect().contains(widget.geometry())


def test_what_was_chosen_to_be_seen_returns(panel: CurvesPanel, lab: Lab, theme: Theme) -> None:
    panel.accuracy.toggles["Train"].setChecked(False)
    panel.loss.smoothing_slider.setValue(42)
    panel.loss.log_box.setChecked(True)
    again = CurvesPanel(lab, theme)
    again.restore_choices(panel.choices())
    assert again.choices() == panel.choices()
    assert not again.accuracy.toggles["Train"].isChecked()
    assert again.accuracy.toggles["Test"].isChecked()
    assert not again._train_curve.isVisible()
    assert again.model.smoothing == 0.42
    assert again.loss.plot.getAxis("left").logMode


@pytest.mark.parametrize("smoothing", ["", "-1", "100", "9e9", "0.5", "many"])
def test_choices_that_make_no_sense_leave_it_alone(panel: CurvesPanel, smoothing: str) -> None:
    before = panel.choices()
    panel.restore_choices({"smoothing": smoothing, "axis": "cubic", "Train": "purple"})
    assert panel.choices() == before


@pytest.mark.parametrize(
    ("loss", "text"),
    [(2.302585, "2.303"), (0.0, "0"), (0.00012345, "1.23e-04"), (1.2345e12, "1.23e+12")],
)
def test_a_loss_is_told_in_eight_characters(loss: float, text: str) -> None:
    assert loss_text(loss) == text
    assert len(text) <= 8
