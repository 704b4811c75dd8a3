"""What the network makes of a drawing."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from convlab.app.predictor import Predictor
from convlab.data.digit_image import SIDE, Drawing, digit_image
from convlab.errors import DataError

IMAGE_SHAPE = (1, SIDE, SIDE)


class DrawingModel(QObject):
    """The image of a drawing and the network's reading of it, kept up to date.

    Changes are gathered until the event loop turns: however many come at once, the latest drawing
    is read once by the latest weights. ``changed`` follows each reading.
    """

    changed = Signal()

    def __init__(self, predictor: Predictor, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._predictor = predictor
        self._drawing = Drawing()
        self._is_drawn_anew = False
        self._image: NDArray[np.uint8] | None = None
        self._probabilities: NDArray[np.floating] | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._on_timeout)
        predictor.changed.connect(self._on_predictor_changed)

    @property
    def image(self) -> NDArray[np.uint8] | None:
        """What the network sees (28, 28), white on black; None while there is no ink."""
        return self._image

    @property
    def probabilities(self) -> NDArray[np.floating] | None:
        """The probability of each class (K,); None without ink or a network that fits."""
        return self._probabilities

    @property
    def answer(self) -> int | None:
        """The number of the likeliest class."""
        return None if self._probabilities is None else int(self._probabilities.argmax())

    @property
    def certainty(self) -> float | None:
        """The probability of the answer, 0 to 1."""
        return None if self._probabilities is None else float(self._probabilities.max())

    @property
    def fits(self) -> bool:
        """Whether the network takes the image of a drawing; True before there is a network."""
        network = self._predictor.network
        return network is None or tuple(network.input_dim) == IMAGE_SHAPE

    def set_drawing(self, drawing: Drawing) -> None:
        """Read another drawing soon."""
        self._drawing = drawing
        self._is_drawn_anew = True
        self._read_soon()

    def _read_soon(self) -> None:
        if not self._timer.isActive():
            self._timer.start(0)

    @Slot()
    def _on_predictor_changed(self) -> None:
        self._read_soon()

    @Slot()
    def _on_timeout(self) -> None:
        if self._is_drawn_anew:
            self._is_drawn_anew = False
            self._image = _image_of(self._drawing)
        self._probabilities = self._read()
        self.changed.emit()

    def _read(self) -> NDArray[np.floating] | None:
        if self._image is None:
            return None
        probabilities = self._predictor.probabilities(self._image.reshape(IMAGE_SHAPE))
        if probabilities is None or not np.isfinite(probabilities).all():
            return None
        return probabilities


def _image_of(drawing: Drawing) -> NDArray[np.uint8] | None:
    try:
        return digit_image(drawing)
    except DataError:  # nothing drawn yet, or all erased
        return None
