"""A table writes smaller before it cuts a column off."""

from pytestqt.qtbot import QtBot

from convlab.ui.theme import Theme
from convlab.ui.widgets.figures_table import FiguresTable

ROWS = [["running_mean2", "30 / 39,200", "1.0e+00", "Too small"]]


def test_columns_that_do_not_fit_are_written_smaller(qtbot: QtBot, theme: Theme) -> None:
    table = FiguresTable(theme, {"Name": "", "Checked": "", "Error": "", "Verdict": ""})
    qtbot.addWidget(table)
    table.resize(600, 120)
    with qtbot.waitExposed(table):
        table.show()
    table.set_rows(ROWS)
    usual = table.horizontalHeader().length()
    table.resize(usual - 12, 120)
    assert table.horizontalHeader().length() < usual - 12
    table.resize(600, 120)
    assert table.horizontalHeader().length() == usual
