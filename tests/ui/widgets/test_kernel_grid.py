import numpy as np
import pytest
from PySide6.QtCore import QSize, Qt, QTimer

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


@pytest.mark.parametrize("edge", [5, 11])
def test_in_any_size_it_comes_to_rest(qtbot, theme, edge):
    grid = KernelGrid(theme)
    qtbot.addWidget(grid)
    grid.set_kernel(np.ones((edge, edge), np.float32))
    room, large = grid.sizeHint(), QSize(11 * 48 + 4, 11 * 22 + 4)
    with qtbot.waitExposed(grid):
        grid.show()
    off = Qt.ScrollBarPolicy.ScrollBarAlwaysOff
    for size in (room, room + QSize(1, -1), room + QSize(-1, 40), large):
        grid.resize(size)
        with qtbot.waitCallback() as rested:  # which it would not if bars came and went
            QTimer.singleShot(0, rested)
        policies = {grid.horizontalScrollBarPolicy(), grid.verticalScrollBarPolicy()}
        if size == large or (edge == 5 and size == room):
            assert policies == {off}
