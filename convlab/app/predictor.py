"""Reads images with the latest snapshot, never with the network that is being trained."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from convlab.app.session import Session
from convlab.nn.network import Network
from convlab.nn.network_settings import build_network
from convlab.training.events import RunEnded, RunStarted, SnapshotTaken


class Predictor(QObject):
    """A network of its own whose weights follow the session's snapshots, or an opened file's.

    ``changed`` says that the same image may get another answer now; ``network_opened`` carries a
    network that answers from now on and comes from elsewhere than from a run.
    """

    changed = Signal()
    network_opened = Signal(object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._network: Network | None = None
        self._iteration = 0
        self._trained = False
        session.run_started.connect(self._on_run_started)
        session.snapshot_taken.connect(self._on_weights)
        session.run_ended.connect(self._on_weights)

    @property
    def network(self) -> Network | None:
        """The network that answers; None before there is any."""
        return self._network

    @property
    def is_trained(self) -> bool:
        """Whether the weights have learned anything, in a run or in an opened file."""
        return self._trained

    @property
    def iteration(self) -> int:
        """After how many steps of the present run the weights were copied."""
        return self._iteration

    def use(self, network: Network, *, trained: bool) -> None:
        """Answer with ``network``, which belongs to the predictor from now on."""
        self._network = network
        self._iteration = 0
        self._trained = trained
        self.network_opened.emit(network)
        self.changed.emit()

    def probabilities(self, image: NDArray[np.uint8]) -> NDArray[np.floating] | None:
        """Return the probability of each class for one image (C, H, W), or None without a network.

        An image of another shape than the network was made for gives None, too.
        """
        if self._network is None or image.shape != self._network.input_dim:
            return None
        probabilities: NDArray[np.floating] = self._network.probabilities(image[np.newaxis])[0]
        return probabilities

    def _on_run_started(self, event: RunStarted) -> None:
        self._network = build_network(event.network)
        self._network.astype(next(iter(event.params.values())).dtype)
        self._network.set_params(event.params)
        self._iteration = 0
        self._trained = False
        self.changed.emit()

    def _on_weights(self, event: SnapshotTaken | RunEnded) -> None:
        if self._network is not None:
            self._network.set_params(event.params)
        self._iteration = event.iteration
        self._trained = event.iteration > 0
        self.changed.emit()
