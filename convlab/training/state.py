"""All that a trainer must know to go on as if nothing had happened."""

from dataclasses import dataclass
from typing import Any

from convlab.training.batches import BatchesState
from convlab.training.events import Params


@dataclass(frozen=True, slots=True)
class Best:
    """The weights that read most test images right so far: at which iteration, and how many."""

    iteration: int
    accuracy: float
    params: Params


@dataclass(frozen=True, slots=True)
class TrainerState:
    """A trainer between two mini-batches.

    ``memory`` is what the optimizer remembers, by kind and then by parameter; ``updates`` how
    many steps it made. ``kept`` are the last weights known to be good, and their iteration.
    ``distortion`` is the state of the generator that distorts images. ``seconds`` of training
    have gone by. Early stopping counts no epochs before ``patience_from``. ``images`` is the
    fingerprint of all images and labels; empty where it is not known.
    """

    iteration: int
    params: Params
    kept: tuple[int, Params]
    memory: dict[str, Params]
    updates: int
    learning_rate: float
    batches: BatchesState
    distortion: dict[str, Any]
    seconds: float
    best: Best | None
    patience_from: int = 0
    images: str = ""
