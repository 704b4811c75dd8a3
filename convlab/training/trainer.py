"""The book's Trainer: a run as a stream of events, and the book's calls on the same code."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import DTypeLike, NDArray

from convlab.data.augmentation import Augmentation
from convlab.data.dataset import Dataset
from convlab.data.digit_image import Drawing
from convlab.data.own_drawings import OwnDrawings, with_own_drawings
from convlab.errors import ConvlabError
from convlab.nn.engine import Engine
from convlab.nn.functions import class_indices
from convlab.nn.network import Network, as_images
from convlab.nn.optimizer import OPTIMIZERS
from convlab.threads import one_blas_thread
from convlab.training.batches import Batches, sample
from convlab.training.config import TrainingConfig, checked, choose
from convlab.training.control import Control
from convlab.training.evaluation import accuracy_on
from convlab.training.events import (
    EpochEvaluated,
    Event,
    Params,
    StepDone,
    all_finite,
    frozen_copy,
)
from convlab.training.fingerprint import fingerprint
from convlab.training.history import History
from convlab.training.printing import print_event
from convlab.training.run_loop import RunLoop
from convlab.training.state import Best, TrainerState
from convlab.training.train_images import with_fewer_images

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
        self.engine = Engine(network, threads, seed=int(sequence.generate_state(1)[0]))
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
        self.kept: tuple[int, Params] = (0, frozen_copy(network.params))
        self.best: Best | None = None
        self.seconds = 0.0  # of earlier parts of the run
        self.history_before: History | None = None  # of earlier parts of the run
        self.first_params: Params | None = None  # those of iteration 0, once that is over
        self.branched_at = self.epochs_before = 0  # where the run left another one
        self.drawings: tuple[Drawing, ...] = ()  # the user's own, which are among the images
        self.patience_from = 0  # the iteration before which early stopping counts no epochs
        self.iteration = 0
        self.train_loss_list: list[float] = []
        self.train_acc_list: list[float] = []
        self.test_acc_list: list[float] = []

    @classmethod
    def from_config(
        cls,
        config: TrainingConfig,
        dataset: Dataset,
        *,
        threads: int = 1,
        drawings: OwnDrawings | None = None,
    ) -> "Trainer":
        """Build the network and the trainer of ``config``; raises :class:`ConvlabError`.

        ``drawings`` are those to learn if ``config`` asks for any; the user's own by default.
        """
        weights, trainer, images = np.random.SeedSequence(config.seed).spawn(3)
        dataset = with_fewer_images(dataset, config.train_images, np.random.default_rng(images))
        own = (drawings or OwnDrawings()).read() if config.own_drawings else []
        dataset = with_own_drawings(dataset, config.own_drawings, own)
        classes = len(dataset.class_names)
        config.layer_shapes(dataset.image_shape, classes, len(dataset.train))
        network = config.build_network(dataset.image_shape, classes, np.random.default_rng(weights))
        made = cls(
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
        made.drawings = tuple(own)
        return made

    @property
    def iterations(self) -> int:
        """The number of steps of the whole run."""
        return self.epochs * self.batches.per_epoch

    @cached_property
    def images(self) -> str:
        """The fingerprint of all images and labels."""
        return fingerprint(
            self.x_train, self.t_train.astype("<i8"), self.x_test, self.t_test.astype("<i8")
        )

    @property
    def is_out_of_patience(self) -> bool:
        """Whether as many epochs as early stopping bears did not surpass the best accuracy."""
        if not self.early_stopping or self.best is None:
            return False
        since = max(self.best.iteration, self.patience_from)
        return (self.iteration - since) // self.batches.per_epoch >= self.early_stopping

    def train(self) -> None:
        """Train to the end, as the book's script does; with ``verbose``, print how it goes."""
        for event in self.run():
            if self.verbose:
                print_event(event)

    def train_step(self) -> float:
        """Learn one mini-batch, evaluate if it was an epoch's last, and return its loss."""
        self.engine.load()
        loss = self.learn().loss
        self.engine.sync()
        self.engine.close()
        if self.iteration % self.batches.per_epoch == 0:
            list(self.evaluate_epoch(Control()))
        return loss

    def begin_at(
        self, params: Mapping[str, NDArray[Any]], iteration: int, epochs_before: int = 0
    ) -> None:
        """Begin with weights that another run had after ``iteration`` steps.

        ``epochs_before`` of its epochs were over by then.
        """
        self.network.set_params(params)
        self.engine.load()
        self.kept = (0, frozen_copy(self.network.params))
        self.branched_at, self.epochs_before = iteration, epochs_before

    def state(self, seconds: float | None = None) -> TrainerState:
        """Return all that it takes to go on from here; ``seconds`` of training have gone by."""
        self.engine.sync()
        return TrainerState(
            self.iteration,
            frozen_copy(self.network.params),
            self.kept,
            self.engine.memory(self.optimizer),
            self.optimizer.iterations,
            self.optimizer.lr,
            self.batches.state(),
            dict(self._distortion.bit_generator.state),
            self.seconds if seconds is None else seconds,
            self.best,
            self.patience_from,
            self.images,
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
        self.engine.load()
        self.engine.set_memory(self.optimizer, state.memory)
        self.optimizer.iterations, self.optimizer.lr = state.updates, state.learning_rate
        self._distortion.bit_generator.state = state.distortion
        self.kept, self.best, self.seconds = state.kept, state.best, state.seconds
        self.patience_from = state.patience_from
        self.history_before, self.first_params = history, first_params or first
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
        self.engine.load()
        try:
            with one_blas_thread():
                loop = RunLoop(self, control or Control(), snapshot_seconds, checkpoint_seconds)
                yield from loop.events()
        finally:
            self.engine.sync()
            self.engine.close()

    def learn(self) -> StepDone:
        """Make one step; a loss that is not finite changes nothing but the lists."""
        index = self.batches.next()
        images = self.x_train[index]
        if self.augmentation.is_on:
            images = as_images(images, self.network.input_dim)
            images = self.augmentation.augmented(images, self._distortion)
        if self.iteration % KEEP_EVERY == 0:
            self.engine.sync()
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            loss = self.engine.step(images, self.t_train[index], self.optimizer)
        params = self.network.params  # of before the step
        if self.iteration % KEEP_EVERY == 0 and np.isfinite(loss) and all_finite(params):
            self.kept = (self.iteration, frozen_copy(params))
        epoch = self.iteration // self.batches.per_epoch + 1
        self.iteration += 1
        self.train_loss_list.append(loss)
        return StepDone(self.iteration, epoch, loss)

    def evaluate_epoch(self, control: Control) -> Iterator[EpochEvaluated]:
        """Measure the accuracies, and tell of them unless the run was told to stop meanwhile."""
        self.engine.sync()
        train = self.accuracy(self.x_train, self.t_train, self._evaluated_train, control)
        test = self.accuracy(self.x_test, self.t_test, self._evaluated_test, control)
        if train is None or test is None:
            return
        self.train_acc_list.append(train)
        self.test_acc_list.append(test)
        if self.best is None or test > self.best.accuracy:
            self.best = Best(self.iteration, test, frozen_copy(self.network.params))
        yield EpochEvaluated(self.iteration, self.iteration // self.batches.per_epoch, train, test)

    def accuracy(
        self, x: NDArray[Any], t: NDArray[Any], samples: NDArray[np.intp], control: Control
    ) -> float | None:
        """Return the share of x[samples] that is read right; None if the run is to stop."""
        return accuracy_on(self.engine, x, t, samples, lambda: control.stop_requested)

    def use(self, params: Params) -> None:
        """Let the network have other weights from now on."""
        self.network.set_params(params)
        self.engine.load()
