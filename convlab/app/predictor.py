"""Reads images with the latest snapshot, never with the network that is being trained."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from convlab.app.session import Session
from convlab.data.dataset import ImageSet
from convlab.nn.engine import Engine
from convlab.nn.network import Network
from convlab.nn.network_settings import build_network
from convlab.training.events import RunStarted, SnapshotTaken

Origin = Literal["run", "file", "lab"]  # whence the weights are; "lab" are those that come with it


class Predictor(QObject):
    """A network of its own whose weights follow what the session shows, or an opened file's.

    ``changed`` says that the same image may get another answer now; ``network_opened`` carries a
    network that answers from now on and comes from elsewhere than from a run.
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
        self._iteration = 0
        self._trained = False
        self._origin: Origin = "run"
        self._learned_from: ImageSet | None = None
        session.run_started.connect(self._on_run_started)
        session.weights_shown.connect(self._on_weights)

    @property
    def network(self) -> Network | None:
        """The network with the latest weights; None before there is any."""
        return self._network

    @property
    def answering(self) -> Network | None:
        """The network that answers: :attr:`network`, or the untrained one compared with it."""
        return self._untrained or self._network

    @property
    def is_trained(self) -> bool:
        """Whether the weights that answer have learned anything, in a run or in an opened file."""
        return self._trained and self._untrained is None

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
        return self._trained

    @property
    def is_compared(self) -> bool:
        """Whether the untrained network answers in place of the trained one."""
        return self._untrained is not None

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
        self._untrained = None
        self._iteration = 0
        self._trained = trained
        self._origin = origin
        self._learned_from = learned_from
        self.network_opened.emit(network)
        self.changed.emit()

    def compare_untrained(self, compare: bool) -> None:
        """Answer with a network of the same layers before any training, or again with the own.

        The latter goes on to follow a run meanwhile; another network ends the comparison.
        """
        if self._network is None or compare == self.is_compared or (compare and not self._trained):
            return
        self._untrained = build_network(self._network.description) if compare else None
        self.changed.emit()

    def probabilities(self, image: NDArray[np.uint8]) -> NDArray[np.floating] | None:
        """Return the probability of each class for one image (C, H, W), or None without a network.

        An image of another shape than the network was made for gives None, too, and so do weights
        so large that the answer is out of range.
        """
        if self._network is None or image.shape != self._network.input_dim:
            return None
        network = self._untrained or self._network
        if self._engine is None or self._engine.network is not network:
            self._engine = Engine(network)
        elif self._has_new_weights:
            self._engine.load()
        self._has_new_weights = False
        with np.errstate(over="ignore", invalid="ignore"):
            probabilities: NDArray[np.floating] = self._engine.probabilities(image[np.newaxis])[0]
        return probabilities if np.isfinite(probabilities).all() else None

    def _on_run_started(self, event: RunStarted) -> None:
        self._network = build_network(event.network)
        self._network.astype(next(iter(event.params.values())).dtype)
        self._network.set_params(event.params)
        self._untrained = None
        self._iteration = 0
        self._trained = False
        self._origin = "run"
        dataset = self._session.dataset
        self._learned_from = None if dataset is None else dataset.train
        self.changed.emit()

    def _on_weights(self, event: SnapshotTaken) -> None:
        if self._network is not None:
            self._network.set_params(event.params)
            self._has_new_weights = True
        self._iteration = event.iteration
        self._trained = event.iteration > 0
        self.changed.emit()
