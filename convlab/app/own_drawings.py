"""The user's own labeled drawings, and how well a network reads them."""

from collections.abc import Callable, Collection
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from convlab.app.background import Background
from convlab.app.fit import why_not_read
from convlab.data.digit_image import SIDE, Drawing, digit_image
from convlab.data.own_drawings import OwnDrawings
from convlab.errors import ConvlabError, DataError
from convlab.nn.engine import Engine
from convlab.nn.network import Network


class OwnDrawingsModel(QObject):
    """The user's set of drawings.

    ``changed`` says that there are other drawings, or that a network has read them; ``failed``
    carries a sentence.
    """

    changed = Signal()
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._kept = OwnDrawings()
        self._drawings: tuple[Drawing, ...] = ()
        self._answers: tuple[int, ...] | None = None
        self._reading = Background(self)
        self._reading.returned.connect(self._on_read)
        self._reading.failed.connect(self.failed)

    @property
    def drawings(self) -> tuple[Drawing, ...]:
        """The drawings as they were read last, the oldest first."""
        return self._drawings

    @property
    def answers(self) -> tuple[int, ...] | None:
        """The class that a network read in each drawing; None before :meth:`evaluate`."""
        return self._answers

    @property
    def is_evaluating(self) -> bool:
        """Whether a network is reading the drawings."""
        return self._reading.is_busy

    def right(self) -> tuple[int, int]:
        """Return how many of the labeled drawings were read right, and of how many."""
        pairs = zip(self._drawings, self._answers or (), strict=False)
        right = [drawing.label == answer for drawing, answer in pairs if drawing.label is not None]
        return sum(right), len(right)

    def refresh(self) -> None:
        """Read the file again."""
        self._attempt(lambda: None)

    def add(self, drawing: Drawing, label: int) -> bool:
        """File a drawing under a digit, and return whether that went well."""
        return self._attempt(lambda: self._kept.add(drawing, label))

    def delete(self, numbers: Collection[int]) -> None:
        """Delete drawings by their numbers, counted from 0."""
        self._attempt(lambda: self._kept.delete(numbers))

    def export(self, path: Path) -> None:
        """Write all drawings to a file."""
        self._attempt(lambda: self._kept.export(path))

    def evaluate(self, network: Network) -> None:
        """Let a copy of the network read all drawings, in a thread; ``changed`` follows."""
        if why_not := why_not_read(network, (1, SIDE, SIDE), "a drawing is"):
            self.failed.emit(why_not)
            return
        drawings, twin = self._drawings, network.twin()
        self._reading.start(lambda: (drawings, _read(twin, drawings)))
        self.changed.emit()

    def _attempt(self, change: Callable[[], None]) -> bool:
        """Make a change and read what there is now; tell in a sentence what goes wrong."""
        try:
            change()
            drawings = tuple(self._kept.read())
        except DataError as error:
            self.failed.emit(str(error))
            return False
        self._drawings = drawings
        self._answers = None
        self.changed.emit()
        return True

    @Slot(object)
    def _on_read(self, result: tuple[tuple[Drawing, ...], tuple[int, ...]]) -> None:
        drawings, answers = result
        if drawings is self._drawings:
            self._answers = answers
        self.changed.emit()


def _read(network: Network, drawings: tuple[Drawing, ...]) -> tuple[int, ...]:
    images = np.stack([digit_image(drawing) for drawing in drawings])
    scores = Engine(network).predict(images[:, np.newaxis])
    if not np.isfinite(scores).all():
        raise ConvlabError("The network gives no answers; its weights are not finite.")
    return tuple(scores.argmax(axis=1).tolist())
