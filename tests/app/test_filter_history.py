import numpy as np

from convlab.app.filter_history import FilterHistory
from convlab.insight.filter_edit import Filter

ONE, TWO = (Filter(np.full((1, 3, 3), n, np.float32), 0.0) for n in (1, 2))


def test_every_edit_can_be_undone_and_done_again():
    history = FilterHistory()
    assert not history.can_undo
    history.change(0, ONE)
    history.change(0, TWO)
    history.change(4, ONE)
    assert history.edits == {0: TWO, 4: ONE}
    history.undo()
    history.undo()
    assert history.edits == {0: ONE}
    history.redo()
    assert history.edits == {0: TWO}
    for _ in range(5):
        history.undo()
    assert history.edits == {}
    assert not history.can_undo
    assert history.can_redo


def test_a_new_edit_forgets_what_was_undone():
    history = FilterHistory()
    history.change(0, ONE)
    history.undo()
    history.change(1, TWO)
    assert not history.can_redo
    assert history.edits == {1: TWO}


def test_a_reset_can_be_undone_and_none_is_made_of_nothing():
    history = FilterHistory()
    history.reset()
    assert not history.can_undo
    history.change(0, ONE)
    history.reset()
    assert history.edits == {}
    history.undo()
    assert history.edits == {0: ONE}
