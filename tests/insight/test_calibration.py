"""The bins of certainty and the expected calibration error."""

import numpy as np
import pytest

from convlab.insight.calibration import calibration


def test_a_network_that_is_as_right_as_it_says_has_no_error() -> None:
    certainty = np.repeat(0.75, 400)
    is_right = np.arange(400) % 4 != 0
    assert calibration(certainty, is_right).error == pytest.approx(0.0)


def test_one_that_is_always_sure_and_right_half_of_the_time_is_wrong_by_half() -> None:
    found = calibration(np.ones(10), np.arange(10) % 2 == 0)
    assert found.error == pytest.approx(0.5)
    assert found.counts[-1] == 10  # certainty 1 belongs to the last bin


def test_the_error_is_the_mean_over_all_answers_of_their_bins_gap() -> None:
    rng = np.random.default_rng(3)
    certainty, is_right = rng.uniform(0.1, 1.0, 500), rng.random(500) < 0.6
    gaps = []
    for low in np.arange(15) / 15:
        inside = (certainty > low) & (certainty <= low + 1 / 15)
        if inside.any():
            gap = abs(is_right[inside].mean() - certainty[inside].mean())
            gaps += [gap] * int(inside.sum())
    assert len(gaps) == 500
    assert calibration(certainty, is_right).error == pytest.approx(np.mean(gaps))


def test_an_edge_belongs_to_the_bin_below_and_an_empty_bin_has_no_figures() -> None:
    found = calibration(np.array([0.5, 0.500001]), np.array([True, False]), bins=2)
    assert found.counts.tolist() == [1, 1]
    assert found.edges.tolist() == [0, 0.5, 1]
    found = calibration(np.array([0.9]), np.array([True]), bins=2)
    assert np.isnan(found.accuracy[0])
    assert found.accuracy[1] == 1
