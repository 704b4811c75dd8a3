"""Keeps a run in its folder while it is on."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial

from convlab.data.own_drawings import OwnDrawings
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
from convlab.training.moving import moved
from convlab.training.run_folder import RunFolder
from convlab.training.run_info import RunInfo, loss_curve
from convlab.training.snapshots import next_stored_after
from convlab.training.writer import LARGEST_WAITING, NO_MEMORY, Writer

CHECKPOINT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class _Moment:
    """What is written of a run at a checkpoint; ``best`` where its best one is a new one."""

    checkpoint: Checkpoint
    best: Checkpoint | None
    filters: FilterTrack
    info: RunInfo

    @property
    def nbytes(self) -> int:
        return self.checkpoint.nbytes + (self.best.nbytes if self.best else 0)


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
        self._info = (
            replace(earlier, state="running", message="", test_accuracy=-1.0)
            if earlier
            else RunInfo.begun(config, parent)
        )
        self._is_old = earlier is not None
        self._history = History(0.0)
        self._filters = folder.filters() if earlier else FilterTrack()
        self._steps: list[StepDone] = []
        self._description = NetworkDescription("")
        self._next_stored = 0
        self._best_written = -1
        self._best: Checkpoint | None = None  # which is not written yet
        self._last: _Moment | None = None  # of the present iteration, or not written yet
        self._is_last_written = False
        self._has_started = self._warned = False
        self._writer: Writer | None = None

    @property
    def history(self) -> History:
        """What the run has measured, as far as it was recorded."""
        self._add_steps()
        return self._history

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
            self._writer.close()
            if self._has_started and self._info.state == "running":  # given up in the middle
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
                self._steps.append(event)
                self._try_last_again()
            case RunStarted():
                self._start(event)
            case EpochEvaluated():
                self.history.add_evaluation(event)
                self._learn_accuracy(event)
            case LearningRateChanged():
                self.history.add_learning_rate(event)
            case SnapshotTaken():
                self._keep_snapshot(event.iteration, event.params)
            case CheckpointTaken(is_best=True):
                self._best = self._checkpoint(event)
            case CheckpointTaken():
                self._last = None  # to have room for the new one
                self._last = self._moment(event)
                self._write_last()

    def _start(self, event: RunStarted) -> None:
        self._history = event.history.copy() if event.history else History(event.learning_rate)
        self._description = event.network
        self._has_started = True
        self._info = replace(
            self._info,
            epochs=event.epochs,
            iterations=event.iterations,
            iteration=event.iteration,
            branched_at=event.branched_at,
            epochs_before=event.epochs_before,
        )
        for evaluation in self._history.evaluations:
            self._learn_accuracy(evaluation)
        self._filters.drop_after(event.iteration)
        if event.history or self._is_old:
            self._do(partial(self.folder.go_back_to, event.iteration, self._history.copy()))
        if not event.history:
            if self._must_begin_well:
                self._begin(event.params)
            if self._config.own_drawings and self.folder.drawings() is None:
                self._do(partial(self.folder.write_drawings, OwnDrawings()))
            self._keep_snapshot(0, event.params)
        self._next_stored = next_stored_after(event.iteration)
        self._do(partial(self.folder.save_info, self._info))

    def _begin(self, params: Params) -> None:
        try:
            self.folder.write_weights(params, self._description)
        except OSError as error:
            raise ConvlabError(
                f"The run cannot be written to {self.folder.path}: {error.strerror or error}."
            ) from error

    def _learn_accuracy(self, event: EpochEvaluated) -> None:
        accuracy = event.test_accuracy
        self._info = replace(self._info, last_accuracy=accuracy)
        if accuracy > self._info.best_accuracy:
            self._info = replace(self._info, best_accuracy=accuracy, best_iteration=event.iteration)

    def _keep_snapshot(self, iteration: int, params: Params, *, even_if_busy: bool = False) -> None:
        self._filters.add(iteration, params)
        if iteration >= self._next_stored:
            add = partial(self.folder.snapshots.add, iteration, params, self._description)
            size = sum(array.nbytes for array in params.values())
            if self._do(add, size, even_if_busy=even_if_busy):
                self._next_stored = next_stored_after(iteration)

    def _checkpoint(self, event: CheckpointTaken) -> Checkpoint:
        return Checkpoint(event.state, self.history.copy(), self._config)

    def _moment(self, event: CheckpointTaken) -> _Moment:
        state = event.state
        self._info = replace(
            self._info,
            iteration=state.iteration,
            weights_iteration=state.iteration,
            seconds=state.seconds,
            curve=loss_curve(self.history),
        )
        return _Moment(self._checkpoint(event), self._best, self._filters.copy(), self._info)

    def _write_last(self, *, even_if_busy: bool = False) -> None:
        last = self._last
        assert last is not None
        job = partial(self._write_moment, last, self.folder)
        self._is_last_written = self._do(job, last.nbytes, even_if_busy=even_if_busy)
        if self._is_last_written:
            self._best = None

    def _try_last_again(self) -> None:
        """Write the last checkpoint if there was no time before, unless it takes much memory."""
        if self._last is None:
            return
        if not self._is_last_written:
            self._write_last()
        if self._is_last_written or self._last.nbytes > LARGEST_WAITING:
            self._last = None

    def _write_moment(self, moment: _Moment, folder: RunFolder) -> None:
        """Write the checkpoint last: what it tells of is there then."""
        checkpoint, state = moment.checkpoint, moment.checkpoint.state
        folder.write_history(checkpoint.history)
        folder.write_filters(moment.filters)
        folder.write_weights(state.params, self._description)
        if state.best and (state.best.iteration != self._best_written or folder != self.folder):
            folder.write_best(state.best, self._description)
            self._best_written = state.best.iteration
        folder.write_checkpoint(checkpoint, moment.best)
        folder.save_info(moment.info)

    def _end(self, event: RunEnded) -> Iterator[Warned]:
        """Write what is left, to another place if need be."""
        assert self._writer is not None
        in_use = event.iteration if event.weights_iteration is None else event.weights_iteration
        self._info = replace(
            self._info,
            state=event.reason,
            message=event.message,
            iteration=event.iteration,
            weights_iteration=in_use,
            seconds=event.seconds,
            test_accuracy=-1.0 if event.test_accuracy is None else event.test_accuracy,
            curve=loss_curve(self.history),
        )
        self._next_stored = in_use
        self._keep_snapshot(in_use, event.params, even_if_busy=True)
        if self._last is not None and not self._is_last_written:
            self._write_last(even_if_busy=True)
        self._writer.close()
        problem = self._writer.take_problem()
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
            if problem and not self._warned:
                yield Warned(
                    f"The last checkpoint cannot be written to {self.folder.path}: "
                    f"{problem.rstrip('.')}. If the run is to go on later, it begins at an "
                    "earlier one."
                )
        self._last = None
        self._writer = Writer()  # whose end the caller waits for

    def _write_end(self, folder: RunFolder, params: Params) -> None:
        folder.write_history(self._history)
        folder.write_filters(self._filters)
        folder.write_weights(params, self._description)
        folder.save_info(self._info)

    def _keep_the_rest(self) -> None:
        with suppress(OSError):
            self.folder.write_history(self.history)
            self.folder.write_filters(self._filters)

    def _move(self, params: Params, error: OSError) -> Warned:
        """Put the run into another folder."""
        sentence = f"The run cannot be written to {self.folder.path}: {error.strerror or error}."
        place = moved(self.folder, self._config, partial(self._write_end_elsewhere, params))
        self.was_moved = True
        if place is None:
            return Warned(
                f"{sentence} No other folder has room for it; save its weights elsewhere."
            )
        old, (folder, is_whole) = self.folder, place
        self.folder.release()
        self.folder = folder
        if is_whole:
            return Warned(f"{sentence} The whole run was put into {folder.path} instead.")
        return Warned(
            f"{sentence} Its history, weights and last checkpoint were put into {folder.path} "
            f"instead; not all of its snapshots could be, which are still in {old.path}."
        )

    def _write_end_elsewhere(self, params: Params, folder: RunFolder) -> None:
        in_use = self._info.weights_iteration
        folder.snapshots.add(in_use, params, self._description)
        if self._last is not None:
            self._write_moment(self._last, folder)
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
        if not self._warned:
            self._warned = True
            yield Warned(
                f"The run cannot be written to {self.folder.path}: {problem.rstrip('.')}. The "
                "training goes on, and is written at its end."
            )

    def _add_steps(self) -> None:
        if self._steps:
            self._history.add_steps(self._steps)
            self._steps = []
