import numpy as np
import pytest

from convlab.ui.widgets.kernel_grid import KernelGrid, decimals_of, weight_text


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (0.0, 2, "0"),
        (-2.0, 2, "−2"),
        (0.127, 2, "0.13"),
        (-0.0011, 2, "0.00"),
        (-0.0116, 3, "−0.012"),
        (123.4, 2, "123"),
        (float("inf"), 2, "∞"),
        (float("nan"), 2, "–"),
    ],
)
def test_weights_are_short(value, decimals, text):
    assert weight_text(value, decimals) == text


def test_small_weights_get_more_decimals():
    assert [decimals_of(np.array([largest, 0.0])) for largest in (0, 5, 0.3, 0.06, 1e-6)] == [
        2, 2, 2, 3, 4,
    ]  # fmt: skip


def test_a_kernel_of_another_size_takes_its_place(qtbot, theme):
    grid = KernelGrid(theme)
    qtbot.addWidget(grid)
    grid.set_kernel(np.eye(3, dtype=np.float32))
    assert (grid.rowCount(), grid.columnCount()) == (3, 3)
    grid.set_kernel(np.ones((11, 11), np.float32))
    assert (grid.rowCount(), grid.columnCount()) == (11, 11)
    assert grid.item(10, 10).text() == "1"
