"""Names of runs are shortened so that they can still be told apart."""

from PySide6.QtGui import QColor, QFont, QFontMetrics
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from convlab.ui.theme import SPACE, Theme
from convlab.ui.widgets.run_legend import PRESENT, RunLegend, fair_shares, shortened


def test_a_run_of_a_preset_keeps_what_tells_it_from_the_others(qapp: QApplication) -> None:
    metrics = QFontMetrics(QFont())
    whole = metrics.horizontalAdvance("The optimizer race: Adam") + 1
    assert shortened("The optimizer race: Adam", whole, metrics) == "The optimizer race: Adam"
    assert shortened("The optimizer race: Adam", whole // 2, metrics) == "… Adam"
    assert shortened("2026-01-31 SimpleConvNet", whole // 2, metrics).startswith("2026")


def test_no_name_is_given_more_than_it_wants() -> None:
    assert fair_shares([10, 100, 100], 110) == [10, 50, 50]
    assert fair_shares([10, 20], 100) == [10, 20]


def test_the_present_run_has_the_colors_of_its_own_curves(qtbot: QtBot, theme: Theme) -> None:
    legend = RunLegend(theme)
    qtbot.addWidget(legend)
    legend.set_runs([("mine", PRESENT)])
    legend.resize(30 * SPACE, 20)
    image = legend.grab().toImage()
    seen = {image.pixelColor(x, y).name() for x in range(24) for y in range(20)}
    assert {QColor(theme.colors.train).name(), QColor(theme.colors.test).name()} <= seen
