"""What is measured of a layer becomes lines, or a heat map of its distribution."""

import numpy as np
import pytest

from convlab.insight.health import Health, LayerHealth, quantiles
from convlab.insight.health_histograms import ROWS
from convlab.ui.widgets.chart_contents import HeatMap, Lines
from convlab.ui.widgets.health_charts import content_of
from convlab.ui.widgets.moment_contents import ByLayer, Histogram

RNG = np.random.default_rng(0)


def layer(name, spread=1.0, norm=0.1, ratio=None):
    values = quantiles(RNG.normal(0.0, spread, 5_000))
    zeros = quantiles(np.maximum(RNG.normal(0.0, spread, 5_000), 0))
    return LayerHealth(name, "Relu", values, values, zeros, norm, 0.25, ratio)


def records():
    return [
        Health(10 * n, 2.0, 10, 64, (layer("Conv1", 1.0 + n, 10.0**-n), layer("Affine1")))
        for n in range(4)
    ]


def test_a_distribution_becomes_a_column_a_record_of_which_nothing_is_lost():
    heat = content_of(records(), "Conv1", "weights")
    assert isinstance(heat, HeatMap)
    assert heat.shares.shape == (ROWS, 4)
    assert heat.shares.sum(axis=0) == pytest.approx([1.0] * 4, abs=0.01)
    assert heat.x_range == (0.0, 30.0)
    widths = (heat.shares > 0.001).sum(axis=0)
    assert (np.diff(widths) > 0).all()  # it spreads


def test_zeros_of_relu_lie_in_the_row_around_zero():
    heat = content_of(records(), "Conv1", "activations")
    row = heat.row_at(0.0)
    low, high = heat.row_range(row)
    assert low == pytest.approx(-high)
    assert (heat.shares[row] >= 0.49).all()
    assert (heat.shares.argmax(axis=0) == row).all()


def test_a_moment_lies_halfway_to_the_next():
    heat = content_of(records(), "Conv1", "weights")
    assert [heat.moment_at(at) for at in (0, 4, 6, 14, 16, 30)] == [0, 0, 1, 1, 2, 3]


def test_what_is_not_finite_is_a_column_of_its_own():
    history = records()
    nothing = np.full_like(history[0].layers[0].weights, np.nan)
    broken = LayerHealth("Conv1", "Relu", nothing, nothing, nothing, float("nan"), 0.0, None)
    history.append(Health(40, float("nan"), 10, 64, (broken, layer("Affine1"))))
    heat = content_of(history, "Conv1", "weights")
    assert np.isnan(heat.shares[:, -1]).all()
    assert np.isfinite(heat.shares[:, :-1]).all()
    lines = content_of(history, "Conv1", "gradient_norm")
    assert np.isnan(lines.chosen[-1, 1])


def test_numbers_become_lines_of_logarithms_with_the_usual_range():
    lines = content_of(records(), "Conv1", "gradient_norm")
    assert isinstance(lines, Lines)
    assert lines.chosen[:, 1] == pytest.approx([0.0, -1.0, -2.0, -3.0])
    assert lines.band == pytest.approx((-3.0, 1.0))
    assert lines.y_range[0] < -3.0
    assert len(lines.others) == 1


def test_shares_are_not_logarithms():
    lines = content_of(records(), "Conv1", "idle")
    assert lines.y_range == (0.0, 1.0)
    assert lines.chosen[0].tolist() == [0.0, 0.25]


def test_what_is_never_known_gives_an_empty_line_and_an_unknown_layer_nothing():
    assert np.isnan(content_of(records(), "Conv1", "update_ratio").chosen[:, 1]).all()
    assert content_of(records(), "Conv9", "weights") is None


def test_one_moment_alone_is_a_histogram_without_time():
    bars = content_of(records()[:1], "Conv1", "weights")
    assert isinstance(bars, Histogram)
    assert bars.shares.sum() == pytest.approx(1.0, abs=0.01)
    assert bars.caption == "Weights"
    fullest = int(bars.shares.argmax())
    middle = bars.edges[fullest : fullest + 2].mean()
    assert bars.reading(middle).startswith(f"{bars.shares[fullest]:.1%} of the values lie between")
    assert bars.reading(1e9) == bars.reading(bars.edges[-1])


def test_one_moment_alone_has_a_dot_for_each_layer():
    dots = content_of(records()[:1], "Affine1", "idle")
    assert isinstance(dots, ByLayer)
    assert dots.values == [0.25, 0.25]
    assert [text for _, text in dots.x_ticks(3)] == ["Conv1", "Affine1"]
    assert [dots.name_at(x) for x in (0.0, 1.2, 2.0)] == ["Conv1", "Affine1", "Affine1"]
    norms = content_of(records()[:1], "Conv1", "gradient_norm")
    assert norms.values == pytest.approx([0.0, -1.0])
