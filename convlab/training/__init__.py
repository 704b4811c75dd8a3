"""Training without a window: settings, the trainer and the events of a run."""

from convlab.training.config import TrainingConfig
from convlab.training.trainer import Trainer

__all__ = ["Trainer", "TrainingConfig"]
