"""Several runs are trained one after another, until they are done or stopped."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from convlab.app.lab import Lab
from convlab.app.run_queue import QueuedRun, QueuePlace, RunQueue
from convlab.app.session import State
from convlab.data.dataset import Dataset
from convlab.errors import ConvlabError
from convlab.training.config import TrainingConfig
from convlab.training.events import RunEnded
from convlab.training.run_store import RunStore


class Listener:
    """Writes down what a queue tells."""

    def __init__(self, queue: RunQueue, lab: Lab) -> None:
        self.places: list[str] = []
        self.over: list[int] = []
        self.ended: list[str] = []
        self.canceled: list[str] = []
        self.failed: list[str] = []
        self.reasons: list[str] = []
        queue.run_begun.connect(self._on_run_begun)
        queue.ended.connect(self.ended.append)
        queue.canceled.connect(self.canceled.append)
        queue.run_over.connect(self._on_run_over)
        queue.failed.connect(self.failed.append)
        lab.session.run_ended.connect(self._on_run_ended)

    def _on_run_begun(self, place: QueuePlace) -> None:
        self.places.append(str(place))

    def _on_run_over(self, place: QueuePlace) -> None:
        self.over.append(place.number)

    def _on_run_ended(self, event: RunEnded) -> None:
        self.reasons.append(event.reason)


@pytest.fixture
def lab(
    qtbot: QtBot, tiny_dataset: Dataset, tiny_config: TrainingConfig, tmp_path: Path
) -> Iterator[Lab]:
    """A lab that keeps its runs."""
    lab = Lab(tiny_dataset, tiny_config, RunStore(tmp_path / "runs"))
    yield lab
    lab.session.stop()
    qtbot.waitUntil(lambda: not lab.session.is_busy)
    lab.queue.loader.wait()


@pytest.fixture
def queue(lab: Lab) -> RunQueue:
    return lab.queue


@pytest.fixture
def told(queue: RunQueue, lab: Lab) -> Listener:
    return Listener(queue, lab)


@pytest.fixture
def race(tiny_config: TrainingConfig) -> list[QueuedRun]:
    """Three runs with different seeds."""
    return [QueuedRun(f"seed {n}", replace(tiny_config, seed=n, epochs=1)) for n in range(3)]


def test_each_run_begins_when_the_last_is_over(
    qtbot: QtBot, lab: Lab, queue: RunQueue, told: Listener, race: list[QueuedRun]
) -> None:
    queue.start(race, lab.dataset)
    qtbot.waitUntil(lambda: bool(told.ended))
    assert told.places == ["Run 1 of 3: seed 0", "Run 2 of 3: seed 1", "Run 3 of 3: seed 2"]
    assert told.reasons == ["finished"] * 3
    assert told.ended == ["All 3 runs of the preset were trained."]
    assert told.failed == told.canceled == []
    assert told.over == [1, 2, 3]
    assert not queue.is_active
    assert queue.left == ()
    assert lab.store is not None
    kept = {entry.title: entry.folder.config().seed for entry in lab.store.entries()}
    assert kept == {"seed 0": 0, "seed 1": 1, "seed 2": 2}


def test_a_queue_can_be_used_again(
    qtbot: QtBot, lab: Lab, queue: RunQueue, told: Listener, race: list[QueuedRun]
) -> None:
    for times in (1, 2):
        queue.start(race[:1], lab.dataset)
        qtbot.waitUntil(lambda times=times: len(told.ended) == times)  # type: ignore[misc]
    assert told.reasons == ["finished"] * 2


def test_stop_cancels_the_rest_and_tells_so_after_the_end(
    qtbot: QtBot, lab: Lab, queue: RunQueue, told: Listener, race: list[QueuedRun]
) -> None:
    endless = [replace(run, config=replace(run.config, epochs=10_000)) for run in race]
    queue.start(endless, lab.dataset)
    qtbot.waitUntil(lambda: bool(told.places))
    lab.session.stop()
    assert told.canceled == [], "else what is said of the end would take its place"
    qtbot.waitUntil(lambda: bool(told.canceled))
    assert told.reasons == ["stopped"]
    assert told.canceled == [
        "2 of the 3 runs of the preset were not trained; the Presets menu offers to go on."
    ]
    assert told.over == [1]
    assert told.ended == []
    assert not queue.is_active


def test_what_was_canceled_can_be_gone_on_with(
    qtbot: QtBot, lab: Lab, queue: RunQueue, told: Listener, race: list[QueuedRun]
) -> None:
    endless = replace(race[0], config=replace(race[0].config, epochs=10_000))
    queue.go_on(lab.dataset)
    assert not queue.is_active, "there is nothing yet to go on with"
    queue.start([endless, *race[1:]], lab.dataset)
    qtbot.waitUntil(lambda: bool(told.places))
    lab.session.stop()
    qtbot.waitUntil(lambda: bool(told.canceled))
    assert queue.left == tuple(race[1:])
    queue.go_on(lab.dataset)
    assert queue.left == ()
    qtbot.waitUntil(lambda: bool(told.ended))
    assert told.places[1:] == ["Run 2 of 3: seed 1", "Run 3 of 3: seed 2"]
    assert told.ended == ["The other 2 runs of the preset were trained."]
    assert told.reasons == ["stopped", "finished", "finished"]


def test_a_failure_tells_of_the_rest_too(
    qtbot: QtBot,
    lab: Lab,
    queue: RunQueue,
    told: Listener,
    race: list[QueuedRun],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ConvlabError("Something broke.")

    queue.start(race, lab.dataset)
    with monkeypatch.context() as spoilt:
        spoilt.setattr("convlab.training.trainer.Trainer.run", fail)
        qtbot.waitUntil(lambda: bool(told.failed))
    (sentence,) = told.failed
    assert "Something broke." in sentence
    assert sentence.endswith(
        "2 of the 3 runs of the preset were not trained; the Presets menu offers to go on."
    )
    assert queue.left == tuple(race[1:])


def test_a_pause_holds_the_queue(
    qtbot: QtBot, lab: Lab, queue: RunQueue, told: Listener, race: list[QueuedRun]
) -> None:
    endless = [replace(run, config=replace(run.config, epochs=10_000)) for run in race]
    queue.start(endless, lab.dataset)
    qtbot.waitUntil(lambda: bool(told.places))
    lab.session.pause()
    qtbot.waitUntil(lambda: lab.session.state is State.PAUSED)
    assert queue.is_active
    assert queue.place is not None
    assert queue.place.number == 1


def test_cancel_lets_the_run_that_is_on_end_by_itself(
    qtbot: QtBot, lab: Lab, queue: RunQueue, told: Listener, race: list[QueuedRun]
) -> None:
    queue.start(race, lab.dataset)
    queue.cancel()
    queue.cancel()
    qtbot.waitUntil(lambda: bool(told.canceled))
    assert told.reasons == ["finished"]
    assert not lab.session.is_busy
    assert told.canceled[0].startswith("2 of the 3 runs of the preset were not trained")


def test_a_run_that_diverges_does_not_hold_up_the_others(
    qtbot: QtBot,
    lab: Lab,
    queue: RunQueue,
    told: Listener,
    race: list[QueuedRun],
    spoilt_update: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("convlab.nn.Adam.update_one", spoilt_update)
    queue.start(race[:2], lab.dataset)
    qtbot.waitUntil(lambda: bool(told.ended))
    assert told.reasons == ["diverged", "diverged"]


def test_nothing_begins_while_a_run_is_on(
    qtbot: QtBot, lab: Lab, queue: RunQueue, told: Listener, race: list[QueuedRun]
) -> None:
    lab.session.start(replace(race[0].config, epochs=10_000), lab.dataset)
    queue.start(race, lab.dataset)
    assert told.failed == ["A run is on; stop it first."]
    assert not queue.is_active


def test_the_images_of_a_run_are_read_first(
    qtbot: QtBot, lab: Lab, queue: RunQueue, told: Listener, race: list[QueuedRun]
) -> None:
    config = replace(race[0].config, dataset="BUNDLED", mini_batch_size=1000)
    queue.start([QueuedRun("digits", config)], lab.dataset)
    assert not lab.session.is_busy
    qtbot.waitUntil(lambda: bool(told.ended))
    assert lab.session.dataset is not None
    assert lab.session.dataset.name == "bundled"
    assert told.reasons == ["finished"]


def test_settings_and_images_of_a_person_are_left_alone(
    qtbot: QtBot, lab: Lab, queue: RunQueue, told: Listener, race: list[QueuedRun]
) -> None:
    mine = (lab.config, lab.dataset)
    digits = replace(race[0].config, dataset="bundled", mini_batch_size=1000, epochs=1)
    queue.start([race[1], QueuedRun("digits", digits)], lab.dataset)
    changes: list[None] = []
    lab.config_changed.connect(lambda: changes.append(None))
    lab.dataset_changed.connect(lambda: changes.append(None))
    qtbot.waitUntil(lambda: bool(told.ended))
    assert told.reasons == ["finished"] * 2
    assert ((lab.config, lab.dataset), changes) == (mine, [])


def test_a_run_that_is_begun_while_images_are_read_comes_first(
    qtbot: QtBot, lab: Lab, queue: RunQueue, told: Listener, race: list[QueuedRun]
) -> None:
    digits = replace(race[0].config, dataset="bundled", mini_batch_size=1000, epochs=1)
    queue.start([QueuedRun("digits", digits)], lab.dataset)
    lab.session.start(race[1].config, lab.dataset)
    qtbot.waitUntil(lambda: bool(told.ended))
    assert told.places == ["Run 1 of 1: digits"]
    assert told.reasons == ["finished"] * 2
    assert lab.store is not None
    assert len(lab.store.entries()) == 2


def test_images_that_cannot_be_read_are_told(
    qtbot: QtBot, lab: Lab, queue: RunQueue, told: Listener, race: list[QueuedRun]
) -> None:
    gone = QueuedRun("gone", replace(race[0].config, dataset="/not/there"))
    queue.start([gone, *race], lab.dataset)
    qtbot.waitUntil(lambda: bool(told.failed))
    assert told.failed[0].startswith("The preset cannot be trained without its images. ")
    assert told.places == []
    assert not queue.is_active


def test_giving_up_the_reading_cancels(
    lab: Lab, queue: RunQueue, told: Listener, race: list[QueuedRun]
) -> None:
    digits = QueuedRun("digits", replace(race[0].config, dataset="bundled"))
    queue.start([digits], lab.dataset)
    queue.loader.cancel()
    assert told.canceled[0].startswith("The 1 run of the preset was not trained")
    assert not queue.is_active


def test_settings_that_do_not_fit_the_images_are_told(
    lab: Lab, queue: RunQueue, told: Listener, race: list[QueuedRun]
) -> None:
    config = replace(race[0].config, mini_batch_size=61)
    queue.start([QueuedRun("large", config), *race], lab.dataset)
    (sentence,) = told.failed
    assert sentence.startswith("large cannot be trained. ")
    assert not queue.is_active


def test_a_run_that_takes_more_memory_than_there_is_does_not_begin(
    lab: Lab,
    queue: RunQueue,
    told: Listener,
    race: list[QueuedRun],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("convlab.insight.memory.machine_memory", lambda: 1000)
    queue.start(race, lab.dataset)
    (sentence,) = told.failed
    assert "of memory, but this computer has" in sentence
    assert lab.store is not None
    assert lab.store.entries() == []
