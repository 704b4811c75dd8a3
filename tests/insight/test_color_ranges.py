import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from convlab.insight.color_ranges import (
    NO_SPREAD,
    common_ranges,
    own_ranges,
    own_symmetric_ranges,
    shares,
    symmetric_limit,
)

TILES = np.array([[[-1.0, 3.0]], [[0.25, 0.5]]])
some_tiles = arrays(np.float32, (3, 2, 2), elements=st.floats(width=32))


@pytest.mark.parametrize(
    ("values", "limit"),
    [
        ([0.031, -0.02], 0.04),
        ([-0.4], 0.4),
        ([1.0], 1.0),
        ([0.0999], 0.1),
        ([7.1e5, np.nan, np.inf], 8e5),
        ([3.3e38], 4e38),
        ([2.1e-8], 2.5e-8),
        ([0.0, np.nan], NO_SPREAD),
        ([], NO_SPREAD),
    ],
)
def test_limits_are_round_and_never_too_small(values, limit):
    assert symmetric_limit(np.array(values, dtype=np.float64)) == pytest.approx(limit)


@given(st.floats(1e-30, 1e30))
def test_a_limit_wastes_little_of_the_scale(largest):
    limit = symmetric_limit(np.array([largest]))
    assert largest <= limit <= 1.5 * largest


def test_a_common_limit_holds_the_values_of_all():
    assert symmetric_limit(np.array([0.1]), np.array([-0.7])) == pytest.approx(0.8)
    np.testing.assert_array_equal(common_ranges(0.8, 2), [[-0.8, 0.8], [-0.8, 0.8]])


def test_a_filter_of_its_own_scale_goes_from_its_lowest_to_its_highest():
    np.testing.assert_array_equal(own_ranges(TILES), [[-1.0, 3.0], [0.25, 0.5]])
    np.testing.assert_array_equal(shares(TILES, own_ranges(TILES)), [[[-1, 1]], [[-1, 1]]])


def test_around_zero_each_filter_has_its_largest_size_at_both_ends():
    np.testing.assert_array_equal(own_symmetric_ranges(TILES), [[-3.0, 3.0], [-0.5, 0.5]])
    expected = [[[-1 / 3, 1]], [[0.5, 1]]]
    np.testing.assert_allclose(shares(TILES, own_symmetric_ranges(TILES)), expected)


@pytest.mark.parametrize("value", [0.0, 0.25, -7e30])
def test_a_filter_without_a_pattern_has_the_color_in_the_middle(value):
    tiles = np.full((1, 2, 2), value, dtype=np.float32)
    np.testing.assert_array_equal(shares(tiles, own_ranges(tiles)), np.zeros((1, 2, 2)))


@pytest.mark.parametrize("ranges_of", [own_ranges, own_symmetric_ranges])
@given(tiles=some_tiles)
def test_whatever_the_weights_are_each_has_a_place_on_the_scale(ranges_of, tiles):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ranges = ranges_of(tiles)
        places = shares(tiles, ranges)
    assert np.isfinite(ranges).all()
    assert (ranges[:, 0] < ranges[:, 1]).all()
    finite = np.isfinite(tiles)
    assert np.isnan(places[~finite]).all()
    assert (np.abs(places[finite]) <= 1 + 1e-9).all()
