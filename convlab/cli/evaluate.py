"""``convlab evaluate``: how many images of a dataset the weights read right."""

import json
from pathlib import Path
from typing import Annotated

import typer

from convlab.cli.answers import finite_scores
from convlab.data.loading import load_dataset
from convlab.errors import WeightsError
from convlab.nn.engine import Engine
from convlab.nn.network_settings import open_network
from convlab.threads import usable_cores


def evaluate(
    weights: Annotated[Path, typer.Argument(help="A file of weights.", show_default=False)],
    dataset: Annotated[
        str, typer.Option(help="The name of a dataset, or a folder or file of images.")
    ] = "bundled",
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the result as one line of JSON.")
    ] = False,
) -> None:
    """Measure the accuracy of WEIGHTS on the test images of a dataset."""
    network = open_network(weights)
    data = load_dataset(dataset)
    if data.image_shape != network.input_dim or len(data.class_names) != network.output_size:
        raise WeightsError(
            f"{weights.name} reads images of {network.input_dim} in {network.output_size} classes, "
            f"but {data.title} has images of {data.image_shape} in {len(data.class_names)}; choose "
            "a dataset like the one it was trained on."
        )
    engine = Engine(network, usable_cores())
    scores = finite_scores(engine, data.test.images)
    engine.close()
    accuracy = float((scores.argmax(axis=1) == data.test.labels).mean())
    result = {"accuracy": accuracy, "images": len(data.test), "dataset": data.name}
    in_words = f"accuracy {accuracy:.2%} on the {len(data.test):,} test images of {data.title}"
    typer.echo(json.dumps(result) if as_json else in_words)
