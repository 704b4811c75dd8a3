"""A plot draws what is new, and nothing else."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from convlab.ui.widgets.curve_plot import CurvePlot
from convlab.ui.widgets.look import run_look
from convlab.ui.widgets.plot_axis import number_text


@pytest.fixture
def plot(qtbot, theme):
    holder = QWidget()
    qtbot.addWidget(holder)
    yield CurvePlot(theme, number_text, holder)
    holder.hide()  # kept until here


def changes_of(signal, change):
    seen = []
    signal.connect(lambda *_: seen.append(1), Qt.ConnectionType.DirectConnection)
    change()
    return len(seen)


def test_points_that_are_drawn_already_cost_nothing(plot):
    curve = plot.add_curve(run_look(0, symbol="o"))
    at, values = np.arange(3), np.array([1.0, 2.0, 3.0])
    plot.set_points(curve, at, values)
    again = changes_of(curve.sigPlotChanged, lambda: plot.set_points(curve, at, values.copy()))
    assert again == 0
    more = changes_of(curve.sigPlotChanged, lambda: plot.set_points(curve, at, 2 * values))
    assert more > 0
    np.testing.assert_allclose(curve.getOriginalDataset()[1], [2.0, 4.0, 6.0])
    plot.set_points(curve, np.arange(0), np.empty(0))
    assert curve.getOriginalDataset() == (None, None)
    none = changes_of(
        curve.sigPlotChanged, lambda: plot.set_points(curve, np.arange(0), np.empty(0))
    )
    assert none == 0


def test_a_range_that_is_in_view_already_costs_nothing(plot):
    plot.show_range("x", 0.0, 40.0)
    plot.show_range("y", -1.0, 2.0)
    assert plot.getViewBox().viewRange() == [[0.0, 40.0], [-1.0, 2.0]]
    changed = plot.getViewBox().sigRangeChanged
    assert changes_of(changed, lambda: plot.show_range("x", 0.0, 40.0)) == 0
    assert changes_of(changed, lambda: plot.show_range("x", 0.0, 80.0)) > 0
    assert plot.getViewBox().viewRange() == [[0.0, 80.0], [-1.0, 2.0]]
