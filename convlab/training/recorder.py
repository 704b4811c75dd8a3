"""Keeps a run in its folder while it is on."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import partial

from convlab.errors import ConvlabError
from convlab.nn.description import NetworkDescription
from convlab.training.checkpoint import Checkpoint
from convlab.training.config import TrainingConfig
from convlab.training.events import (
    CheckpointTaken,
    EpochEvaluated,
    Event,
    LearningRateChanged,
    Params,
    RunEnded,
    RunStarted,
    SnapshotTaken,
    StepDone,
    Warned,
)
from convlab.training.filter_track import FilterTrack
from convlab.training.history import History
from convlab.training.kept_moment import KeptMoment, MomentWriter
from convlab.training.moving import moved, told_of_move
from convlab.training.run_folder import RunFolder
from convlab.training.run_info import RunInfo
from convlab.training.run_record import RunRecord
from convlab.training.snapshots import next_stored_after
from convlab.training.writer import LARGEST_WAITING, NO_MEMORY, Writer

CHECKPOINT_SECONDS = 10.0


class Recorder:
    """Writes what a run tells into its folder, in the background.

    ``parent`` is the name of the folder of the run that it began from. ``must_begin_well`` refuses
    a run that cannot be written at its start, with a :class:`ConvlabError`. Later, what cannot be
    written does not end the run: :meth:`follow` adds a :class:`Warned` to its events, and what is
    there at the end is put somewhere else, then :attr:`folder`.
    """

    def __init__(
        self,
        folder: RunFolder,
        config: TrainingConfig,
        parent: str = "",
        *,
        must_begin_well: bool = False,
    ) -> None:
        self.folder = folder
        self._must_begin_well = must_begin_well
        self.was_moved = False
        self._config = config
        earlier = folder.info()
        self._is_old = earlier is not None
        self._run = RunRecord(
            earlier or RunInfo.begun(config, parent), folder.filters() if earlier else FilterTrack()
        )
        self._description = NetworkDescription("")
        self._next_stored = 0
        self._moments = MomentWriter(folder, self._description)
        self._best: Checkpoint | None = None  # which may not be written yet
        self._last: KeptMoment | None = None  # of the present iteration, or not written yet
        self._last_taken = -1  # the iteration of the last checkpoint that was to be written
        self._is_last_handed_over = False
        self._has_started = self._warned = False
        self._problem = ""  # the last one with writing
        self._writer: Writer | None = None

    @property
    def history(self) -> History:
        """What the run has measured, as far as it was recorded."""
        return self._run.history

    def follow(self, events: Iterable[Event]) -> Iterator[Event]:
        """Yield ``events``, each after it was seen to, and warnings between them.

        Raises :class:`ConvlabError` if somebody else trains the run.
        """
        yield from self._acquired()
        self._writer = Writer()
        try:
            for event in events:
                if isinstance(event, RunEnded):
                    yield from self._end(event)
                else:
                    yield from self._recorded(event)
                yield event
        finally:
            if self._writer is not None:
                self._writer.close()
            if self._has_started and self._run.info.state == "running":  # given up in the middle
                self._keep_the_rest()
            self.folder.release()

    def _acquired(self) -> Iterator[Warned]:
        try:
            self.folder.acquire()
        except OSError as error:
            yield from self._warning(error.strerror or str(error))

    def _recorded(self, event: Event) -> Iterator[Warned]:
        try:
            self._record(event)
        except MemoryError:
            yield from self._warning(NO_MEMORY)
        yield from self._warnings()

    def _record(self, event: Event) -> None:
        match event:
            case StepDone():
                self._run.add_step(event)
                self._try_last_again()
            case RunStarted():
                self._start(event)
            case EpochEvaluated():
                self._run.add_evaluation(event)
            case LearningRateChanged():
                self._run.add_learning_rate(event)
            case SnapshotTaken():
                self._keep_snapshot(event.iteration, event.params)
            case CheckpointTaken(is_best=True):
                self._best = self._checkpoint(event)
            case CheckpointTaken():
                self._last_taken = event.state.iteration
                self._last = None  # to have room for the new one
                self._last = self._moment(event)
                self._write_last()

    def _start(self, event: RunStarted) -> None:
        self._run.start(event)
        self._description = event.network
        self._moments = MomentWriter(self.folder, event.network)
        self._has_started = True
        if event.history or self._is_old:
            self._do(partial(self.folder.go_back_to, event.iteration, self.history.copy()))
            self._do(partial(self._moments.begin_with, event.best))
        if not event.history:
            if self._must_begin_well:
                self._begin(event.params)
            if event.drawings:
                self._do(partial(self.folder.write_drawings, event.drawings))
            self._keep_snapshot(0, event.params)
        self._next_stored = next_stored_after(event.iteration)
        self._do(partial(self.folder.save_info, self._run.info))

    def _begin(self, params: Params) -> None:
        try:
            self.folder.write_weights(params, self._description)
        except OSError as error:
            raise ConvlabError(
                f"The run cannot be written to {self.folder.path}: {error.strerror or error}."
            ) from error

    def _keep_snapshot(self, iteration: int, params: Params, *, even_if_busy: bool = False) -> None:
        self._run.filters.add(iteration, params)
        if iteration >= self._next_stored:
            add = partial(self.folder.snapshots.add, iteration, params, self._description)
            size = sum(array.nbytes for array in params.values())
            if self._do(add, size, even_if_busy=even_if_busy):
                self._next_stored = next_stored_after(iteration)

    def _checkpoint(self, event: CheckpointTaken) -> Checkpoint:
        return Checkpoint(event.state, self.history.copy(), self._config)

    def _moment(self, event: CheckpointTaken) -> KeptMoment:
        if self._best is not None and self._best.state.iteration == self._moments.best:
            self._best = None
        run = self._run
        run.reach(event.state)
        return KeptMoment(self._checkpoint(event), self._best, run.filters.copy(), run.info)

    def _write_last(self, *, even_if_busy: bool = False) -> None:
        last = self._last
        assert last is not None
        job = partial(self._moments.write, last)
        self._is_last_handed_over = self._do(job, last.nbytes, even_if_busy=even_if_busy)

    def _try_last_again(self) -> None:
        """Write the last checkpoint if there was no time before, unless it takes much memory."""
        if self._last is None:
            return
        if not self._is_last_handed_over:
            self._write_last()
        if self._is_last_handed_over or self._last.nbytes > LARGEST_WAITING:
            self._last = None

    def _end(self, event: RunEnded) -> Iterator[Warned]:
        """Write what is left, to another place if need be."""
        assert self._writer is not None
        self._run.end(event)
        self._keep_what_is_left(event.params)
        self._writer.close()
        self._problem = self._writer.take_problem() or self._problem
        self._writer = None
        try:
            self._write_end(self.folder, event.params)
        except OSError as error:
            yield self._move(event.params, error)
        except MemoryError:
            yield Warned(
                f"The end of the run cannot be written to {self.folder.path}: {NO_MEMORY}. Save "
                "its weights once other programs are closed."
            )
        else:
            if event.reason != "diverged" and self._moments.last != self._last_taken:
                yield self._lost_checkpoint()
        self._last = None

    def _keep_what_is_left(self, params: Params) -> None:
        self._next_stored = in_use = self._run.info.weights_iteration
        self._keep_snapshot(in_use, params, even_if_busy=True)
        if self._last is not None and not self._is_last_handed_over:
            self._write_last(even_if_busy=True)
        best = None if self._best is None else self._best.state.best
        self._do(partial(self._moments.end_with, best, self._run.info), even_if_busy=True)

    def _lost_checkpoint(self) -> Warned:
        """Warn that a run cannot go on where it ended, also if there were warnings before."""
        return Warned(
            f"The last checkpoint cannot be written to {self.folder.path}: "
            f"{self._problem.rstrip('.')}. "
            + (
                "If the run is to go on later, it begins at an earlier one."
                if self.folder.has_checkpoint()
                else "The run cannot go on later; a new one can begin at one of its moments."
            )
        )

    def _write_end(self, folder: RunFolder, params: Params) -> None:
        folder.write_history(self.history)
        folder.write_filters(self._run.filters)
        folder.write_weights(params, self._description)
        folder.save_info(self._run.info)

    def _keep_the_rest(self) -> None:
        with suppress(OSError):
            self.folder.write_history(self.history)
            self.folder.write_filters(self._run.filters)

    def _move(self, params: Params, error: OSError) -> Warned:
        """Put the run into another folder."""
        sentence = f"The run cannot be written to {self.folder.path}: {error.strerror or error}."
        place = moved(self.folder, self._config, partial(self._write_end_elsewhere, params))
        self.was_moved = True
        told = f"{sentence} {told_of_move(self.folder, place)}"
        if place is not None:
            self.folder.release()
            self.folder = place[0]
        return Warned(told)

    def _write_end_elsewhere(self, params: Params, folder: RunFolder) -> None:
        in_use = self._run.info.weights_iteration
        folder.snapshots.add(in_use, params, self._description)
        if self._last is not None:
            MomentWriter(folder, self._description).write(self._last)
        self._write_end(folder, params)

    def _do(self, job: partial[None], size: int = 0, *, even_if_busy: bool = False) -> bool:
        assert self._writer is not None
        return self._writer.do(job, size, even_if_busy=even_if_busy)

    def _warnings(self) -> Iterator[Warned]:
        assert self._writer is not None
        problem = self._writer.take_problem()
        if problem:
            yield from self._warning(problem)

    def _warning(self, problem: str) -> Iterator[Warned]:
        """Warn, unless there was a warning already."""
        self._problem = problem
        if not self._warned:
            self._warned = True
            yield Warned(
                f"The run cannot be written to {self.folder.path}: {problem.rstrip('.')}. The "
                "training goes on, and is written at its end."
            )
