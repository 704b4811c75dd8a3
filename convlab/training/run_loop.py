"""How a run goes: learn, evaluate, tell of it, and obey between two mini-batches."""

from collections.abc import Generator, Iterator
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from convlab.training.clock import Clock
from convlab.training.control import Control
from convlab.training.events import (
    CheckpointTaken,
    EndReason,
    Event,
    LearningRateChanged,
    Paused,
    Resumed,
    RunEnded,
    RunStarted,
    SnapshotTaken,
    Warned,
    all_finite,
    frozen_copy,
)
from convlab.training.problems import chance_hint
from convlab.training.snapshots import next_stored_after
from convlab.wording import counted

if TYPE_CHECKING:
    from convlab.training.trainer import Trainer

# Bytes of weights. A larger network has its checkpoints, which take several times as much, on the
# timer and at the end alone; of its best epoch the weights are kept.
LARGEST_AT_ONCE = 64_000_000


class RunLoop:
    """Drives ``trainer`` to its end, or until ``control`` stops it, as a stream of events.

    A snapshot is told every ``snapshot_seconds`` at most. With ``checkpoint_seconds`` the state is
    told so often, and at the end, and snapshots as often as a store of them wants.
    """

    def __init__(
        self,
        trainer: "Trainer",
        control: Control,
        snapshot_seconds: float,
        checkpoint_seconds: float | None,
    ) -> None:
        self._trainer = trainer
        self._control = control
        self._clock = Clock(trainer.seconds)
        self._snapshot_seconds = snapshot_seconds
        self._is_stored = checkpoint_seconds is not None
        self._checkpoint_seconds = np.inf if checkpoint_seconds is None else checkpoint_seconds
        self._last_snapshot = self._last_checkpoint = perf_counter()
        self._next_stored = self._stored_next()
        self._lacked_memory = False

    def events(self) -> Iterator[Event]:
        """Yield what happens, from the start to the end."""
        trainer = self._trainer
        yield self._started()
        if trainer.iteration:
            yield from self._snapshot()
            yield from self._patience_begun_anew()
        if len(trainer.test_acc_list) < trainer.iteration // trainer.batches.per_epoch:
            yield from self._evaluate()  # which a stop has kept from being done
        reason = yield from self._learn()
        if self._is_stored and reason != "diverged":
            yield from self._checkpoint()
        yield self._end(reason)

    def _learn(self) -> Generator[Event, None, EndReason]:
        """Learn mini-batch by mini-batch; return why that is over."""
        trainer = self._trainer
        while trainer.iteration < trainer.iterations:
            yield from self._obey()
            if self._control.stop_requested:
                return "stopped"
            if trainer.is_out_of_patience:
                return "early"
            step = trainer.learn()
            yield step
            if not np.isfinite(step.loss):
                return "diverged"
            if trainer.iteration % trainer.batches.per_epoch == 0:
                yield from self._evaluate()
            yield from self._what_is_due()
        return "finished"

    def _what_is_due(self) -> Iterator[Event]:
        trainer, now = self._trainer, perf_counter()
        is_late = now - self._last_snapshot >= self._snapshot_seconds
        if is_late or trainer.iteration >= self._next_stored:
            yield from self._snapshot()
            self._next_stored = self._stored_next()
            self._last_snapshot = now
        if now - self._last_checkpoint >= self._checkpoint_seconds:
            yield from self._checkpoint()
            self._last_checkpoint = now

    def _evaluate(self) -> Iterator[Event]:
        trainer = self._trainer
        yield from trainer.evaluate_epoch(self._control)
        is_best = trainer.best is not None and trainer.best.iteration == trainer.iteration
        if is_best:
            yield from self._checkpoint_at_once(is_best=True)

    def _checkpoint_at_once(self, *, is_best: bool = False) -> Iterator[Event]:
        size = sum(array.nbytes for array in self._trainer.network.params.values())
        if self._is_stored and size <= LARGEST_AT_ONCE:
            yield from self._checkpoint(is_best=is_best)

    def _checkpoint(self, *, is_best: bool = False) -> Iterator[Event]:
        try:
            state = self._trainer.state(self._clock.seconds)
        except MemoryError:
            yield from self._without_memory()
        else:
            yield CheckpointTaken(state, is_best)

    def _without_memory(self) -> Iterator[Event]:
        """Warn, once, that the run is told of less often than it should be."""
        if not self._lacked_memory:
            self._lacked_memory = True
            at = self._trainer.branched_at + self._trainer.iteration
            yield Warned(
                f"There was not enough memory to copy the weights after iteration {at:,}. The "
                "training goes on; what is kept of it may have gaps."
            )

    def _patience_begun_anew(self) -> Iterator[Event]:
        trainer = self._trainer
        if trainer.patience_from == trainer.iteration:
            epochs = counted(trainer.early_stopping, "epoch")
            yield Warned(
                f"The run had ended early: {epochs} did not surpass the best test accuracy. It "
                "goes on, and the count of such epochs begins anew."
            )
            if self._is_stored:
                yield from self._checkpoint()

    def _stored_next(self) -> float:
        return next_stored_after(self._trainer.iteration) if self._is_stored else np.inf

    def _started(self) -> RunStarted:
        trainer = self._trainer
        if trainer.first_params is None:
            trainer.first_params = frozen_copy(trainer.network.params)
        return RunStarted(
            trainer.epochs,
            trainer.batches.per_epoch,
            trainer.optimizer.lr,
            trainer.network.description,
            trainer.first_params,
            trainer.iteration,
            trainer.history_before,
            trainer.branched_at,
            trainer.epochs_before,
            trainer.best,
            trainer.drawings,
        )

    def _obey(self) -> Iterator[Event]:
        trainer = self._trainer
        yield from self._new_learning_rate()
        if self._control.pause_requested:
            self._clock.stop()
            yield from self._snapshot()
            yield from self._checkpoint_at_once()  # so that the next step can be looked into
            yield Paused(trainer.iteration)
            while self._control.pause_requested:
                self._control.wait_while_paused()
                yield from self._new_learning_rate()
            self._clock.start()
            if not self._control.stop_requested:
                yield Resumed(trainer.iteration)
        self._control.take_step()

    def _new_learning_rate(self) -> Iterator[Event]:
        trainer = self._trainer
        wanted = self._control.take_learning_rate()
        if wanted is not None and wanted != trainer.optimizer.lr:
            trainer.optimizer.lr = wanted
            yield LearningRateChanged(trainer.iteration, wanted)

    def _snapshot(self) -> Iterator[Event]:
        trainer = self._trainer
        trainer.engine.sync()
        if not all_finite(trainer.network.params):  # the next loss will end the run
            return
        try:
            params = frozen_copy(trainer.network.params)
        except MemoryError:
            yield from self._without_memory()
        else:
            yield SnapshotTaken(trainer.iteration, params)

    def _end(self, reason: EndReason) -> RunEnded:
        trainer = self._trainer
        accuracy, in_use, before = None, trainer.iteration, trainer.branched_at
        message = "The run is finished."
        trainer.engine.sync()
        if reason == "diverged" or not all_finite(trainer.network.params):
            reason, in_use = "diverged", trainer.kept[0]
            message = self._go_back()
        elif trainer.weights_kept == "best" and trainer.best is not None:
            in_use = trainer.best.iteration
            trainer.use(trainer.best.params)
        if reason in ("finished", "early"):
            whole = np.arange(len(trainer.x_test))
            accuracy = trainer.accuracy(trainer.x_test, trainer.t_test, whole, self._control)
            if accuracy is None:
                reason = "stopped"
        if reason == "early":
            epochs = counted(trainer.early_stopping, "epoch")
            message = f"The run ended early: {epochs} did not surpass the best test accuracy."
        if reason == "stopped":
            done = counted(before + trainer.iteration, "iteration")
            message = f"The run was stopped after {done}."
        if reason != "diverged" and in_use != trainer.iteration:
            message += f" The best weights, those of iteration {before + in_use:,}, are in use."
        hint = ""
        if accuracy is not None:
            hint = chance_hint(accuracy, trainer.network.output_size, trainer.optimizer.lr) or ""
            message = f"{message} {hint}".rstrip()
        params = frozen_copy(trainer.network.params)
        return RunEnded(
            reason, trainer.iteration, message, accuracy, self._clock.seconds, params, hint, in_use
        )

    def _go_back(self) -> str:
        """Restore the last weights known to be good and say what happened."""
        trainer = self._trainer
        iteration, params = trainer.kept
        trainer.use(params)
        loss, before = trainer.train_loss_list[-1], trainer.branched_at
        return (
            f"The loss was {loss} at iteration {before + trainer.iteration:,}: the weights have "
            f"grown out of range. The weights after iteration {before + iteration:,} were kept. "
            "Try a smaller "
            f"learning rate (it was {trainer.optimizer.lr:g}) or smaller initial weights."
        )
