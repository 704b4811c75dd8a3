"""The moments of a run: its snapshots, and its best weights wherever these are kept."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save

from convlab.data.dataset import Dataset
from convlab.errors import WeightsError
from convlab.training.filter_track import FilterTrack, FilterTrackReader
from convlab.training.moments import Moments
from convlab.training.run_folder import RunFolder
from convlab.training.run_store import resumed_trainer

MakeRun = Callable[..., RunFolder]


def test_the_best_weights_are_a_moment_beside_the_snapshots(make_run: MakeRun) -> None:
    folder = make_run()
    info = folder.info()
    assert info is not None
    whole = Moments(folder)
    assert whole.best == info.best_iteration
    assert whole.path(whole.best) == folder.snapshots.file(whole.best)
    params = whole.load(whole.best)
    folder.snapshots.file(whole.best).unlink()
    thinned = Moments(folder)
    assert thinned.iterations == whole.iterations
    assert thinned.path(whole.best) == folder.best_path
    np.testing.assert_array_equal(thinned.load(whole.best)["W1"], params["W1"])
    assert thinned.size(whole.best) > params["W1"].nbytes


def test_while_a_run_is_on_better_weights_that_it_has_not_told_of_do_not_count(
    make_run: MakeRun,
) -> None:
    folder = make_run()
    info = folder.info()
    assert info is not None
    folder.save_info(replace(info, state="running"))
    assert Moments(folder).best == info.best_iteration
    told = (folder.path / "run.toml").stat().st_mtime
    os.utime(folder.best_path, (told + 1, told + 1))
    assert Moments(folder).best is None


def test_a_folder_that_is_gone_has_no_moments(make_run: MakeRun) -> None:
    folder = make_run()
    moments = Moments(folder)
    folder.path.rename(folder.path.with_name("elsewhere"))
    assert moments.size(0) == 0
    with pytest.raises(WeightsError):
        moments.load(0)
    assert Moments(folder).iterations == []
    assert Moments(folder).best is None


def test_a_branch_that_goes_on_counts_as_before(make_run: MakeRun, tiny_dataset: Dataset) -> None:
    parent = make_run()
    branch = make_run(parent=parent, at=8)
    further = make_run(parent=branch, at=7, stop_at=2)
    info = further.info()
    assert info is not None
    assert (info.branched_at, info.epochs_before, info.iteration) == (15, 2, 2)
    trainer = resumed_trainer(further, tiny_dataset)
    assert (trainer.branched_at, trainer.epochs_before, trainer.iteration) == (15, 2, 2)


def test_filters_are_known_at_more_points_than_whole_weights(make_run: MakeRun) -> None:
    folder = make_run()
    for gone in (5, 6):
        folder.snapshots.file(gone).unlink()
    moments = Moments(folder, folder.filters())
    assert moments.points == list(range(13))
    assert [moments.whole_at(point) for point in (4, 5, 6, 7)] == [4, 4, 4, 7]
    assert moments.filters_at(4) is None
    found = moments.filters_at(6)
    assert found is not None
    assert (found.iteration, found.key) == (6, "W1")
    np.testing.assert_array_equal(found.weights, folder.filters().at(6))


def test_without_whole_weights_filters_are_no_moments(make_run: MakeRun) -> None:
    folder = make_run()
    for file in [*folder.snapshots.path.iterdir(), folder.best_path]:
        file.unlink()
    assert Moments(folder, folder.filters()).points == []


def test_a_track_is_read_again_only_when_it_was_written_anew(make_run: MakeRun) -> None:
    path = make_run().filters_path
    reader = FilterTrackReader()
    first = reader.read(path)
    assert len(first.iterations) == 13
    assert reader.read(path) is first
    os.utime(path, (1, 1))
    assert reader.read(path) is not first
    path.unlink()
    assert reader.read(path).iterations == []


@pytest.mark.parametrize("iterations", [[3, 1], [2, 2], [1]])
def test_a_track_in_disorder_counts_as_damaged(iterations: list[int], tmp_path: Path) -> None:
    arrays = {"iterations": np.array(iterations), "W1": np.zeros((2, 4, 1, 5, 5))}
    (tmp_path / "filters.safetensors").write_bytes(save(arrays))
    assert FilterTrack.load(tmp_path / "filters.safetensors").iterations == []
