"""What every layer makes of the examined image, kept fresh in the background."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot

from convlab.app.fresh import Fresh
from convlab.app.lab import Lab
from convlab.insight.activations import activations
from convlab.nn.network import Network

NO_NETWORK = (
    "Press Train, or open weights in the File menu, to see what each layer makes of a digit."
)

COMPUTING = "The layers' outputs are being computed."


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """One image as a network sees it.

    ``outputs`` are samples (C, H, W) or (D,) by the layers' names, ``Input`` first; ``network``
    has the weights that made them, and is nobody else's. ``title`` says which image it is.
    """

    network: Network
    title: str
    outputs: Mapping[str, NDArray[np.floating[Any]]]


class LayerOutputs(QObject):
    """Follows the network that answers and the examined image.

    ``changed`` says that :attr:`seen` or :attr:`problem` is another one. Nothing is computed
    while nobody watches.
    """

    changed = Signal()

    def __init__(self, lab: Lab, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lab = lab
        self._copy: Network | None = None  # of the network that answers; None when it has changed
        self._problem = NO_NETWORK
        self._fresh = Fresh(lab.session, self._prepare, self)
        self._fresh.changed.connect(self.changed)
        self._fresh.failed.connect(self._on_failed)
        lab.examined.changed.connect(self._fresh.recompute)
        lab.predictor.changed.connect(self._on_weights_changed)

    @property
    def seen(self) -> Seen | None:
        """The latest outputs; None where there are none."""
        return cast("Seen | None", self._fresh.value)

    @property
    def problem(self) -> str:
        """Why there is nothing to see, in a sentence that says what to do."""
        return self._problem

    def set_watched(self, is_watched: bool) -> None:
        """Tell whether somebody looks."""
        self._fresh.set_watched(is_watched)

    def _prepare(self) -> Callable[[], object] | None:
        network, image = self._lab.predictor.answering, self._lab.examined.image
        if network is None:
            self._problem = NO_NETWORK
            return None
        if image.shape != network.input_dim:
            wanted, given = (
                "×".join(map(str, shape)) for shape in (network.input_dim, image.shape)
            )
            self._problem = (
                f"This network takes images of {wanted}, and this one is {given}; "
                "choose a dataset that fits it, or train a network on this one."
            )
            return None
        self._problem = COMPUTING
        if self._copy is None:
            self._copy = network.copy()
        return partial(_look, self._copy, self._lab.examined.title, image.copy())

    @Slot()
    def _on_weights_changed(self) -> None:
        self._copy = None
        self._fresh.recompute()

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        self._problem = sentence
        self.changed.emit()


def _look(network: Network, title: str, image: NDArray[np.uint8]) -> Seen:
    with np.errstate(all="ignore"):  # weights that are not finite are shown, not warned about
        outputs = activations(network, image[np.newaxis])
    return Seen(network, title, {name: np.asarray(output[0]) for name, output in outputs.items()})
