"""The book's Trainer: a run as a stream of events, and the book's calls on the same code."""

from collections.abc import Iterator, Mapping
from time import perf_counter
from typing import Any, Literal

import numpy as np
from numpy.typing import DTypeLike, NDArray

from convlab.data.augmentation import Augmentation
from convlab.data.dataset import Dataset
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
from convlab.training.events import (
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
from convlab.training.printing import print_event
from convlab.training.problems import chance_hint
from convlab.wording import counted

Sampling = Literal["shuffled", "replacement"]

EVALUATION_BATCH = 500
KEEP_EVERY = 10  # iterations between the copies of weights known to be good


class Trainer:
    """Trains ``network`` on images x (N, C, H, W) or (N, C·H·W) and labels t.

    The arguments up to ``verbose`` are the book's (``common/trainer.py``). ``optimizer`` is a
    name in any case and ``optimizer_param`` its settings. ``evaluate_sample_num_per_epoch``
    images of each part, always the same ones, measure the accuracy after every epoch; None or 0
    means all. ``seed`` makes the order of the images, and with it every number, repeatable. The
    network is converted to ``dtype``. Unlike the book, an epoch shows every image once, unless
    ``sampling`` is "replacement"; an epoch's last mini-batch may be smaller. ``augmentation``
    distorts the images that are learned, anew each time, and no others. ``threads`` makes it
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
        self.iteration = 0
        self.train_loss_list: list[float] = []
        self.train_acc_list: list[float] = []
        self.test_acc_list: list[float] = []

    @classmethod
    def from_config(
        cls, config: TrainingConfig, dataset: Dataset, *, threads: int = 1
    ) -> "Trainer":
        """Build the network and the trainer of ``config``; raises :class:`ConvlabError`."""
        classes = len(dataset.class_names)
        config.layer_shapes(dataset.image_shape, classes, len(dataset.train))
        weights, trainer = np.random.SeedSequence(config.seed).spawn(2)
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
            self._evaluate_epoch(Control())
        return loss

    def run(self, control: Control | None = None, snapshot_seconds: float = 0.1) -> Iterator[Event]:
        """Train to the end and tell what happens; ``control`` is obeyed between mini-batches.

        A snapshot is told at most every ``snapshot_seconds``. The wall clock decides only when
        snapshots are taken; it never changes a number of the training.
        """
        self._engine.load()
        try:
            with one_blas_thread():
                yield from self._events(control or Control(), snapshot_seconds)
        finally:
            self._engine.sync()
            self._engine.close()

    def _events(self, control: Control, snapshot_seconds: float) -> Iterator[Event]:
        clock = Clock()
        yield RunStarted(
            self.epochs,
            self.batches.per_epoch,
            self.optimizer.lr,
            self.network.description,
            frozen_copy(self.network.params),
        )
        last_snapshot = perf_counter()
        reason: EndReason = "finished"
        while self.iteration < self.iterations:
            yield from self._obey(control, clock)
            if control.stop_requested:
                reason = "stopped"
                break
            step = self._learn()
            yield step
            if not np.isfinite(step.loss):
                reason = "diverged"
                break
            if self.iteration % self.batches.per_epoch == 0:
                self._engine.sync()
                evaluated = self._evaluate_epoch(control)
                if evaluated is not None:
                    yield evaluated
            if perf_counter() - last_snapshot >= snapshot_seconds:
                yield from self._snapshot()
                last_snapshot = perf_counter()
        yield self._end(reason, control, clock)

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

    def _evaluate_epoch(self, control: Control) -> EpochEvaluated | None:
        train = self._accuracy(self.x_train, self.t_train, self._evaluated_train, control)
        test = self._accuracy(self.x_test, self.t_test, self._evaluated_test, control)
        if train is None or test is None:
            return None
        self.train_acc_list.append(train)
        self.test_acc_list.append(test)
        epoch = self.iteration // self.batches.per_epoch
        return EpochEvaluated(self.iteration, epoch, train, test)

    def _accuracy(
        self, x: NDArray[Any], t: NDArray[Any], samples: NDArray[np.intp], control: Control
    ) -> float | None:
        """Return the accuracy on some samples, or None if the run was told to stop meanwhile."""
        right = 0
        with np.errstate(over="ignore", invalid="ignore"):
            for start in range(0, len(samples), EVALUATION_BATCH):
                if control.stop_requested:
                    return None
                index = samples[start : start + EVALUATION_BATCH]
                scores = self._engine.predict(x[index])
                right += int((scores.argmax(axis=1) == t[index]).sum())
        return right / len(samples)

    def _snapshot(self) -> Iterator[Event]:
        self._engine.sync()
        if _all_finite(self.network.params):  # else the next loss will end the run
            yield SnapshotTaken(self.iteration, frozen_copy(self.network.params))

    def _end(self, reason: EndReason, control: Control, clock: Clock) -> RunEnded:
        accuracy = None
        message = "The run is finished."
        self._engine.sync()
        if reason == "diverged" or not _all_finite(self.network.params):
            reason = "diverged"
            message = self._go_back()
        elif reason == "finished":
            whole = np.arange(len(self.x_test))
            accuracy = self._accuracy(self.x_test, self.t_test, whole, control)
            reason = "finished" if accuracy is not None else "stopped"
        if reason == "stopped":
            message = f"The run was stopped after {counted(self.iteration, 'iteration')}."
        hint = ""
        if accuracy is not None:
            hint = chance_hint(accuracy, self.network.output_size, self.optimizer.lr) or ""
            message = f"{message} {hint}".rstrip()
        params = frozen_copy(self.network.params)
        return RunEnded(reason, self.iteration, message, accuracy, clock.seconds, params, hint)

    def _go_back(self) -> str:
        """Restore the last weights known to be good and say what happened."""
        iteration, params = self._kept
        self.network.set_params(params)
        self._engine.load()
        loss = self.train_loss_list[-1]
        return (
            f"The loss was {loss} at iteration {self.iteration:,}: the weights have grown out of "
            f"range. The weights after iteration {iteration:,} were kept. Try a smaller learning "
            f"rate (it was {self.optimizer.lr:g}) or smaller initial weights."
        )


def _all_finite(params: Mapping[str, NDArray[Any]]) -> bool:
    return all(bool(np.isfinite(array).all()) for array in params.values())
