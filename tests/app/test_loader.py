import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from convlab.app import loader as module
from convlab.app.lab import Lab
from convlab.app.loader import DatasetLoader
from convlab.app.setup import Setup
from convlab.data import Dataset, load_dataset
from convlab.data.progress import Cancel, CanceledError, ReadProgress
from convlab.errors import DataError


@pytest.fixture
def loader(qtbot: QtBot) -> DatasetLoader:
    return DatasetLoader()


def test_a_dataset_is_read_in_another_thread_and_told_in_this_one(
    loader: DatasetLoader,
    qtbot: QtBot,
    tiny_dataset: Dataset,
    write_idx_folder: Callable[[Dataset, str], Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = str(write_idx_folder(tiny_dataset, "digits"))
    readers: list[int] = []
    receivers: list[int] = []

    def watched(name: str, *reports: Any) -> Dataset:
        readers.append(threading.get_ident())
        return load_dataset(name, *reports)

    monkeypatch.setattr(module, "load_dataset", watched)
    loader.loaded.connect(lambda _: receivers.append(threading.get_ident()))
    with qtbot.waitSignal(loader.loaded) as loaded:
        loader.load(folder)
        assert loader.is_loading
    assert not loader.is_loading
    assert loaded.args is not None
    assert loaded.args[0].name == folder
    assert len(loaded.args[0].train) == 60
    assert readers != [threading.get_ident()]
    assert receivers == [threading.get_ident()]


def test_it_says_when_it_begins_and_ends(loader: DatasetLoader, qtbot: QtBot) -> None:
    changes: list[bool] = []
    loader.loading_changed.connect(changes.append)
    with qtbot.waitSignal(loader.loaded):
        loader.load("bundled")
    assert changes == [True, False]


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (DataError("It is cut off."), "It is cut off."),
        (MemoryError(), "some cannot be read (not enough memory)."),
        (OSError("no such device"), "some cannot be read (no such device)."),
    ],
)
def test_a_failure_is_told_in_a_sentence(
    error: Exception,
    sentence: str,
    loader: DatasetLoader,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: Any) -> Dataset:
        raise error

    monkeypatch.setattr(module, "load_dataset", fail)
    with qtbot.waitSignal(loader.failed) as failed:
        loader.load("some")
    assert failed.args == ["some", sentence]
    assert not loader.is_loading


def test_only_the_dataset_asked_for_last_counts(
    loader: DatasetLoader,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def read(name: str, *_: Any) -> str:
        if name == "worst":
            raise DataError("It is cut off.")
        return name

    told: list[str] = []
    read_at_all: list[str] = []
    monkeypatch.setattr(module, "load_dataset", read)
    loader.loaded.connect(told.append)
    loader.failed.connect(lambda name, _: told.append(name))
    loader._signals.loaded.connect(lambda name, _: read_at_all.append(name))
    loader._signals.failed.connect(lambda name, _: read_at_all.append(name))
    for name in ("first", "worst", "last"):
        loader.load(name)
    qtbot.waitUntil(lambda: set(read_at_all) == {"first", "worst", "last"})
    assert told == ["last"]
    assert not loader.is_loading


def test_waiting_leaves_no_thread_behind_and_tells_nothing(
    loader: DatasetLoader, qtbot: QtBot
) -> None:
    with (
        qtbot.assertNotEmitted(loader.loaded),
        qtbot.assertNotEmitted(loader.failed),
        qtbot.waitSignal(loader._signals.loaded),
    ):
        loader.load("bundled")
        loader.wait()


def test_it_tells_how_far_it_is_and_what_was_given_up(
    loader: DatasetLoader, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    has_begun, ended = threading.Event(), threading.Event()

    def read(name: str, progress: ReadProgress, cancel: Cancel) -> Dataset:
        progress(1, 4)
        has_begun.set()
        while not cancel():
            has_begun.wait(0.001)
        ended.set()
        raise CanceledError("The reading was canceled.")

    monkeypatch.setattr(module, "load_dataset", read)
    with qtbot.waitSignal(loader.progressed) as progressed:
        loader.load("many pictures")
    assert progressed.args == [0.25]
    assert loader.name == "many pictures"
    with (
        qtbot.assertNotEmitted(loader.loaded),
        qtbot.assertNotEmitted(loader.failed),
        qtbot.waitSignal(loader.canceled) as canceled,
    ):
        loader.cancel()
    assert canceled.args == ["many pictures"]
    assert not loader.is_loading
    qtbot.waitUntil(ended.is_set)


def test_what_was_canceled_is_not_told(loader: DatasetLoader, qtbot: QtBot) -> None:
    changes: list[bool] = []
    loader.loading_changed.connect(changes.append)
    with (
        qtbot.assertNotEmitted(loader.loaded),
        qtbot.waitSignal(loader._signals.loaded),
    ):
        loader.load("bundled")
        loader.cancel()
        assert not loader.is_loading
    loader.cancel()
    assert changes == [True, False]


def test_a_reading_that_is_given_up_leaves_the_settings_with_the_dataset_in_use(
    lab: Lab, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(_: str, __: ReadProgress, cancel: Cancel) -> Dataset:
        pause = threading.Event()
        while not cancel():
            pause.wait(0.001)
        raise CanceledError("The reading was canceled.")

    monkeypatch.setattr(module, "load_dataset", read)
    setup = Setup(lab)
    setup.edit({**setup.values, "dataset": "/somewhere/pictures"})
    assert setup.is_opening
    with qtbot.waitSignal(setup.replaced):
        lab.loader.cancel()
    assert setup.values["dataset"] == "tiny"
    assert setup.problems == {}
    assert lab.config is not None
