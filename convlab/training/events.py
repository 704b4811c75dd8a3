"""What a run tells the world: a stream of frozen events.

Arrays in events are copies and read-only, because the trainer changes its own in place.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from convlab.nn.description import NetworkDescription

if TYPE_CHECKING:  # what is of training is made of what is below
    from convlab.data.digit_image import Drawing
    from convlab.training.history import History
    from convlab.training.state import Best, TrainerState

Params = dict[str, NDArray[np.floating]]
EndReason = Literal["finished", "early", "stopped", "diverged"]


@dataclass(frozen=True, slots=True)
class RunStarted:
    """The run is set up; ``params`` are the weights before anything was learned.

    A run that goes on after a break has made ``iteration`` steps already, which ``history`` tells
    of; a snapshot of its weights follows. A run that began at a moment of another one counts its
    iterations and epochs from 0, too; ``branched_at`` is the iteration at which the other was left,
    and ``epochs_before`` how many epochs were over by then, both counted from the very beginning.
    ``best`` are the weights that read most test images right so far, counted from the beginning of
    this run, and ``drawings`` the user's own that it learns.
    """

    epochs: int
    iterations_per_epoch: int
    learning_rate: float
    network: NetworkDescription
    params: Params
    iteration: int = 0
    history: "History | None" = None
    branched_at: int = 0
    epochs_before: int = 0
    best: "Best | None" = None
    drawings: tuple["Drawing", ...] = ()

    @property
    def iterations(self) -> int:
        """The number of iterations of the whole run."""
        return self.epochs * self.iterations_per_epoch


@dataclass(frozen=True, slots=True)
class StepDone:
    """One mini-batch has been learned. Iterations and epochs count from 1."""

    iteration: int
    epoch: int
    loss: float


@dataclass(frozen=True, slots=True)
class EpochEvaluated:
    """Accuracies (0 to 1) after an epoch, on the samples that the settings ask for."""

    iteration: int
    epoch: int
    train_accuracy: float
    test_accuracy: float


@dataclass(frozen=True, slots=True)
class SnapshotTaken:
    """A copy of the weights as they are after ``iteration`` steps."""

    iteration: int
    params: Params


@dataclass(frozen=True, slots=True)
class CheckpointTaken:
    """All that it takes to go on later as if nothing had happened.

    ``is_best`` says that no earlier epoch read as many test images right.
    """

    state: "TrainerState"
    is_best: bool = False


@dataclass(frozen=True, slots=True)
class Warned:
    """Something went wrong that does not end the run, such as a disk that is full."""

    sentence: str


@dataclass(frozen=True, slots=True)
class LearningRateChanged:
    """From the step after ``iteration`` on, another learning rate is in force."""

    iteration: int
    learning_rate: float


@dataclass(frozen=True, slots=True)
class Paused:
    """The run waits after ``iteration`` steps until it is told to go on."""

    iteration: int


@dataclass(frozen=True, slots=True)
class Resumed:
    """The run goes on after a pause."""

    iteration: int


@dataclass(frozen=True, slots=True)
class RunEnded:
    """The run is over; ``params`` are the weights it leaves behind, of ``weights_iteration``.

    ``test_accuracy`` is over the whole test set; it is None if the run ended before it was known.
    ``message`` says in words why the run ended; ``hint`` what to try, if it learned nothing.
    """

    reason: EndReason
    iteration: int
    message: str
    test_accuracy: float | None
    seconds: float
    params: Params
    hint: str = ""
    weights_iteration: int | None = None  # that of the end, unless told otherwise


Event = (
    RunStarted
    | StepDone
    | EpochEvaluated
    | SnapshotTaken
    | CheckpointTaken
    | Warned
    | LearningRateChanged
    | Paused
    | Resumed
    | RunEnded
)


def frozen_copy(params: Mapping[str, NDArray[np.floating]]) -> Params:
    """Return a copy of every array that nobody can change any more."""
    copies = {name: array.copy() for name, array in params.items()}
    for array in copies.values():
        array.flags.writeable = False
    return copies


def all_finite(params: Mapping[str, NDArray[np.floating]]) -> bool:
    """Return whether no weight is infinite or not a number."""
    return all(bool(np.isfinite(array).all()) for array in params.values())
