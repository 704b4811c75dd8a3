"""``convlab data``: which datasets there are, and fetching them."""

import json
import sys
import threading
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from convlab.cli.terminal import complain, interrupts_call
from convlab.data.datasets import DATASETS
from convlab.data.fetching import MIRROR_VARIABLE
from convlab.data.progress import CanceledError
from convlab.data.source import DatasetSource
from convlab.errors import ConvlabError, DataError

CANCELED = 130  # the exit code of what Ctrl+C ended

data = typer.Typer(help="Show the datasets and fetch them.", no_args_is_help=True)

_AsJson = Annotated[bool, typer.Option("--json", help="Print the result as one line of JSON.")]


@data.command("list")
def list_datasets(as_json: _AsJson = False) -> None:
    """List the datasets: name, title, images, size, license, and whether they are here."""
    entries = [_described(source()) for source in DATASETS]
    if as_json:
        typer.echo(json.dumps({"datasets": entries}))
        return
    for entry in entries:
        shape = "×".join(map(str, entry["image_shape"]))
        typer.echo(
            f"{entry['name']:<15} {entry['title']:<15} {entry['train_images']:>7,} + "
            f"{entry['test_images']:>6,} images {shape:<8} {_megabytes(entry['size']):>9}  "
            f"{'here' if entry['here'] else 'to be fetched'}\n    {entry['license']}"
        )


@data.command("fetch")
def fetch_dataset(
    name: Annotated[
        str, typer.Argument(help="A name that convlab data list tells.", show_default=False)
    ],
    mirror: Annotated[
        str | None,
        typer.Option(
            envvar=MIRROR_VARIABLE,
            help="Fetch from this server alone: its files lie in MIRROR/NAME, or in MIRROR.",
            show_default=False,
        ),
    ] = None,
    as_json: _AsJson = False,
) -> None:
    """Fetch the dataset NAME, unless it is here already. Ctrl+C leaves nothing half-made."""
    source = _source(name)
    was_here = source.is_here
    if not was_here:
        _fetch(source, mirror)
    images = f"{source.train_images:,} images to train on, {source.test_images:,} to test on"
    if as_json:
        typer.echo(json.dumps({**_described(source), "fetched": not was_here}))
    elif was_here:
        typer.echo(f"{source.title} is here already: {images}.")
    else:
        typer.echo(f"{source.title} is here now: {images}. Use it with --dataset {source.name}")


def _source(name: str) -> DatasetSource:
    try:
        return DATASETS.get(name)()
    except ConvlabError as error:
        raise DataError(str(error)) from error


def _fetch(source: DatasetSource, mirror: str | None) -> None:
    canceled = threading.Event()
    with interrupts_call(canceled.set), _progress_bar() as bar:
        task = bar.add_task(source.title, total=source.size)

        def show(done: int, total: int, speed: float) -> None:
            bar.update(task, completed=done, total=total)

        try:
            source.fetch(show, canceled.is_set, mirror)
        except CanceledError as error:
            complain(str(error))
            raise typer.Exit(CANCELED) from error


def _described(source: DatasetSource) -> dict[str, Any]:
    return {
        "name": source.name,
        "title": source.title,
        "train_images": source.train_images,
        "test_images": source.test_images,
        "image_shape": list(source.image_shape),
        "classes": list(source.class_names),
        "size": source.size,
        "license": source.license,
        "here": source.is_here,
    }


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"


def _progress_bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
        transient=True,
    )
