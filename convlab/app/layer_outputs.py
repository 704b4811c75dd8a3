"""What every layer makes of the examined image, kept fresh in the background."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot

from convlab.app.fit import why_not_read
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
    has the weights that made them, for reading. ``title`` says which image it is.
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
        self._twin: Network | None = None  # of the network that answers; None when it has changed
        self._failure = ""  # of the last attempt
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
        return self._why_not() or self._failure or COMPUTING

    def set_watched(self, is_watched: bool) -> None:
        """Tell whether somebody looks."""
        self._fresh.set_watched(is_watched)

    def _prepare(self) -> Callable[[], object] | None:
        network, image = self._lab.predictor.answering, self._lab.examined.image
        self._failure = ""
        if network is None or self._why_not():
            return None
        if self._twin is None:
            self._twin = network.twin()
        return partial(_look, self._twin, self._lab.examined.title, image.copy())

    def _why_not(self) -> str:
        """Return why nothing can be computed; empty if something can."""
        network, image = self._lab.predictor.answering, self._lab.examined.image
        if network is None:
            return NO_NETWORK
        return why_not_read(network, image.shape)

    @Slot()
    def _on_weights_changed(self) -> None:
        self._twin = None
        self._fresh.recompute()

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        self._failure = sentence
        self.changed.emit()


def _look(network: Network, title: str, image: NDArray[np.uint8]) -> Seen:
    with np.errstate(all="ignore"):  # weights that are not finite are shown, not warned about
        outputs = activations(network, image[np.newaxis])
    return Seen(network, title, {name: np.asarray(output[0]) for name, output in outputs.items()})
