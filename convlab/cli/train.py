"""``convlab train``: the lab's training without a window."""

import json
import sys
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from convlab.cli.options import ThreadsOption, chosen_threads, with_setting_options
from convlab.cli.presets import folder_of, planned_runs
from convlab.cli.terminal import complain, interrupts_call
from convlab.data.loading import load_dataset
from convlab.errors import ConvlabError
from convlab.insight.memory import refuse_too_large
from convlab.training.control import Control
from convlab.training.events import EpochEvaluated, RunEnded, StepDone, Warned
from convlab.training.moving import temporary_folder
from convlab.training.presets import PresetRun
from convlab.training.recorder import CHECKPOINT_SECONDS, Recorder
from convlab.training.run_folder import RunFolder
from convlab.training.run_info import RunNotes
from convlab.training.run_store import RunStore
from convlab.training.trainer import Trainer
from convlab.wording import counted

FAILED = 1  # the exit code of a run that did not go as it was meant to


@with_setting_options
def train(
    config: Annotated[
        Path | None,
        typer.Option("--config", "-c", help="Settings from a TOML file; options go before it."),
    ] = None,
    preset: Annotated[
        str | None,
        typer.Option(
            "--preset", "-p", help="Settings of a preset; convlab presets list tells the names."
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", help="Write the run into this new folder, not among your runs."
        ),
    ] = None,
    threads: ThreadsOption = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the result of a run as one line of JSON.")
    ] = False,
    **settings: Any,
) -> None:
    """Train a network and write a run folder: settings, history, snapshots and weights.

    Ctrl+C ends the run early and keeps what it has learned. A preset of several runs trains them
    one after another, each in a folder of its own below that of --out; Ctrl+C ends them all.
    """
    runs = planned_runs(config, preset, settings)
    cores = chosen_threads(threads)
    has_failed = False
    for number, run in enumerate(runs, start=1):
        if len(runs) > 1:
            typer.echo(f"Run {number} of {len(runs)}: {run.title}", err=True)
        dataset = load_dataset(run.config.dataset)
        refuse_too_large(run.config, dataset)
        trainer = Trainer.from_config(run.config, dataset, threads=cores)
        folder, elsewhere = _new_folder(run, out)
        recorder = Recorder(folder, run.config, must_begin_well=out is not None)
        ended = trained(trainer, recorder, as_json=as_json)
        if elsewhere and not recorder.was_moved:
            complain(f"This run is not among your runs; it was kept in {folder.path}.")
        has_failed |= went_wrong(ended, recorder) or elsewhere
        if ended.reason == "stopped":
            break
    if has_failed:
        raise typer.Exit(FAILED)


def _new_folder(run: PresetRun, out: Path | None) -> tuple[RunFolder, bool]:
    """Make the folder of a run, which has the name of a preset's run if it is one of several.

    Returns it, and whether it had to be elsewhere than among the user's runs. Raises
    :class:`ConvlabError` if the folder ``out`` cannot be made.
    """
    path, elsewhere = folder_of(run, out), False
    try:
        folder = RunFolder.create(run.config, path) if path else RunStore().create(run.config)
    except ConvlabError as error:
        if path:
            raise
        try:
            folder, elsewhere = RunFolder.create(run.config, temporary_folder(run.config)), True
        except OSError:  # there is no place at all
            raise error from None
        complain(f"{error} The training goes on; it is kept in {folder.path} instead.")
    if run.title:
        with suppress(OSError):  # it is trained under the name of its folder then
            folder.save_notes(RunNotes(name=run.title))
    return folder, elsewhere


def train_to_the_end(trainer: Trainer, recorder: Recorder, *, as_json: bool) -> None:
    """Train, print how it went, and raise :class:`typer.Exit` if it did not go as it should."""
    ended = trained(trainer, recorder, as_json=as_json)
    if went_wrong(ended, recorder):
        raise typer.Exit(FAILED)


def went_wrong(ended: RunEnded, recorder: Recorder) -> bool:
    """Whether a run diverged, or had to be written elsewhere."""
    return ended.reason == "diverged" or recorder.was_moved


def trained(trainer: Trainer, recorder: Recorder, *, as_json: bool) -> RunEnded:
    """Train, print how it went and return how it ended.

    Raises :class:`typer.Exit` if there is not enough memory to go on.
    """
    try:
        ended = _train(trainer, recorder)
    except MemoryError as error:
        complain(
            "There was not enough memory to go on training; use a smaller mini-batch or a smaller "
            f"network. What was written until then is in {recorder.folder.path}."
        )
        raise typer.Exit(FAILED) from error
    if ended.reason != "finished" or ended.hint:
        complain(ended.message)
    result = _result(trainer, recorder, ended)
    typer.echo(json.dumps(result) if as_json else _in_words(result))
    return ended


def _train(trainer: Trainer, recorder: Recorder) -> RunEnded:
    """Train to the end, or until Ctrl+C; the run is recorded meanwhile."""
    control = Control()
    with interrupts_call(control.stop), _progress_bar(trainer.iterations) as bar:
        task = bar.add_task("training", total=trainer.iterations, accuracy="")
        events = trainer.run(control, checkpoint_seconds=CHECKPOINT_SECONDS)
        for event in recorder.follow(events):
            match event:
                case StepDone():
                    bar.update(task, completed=event.iteration)
                case EpochEvaluated():
                    bar.update(task, accuracy=f"test accuracy {event.test_accuracy:.2%}")
                case Warned():
                    complain(event.sentence)
                case RunEnded():
                    ended = event
    return ended


def _result(trainer: Trainer, recorder: Recorder, ended: RunEnded) -> dict[str, Any]:
    """Return what is told of a run, ready for JSON."""
    losses, evaluations = trainer.train_loss_list, recorder.history.evaluations
    last = evaluations[-1] if evaluations else None
    return {
        "reason": ended.reason,
        "train_loss": losses[-1] if losses and np.isfinite(losses[-1]) else None,
        "test_accuracy": ended.test_accuracy,
        "last_epoch_evaluated": last.epoch if last else None,
        "last_epoch_accuracy": last.test_accuracy if last else None,
        "steps": ended.iteration,
        "epochs": ended.iteration // trainer.batches.per_epoch,
        "seconds": round(ended.seconds, 3),
        "run": str(recorder.folder.path),
        "weights": str(recorder.folder.weights_path),
    }


def _progress_bar(total: int) -> Progress:
    return Progress(
        TextColumn("{task.completed:,.0f}/{task.total:,.0f} steps"),
        BarColumn(),
        TextColumn("{task.fields[accuracy]}"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
        transient=True,
    )


def _in_words(result: dict[str, Any]) -> str:
    loss = result["train_loss"]
    parts = [
        _accuracy_in_words(result),
        f"loss {loss:.4f}" if loss is not None else "loss not finite",
        f"{counted(result['steps'], 'step')} in {result['seconds']:.1f} s",
        f"run in {result['run']}",
    ]
    return ", ".join(parts)


def _accuracy_in_words(result: dict[str, Any]) -> str:
    if result["test_accuracy"] is not None:
        return f"test accuracy {result['test_accuracy']:.2%}"
    if result["last_epoch_accuracy"] is not None:
        accuracy, epoch = result["last_epoch_accuracy"], result["last_epoch_evaluated"]
        return f"test accuracy {accuracy:.2%} after epoch {epoch:,}"
    return "test accuracy not measured"
