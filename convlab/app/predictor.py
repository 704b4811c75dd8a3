"""Reads images with the latest snapshot, never with the network that is being trained."""

from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot

from convlab.app.background import Background
from convlab.app.session import LARGE, Session
from convlab.data.dataset import Dataset, ImageSet
from convlab.insight.architecture import multiply_adds
from convlab.nn.description import NetworkDescription
from convlab.nn.engine import Engine
from convlab.nn.network import Network
from convlab.nn.network_settings import build_network, network_over
from convlab.training.events import RunStarted, SnapshotTaken

MOST_AT_ONCE = 1e8  # multiply-adds, some hundredths of a second

Origin = Literal["run", "file", "lab"]  # whence the weights are; "lab" are those that come with it


class Predictor(QObject):
    """A network of its own whose weights follow what the session shows, or an opened file's.

    Opened weights answer until a run begins or a moment of the present run is shown.

    ``changed`` says that the same image may get another answer now; ``network_opened`` carries a
    network that answers from now on: one that was opened in place of the run's, or the run's again.
    """

    changed = Signal()
    network_opened = Signal(object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._network: Network | None = None
        self._engine: Engine | None = None  # made when an image is read
        self._has_new_weights = False
        self._untrained: Network | None = None
        self._building = Background(self)  # makes a large untrained network
        self._building.returned.connect(self._on_untrained_built)
        self._building.failed.connect(self._on_untrained_not_built)
        self._stand_in: Network | None = None
        self._has_stand_in_learned = False
        self._iteration = 0
        self._trained = False
        self._origin: Origin = "run"
        self._learned_from: ImageSet | None = None
        self._run: tuple[NetworkDescription, ImageSet | None] | None = None  # and its images
        session.run_started.connect(self._on_run_started)
        session.weights_shown.connect(self._on_weights)

    @property
    def original(self) -> Network | None:
        """The network with the latest weights of the run, or of the file; None before any."""
        return self._network

    @property
    def network(self) -> Network | None:
        """The network in use: the one that stands in for :attr:`original`, or that itself."""
        return self._stand_in or self._network

    @property
    def answering(self) -> Network | None:
        """The network that answers: :attr:`network`, or the untrained one compared with it."""
        return self._untrained or self.network

    @property
    def is_trained(self) -> bool:
        """Whether the weights that answer have learned anything, in a run or in an opened file."""
        return self.can_compare and self._untrained is None

    @property
    def iteration(self) -> int:
        """After how many steps of the present run the weights were copied."""
        return self._iteration

    @property
    def origin(self) -> Origin:
        """Whence the network is."""
        return self._origin

    @property
    def learned_from(self) -> ImageSet | None:
        """The images that the network was trained on, or some of them; None if nobody knows."""
        return self._learned_from

    @property
    def can_compare(self) -> bool:
        """Whether the answers of the untrained network would be others."""
        return self._trained or (self._stand_in is not None and self._has_stand_in_learned)

    @property
    def is_compared(self) -> bool:
        """Whether the untrained network answers in place of the trained one, now or soon."""
        return self._untrained is not None or self._building.is_busy

    def class_names(self, dataset: Dataset, network: Network | None = None) -> tuple[str, ...]:
        """Return what the classes of ``network``, or of the one that answers, are called.

        These are the names in ``dataset``, or numbers where the network was made for others.
        """
        names, network = dataset.class_names, network or self.answering
        if network is None or (len(names) == network.output_size and self._origin != "lab"):
            return names
        return tuple(str(number) for number in range(network.output_size))

    def use(
        self,
        network: Network,
        *,
        trained: bool,
        origin: Origin = "file",
        learned_from: ImageSet | None = None,
    ) -> None:
        """Answer with ``network``, which belongs to the predictor from now on."""
        self._network = network
        self._building.drop()
        self._untrained = self._stand_in = None
        self._iteration = 0
        self._trained = trained
        self._origin = origin
        self._learned_from = learned_from
        self.network_opened.emit(network)
        self.changed.emit()

    def stand_in(self, network: Network | None, *, has_learned: bool = False) -> None:
        """Answer with a changed copy of :attr:`original`; None for the original again.

        The original goes on to follow the run. Another run or file ends this. ``has_learned``
        says that the copy is trained, even if the original is not.
        """
        self._stand_in = network
        self._has_stand_in_learned = has_learned
        self.changed.emit()

    def compare_untrained(self, compare: bool) -> None:
        """Answer with a network of the same layers before any training, or again with the own.

        The latter goes on to follow a run meanwhile; another network ends the comparison. A large
        network is made in the background, and answers soon.
        """
        is_possible = self.can_compare or not compare
        if self._network is None or compare == self.is_compared or not is_possible:
            return
        self._building.drop()
        self._untrained = None
        description = self._network.description
        if compare and sum(a.size for a in self._network.params.values()) > LARGE:
            self._building.start(lambda: build_network(description))
        elif compare:
            self._untrained = build_network(description)
        self.changed.emit()

    @Slot(object)
    def _on_untrained_built(self, network: Network) -> None:
        self._untrained = network
        self.changed.emit()

    @Slot(str)
    def _on_untrained_not_built(self, _: str) -> None:
        self.changed.emit()  # the button comes up again

    def probabilities(self, image: NDArray[np.uint8]) -> NDArray[np.floating] | None:
        """Return the probability of each class for one image (C, H, W), or None without a network.

        An image of another shape than the network was made for gives None, too, and so do weights
        so large that the answer is out of range.
        """
        network = self.answering
        if network is None or image.shape != network.input_dim:
            return None
        if self._engine is None or self._engine.network is not network:
            self._engine = Engine(network)
        elif self._has_new_weights:
            self._engine.load()
        self._has_new_weights = False
        return _probabilities(self._engine, image)

    @property
    def takes_long(self) -> bool:
        """Whether :meth:`probabilities` would hold up the window: see :meth:`later`."""
        layers = () if self.answering is None else self.answering.layer_shapes
        return sum(multiply_adds(layer) for layer in layers) > MOST_AT_ONCE

    def later(self, image: NDArray[np.uint8]) -> Callable[[], NDArray[np.floating] | None]:
        """Return a function for another thread that returns the :meth:`probabilities` of now."""
        network = self.answering
        if network is None or image.shape != network.input_dim:
            return lambda: None
        twin, copied = network.twin(), image.copy()
        return lambda: _probabilities(Engine(twin), copied)

    def _on_run_started(self, event: RunStarted) -> None:
        self._network = network_over(event.network, event.params)
        self._building.drop()
        self._untrained = self._stand_in = None
        self._iteration = event.branched_at
        self._trained = event.branched_at > 0
        self._origin = "run"
        dataset = self._session.dataset
        self._learned_from = None if dataset is None else dataset.train
        self._run = event.network, self._learned_from
        self.changed.emit()

    def _on_weights(self, event: SnapshotTaken) -> None:
        self._iteration = event.iteration
        self._trained = event.iteration > 0
        if self._origin != "run" and self._run is not None:
            self._return_to_run(*self._run, event)
        elif self._network is not None:
            self._network.adopt(event.params)
            self._has_new_weights = True
        self.changed.emit()

    def _return_to_run(
        self, network: NetworkDescription, images: ImageSet | None, moment: SnapshotTaken
    ) -> None:
        """Answer with the run in place of opened weights, whose layers may have been others."""
        self._network = network_over(network, moment.params)
        self._building.drop()
        self._untrained = self._stand_in = None
        self._origin = "run"
        self._learned_from = images
        self.network_opened.emit(self._network)


def _probabilities(engine: Engine, image: NDArray[np.uint8]) -> NDArray[np.floating] | None:
    with np.errstate(over="ignore", invalid="ignore"):
        probabilities: NDArray[np.floating] = engine.probabilities(image[np.newaxis])[0]
    return probabilities if np.isfinite(probabilities).all() else None
