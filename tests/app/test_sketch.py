"""A sketch grows by strokes and never loses the way back."""

import numpy as np
import pytest

from convlab.app.shown_picture import ShownPicture
from convlab.app.sketch import Sketch
from convlab.data.digit_image import Drawing, Stroke


def draw(sketch, *points, width=0.1, erases=False):
    sketch.begin(*points[0], width, erases=erases)
    for point in points[1:]:
        sketch.extend(*point)
    sketch.end()


@pytest.fixture
def sketch():
    return Sketch()


def test_a_stroke_is_there_while_it_is_made(sketch):
    sketch.begin(0.1, 0.2, 0.05)
    assert sketch.extend(0.3, 0.4) == (0.1, 0.2)
    (stroke,) = sketch.drawing.strokes
    np.testing.assert_array_equal(stroke.points, [(0.1, 0.2), (0.3, 0.4)])
    assert stroke.width == 0.05
    assert not sketch.can_undo
    sketch.end()
    assert sketch.can_undo


def test_a_pen_that_rests_adds_no_points(sketch):
    draw(sketch, (0.5, 0.5), (0.5, 0.5), (0.5, 0.5))
    assert len(sketch.strokes[0].points) == 1


def test_an_eraser_makes_strokes_that_erase(sketch):
    draw(sketch, (0, 0), (1, 1))
    draw(sketch, (0, 1), (1, 0), width=0.2, erases=True)
    assert [stroke.erases for stroke in sketch.strokes] == [False, True]


def test_strokes_are_taken_back_one_by_one_and_come_again(sketch):
    draw(sketch, (0, 0))
    draw(sketch, (1, 1))
    first, second = sketch.strokes
    sketch.undo()
    assert sketch.strokes == (first,)
    sketch.undo()
    assert sketch.is_empty
    assert not sketch.can_undo
    sketch.undo()  # nothing left
    sketch.redo()
    sketch.redo()
    assert sketch.strokes == (first, second)
    assert not sketch.can_redo


def test_a_new_stroke_ends_what_could_be_redone(sketch):
    draw(sketch, (0, 0))
    sketch.undo()
    draw(sketch, (1, 1))
    assert not sketch.can_redo
    sketch.redo()
    np.testing.assert_array_equal(sketch.strokes[0].points, [(1, 1)])


def test_clearing_can_be_undone(sketch):
    draw(sketch, (0, 0))
    sketch.clear()
    assert sketch.is_empty
    sketch.undo()
    assert not sketch.is_empty


def test_clearing_an_empty_sheet_is_no_step(sketch):
    sketch.clear()
    assert not sketch.can_undo


def test_undo_in_the_middle_of_a_stroke_takes_back_that_stroke(sketch):
    draw(sketch, (0, 0))
    sketch.begin(0.5, 0.5, 0.1)
    sketch.undo()
    assert not sketch.is_under_way
    assert len(sketch.strokes) == 1


def test_another_drawing_can_be_put_in_and_taken_back(sketch):
    draw(sketch, (0, 0))
    other = Drawing((Stroke(np.ones((2, 2)), 0.3),))
    sketch.replace(other)
    assert sketch.strokes == other.strokes
    sketch.undo()
    assert sketch.strokes != other.strokes


def test_a_picture_comes_and_goes_with_the_strokes_on_it(sketch):
    picture = ShownPicture(np.zeros((1, 4, 4), np.uint8), "Test image 1")
    draw(sketch, (0, 0))
    sketch.replace(Drawing(), picture)
    assert not sketch.is_empty
    draw(sketch, (1, 1))
    sketch.undo()
    assert (sketch.strokes, sketch.picture) == ((), picture)
    sketch.undo()
    assert len(sketch.strokes) == 1
    assert sketch.picture is None
    sketch.redo()
    assert sketch.picture is picture
    sketch.clear()
    assert sketch.is_empty
