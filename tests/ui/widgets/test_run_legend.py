"""Names of runs are shortened so that they can still be told apart."""

from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtWidgets import QApplication

from convlab.ui.widgets.run_legend import fair_shares, shortened


def test_a_run_of_a_preset_keeps_what_tells_it_from_the_others(qapp: QApplication) -> None:
    metrics = QFontMetrics(QFont())
    whole = metrics.horizontalAdvance("The optimizer race: Adam") + 1
    assert shortened("The optimizer race: Adam", whole, metrics) == "The optimizer race: Adam"
    assert shortened("The optimizer race: Adam", whole // 2, metrics) == "… Adam"
    assert shortened("2026-01-31 SimpleConvNet", whole // 2, metrics).startswith("2026")


def test_no_name_is_given_more_than_it_wants() -> None:
    assert fair_shares([10, 100, 100], 110) == [10, 50, 50]
    assert fair_shares([10, 20], 100) == [10, 20]
