"""What is written of a run at a checkpoint, and what of that lies on the disk already."""

from contextlib import suppress
from dataclasses import dataclass

from convlab.nn.description import NetworkDescription
from convlab.training.checkpoint import Checkpoint
from convlab.training.filter_track import FilterTrack
from convlab.training.run_folder import RunFolder
from convlab.training.run_info import RunInfo
from convlab.training.state import Best


@dataclass(frozen=True, slots=True)
class KeptMoment:
    """A run at a checkpoint; ``best`` is that of its best epoch, if it may not be written yet."""

    checkpoint: Checkpoint
    best: Checkpoint | None
    filters: FilterTrack
    info: RunInfo

    @property
    def nbytes(self) -> int:
        """How much memory it takes."""
        return self.checkpoint.nbytes + (self.best.nbytes if self.best else 0)


class MomentWriter:
    """Writes moments of one run into one folder, what belongs to its best epoch only once.

    A thread writes; others may look at the attributes.
    """

    def __init__(self, folder: RunFolder, description: NetworkDescription) -> None:
        self._folder = folder
        self._description = description
        self.last = -1
        """The iteration of the last checkpoint that was written; -1 before the first one."""
        self.best = -1
        """The iteration of the best checkpoint that was written; -1 before the first one."""
        self._best_weights = -1

    def write(self, moment: KeptMoment) -> None:
        """Write the checkpoint last: what it tells of is there then. Raises OSError."""
        folder, checkpoint, best = self._folder, moment.checkpoint, moment.best
        folder.write_history(checkpoint.history)
        folder.write_filters(moment.filters)
        folder.write_weights(checkpoint.state.params, self._description)
        if checkpoint.state.best is not None:
            self._write_best(checkpoint.state.best)
        if best is not None and best.state.iteration == self.best:
            best = None
        folder.write_checkpoint(checkpoint, best)
        self.last = checkpoint.state.iteration
        if best is not None:
            self.best = best.state.iteration
        folder.save_info(moment.info)

    def begin_with(self, best: Best | None) -> None:
        """Leave no best weights but these, where a run begins or goes on; raises OSError.

        Those that lie there may be of a moment to which the run has not come yet.
        """
        try:
            if best is not None:
                self._write_best(best)
                return
        except OSError:
            with suppress(OSError):
                self._folder.drop_best()
            raise
        self._folder.drop_best()

    def end_with(self, best: Best | None, info: RunInfo) -> None:
        """Leave no best weights but those that ``info`` tells of, at the end; raises OSError.

        A run that diverged, and so takes no last checkpoint, may have had better ones since, which
        ``best`` are if they are known.
        """
        if self._best_weights != info.best_iteration:
            self.begin_with(best if best and best.iteration == info.best_iteration else None)

    def _write_best(self, best: Best) -> None:
        if best.iteration != self._best_weights:
            self._folder.write_best(best, self._description)
            self._best_weights = best.iteration
