"""``convlab runs resume``: a run goes on where its last checkpoint was taken."""

from dataclasses import replace
from typing import Annotated

import typer

from convlab.cli.found_run import found_run
from convlab.cli.options import ThreadsOption, chosen_threads, option_value
from convlab.cli.terminal import complain
from convlab.cli.train import train_to_the_end
from convlab.data.loading import load_dataset
from convlab.errors import ConvlabError, DataError, SettingsError
from convlab.insight.memory import refuse_too_large
from convlab.settings import settings_of
from convlab.training.config import TrainingConfig
from convlab.training.recorder import Recorder
from convlab.training.run_folder import RunFolder
from convlab.training.run_info import changes
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
        _refuse_what_is_over(entry, wanted)
        _go_on(entry, wanted, cores, as_json=as_json)
    finally:
        folder.release()


def _go_on(entry: RunEntry, wanted: int | None, cores: int, *, as_json: bool) -> None:
    folder, config = entry.folder, entry.folder.config()
    if folder.checkpoints() and folder.last_checkpoint() is None:
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
    trainer = resumed_trainer(folder, dataset, threads=cores)
    if wanted is not None and wanted != config.epochs:
        config = replace(config, epochs=wanted)
        trainer.epochs = wanted
        if trainer.iterations < trainer.iteration:
            done = -(-trainer.iteration // trainer.batches.per_epoch)
            raise SettingsError(
                {"epochs": f"The run has come to epoch {done:,} already; name at least so many."}
            )
        _plan(entry, config)
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


def _refuse_what_is_over(entry: RunEntry, wanted: int | None) -> None:
    """Raise :class:`ConvlabError` where going on would do nothing, or the same damage again."""
    if problem := refusal(entry, wanted):
        raise ConvlabError(problem)


def _plan(entry: RunEntry, config: TrainingConfig) -> None:
    """Write down that the run goes on for another number of epochs."""
    folder = entry.folder
    try:
        config.save(folder.path / "settings.toml")
        folder.save_info(replace(entry.info, epochs=config.epochs, changes=changes(config)))
    except OSError as error:
        raise ConvlabError(
            f"The run cannot go on, because {folder.path} cannot be written: "
            f"{error.strerror or error}."
        ) from error
