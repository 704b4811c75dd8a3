"""The book's Trainer: a run as a stream of events, and the book's calls on the same code."""

from collections.abc import Iterator, Mapping
from time import perf_counter
from typing import Any, Literal

import numpy as np
from numpy.typing import DTypeLike, NDArray

from convlab.data.augmentation import Augmentation
from convlab.data.dataset import Dataset
from convlab.data.own_drawings import with_own_drawings
from convlab.errors import ConvlabError
from convlab.nn.engine import Engine
from convlab.nn.functions import class_indices
from convlab.nn.network import Network, as_images
from convlab.nn.optimizer import OPTIMIZERS
from convlab.threads import one_blas_thread
from convlab.training.batches import Batches, sample
from convlab.training.clock import Clock
from convlab.training.config import TrainingConfig, checked, choose
from convlab.training.control import Control
from convlab.training.evaluation import accuracy_on
from convlab.training.events import (
    CheckpointTaken,
    EndReason,
    EpochEvaluated,
    Event,
    LearningRateChanged,
    Params,
    Paused,
    Resumed,
    RunEnded,
    RunStarted,
    SnapshotTaken,
    StepDone,
    frozen_copy,
)
from convlab.training.history import History
from convlab.training.printing import print_event
from convlab.training.problems import chance_hint
from convlab.training.snapshots import next_stored_after
from convlab.training.state import Best, TrainerState
from convlab.training.train_images import with_fewer_images
from convlab.wording import counted

Sampling = Literal["shuffled", "replacement"]
WeightsKept = Literal["last", "best"]

KEEP_EVERY = 10  # iterations between the copies of weights known to be good


class Trainer:
    """Trains ``network`` on images x (N, C, H, W) or (N, C·H·W) and labels t.

    The arguments up to ``verbose`` are the book's (``common/trainer.py``). ``optimizer`` is a
    name in any case and ``optimizer_param`` its settings. ``evaluate_sample_num_per_epoch``
    images of each part, always the same ones, measure the accuracy after every epoch; None or 0
    means all. ``seed`` makes the order of the images, and with it every number, repeatable. The
    network is converted to ``dtype``. Unlike the book, an epoch shows every image once, unless
    ``sampling`` is "replacement"; an epoch's last mini-batch may be smaller. ``augmentation``
    distorts the images that are learned, anew each time, and no others. ``early_stopping`` ends
    the run when so many epochs in a row did not surpass the best test accuracy; 0 means never.
    ``weights_kept`` says whether the run leaves its last weights or its best. ``threads`` makes it
    faster and changes no number. The network's ``params`` are brought up to date with every event
    that tells of them, and at the end.

    Raises :class:`ConvlabError` for settings that cannot be used.
    """

    def __init__(
        self,
        network: Network,
        x_train: NDArray[Any],
        t_train: NDArray[Any],
        x_test: NDArray[Any],
        t_test: NDArray[Any],
        epochs: int = 20,
        mini_batch_size: int = 100,
        optimizer: str = "SGD",
        optimizer_param: Mapping[str, Any] | None = None,
        evaluate_sample_num_per_epoch: int | None = None,
        verbose: bool = True,
        *,
        seed: int | np.random.SeedSequence | None = None,
        dtype: DTypeLike = np.float32,
        sampling: Sampling = "shuffled",
        augmentation: Augmentation | None = None,
        early_stopping: int = 0,
        weights_kept: WeightsKept = "last",
        threads: int = 1,
    ) -> None:
        if not (len(x_train) == len(t_train) > 0 and len(x_test) == len(t_test) > 0):
            raise ConvlabError(
                f"Images and labels must be as many: {len(x_train)} and {len(t_train)} to train, "
                f"{len(x_test)} and {len(t_test)} to test."
            )
        settings = {
            "epochs": epochs,
            "evaluate_sample_num_per_epoch": evaluate_sample_num_per_epoch or 0,
            "early_stopping": early_stopping,
            "weights_kept": weights_kept,
            "sampling": sampling,
            "dtype": np.dtype(dtype).name,
        }
        checked(TrainingConfig, settings)
        self.network = network
        network.astype(dtype)
        sequence = (
            seed if isinstance(seed, np.random.SeedSequence) else np.random.SeedSequence(seed)
        )
        # What the engine draws at random follows from the seed without using it up.
        self._engine = Engine(network, threads, seed=int(sequence.generate_state(1)[0]))
        self.x_train, self.x_test = np.asarray(x_train), np.asarray(x_test)
        self.t_train = class_indices(t_train, network.output_size)
        self.t_test = class_indices(t_test, network.output_size)
        self.epochs = epochs
        self.early_stopping, self.weights_kept = early_stopping, weights_kept
        choice = choose(OPTIMIZERS, optimizer, optimizer_param or {})
        self.optimizer = OPTIMIZERS.get(choice.name)(**choice.settings)
        self.verbose = verbose
        order, evaluation, distortion = (
            np.random.default_rng(child) for child in sequence.spawn(3)
        )
        self.batches = Batches(
            len(x_train), mini_batch_size, order, with_replacement=sampling == "replacement"
        )
        self.augmentation, self._distortion = augmentation or Augmentation(), distortion
        self._evaluated_train = sample(len(x_train), evaluate_sample_num_per_epoch, evaluation)
        self._evaluated_test = sample(len(x_test), evaluate_sample_num_per_epoch, evaluation)
        self._kept: tuple[int, Params] = (0, frozen_copy(network.params))
        self._best: Best | None = None
        self._seconds = 0.0  # of earlier parts of the run
        self._history: History | None = None  # of earlier parts of the run
        self._first_params: Params | None = None  # those of iteration 0, once that is over
        self._branched_at = 0
        self.iteration = 0
        self.train_loss_list: list[float] = []
        self.train_acc_list: list[float] = []
        self.test_acc_list: list[float] = []

    @classmethod
    def from_config(
        cls, config: TrainingConfig, dataset: Dataset, *, threads: int = 1
    ) -> "Trainer":
        """Build the network and the trainer of ``config``; raises :class:`ConvlabError`."""
        weights, trainer, images = np.random.SeedSequence(config.seed).spawn(3)
        dataset = with_fewer_images(dataset, config.train_images, np.random.default_rng(images))
        dataset = with_own_drawings(dataset, config.own_drawings)
        classes = len(dataset.class_names)
        config.layer_shapes(dataset.image_shape, classes, len(dataset.train))
        network = config.build_network(dataset.image_shape, classes, np.random.default_rng(weights))
        return cls(
            network,
            dataset.train.images,
            dataset.train.labels,
            dataset.test.images,
            dataset.test.labels,
            epochs=config.epochs,
            mini_batch_size=config.mini_batch_size,
            optimizer=config.optimizer.name,
            optimizer_param=config.optimizer.settings,
            evaluate_sample_num_per_epoch=config.evaluate_sample_num_per_epoch or None,
            verbose=False,
            seed=trainer,
            dtype=config.dtype,
            sampling=config.sampling,
            augmentation=config.augmentation,
            early_stopping=config.early_stopping,
            weights_kept=config.weights_kept,
            threads=threads,
        )

    @property
    def iterations(self) -> int:
        """The number of steps of the whole run."""
        return self.epochs * self.batches.per_epoch

    def train(self) -> None:
        """Train to the end, as the book's script does; with ``verbose``, print how it goes."""
        for event in self.run():
            if self.verbose:
                print_event(event)

    def train_step(self) -> float:
        """Learn one mini-batch, evaluate if it was an epoch's last, and return its loss."""
        self._engine.load()
        loss = self._learn().loss
        self._engine.sync()
        self._engine.close()
        if self.iteration % self.batches.per_epoch == 0:
            list(self._evaluate_epoch(Control()))
        return loss

    def begin_at(self, params: Mapping[str, NDArray[Any]], iteration: int) -> None:
        """Begin with weights that another run had after ``iteration`` steps."""
        self.network.set_params(params)
        self._engine.load()
        self._kept = (0, frozen_copy(self.network.params))
        self._branched_at = iteration

    def state(self, seconds: float | None = None) -> TrainerState:
        """Return all that it takes to go on from here; ``seconds`` of training have gone by."""
        self._engine.sync()
        return TrainerState(
            self.iteration,
            frozen_copy(self.network.params),
            self._kept,
            self._engine.memory(self.optimizer),
            self.optimizer.iterations,
            self.optimizer.lr,
            self.batches.state(),
            dict(self._distortion.bit_generator.state),
            self._seconds if seconds is None else seconds,
            self._best,
        )

    def restore(self, state: TrainerState, history: History, first_params: Params | None) -> None:
        """Go on from ``state``, which a trainer of the same settings and images returned.

        ``history`` tells of the steps until then; ``first_params`` are the weights of iteration
        0, if they are known. Raises ValueError, KeyError or :class:`ConvlabError` for a state of
        other settings.
        """
        if len(history.iterations) != state.iteration:
            raise ValueError("the history is of another length")
        first = frozen_copy(self.network.params)
        self.batches.restore(state.batches)
        self.network.set_params(state.params)
        self._engine.load()
        self._engine.set_memory(self.optimizer, state.memory)
        self.optimizer.iterations, self.optimizer.lr = state.updates, state.learning_rate
        self._distortion.bit_generator.state = state.distortion
        self._kept, self._best, self._seconds = state.kept, state.best, state.seconds
        self._history, self._first_params = history, first_params or first
        self.iteration = state.iteration
        self.train_loss_list = history.losses.tolist()
        self.train_acc_list = [e.train_accuracy for e in history.evaluations]
        self.test_acc_list = [e.test_accuracy for e in history.evaluations]

    def run(
        self,
        control: Control | None = None,
        snapshot_seconds: float = 0.1,
        checkpoint_seconds: float | None = None,
    ) -> Iterator[Event]:
        """Train to the end and tell what happens; ``control`` is obeyed between mini-batches.

        A snapshot is told every ``snapshot_seconds`` at most. With ``checkpoint_seconds`` the state
        is told so often, and at the end, and snapshots as often as a store of them wants. The wall
        clock decides only when that is; it never changes a number of the training.
        """
        self._engine.load()
        try:
            with one_blas_thread():
                yield from self._events(
                    control or Control(),
                    snapshot_seconds,
                    np.inf if checkpoint_seconds is None else checkpoint_seconds,
                )
        finally:
            self._engine.sync()
            self._engine.close()

    def _events(
        self, control: Control, snapshot_seconds: float, checkpoint_seconds: float
    ) -> Iterator[Event]:
        clock = Clock(self._seconds)
        yield self._started()
        if self.iteration:
            yield from self._snapshot()
        is_stored = checkpoint_seconds < np.inf
        next_stored = next_stored_after(self.iteration) if is_stored else np.inf
        last_snapshot = last_checkpoint = perf_counter()
        reason: EndReason = "finished"
        if len(self.test_acc_list) < self.iteration // self.batches.per_epoch:
            yield from self._evaluate_epoch(control)  # which a stop has kept from being done
        while self.iteration < self.iterations:
            yield from self._obey(control, clock)
            if control.stop_requested:
                reason = "stopped"
                break
            if self._is_no_longer_improving:
                reason = "early"
                break
            step = self._learn()
            yield step
            if not np.isfinite(step.loss):
                reason = "diverged"
                break
            if self.iteration % self.batches.per_epoch == 0:
                self._engine.sync()
                yield from self._evaluate_epoch(control)
            now = perf_counter()
            if self.iteration >= next_stored or now - last_snapshot >= snapshot_seconds:
                yield from self._snapshot()
                next_stored = next_stored_after(self.iteration) if is_stored else np.inf
                last_snapshot = now
            if now - last_checkpoint >= checkpoint_seconds:
                yield CheckpointTaken(self.state(clock.seconds))
                last_checkpoint = now
        if is_stored and reason != "diverged":
            yield CheckpointTaken(self.state(clock.seconds))
        yield self._end(reason, control, clock)

    def _started(self) -> RunStarted:
        if self._first_params is None:
            self._first_params = frozen_copy(self.network.params)
        return RunStarted(
            self.epochs,
            self.batches.per_epoch,
            self.optimizer.lr,
            self.network.description,
            self._first_params,
            self.iteration,
            self._history,
            self._branched_at,
        )

    @property
    def _is_no_longer_improving(self) -> bool:
        if not self.early_stopping or self._best is None:
            return False
        epochs_since = (self.iteration - self._best.iteration) // self.batches.per_epoch
        return epochs_since >= self.early_stopping

    def _obey(self, control: Control, clock: Clock) -> Iterator[Event]:
        yield from self._new_learning_rate(control)
        if control.pause_requested:
            clock.stop()
            yield from self._snapshot()
            yield Paused(self.iteration)
            while control.pause_requested:
                control.wait_while_paused()
                yield from self._new_learning_rate(control)
            clock.start()
            if not control.stop_requested:
                yield Resumed(self.iteration)
        control.take_step()

    def _new_learning_rate(self, control: Control) -> Iterator[Event]:
        wanted = control.take_learning_rate()
        if wanted is not None and wanted != self.optimizer.lr:
            self.optimizer.lr = wanted
            yield LearningRateChanged(self.iteration, wanted)

    def _learn(self) -> StepDone:
        """Make one step; a loss that is not finite changes nothing but the lists."""
        index = self.batches.next()
        images = self.x_train[index]
        if self.augmentation.is_on:
            images = as_images(images, self.network.input_dim)
            images = self.augmentation.augmented(images, self._distortion)
        if self.iteration % KEEP_EVERY == 0:
            self._engine.sync()
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            loss = self._engine.step(images, self.t_train[index], self.optimizer)
        params = self.network.params  # of before the step
        if self.iteration % KEEP_EVERY == 0 and np.isfinite(loss) and _all_finite(params):
            self._kept = (self.iteration, frozen_copy(params))
        epoch = self.iteration // self.batches.per_epoch + 1
        self.iteration += 1
        self.train_loss_list.append(loss)
        return StepDone(self.iteration, epoch, loss)

    def _evaluate_epoch(self, control: Control) -> Iterator[EpochEvaluated]:
        """Measure the accuracies, and tell of them unless the run was told to stop meanwhile."""
        train = self._accuracy(self.x_train, self.t_train, self._evaluated_train, control)
        test = self._accuracy(self.x_test, self.t_test, self._evaluated_test, control)
        if train is None or test is None:
            return
        self.train_acc_list.append(train)
        self.test_acc_list.append(test)
        if self._best is None or test > self._best.accuracy:
            self._best = Best(self.iteration, test, frozen_copy(self.network.params))
        yield EpochEvaluated(self.iteration, self.iteration // self.batches.per_epoch, train, test)

    def _accuracy(
        self, x: NDArray[Any], t: NDArray[Any], samples: NDArray[np.intp], control: Control
    ) -> float | None:
        return accuracy_on(self._engine, x, t, samples, lambda: control.stop_requested)

    def _snapshot(self) -> Iterator[Event]:
        self._engine.sync()
        if _all_finite(self.network.params):  # else the next loss will end the run
            yield SnapshotTaken(self.iteration, frozen_copy(self.network.params))

    def _end(self, reason: EndReason, control: Control, clock: Clock) -> RunEnded:
        accuracy, in_use = None, self.iteration
        message = "The run is finished."
        self._engine.sync()
        if reason == "diverged" or not _all_finite(self.network.params):
            reason, in_use = "diverged", self._kept[0]
            message = self._go_back()
        elif self.weights_kept == "best" and self._best is not None:
            in_use = self._best.iteration
            self._use(self._best.params)
        if reason in ("finished", "early"):
            whole = np.arange(len(self.x_test))
            accuracy = self._accuracy(self.x_test, self.t_test, whole, control)
            if accuracy is None:
                reason = "stopped"
        if reason == "early":
            epochs = counted(self.early_stopping, "epoch")
            message = f"The run ended early: {epochs} did not surpass the best test accuracy."
        if reason == "stopped":
            message = f"The run was stopped after {counted(self.iteration, 'iteration')}."
        if reason != "diverged" and in_use != self.iteration:
            message += f" The best weights, those of iteration {in_use:,}, are in use."
        hint = ""
        if accuracy is not None:
            hint = chance_hint(accuracy, self.network.output_size, self.optimizer.lr) or ""
            message = f"{message} {hint}".rstrip()
        params = frozen_copy(self.network.params)
        return RunEnded(
            reason, self.iteration, message, accuracy, clock.seconds, params, hint, in_use
        )

    def _use(self, params: Params) -> None:
        self.network.set_params(params)
        self._engine.load()

    def _go_back(self) -> str:
        """Restore the last weights known to be good and say what happened."""
        iteration, params = self._kept
        self._use(params)
        loss = self.train_loss_list[-1]
        return (
            f"The loss was {loss} at iteration {self.iteration:,}: the weights have grown out of "
            f"range. The weights after iteration {iteration:,} were kept. Try a smaller learning "
            f"rate (it was {self.optimizer.lr:g}) or smaller initial weights."
        )


def _all_finite(params: Mapping[str, NDArray[Any]]) -> bool:
    return all(bool(np.isfinite(array).all()) for array in params.values())
