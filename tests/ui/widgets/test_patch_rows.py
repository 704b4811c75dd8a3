"""Each filter has a row with its weights, its image and the patches that excite it most."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from convlab.app.filter_search import find
from convlab.insight.filter_layers import filter_layers
from convlab.nn import LeNet, SimpleConvNet
from convlab.ui.widgets.patch_pictures import PatchCell, made_image, picture_of_cell
from convlab.ui.widgets.patch_rows import PatchRows


def say_nothing(*_):
    pass


def found(dataset, network, number=0):
    network = network.copy()
    layer = filter_layers(network.description)[number]
    return find("key", network, layer, dataset.train, say_nothing)


@pytest.fixture
def finding(tiny_dataset):
    return found(tiny_dataset, SimpleConvNet(rng=np.random.default_rng(0)))


@pytest.fixture
def rows(qtbot, theme, finding):
    rows = PatchRows(theme)
    qtbot.addWidget(rows)
    rows.resize(420, 200)
    rows.set_finding(finding)
    with qtbot.waitExposed(rows):
        rows.show()
    return rows


def test_a_row_begins_with_the_weights_and_the_image(rows):
    first, second, *patches = rows.columns()
    assert first == PatchCell(0, is_weights=True)
    assert second == PatchCell(0)
    assert [cell.rank for cell in patches] == list(range(len(patches)))
    assert 3 <= len(patches) < 9  # no more than there is room for


def test_filters_of_several_channels_have_no_weights_to_show(rows, tiny_dataset):
    rows.set_finding(found(tiny_dataset, LeNet(rng=np.random.default_rng(0)), 1))
    assert rows.columns()[0] == PatchCell(0)


def test_the_mouse_points_and_a_click_chooses(rows, qtbot):
    at = rows.rect_of(1, 3).center()
    with qtbot.waitSignal(rows.pointed) as pointed:
        qtbot.mouseMove(rows.viewport(), at)
    assert pointed.args == [PatchCell(1, 1)]
    with qtbot.waitSignal(rows.chosen) as chosen:
        qtbot.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert chosen.args == [PatchCell(1, 1)]
    assert rows.cell_at(QPoint(2, 2)) is None


def test_the_keyboard_moves_scrolls_and_chooses(rows, qtbot):
    rows.setFocus()
    qtbot.keyClick(rows, Qt.Key.Key_Right)
    qtbot.keyClick(rows, Qt.Key.Key_PageDown)
    qtbot.keyClick(rows, Qt.Key.Key_PageDown)
    qtbot.keyClick(rows, Qt.Key.Key_PageDown)
    assert rows.verticalScrollBar().value() > 0
    cell = rows.current
    assert cell.rank is None
    assert cell.filter > 5
    with qtbot.waitSignal(rows.chosen) as chosen:
        qtbot.keyClick(rows, Qt.Key.Key_Space)
    assert chosen.args == [cell]


def test_a_patch_is_the_part_of_its_image_that_the_filter_saw(finding):
    picture = picture_of_cell(finding, PatchCell(3, 2))
    number, row, column = (
        int(array[3, 2])
        for array in (finding.patches.images, finding.patches.rows, finding.patches.columns)
    )
    patch = finding.among.images[number, 0, row : row + 5, column : column + 5]
    drawn = [[picture.pixelColor(x, y).red() for x in range(5)] for y in range(5)]
    np.testing.assert_array_equal(drawn, patch)


def test_the_made_image_is_black_where_the_filter_sees_nothing(finding):
    image = made_image(finding, 4)
    row, column = finding.middle
    assert image[0, row : row + 5, column : column + 5].max() > 200
    assert np.count_nonzero(image) <= 25


def test_larger_views_have_larger_cells(rows):
    before = rows.rect_of(0, 0).width()
    rows.resize(900, 200)
    assert rows.rect_of(0, 0).width() > before
    assert len(rows.columns()) == 11


def test_a_patch_that_lies_in_the_padding_has_no_picture(finding, rows):
    empty = slice(0, 0), slice(0, 5)
    outside = replace(finding, box_of=lambda row, column: empty)
    assert picture_of_cell(outside, PatchCell(0)) is None
    assert picture_of_cell(outside, PatchCell(0, 2)) is None
    rows.set_finding(outside)
    rows.grab()
