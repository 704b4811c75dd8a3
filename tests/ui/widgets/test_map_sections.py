from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QPointF

from convlab.ui.widgets.map_sections import BARS, SMALLEST_TILE, sections_of

OUTPUTS = {
    "Conv1": np.zeros((30, 24, 24)),
    "Affine1": np.zeros(500),
    "Affine2": np.zeros(10),
}


def sections(shown=tuple(OUTPUTS), width=600, height=300, ratio=1.0, outputs=OUTPUTS):
    return sections_of(outputs, shown, width, height, ratio, "Affine2")


def test_layers_lie_one_below_the_other_within_the_width():
    laid = sections()
    assert [section.name for section in laid] == list(OUTPUTS)
    for above, below in pairwise(laid):
        assert above.bottom <= below.top
    assert all(section.body.right() <= 600 for section in laid)


@pytest.mark.parametrize("width", [200, 600, 1000])
@pytest.mark.parametrize("shown", [tuple(OUTPUTS), ("Conv1",), ("Affine1",), ("Affine2",)])
def test_every_unit_is_found_where_it_lies(width, shown):
    for section in sections(shown, width):
        shape = section.shape
        for unit in [(0,) * len(shape), tuple(size - 1 for size in shape)]:
            assert section.unit_at(section.unit_rect(unit).center()) == unit


def test_between_maps_there_is_no_unit():
    (section,) = sections(("Conv1",))
    right = section.tile_rect(0).right()
    assert section.unit_at(QPointF(right + 1, section.tile_rect(0).center().y())) is None
    assert section.unit_at(QPointF(right - 1, section.tile_rect(0).center().y())) is not None


def test_one_layer_alone_fills_the_view():
    (alone,) = sections(("Conv1",), height=400)
    among = sections()[0]
    assert alone.bottom <= 400
    assert alone.scale > among.scale or alone.body.height() > among.body.height()
    (bars,) = sections(("Affine2",), height=400)
    assert bars.row > BARS
    assert bars.bottom <= 400


def test_so_many_maps_that_they_would_be_too_small_scroll():
    many = {"Conv1": np.zeros((512, 27, 27))}
    (section,) = sections(("Conv1",), width=300, height=100, outputs=many)
    assert section.bottom > 100
    assert section.scale * 27 >= SMALLEST_TILE


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_numbers_cover_whole_pixels_of_the_screen(ratio):
    scale = sections(ratio=ratio)[0].scale * ratio
    assert scale == pytest.approx(round(scale))
