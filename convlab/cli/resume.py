"""``convlab runs resume``: a run goes on where its last checkpoint was taken."""

from typing import Annotated

import typer

from convlab.cli.found_run import found_run
from convlab.cli.options import ThreadsOption, chosen_threads, option_value
from convlab.cli.terminal import complain
from convlab.cli.train import train_to_the_end
from convlab.data.loading import load_dataset
from convlab.errors import ConvlabError, DataError
from convlab.insight.memory import refuse_too_large
from convlab.settings import settings_of
from convlab.training.config import TrainingConfig
from convlab.training.more_epochs import plan_epochs
from convlab.training.recorder import Recorder
from convlab.training.run_folder import RunFolder
from convlab.training.run_store import RunEntry, refusal, resumed_trainer

_EPOCHS = next(setting for setting in settings_of(TrainingConfig) if setting.name == "epochs")


def resume(
    name: Annotated[
        str,
        typer.Argument(
            help="A run's id, its name, how these begin, or its folder.", show_default=False
        ),
    ],
    epochs: Annotated[
        str | None,
        typer.Option(
            help="End after so many epochs in all, more than were planned or fewer.",
            metavar="N",
            show_default=False,
        ),
    ] = None,
    at_best: Annotated[
        bool,
        typer.Option(
            "--at-best", help="Go on at the end of the best epoch; what is later is deleted."
        ),
    ] = False,
    threads: ThreadsOption = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the result as one line of JSON.")
    ] = False,
) -> None:
    """Go on with the run NAME where its last checkpoint was taken.

    The numbers are those of a run that was never interrupted, to the bit. With --epochs, a run
    that is finished goes on, too. Ctrl+C ends it early and keeps what it has learned.
    """
    wanted = None if epochs is None else option_value("--epochs", _EPOCHS, epochs)
    cores = chosen_threads(threads)
    entry = found_run(name)
    folder = entry.folder
    _hold(folder)
    try:
        _refuse_what_is_over(entry, wanted, at_best=at_best)
        _go_on(entry, wanted, cores, at_best=at_best, as_json=as_json)
    finally:
        folder.release()


def _go_on(
    entry: RunEntry, wanted: int | None, cores: int, *, at_best: bool, as_json: bool
) -> None:
    folder, config = entry.folder, entry.folder.config()
    if not at_best and folder.checkpoints() and folder.last_checkpoint() is None:
        raise DataError(
            f"The run {entry.title} is damaged: none of its checkpoints can be read. Train it anew "
            f"with convlab train --config '{folder.path / 'settings.toml'}'"
        )
    try:
        dataset = load_dataset(config.dataset)
    except DataError as error:
        raise DataError(
            f"The run {entry.title} cannot go on without its images. {error}"
        ) from error
    refuse_too_large(config, dataset)
    trainer = resumed_trainer(folder, dataset, threads=cores, at_best=at_best)
    if wanted is not None and wanted != config.epochs:
        config = plan_epochs(entry, trainer, wanted)
    if trainer.iteration == 0:
        complain("No checkpoint was written before the run ended, so it begins anew.")
    train_to_the_end(trainer, Recorder(folder, config), as_json=as_json)


def _hold(folder: RunFolder) -> None:
    """Let nobody else train the run, from before anything of it is read or changed."""
    try:
        folder.acquire()
    except OSError as error:
        raise ConvlabError(
            f"The run cannot go on, because {folder.path} cannot be written: "
            f"{error.strerror or error}."
        ) from error


def _refuse_what_is_over(entry: RunEntry, wanted: int | None, *, at_best: bool) -> None:
    """Raise :class:`ConvlabError` where going on would do nothing, or the same damage again."""
    if problem := refusal(entry, wanted, at_best=at_best):
        raise ConvlabError(problem)
