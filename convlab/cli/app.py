"""``convlab`` itself: without a command it opens the lab."""

from typing import Annotated

import typer

from convlab import __version__
from convlab.cli.data import data
from convlab.cli.evaluate import evaluate
from convlab.cli.predict import predict
from convlab.cli.presets import presets
from convlab.cli.runs import runs
from convlab.cli.train import train
from convlab.threads import use_one_blas_thread

app = typer.Typer(
    help="Train a convolutional network in plain NumPy, watch it learn, and look inside.",
    no_args_is_help=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(train)
app.command()(evaluate)
app.command()(predict)
app.add_typer(data, name="data")
app.add_typer(presets, name="presets")
app.add_typer(runs, name="runs")


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"convlab {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def main(
    context: typer.Context,
    dataset: Annotated[
        str | None,
        typer.Option(help="Open the lab with a dataset: its name, or a folder or file of images."),
    ] = None,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Train a convolutional network in plain NumPy, watch it learn, and look inside.

    Without a command, the lab opens in a window.
    """
    use_one_blas_thread()
    if context.invoked_subcommand is None:
        open_lab = context.obj["open_lab"]
        raise typer.Exit(open_lab(dataset))
