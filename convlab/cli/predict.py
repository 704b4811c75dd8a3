"""``convlab predict``: reads pictures of digits, or drawings as pen strokes."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray

from convlab.cli.answers import finite_scores
from convlab.cli.terminal import complain
from convlab.data.picture import read_picture
from convlab.data.preparation import Preparation
from convlab.data.strokes import read_drawings
from convlab.errors import ConvlabError, DataError, WeightsError
from convlab.nn.engine import Engine
from convlab.nn.functions import softmax
from convlab.nn.network import Network
from convlab.nn.network_settings import open_network

UNREADABLE = 2  # the exit code if a picture could not be read


def predict(
    weights: Annotated[Path, typer.Argument(help="A file of weights.", show_default=False)],
    images: Annotated[
        list[Path] | None, typer.Argument(help="Pictures of one digit each.", show_default=False)
    ] = None,
    strokes: Annotated[
        Path | None, typer.Option(help="Read the drawings in a JSON file of pen strokes.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the result as one line of JSON.")
    ] = False,
) -> None:
    """Read digits: picture files, dark on light or light on dark, or drawings as pen strokes.

    A picture that cannot be read does not keep the others from being read.
    """
    if bool(images) == bool(strokes):
        raise ConvlabError(
            "predict reads pictures or drawings, one of the two: name picture files, or a file of "
            "drawings with --strokes."
        )
    network = open_network(weights)
    if network.input_dim != (1, 28, 28):
        raise WeightsError(
            f"{weights.name} reads images of {network.input_dim}, and digits are (1, 28, 28); "
            "choose weights of a network for digits."
        )
    if strokes:
        result, in_words = _read_strokes(network, strokes)
        failures: list[str] = []
    else:
        result, in_words, failures = _read_pictures(network, images or [])
    if as_json or in_words:
        typer.echo(json.dumps(result) if as_json else in_words)
    for sentence in failures:
        complain(sentence)
    if failures:
        raise typer.Exit(UNREADABLE)


def _read_pictures(
    network: Network, paths: Sequence[Path]
) -> tuple[dict[str, Any], str, list[str]]:
    """Return what was read for JSON and in words, and a sentence for each unreadable picture."""
    opened: dict[int, NDArray[np.uint8]] = {}
    failures: dict[int, str] = {}
    for place, path in enumerate(paths):
        try:
            opened[place] = read_picture(path)
        except DataError as error:
            failures[place] = str(error)
    entries: list[dict[str, Any]] = [{"file": str(path)} for path in paths]
    for place, sentence in failures.items():
        entries[place]["error"] = sentence
    if opened:
        probabilities = _probabilities(network, list(opened.values()))
        for place, row in zip(opened, probabilities, strict=True):
            entries[place] |= {"digit": int(row.argmax()), "probability": float(row.max())}
    lines = [f"{e['file']}: {e['digit']} ({e['probability']:.0%})" for e in entries if "digit" in e]
    digits = [entry.get("digit") for entry in entries]
    return {"digits": digits, "images": entries}, "\n".join(lines), list(failures.values())


def _read_strokes(network: Network, path: Path) -> tuple[dict[str, Any], str]:
    drawings = read_drawings(path)
    images = []
    for number, drawing in enumerate(drawings, start=1):
        try:
            images.append(Preparation().stages(drawing).image)
        except DataError as error:
            raise DataError(f"Drawing {number} of {path.name}: {error}") from error
    digits = _probabilities(network, images).argmax(axis=1)
    result: dict[str, Any] = {"digits": digits.tolist(), "drawings": len(drawings)}
    in_words = " ".join(map(str, digits))
    labelled = [(d.label, digit) for d, digit in zip(drawings, digits, strict=True)]
    right = [label == digit for label, digit in labelled if label is not None]
    if right:
        result["accuracy"] = sum(right) / len(right)
        in_words += f"\naccuracy {result['accuracy']:.2%} ({sum(right)} of {len(right)} right)"
    return result, in_words


def _probabilities(network: Network, images: Sequence[NDArray[np.uint8]]) -> NDArray[Any]:
    return softmax(finite_scores(Engine(network), np.stack(images)[:, np.newaxis]))
