"""A new run, ready to begin."""

from dataclasses import dataclass

from convlab.data.dataset import Dataset
from convlab.errors import ConvlabError
from convlab.threads import threads_beside_window
from convlab.training.config import TrainingConfig
from convlab.training.trainer import Trainer


@dataclass(frozen=True)
class Built:
    """A run that can begin; with ``paused`` it pauses after one mini-batch."""

    trainer: Trainer
    config: TrainingConfig
    dataset: Dataset
    paused: bool


def built(config: TrainingConfig, dataset: Dataset, *, paused: bool) -> Built:
    """Build the network and the trainer of a run, in any thread; raises :class:`ConvlabError`."""
    try:
        trainer = Trainer.from_config(config, dataset, threads=threads_beside_window())
    except MemoryError as error:
        raise ConvlabError(
            "There is not enough memory for this network; make it smaller."
        ) from error
    return Built(trainer, config, dataset, paused)
