"""Datasets are fetched, used and sampled without stopping the window."""

import threading
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from convlab.app.datasets import Datasets
from convlab.app.lab import Lab
from convlab.data.dataset import Dataset
from convlab.data.progress import Cancel, CanceledError, FetchProgress
from convlab.data.source import DatasetSource
from convlab.errors import DataError

Act = Callable[[FetchProgress, Cancel], None]


class FakeSource(DatasetSource):
    """A dataset elsewhere; ``act`` is what fetching it does."""

    name: ClassVar[str] = "far"
    title: ClassVar[str] = "Far away"
    class_names: ClassVar[tuple[str, ...]] = tuple("0123456789")
    image_shape: ClassVar[tuple[int, int, int]] = (1, 28, 28)
    train_images: ClassVar[int] = 60
    test_images: ClassVar[int] = 20
    license: ClassVar[str] = "None."
    size = 1000

    def __init__(self, dataset: Dataset, act: Act) -> None:
        self.dataset = dataset
        self.act = act
        self.was_fetched = False
        self.thread: int | None = None

    @property
    def is_here(self) -> bool:
        return self.was_fetched

    def fetch(self, progress: Any = None, cancel: Any = None, mirror: str | None = None) -> None:
        self.thread = threading.get_ident()
        self.act(progress, cancel)
        self.was_fetched = True

    def load(self) -> Dataset:
        return self.dataset


@pytest.fixture
def source(tiny_dataset: Dataset) -> FakeSource:
    return FakeSource(tiny_dataset, lambda progress, _: progress(1000, 1000, 5e5))


@pytest.fixture
def datasets(lab: Lab, source: FakeSource) -> Iterator[Datasets]:
    datasets = Datasets(lab)
    datasets._sources["far"] = source
    datasets._here["far"] = False
    yield datasets
    lab.fetcher.wait()


def waiting_for_cancel(progress: FetchProgress, cancel: Cancel) -> None:
    progress(1, 1000, 1.0)
    pause = threading.Event()
    while not cancel():
        pause.wait(0.001)
    raise CanceledError("The fetching was canceled; nothing of it was kept.")


def test_every_registered_dataset_is_listed_and_the_own_one_last(
    datasets: Datasets, lab: Lab
) -> None:
    names = [entry.name for entry in datasets.entries]
    assert {"bundled", "mnist", "cifar-10"} < set(names)
    assert names[-1] == lab.dataset.name == "tiny"
    assert datasets.entries[-1].train_images == 60
    assert datasets.state("tiny") == "in use"
    assert datasets.state("bundled") == "here"
    assert datasets.state("mnist") == "to be fetched"


def test_a_dataset_is_fetched_in_another_thread_and_then_shows_samples(
    datasets: Datasets, lab: Lab, source: FakeSource, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(datasets.sampled, check_params_cb=lambda name: name == "far"):
        datasets.fetch("far")
        assert datasets.state("far") == "fetching"
        assert datasets.is_fetching
    assert datasets.state("far") == "here"
    assert datasets.problems == {}
    assert source.thread != threading.get_ident()
    images = datasets.samples("far")
    assert images is not None
    np.testing.assert_array_equal(images, source.dataset.train.images[:8])
    qtbot.waitUntil(lambda: not datasets._background.is_busy and not datasets._to_sample)


def test_a_fetch_tells_how_far_it_is_and_can_be_canceled(
    datasets: Datasets, lab: Lab, source: FakeSource, qtbot: QtBot
) -> None:
    source.act = waiting_for_cancel
    with qtbot.waitSignal(datasets.progressed):
        datasets.fetch("far")
    assert datasets.progress is not None
    assert (datasets.progress.done, datasets.progress.total) == (1, 1000)
    datasets.cancel()
    assert datasets.is_canceling
    qtbot.waitUntil(lambda: not datasets.is_fetching)
    assert datasets.state("far") == "to be fetched"
    assert datasets.problems == {}


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (DataError("No mirror gave it."), "No mirror gave it."),
        (ZeroDivisionError("oh"), "an error inside the lab (ZeroDivisionError: oh)"),
    ],
)
def test_a_failure_is_a_sentence_that_goes_at_the_next_try(
    datasets: Datasets, source: FakeSource, qtbot: QtBot, error: Exception, sentence: str
) -> None:
    def fail(*_: object) -> None:
        raise error

    source.act = fail
    datasets.fetch("far")
    qtbot.waitUntil(lambda: not datasets.is_fetching)
    assert sentence in datasets.problems["far"]
    assert datasets.state("far") == "to be fetched"
    source.act = waiting_for_cancel
    datasets.fetch("far")
    assert datasets.problems == {}


def test_leaving_the_program_ends_a_fetch(
    datasets: Datasets, lab: Lab, source: FakeSource, qtbot: QtBot
) -> None:
    source.act = waiting_for_cancel
    with qtbot.waitSignal(datasets.progressed):
        datasets.fetch("far")
    lab.fetcher.wait()
    assert not datasets.is_fetching
    assert not source.was_fetched


def test_a_dataset_is_used_as_if_it_were_chosen_in_setup(
    datasets: Datasets, lab: Lab, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(lab.dataset_changed):
        datasets.use("bundled")
        assert datasets.state("bundled") == "opening"
    assert lab.dataset.name == "bundled"
    assert datasets.state("bundled") == "in use"
    assert "tiny" not in [entry.name for entry in datasets.entries]


def test_what_cannot_be_read_says_so(datasets: Datasets, lab: Lab, qtbot: QtBot) -> None:
    with qtbot.waitSignal(lab.loader.failed):
        datasets.use("mnist")
    assert "MNIST is not on this computer" in datasets.problems["mnist"]
    assert lab.dataset.name == "tiny"
