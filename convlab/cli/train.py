"""``convlab train``: the lab's training without a window."""

import json
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from convlab.cli.options import chosen_settings, with_setting_options
from convlab.data.loading import load_dataset
from convlab.threads import usable_cores
from convlab.training.config import TrainingConfig
from convlab.training.control import Control
from convlab.training.events import EpochEvaluated, RunEnded, RunStarted, StepDone
from convlab.training.history import History
from convlab.training.runs import RunFolder
from convlab.training.trainer import Trainer

MOST_THREADS = 256
DIVERGED = 1  # the exit code of a run whose loss was no longer finite


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
        int | None,
        typer.Option(
            min=1,
            max=MOST_THREADS,
            help="Compute on so many cores; all if not given. It changes no number.",
            show_default=False,
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the result as one line of JSON.")
    ] = False,
    **settings: Any,
) -> None:
    """Train a network and write a run folder: settings, history and weights.

    Ctrl+C ends the run early and keeps what it has learned.
    """
    base = TrainingConfig.load(config) if config else TrainingConfig()
    chosen = chosen_settings(base, settings)
    dataset = load_dataset(chosen.dataset)
    trainer = Trainer.from_config(chosen, dataset, threads=threads or usable_cores())
    folder = RunFolder.create(chosen, out)
    ended = _train(trainer, folder)
    losses = trainer.train_loss_list
    result = {
        "reason": ended.reason,
        "train_loss": losses[-1] if losses and np.isfinite(losses[-1]) else None,
        "test_accuracy": ended.test_accuracy,
        "steps": ended.iteration,
        "epochs": ended.iteration // trainer.batches.per_epoch,
        "seconds": round(ended.seconds, 3),
        "run": str(folder.path),
        "weights": str(folder.weights_path),
    }
    if ended.reason != "finished":
        typer.echo(f"convlab: {ended.message}", err=True)
    typer.echo(json.dumps(result) if as_json else _in_words(result))
    if ended.reason == "diverged":
        raise typer.Exit(DIVERGED)


def _train(trainer: Trainer, folder: RunFolder) -> RunEnded:
    """Train to the end, and write the run after every epoch and at the end."""
    history = History(trainer.optimizer.lr)
    description = trainer.network.description
    control = Control()
    with _interrupts_stop(control), _progress_bar(trainer.iterations) as bar:
        task = bar.add_task("training", total=trainer.iterations, accuracy="")
        for event in trainer.run(control):
            match event:
                case RunStarted():
                    folder.write(history, event.params, description)
                case StepDone():
                    history.add_steps([event])
                    bar.update(task, completed=event.iteration, loss=event.loss)
                case EpochEvaluated():
                    history.add_evaluation(event)
                    folder.write(history, trainer.network.params, description)
                    bar.update(task, accuracy=f"test accuracy {event.test_accuracy:.2%}")
                case RunEnded():
                    folder.write(history, event.params, description)
                    return event
    raise AssertionError("a run always ends with RunEnded")


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


@contextmanager
def _interrupts_stop(control: Control) -> Iterator[None]:
    """Let Ctrl+C and a polite kill end the run instead of losing it."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for number in kept:
        signal.signal(number, lambda *_: control.stop())
    try:
        yield
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)


def _in_words(result: dict[str, Any]) -> str:
    accuracy, loss = result["test_accuracy"], result["train_loss"]
    parts = [
        f"test accuracy {accuracy:.2%}" if accuracy is not None else "test accuracy not measured",
        f"loss {loss:.4f}" if loss is not None else "loss not finite",
        f"{result['steps']:,} steps in {result['seconds']:.1f} s",
        f"run in {result['run']}",
    ]
    return ", ".join(parts)
