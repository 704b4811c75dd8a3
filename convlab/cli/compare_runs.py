"""``convlab runs compare``: two runs side by side."""

import json
import math
from dataclasses import asdict
from typing import Annotated, Any

import typer

from convlab.cli.found_run import found_run
from convlab.cli.run_words import add_row, new_table, percent, plain, print_table
from convlab.cli.terminal import complain
from convlab.data.dataset import Dataset
from convlab.data.loading import load_dataset
from convlab.errors import DataError
from convlab.threads import usable_cores
from convlab.training import comparison
from convlab.training.comparison import Comparison, RunFigures
from convlab.training.run_store import RunEntry


def compare(
    a: Annotated[str, typer.Argument(help="A run's id, name or folder.", show_default=False)],
    b: Annotated[str, typer.Argument(help="That of another run.", show_default=False)],
    dataset: Annotated[
        str | None,
        typer.Option(
            help="Read the test images of this dataset class by class; that of A if not given.",
            show_default=False,
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the result as one line of JSON.")
    ] = False,
) -> None:
    """Compare the runs A and B: settings that differ, accuracies, and accuracy class by class."""
    left, right = found_run(a), found_run(b)
    images = _images(left, dataset)
    found = comparison.compare(left.folder, right.folder, images, threads=usable_cores())
    if as_json:
        typer.echo(json.dumps(_for_json(found, left, right)))
    else:
        _print(found)


def _images(entry: RunEntry, named: str | None) -> Dataset | None:
    """Return the images to read; None where the first run's own are gone."""
    if named is not None:
        return load_dataset(named)
    try:
        return load_dataset(entry.info.dataset)
    except DataError as error:
        complain(f"Accuracies by class are left out; --dataset names other images. {error}")
        return None


def _for_json(found: Comparison, left: RunEntry, right: RunEntry) -> dict[str, Any]:
    return {
        "settings": [asdict(difference) for difference in found.differences],
        "left": _figures(found, found.left, left),
        "right": _figures(found, found.right, right),
        "dataset": found.dataset or None,
    }


def _figures(found: Comparison, figures: RunFigures, entry: RunEntry) -> dict[str, Any]:
    shares = _shares(found, figures)
    return {
        "name": entry.name,
        "title": figures.title,
        "best_accuracy": figures.best,
        "last_accuracy": figures.last,
        "test_accuracy": figures.whole,
        "class_accuracy": dict(zip(found.class_names, shares, strict=True)) if shares else None,
        "problem": figures.problem or None,
    }


def _shares(found: Comparison, figures: RunFigures) -> list[float | None]:
    """Return the accuracy of each class; nothing where it was not measured."""
    if figures.right is None:
        return []
    return [None if math.isnan(share) else share for share in figures.right.tolist()]


def _print(found: Comparison) -> None:
    left, right = found.left, found.right
    table = new_table("", left.title, right.title)
    for difference in found.differences:
        add_row(table, difference.name, _value(difference.left), _value(difference.right))
    for name, *values in (
        ("best test accuracy", left.best, right.best),
        ("last test accuracy", left.last, right.last),
        ("whole test set", left.whole, right.whole),
    ):
        add_row(table, name, *map(percent, values))
    shares = [_shares(found, figures) for figures in (left, right)]
    for number, name in enumerate(found.class_names if any(shares) else ()):
        cells = [percent(of_run[number]) if of_run else "–" for of_run in shares]
        add_row(table, f"{found.dataset}: {name}", *cells)
    print_table(table)
    if not found.differences:
        typer.echo("The settings are the same.")
    for figures in (left, right):
        if figures.problem:
            complain(plain(figures.problem))


def _value(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(map(str, value))
    return "–" if value is None else str(value)
