"""Arrays of any shape have figures and a table of their last two axes."""

import numpy as np
import pytest

from convlab.insight.array_figures import array_figures, matrix_of


def test_figures_of_numbers_and_of_truth_values() -> None:
    figures = array_figures(np.array([[1.0, -3.0], [4.0, 0.0]], np.float32))
    assert (figures.shape, figures.lowest, figures.mean, figures.highest) == ((2, 2), -3, 0.5, 4)
    assert array_figures(np.array([True, False])).mean == 0.5


def test_an_empty_array_has_none() -> None:
    assert np.isnan(array_figures(np.zeros((0, 3))).mean)


@pytest.mark.parametrize(
    ("shape", "place", "table"),
    [((), (), (1, 1)), ((3,), (), (1, 3)), ((2, 3), (), (2, 3)), ((5, 4, 2, 3), (4, 1), (2, 3))],
)
def test_the_last_two_axes_are_the_table(
    shape: tuple[int, ...], place: tuple[int, ...], table: tuple[int, int]
) -> None:
    array = np.arange(np.prod(shape, dtype=int)).reshape(shape)
    found = matrix_of(array, place)
    assert found.shape == table
    assert found.reshape(-1).tolist() == array[place].reshape(-1).tolist()
