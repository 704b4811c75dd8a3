"""``convlab runs``: what was trained, listed, shown, compared, mailed and gone on with."""

import json
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from convlab.cli.compare_runs import compare
from convlab.cli.found_run import damaged_runs, found_run
from convlab.cli.resume import resume
from convlab.cli.run_words import (
    add_row,
    described,
    heading,
    ids,
    new_table,
    percent,
    plain,
    print_table,
    runs_table,
    state_of,
)
from convlab.cli.terminal import complain
from convlab.training.run_store import RunEntry, RunStore
from convlab.training.run_zip import export_run, import_run

_EVALUATIONS_SHOWN = 20

runs = typer.Typer(help="List, show, compare, export and resume runs.", no_args_is_help=True)
runs.command()(compare)
runs.command()(resume)

AsJson = Annotated[bool, typer.Option("--json", help="Print the result as one line of JSON.")]
Name = Annotated[
    str,
    typer.Argument(
        help="A run's id, its name, how these begin, or its folder; convlab runs list tells them.",
        show_default=False,
    ),
]


class Order(StrEnum):
    """What a list of runs can be sorted by."""

    CREATED = "created"
    NAME = "name"
    DATASET = "dataset"
    NETWORK = "network"
    BEST = "best"
    LAST = "last"
    LOSS = "loss"
    TIME = "time"


class Standing(StrEnum):
    """How a run can stand."""

    RUNNING = "running"
    INTERRUPTED = "interrupted"
    FINISHED = "finished"
    EARLY = "early"
    STOPPED = "stopped"
    DIVERGED = "diverged"
    MOVED = "moved"


_KEYS: dict[Order, Callable[[RunEntry], Any]] = {
    Order.NAME: lambda entry: entry.title.lower(),
    Order.DATASET: lambda entry: entry.info.dataset.lower(),
    Order.NETWORK: lambda entry: entry.info.network.lower(),
    Order.BEST: lambda entry: -entry.info.best_accuracy,
    Order.LAST: lambda entry: -entry.info.last_accuracy,
    Order.LOSS: lambda entry: entry.info.curve[-1] if entry.info.curve else float("inf"),
    Order.TIME: lambda entry: entry.info.seconds,
}


@runs.command("list")
def list_runs(
    order: Annotated[
        Order, typer.Option("--sort", help="Best first; by when they began, the latest first.")
    ] = Order.CREATED,
    reverse: Annotated[bool, typer.Option("--reverse", help="Turn the order around.")] = False,
    text: Annotated[
        str,
        typer.Option(
            "--filter",
            help="Only runs with these words in name, note, settings or data set.",
            show_default=False,
        ),
    ] = "",
    state: Annotated[
        Standing | None, typer.Option(help="Only runs that stand so.", show_default=False)
    ] = None,
    starred: Annotated[bool, typer.Option("--starred", help="Only runs with a star.")] = False,
    as_json: AsJson = False,
) -> None:
    """List your runs: id, name, settings that are not the usual ones, accuracies, time, state.

    By its id, in quotes, a run is named to the other commands.
    """
    every = RunStore().entries()
    entries = [
        entry
        for entry in every
        if _mentions(entry, text)
        and (state is None or state_of(entry) == state.value)
        and (entry.notes.starred or not starred)
    ]
    if order is not Order.CREATED:
        entries.sort(key=_KEYS[order])
    if reverse:
        entries.reverse()
    if as_json:
        typer.echo(json.dumps({"runs": [described(entry) for entry in entries]}))
    elif entries:
        print_table(runs_table(entries, ids(entry.name for entry in every)))
    elif text or state or starred:
        typer.echo("No run is like that.")
    else:
        typer.echo("There are no runs yet; convlab train makes the first one.")
    for path in damaged_runs():
        complain(f"{path.name} is damaged and left out: its run.toml cannot be read.")


@runs.command()
def show(name: Name, as_json: AsJson = False) -> None:
    """Tell of the run NAME: how it stands, notes, settings that are not the usual, accuracies."""
    entry = found_run(name)
    evaluations = entry.folder.history().evaluations if _has_history(entry) else ()
    if as_json:
        values = [
            {
                "step": e.iteration,
                "epoch": e.epoch,
                "train_accuracy": e.train_accuracy,
                "test_accuracy": e.test_accuracy,
            }
            for e in evaluations
        ]
        settings = entry.folder.config().to_dict()
        typer.echo(json.dumps({**described(entry), "settings": settings, "evaluations": values}))
        return
    for line in heading(entry):
        typer.echo(plain(line))
    if not evaluations:
        return
    left_out = len(evaluations) - _EVALUATIONS_SHOWN
    typer.echo(f"\nThe last of {len(evaluations):,} epochs:" if left_out > 0 else "")
    table, info = new_table("Epoch", "Step", "Train", "Test"), entry.info
    for e in evaluations[-_EVALUATIONS_SHOWN:]:
        epoch, step = info.epochs_before + e.epoch, info.branched_at + e.iteration
        cells = (f"{epoch:,}", f"{step:,}", percent(e.train_accuracy))
        add_row(table, *cells, percent(e.test_accuracy))
    print_table(table)


@runs.command()
def export(
    name: Name,
    file: Annotated[Path, typer.Argument(help="A new zip file.", show_default=False)],
    without_moments: Annotated[
        bool,
        typer.Option("--without-moments", help="Much smaller: nothing to go back to but the end."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Write the run NAME into FILE.zip, which convlab runs import opens elsewhere."""
    entry = found_run(name)
    export_run(entry.folder, file, with_moments=not without_moments)
    size = file.stat().st_size
    if as_json:
        typer.echo(json.dumps({"name": entry.name, "file": str(file), "size": size}))
    else:
        typer.echo(f"{plain(entry.title)} exported as {file} ({size / 1e6:,.1f} MB)")


@runs.command("import")
def import_zip(
    file: Annotated[
        Path,
        typer.Argument(
            help="What convlab runs export wrote, or the folder of a run.", show_default=False
        ),
    ],
    as_json: AsJson = False,
) -> None:
    """Put the run in FILE.zip, or in a folder, among your runs. Nothing in it is executed."""
    store = RunStore()
    entry = store.find(str(import_run(file, store.root).path))
    if as_json:
        typer.echo(json.dumps(described(entry)))
    else:
        typer.echo(f"{plain(entry.title)} is among your runs now, in {entry.folder.path}")


def _mentions(entry: RunEntry, words: str) -> bool:
    """Whether a run has all the words somewhere in what is told of it."""
    info = entry.info
    changes = " ".join(f"{name}={value}" for name, value in info.changes.items())
    told = (entry.name, entry.title, entry.notes.note, info.dataset, info.network, info.optimizer)
    text = " ".join((*told, changes, state_of(entry), info.parent)).lower()
    return all(word in text for word in words.lower().split())


def _has_history(entry: RunEntry) -> bool:
    """Whether there must be a history: not before the first checkpoint."""
    return (entry.folder.path / "history.csv").exists() or bool(entry.info.iteration)
