"""Lets a stored run go on for another number of epochs than was planned."""

from dataclasses import replace

from convlab.errors import ConvlabError, SettingsError
from convlab.training.config import TrainingConfig
from convlab.training.run_info import changes
from convlab.training.run_store import RunEntry
from convlab.training.trainer import Trainer


def plan_epochs(entry: RunEntry, trainer: Trainer, epochs: int) -> TrainingConfig:
    """Let ``trainer`` end after so many epochs of the run in all, and write that down.

    Returns the settings of the run from now on. Raises :class:`SettingsError` if it has come
    further already, :class:`ConvlabError` if somebody trains it or its folder cannot be written.
    """
    folder = entry.folder
    config = replace(folder.config(), epochs=epochs)
    trainer.epochs = epochs
    if trainer.iterations < trainer.iteration:
        done = -(-trainer.iteration // trainer.batches.per_epoch)
        raise SettingsError(
            {"epochs": f"The run has come to epoch {done:,} already; name at least so many."}
        )
    try:
        folder.acquire()
        try:
            config.save(folder.path / "settings.toml")
            folder.save_info(replace(entry.info, epochs=epochs, changes=changes(config)))
        finally:
            folder.release()
    except OSError as error:
        raise ConvlabError(
            f"The run cannot go on, because {folder.path} cannot be written: "
            f"{error.strerror or error}."
        ) from error
    return config
