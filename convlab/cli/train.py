"""``convlab train``: the lab's training without a window."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from convlab.cli.options import chosen_settings, option_value, with_setting_options
from convlab.cli.terminal import complain, interrupts_call
from convlab.data.dataset import Dataset
from convlab.data.loading import load_dataset
from convlab.errors import SettingsError
from convlab.insight.memory import machine_memory, memory_problems, training_memory
from convlab.settings import About, Setting
from convlab.threads import usable_cores
from convlab.training.config import TrainingConfig
from convlab.training.control import Control
from convlab.training.events import EpochEvaluated, RunEnded, StepDone, Warned
from convlab.training.recorder import CHECKPOINT_SECONDS, Recorder
from convlab.training.run_folder import RunFolder
from convlab.training.trainer import Trainer
from convlab.wording import counted

FAILED = 1  # the exit code of a run that did not go as it was meant to

_THREADS = Setting("threads", About("Threads", ""), int, None, lowest=1, highest=256)


@with_setting_options
def train(
    config: Annotated[
        Path | None,
        typer.Option("--config", "-c", help="Settings from a TOML file; options go before it."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", help="Write the run into this new folder, not among your runs."
        ),
    ] = None,
    threads: Annotated[
        str | None,
        typer.Option(
            help="Compute on so many cores; all if not given. It changes no number.",
            metavar="N",
            show_default=False,
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the result as one line of JSON.")
    ] = False,
    **settings: Any,
) -> None:
    """Train a network and write a run folder: settings, history, snapshots and weights.

    Ctrl+C ends the run early and keeps what it has learned.
    """
    base = TrainingConfig.load(config) if config else TrainingConfig()
    chosen = chosen_settings(base, settings)
    cores = option_value("--threads", _THREADS, threads) if threads is not None else usable_cores()
    dataset = load_dataset(chosen.dataset)
    _refuse_too_large(chosen, dataset)
    trainer = Trainer.from_config(chosen, dataset, threads=cores)
    recorder = Recorder(RunFolder.create(chosen, out), chosen, must_begin_well=True)
    train_to_the_end(trainer, recorder, as_json=as_json)


def train_to_the_end(trainer: Trainer, recorder: Recorder, *, as_json: bool) -> None:
    """Train, print how it went, and raise :class:`typer.Exit` if it did not go as it should."""
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
    if ended.reason == "diverged" or recorder.was_moved:
        raise typer.Exit(FAILED)


def _refuse_too_large(config: TrainingConfig, dataset: Dataset) -> None:
    """Raise :class:`SettingsError` for a run that takes more memory than there is."""
    shape, classes = dataset.image_shape, len(dataset.class_names)
    layers = config.layer_shapes(shape, classes, len(dataset.train))
    memory = training_memory(config, layers, dataset.image_bytes)
    problems = memory_problems(memory, machine_memory())
    if problems:
        raise SettingsError(problems)


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
