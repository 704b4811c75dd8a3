"""What the optimizer of the run remembers at the moment that is shown."""

from copy import deepcopy
from dataclasses import asdict, dataclass

import numpy as np

from convlab.app.lab import Lab
from convlab.nn.network import Network
from convlab.nn.optimizer import Optimizer
from convlab.training.run_folder import RunFolder


@dataclass(frozen=True, slots=True)
class RunMoment:
    """A moment of a stored run; ``iteration`` as the run itself counts."""

    folder: RunFolder
    iteration: int


def moment_shown(lab: Lab) -> RunMoment | None:
    """Return the moment whose network answers; None if it is of no run that is kept."""
    predictor, session = lab.predictor, lab.session
    is_of_run = predictor.origin == "run" and not predictor.is_compared
    if session.run_folder is None or not is_of_run:
        return None
    return RunMoment(session.run_folder, predictor.iteration - session.branched_at)


def remembering(optimizer: Optimizer, network: Network, moment: RunMoment) -> Optimizer | None:
    """Return a copy of ``optimizer`` with the memory and learning rate of the run at ``moment``.

    None where no checkpoint is of this moment, or where the run had other settings of the
    optimizer or other weights than ``network``. Reads a file, which may be large.
    """
    checkpoint = moment.folder.checkpoint_at(moment.iteration)
    if checkpoint is None:
        return None
    of_run, state = checkpoint.config.make_optimizer(), checkpoint.state
    if type(of_run) is not type(optimizer) or asdict(of_run) != asdict(optimizer):
        return None
    if state.params.keys() != network.params.keys():
        return None
    if not all(np.array_equal(state.params[name], w) for name, w in network.params.items()):
        return None
    going_on = deepcopy(optimizer)
    going_on.state = {kind: dict(arrays) for kind, arrays in state.memory.items()}
    going_on.iterations, going_on.lr = state.updates, state.learning_rate
    return going_on
