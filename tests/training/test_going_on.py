"""What may go on and what not, on which images, from which moment, and what a person is told."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from convlab.data.dataset import Dataset, ImageSet
from convlab.data.digit_image import Drawing, Stroke
from convlab.data.own_drawings import OwnDrawings
from convlab.errors import ConvlabError
from convlab.training import Trainer, TrainingConfig
from convlab.training.checkpoint import Checkpoint
from convlab.training.control import Control
from convlab.training.events import Event, RunEnded, StepDone, Warned
from convlab.training.recorder import Recorder
from convlab.training.run_folder import RunFolder
from convlab.training.run_info import RunInfo
from convlab.training.run_store import RunEntry, read_entry, refusal, resumed_trainer

MakeRun = Callable[..., RunFolder]

SEVEN = Drawing((Stroke(np.array([[0.2, 0.2], [0.8, 0.2], [0.4, 0.9]]), 0.09),))


def go_on(folder: RunFolder, trainer: Trainer, stop_at: int = 0) -> list[Event]:
    control, events = Control(), []
    for event in Recorder(folder, folder.config()).follow(
        trainer.run(control, checkpoint_seconds=1e9)
    ):
        events.append(event)
        if isinstance(event, StepDone) and event.iteration == stop_at:
            control.stop()
    return events


def flip_last(values: Any) -> None:
    values.flat[-1] ^= 1


def with_pixels(dataset: Dataset, change: Callable[[Any], None]) -> Dataset:
    pixels = dataset.train.images.copy()
    change(pixels)
    return replace(dataset, train=ImageSet(pixels, dataset.train.labels))


def with_test_labels(dataset: Dataset, change: Callable[[Any], None]) -> Dataset:
    labels = dataset.test.labels.copy()
    change(labels)
    return replace(dataset, test=ImageSet(dataset.test.images, labels))


def as_before_fingerprints(folder: RunFolder) -> None:
    """Write the last checkpoint as programs did that took no fingerprint of the images."""
    checkpoint = folder.last_checkpoint()
    assert checkpoint is not None
    state = replace(checkpoint.state, images="")
    folder.write_checkpoint(Checkpoint(state, checkpoint.history, checkpoint.config))


def test_images_that_were_changed_meanwhile_are_refused(
    make_run: MakeRun, tiny_dataset: Dataset
) -> None:
    run = make_run(stop_at=4)
    assert resumed_trainer(run, tiny_dataset).iteration == 4
    for with_others in (with_pixels, with_test_labels):
        with pytest.raises(ConvlabError, match="trained on others, or they have changed since"):
            resumed_trainer(run, with_others(tiny_dataset, flip_last))


def test_a_run_of_before_fingerprints_goes_by_the_number_of_images(
    make_run: MakeRun, tiny_dataset: Dataset
) -> None:
    run = make_run(stop_at=4)
    as_before_fingerprints(run)
    other = with_pixels(tiny_dataset, lambda pixels: pixels.fill(9))
    assert resumed_trainer(run, other).iteration == 4
    fewer = replace(tiny_dataset, train=tiny_dataset.test)
    with pytest.raises(ConvlabError, match="cannot go on with these images"):
        resumed_trainer(run, fewer)


@pytest.mark.parametrize("happens", ["more are drawn", "all are deleted"])
def test_a_run_goes_on_with_the_drawings_that_it_began_with(
    happens: str, make_run: MakeRun, tiny_dataset: Dataset, tiny_config: TrainingConfig
) -> None:
    OwnDrawings().add(SEVEN, 7)
    whole = Trainer.from_config(replace(tiny_config, own_drawings=5), tiny_dataset)
    whole.train()
    run = make_run(stop_at=4, own_drawings=5)
    if happens == "more are drawn":
        OwnDrawings().add(SEVEN, 1)
    else:
        OwnDrawings().delete({0})
    trainer = resumed_trainer(run, tiny_dataset)
    trainer.train()
    assert trainer.train_loss_list == whole.train_loss_list


def test_a_drawing_that_is_filed_while_a_run_begins_is_not_one_of_its_own(
    make_run: MakeRun, tiny_dataset: Dataset
) -> None:
    OwnDrawings().add(SEVEN, 7)
    run = make_run(stop_at=1, own_drawings=5)
    (run.path / "drawings.json").unlink()
    for file in (run.path / "checkpoints").iterdir():
        file.unlink()
    run.save_info(replace(_info(run), iteration=0))
    trainer = resumed_trainer(run, tiny_dataset)
    OwnDrawings().add(SEVEN, 1)
    go_on(run, trainer, stop_at=4)
    assert resumed_trainer(run, tiny_dataset).iteration == 4
    kept = run.drawings()
    assert kept is not None
    assert [drawing.label for drawing in kept.read()] == [7]


def test_a_run_without_drawings_keeps_none(make_run: MakeRun) -> None:
    OwnDrawings().add(SEVEN, 7)
    assert make_run(stop_at=1).drawings() is None


def test_a_run_that_ended_early_goes_on_with_its_patience_begun_anew(
    make_run: MakeRun, tiny_dataset: Dataset
) -> None:
    still = {"optimizer": {"name": "SGD", "lr": 1e-9}}  # so that the first epoch is the best one
    run = make_run(epochs=9, early_stopping=2, **still)
    assert _info(run).state == "early"
    assert _info(run).iteration == 18
    told, *_, ended = go_on(run, resumed_trainer(run, tiny_dataset), stop_at=24)[2:]
    assert isinstance(told, Warned)
    assert told.sentence.startswith("The run had ended early: 2 epochs did not surpass the best")
    assert isinstance(ended, RunEnded)
    assert (ended.reason, ended.iteration) == ("stopped", 24), "it has half of its patience left"
    events = go_on(run, resumed_trainer(run, tiny_dataset))
    assert not any(isinstance(event, Warned) for event in events)
    assert isinstance(events[-1], RunEnded)
    assert (events[-1].reason, events[-1].iteration) == ("early", 30)
    assert _info(run).best_iteration == 6


def test_a_run_goes_back_to_its_best_epoch_with_all_that_it_had_then(
    make_run: MakeRun, tiny_dataset: Dataset
) -> None:
    run = make_run(epochs=8, optimizer={"name": "Adam", "lr": 0.02})
    best, last = _info(run).best_iteration, _info(run).iteration
    assert best < last
    losses = run.history().losses
    trainer = resumed_trainer(run, tiny_dataset, at_best=True)
    assert trainer.iteration == best
    go_on(run, trainer, stop_at=best + 2)
    np.testing.assert_array_equal(run.history().losses, losses[: best + 2])
    assert max(run.snapshots.iterations) == best + 2
    assert run.checkpoints() == [best + 2]
    go_on(run, resumed_trainer(run, tiny_dataset))
    np.testing.assert_array_equal(run.history().losses, losses)
    files = sorted(path.name for path in (run.path / "checkpoints").glob("best*"))
    assert files == [f"best-{best:06d}.safetensors", "best.safetensors"]


def test_what_a_branch_says_at_its_end_counts_from_the_very_beginning(make_run: MakeRun) -> None:
    parent = make_run()
    branch = make_run(parent=parent, at=8, stop_at=8, weights_kept="best")
    assert _info(branch).weights_iteration == 6
    assert _info(branch).message == (
        "The run was stopped after 16 iterations. The best weights, those of iteration 14, are in "
        "use."
    )


def test_of_a_large_network_the_best_weights_are_kept_but_no_checkpoint(
    make_run: MakeRun, tiny_dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("convlab.training.run_loop.LARGEST_AT_ONCE", 1000)
    run = make_run()
    assert run.best_path.exists()
    with pytest.raises(ConvlabError, match="has no checkpoint of its best epoch"):
        resumed_trainer(run, tiny_dataset, at_best=True)


def test_a_damaged_best_checkpoint_is_none(make_run: MakeRun) -> None:
    run = make_run()
    (path,) = (run.path / "checkpoints").glob("best-*")
    path.write_bytes(path.read_bytes()[:-1])
    assert run.best_checkpoint() is None


def test_what_cannot_go_on_is_told_with_what_to_do(make_run: MakeRun) -> None:
    run = make_run("two")
    assert "name more than its 2 epochs" in refusal(_as(run, state="finished"))
    assert "name more than its 2 epochs" in refusal(_as(run, state="finished"), epochs=2)
    assert not refusal(_as(run, state="finished"), epochs=3)
    diverged = refusal(_as(run, state="diverged"))
    assert diverged.startswith("The run two diverged and would again; go back to an earlier moment")
    assert "is being trained" in refusal(replace(_as(run, state="running"), is_live=True))
    for state in ("early", "stopped", "running"):
        assert not refusal(_as(run, state=state))


def _info(run: RunFolder) -> RunInfo:
    info = run.info()
    assert info is not None
    return info


def _as(run: RunFolder, **changes: Any) -> RunEntry:
    run.save_info(replace(_info(run), **changes))
    entry = read_entry(run.path)
    assert entry is not None
    return entry
