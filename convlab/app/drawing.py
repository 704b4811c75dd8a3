"""What the network makes of a drawing."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from convlab.app.background import Background
from convlab.app.predictor import Predictor
from convlab.app.shown_picture import ShownPicture
from convlab.data.dataset import ImageSet
from convlab.data.digit_image import SIDE, Drawing
from convlab.data.drawn_over import drawn_over
from convlab.data.preparation import Preparation, Stages
from convlab.errors import DataError
from convlab.insight.familiarity import Familiarity
from convlab.insight.verdict import likely_classes

IMAGE_SHAPE = (1, SIDE, SIDE)
PAPER = 1.0  # the side of the paper in the unit of drawings


class DrawingModel(QObject):
    """The image of a drawing and the network's reading of it, kept up to date.

    Changes are gathered until the event loop turns: however many come at once, the latest drawing
    is read once by the latest weights; by a large network in the background. ``changed`` follows
    each reading.
    """

    changed = Signal()

    def __init__(self, predictor: Predictor, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._predictor = predictor
        self._drawing = Drawing()
        self._picture: ShownPicture | None = None  # below the drawing
        self._edited: ShownPicture | None = None  # the same, as it is drawn over
        self._preparation = Preparation()
        self._is_drawn_anew = False
        self._stages: Stages | None = None
        self._probabilities: NDArray[np.floating] | None = None
        self._known: ImageSet | None = None  # what ``_familiarity`` is, or will be, about
        self._familiarity: Familiarity | None = None
        self._is_unlike = False
        self._reading = Background(self)
        self._reading.returned.connect(self._on_read)
        self._reading.failed.connect(self._on_reading_failed)
        self._is_outdated = False  # what is being read
        self._learning = Background(self)
        self._learning.returned.connect(self._on_familiarity_learned)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._on_timeout)
        predictor.changed.connect(self._on_predictor_changed)

    @property
    def drawing(self) -> Drawing:
        """The drawing that is read, in units of its paper's side."""
        return self._drawing

    @property
    def preparation(self) -> Preparation:
        """The steps from the drawing to the image."""
        return self._preparation

    @property
    def stages(self) -> Stages | None:
        """What each step of the preparation leaves; None without ink, and of a picture."""
        return self._stages

    @property
    def picture(self) -> ShownPicture | None:
        """The picture that is read in place of the drawing, with the strokes on it."""
        return self._edited

    @property
    def image_shape(self) -> tuple[int, ...]:
        """Channels, height and width of what is to be read."""
        return IMAGE_SHAPE if self._edited is None else self._edited.image.shape

    @property
    def image(self) -> NDArray[np.uint8] | None:
        """What the network sees, white on black; None while there is no ink.

        It is (28, 28) of a drawing, and (C, H, W) of a picture.
        """
        if self._edited is not None:
            return self._edited.image
        return None if self._stages is None else self._stages.image

    @property
    def probabilities(self) -> NDArray[np.floating] | None:
        """The probability of each class (K,); None without ink or a network that fits."""
        return self._probabilities

    @property
    def is_reading(self) -> bool:
        """Whether probabilities, or newer ones, are on their way."""
        return self._reading.is_busy

    @property
    def answer(self) -> int | None:
        """The number of the likeliest class."""
        return None if self._probabilities is None else int(self._probabilities.argmax())

    @property
    def certainty(self) -> float | None:
        """The probability of the answer, 0 to 1."""
        return None if self._probabilities is None else float(self._probabilities.max())

    @property
    def likely(self) -> tuple[int, ...]:
        """The classes that it may be: one, or two that are close, or none to be sure of."""
        if self._probabilities is None or self.is_unlike:
            return ()
        return likely_classes(self._probabilities)

    @property
    def is_unlike(self) -> bool:
        """Whether the image is unlike any that the network has learned from, as far as is known."""
        return self._is_unlike and self._predictor.is_trained

    @property
    def fits(self) -> bool:
        """Whether the network takes images of this shape; True before there is a network."""
        network = self._predictor.network
        return network is None or tuple(network.input_dim) == self.image_shape

    def set_drawing(self, drawing: Drawing, picture: ShownPicture | None = None) -> None:
        """Read another drawing soon; with a picture below it, the picture as it is drawn over."""
        if picture is not self._picture:
            self._picture = self._edited = picture
        self._drawing = drawing
        self._is_drawn_anew = True
        self._read_soon()

    def set_preparation(self, preparation: Preparation) -> None:
        """Take other steps from the drawing to the image, and read that soon."""
        if preparation != self._preparation:
            self._preparation = preparation
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
            self._probabilities = None
            self._stages = self._prepared()
            self._edited = self._drawn_over()
            self._compare_with_known()
        self._learn_what_is_known()
        self._read()
        self.changed.emit()

    def _prepared(self) -> Stages | None:
        if self._picture is not None:
            return None
        try:
            return self._preparation.stages(self._drawing, PAPER)
        except DataError:  # nothing drawn yet, or all erased
            return None

    def _drawn_over(self) -> ShownPicture | None:
        picture, strokes = self._picture, self._drawing.strokes
        if picture is None or not strokes:
            return picture
        image = drawn_over(picture.image, strokes)
        return ShownPicture(image, f"{picture.title}, drawn over")

    def _read(self) -> None:
        image = None if self.image is None else self.image.reshape(self.image_shape)
        if image is not None and self._predictor.takes_long:
            if not self._are_of_this_network:
                self._probabilities = None
            self._is_outdated = self._reading.is_busy
            if not self._is_outdated:
                self._reading.start(self._predictor.later(image))
            return
        self._reading.drop()
        self._probabilities = None if image is None else self._predictor.probabilities(image)

    @property
    def _are_of_this_network(self) -> bool:
        """Whether the probabilities are as many as the network has classes."""
        network, known = self._predictor.answering, self._probabilities
        return network is not None and known is not None and len(known) == network.output_size

    @Slot(object)
    def _on_read(self, probabilities: NDArray[np.floating] | None) -> None:
        if self._is_outdated:
            self._read()
        else:
            self._probabilities = probabilities
            self.changed.emit()

    @Slot(str)
    def _on_reading_failed(self, sentence: str) -> None:
        self._probabilities = None
        self.changed.emit()

    def _learn_what_is_known(self) -> None:
        """Look at the images that the network learned from, once there is ink, in a thread."""
        known = self._predictor.learned_from
        if self.image is None or known is self._known:
            return
        self._known = known
        self._familiarity = None
        self._is_unlike = False
        if known is not None and known.images.shape[1:] == IMAGE_SHAPE and len(known) > 1:
            images = known.images
            self._learning.start(lambda: Familiarity(images))

    @Slot(object)
    def _on_familiarity_learned(self, familiarity: Familiarity) -> None:
        known = self._known
        if known is not None and known.images.shape[1:] == familiarity.shape:
            self._familiarity = familiarity
            self._compare_with_known()
            self.changed.emit()

    def _compare_with_known(self) -> None:
        image, familiarity = self.image, self._familiarity
        self._is_unlike = (
            image is not None
            and familiarity is not None
            and familiarity.shape == self.image_shape
            and not familiarity.knows(image.reshape(self.image_shape))
        )
