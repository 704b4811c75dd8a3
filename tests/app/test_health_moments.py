"""When a run is over, the moments that it kept fill the gaps in the course of its health."""

import pytest

from convlab.app.health import HealthModel
from convlab.app.health_moments import missing_moment
from convlab.app.lab import Lab


@pytest.fixture
def lab(qtbot, tiny_dataset, tiny_config, store):
    """A lab that keeps its runs."""
    lab = Lab(tiny_dataset, tiny_config, store)
    yield lab
    lab.session.stop()
    qtbot.waitUntil(lambda: not lab.session.is_busy)


def test_the_widest_gap_is_filled_first():
    kept = [0, 10, 20, 30, 40, 100]
    assert missing_moment(kept, [0, 100]) == 40
    assert missing_moment(kept, [0, 40, 100]) == 20
    assert missing_moment(kept, kept) is None


def test_gaps_that_nobody_would_see_stay():
    assert missing_moment([0, 1, 1000], [0, 1000]) is None
    assert missing_moment([], [0]) is None
    assert missing_moment([0], []) is None


def test_a_run_that_nobody_watched_is_known_from_its_moments_afterwards(lab, qtbot, monkeypatch):
    monkeypatch.setattr("convlab.training.writer.MOST_WAITING", 100)  # so that all are kept
    model = HealthModel(lab)
    with qtbot.waitSignal(lab.session.run_ended):
        lab.session.start(lab.config, lab.dataset)
    qtbot.waitUntil(lambda: not lab.session.is_busy and not model.is_busy)
    model.set_watched(True)
    qtbot.waitUntil(lambda: [r.iteration for r in model.records] == list(range(13)))
    qtbot.waitUntil(lambda: not model.is_busy)
    (first, *others) = model.records
    assert first.layer("Conv1").update_ratio is None
    assert all(record.layer("Conv1").update_ratio > 0 for record in others)


def test_an_opened_run_has_a_course(lab, qtbot, make_run):
    make_run()
    (entry,) = lab.store.entries()
    model = HealthModel(lab)
    model.set_watched(True)
    lab.past_runs.open(entry)
    qtbot.waitUntil(lambda: len(model.records) == 13)


def test_a_moment_that_is_damaged_ends_it(lab, qtbot, make_run):
    folder = make_run()
    for iteration in range(1, 12):
        folder.snapshots.file(iteration).write_bytes(b"nothing")
    (entry,) = lab.store.entries()
    model = HealthModel(lab)
    model.set_watched(True)
    lab.past_runs.open(entry)
    qtbot.waitUntil(lambda: model._to_fill <= 0 and not model.is_busy)
    assert 6 not in [record.iteration for record in model.records]
