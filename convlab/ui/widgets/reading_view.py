"""What a network reads in an image: the answer, the image itself, and every probability."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from convlab.data.digit_image import SIDE
from convlab.ui.theme import SPACE, Theme
from convlab.ui.widgets.digit_picture import DigitPicture
from convlab.ui.widgets.probability_bars import ProbabilityBars

NOTHING = "–"
ANSWER_SIZES = (44, 30, 22, 17, 13)  # pixels of type; long names take a smaller one
CERTAINTY_SIZE = 18


class TwoLines(QLabel):
    """A text of up to two lines that always takes the room of two, so that nothing jumps."""

    def __init__(self) -> None:
        super().__init__()
        self.setWordWrap(True)
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.setFixedHeight(2 * self.fontMetrics().lineSpacing())

    def hasHeightForWidth(self) -> bool:
        """Say no, else a scroll area would never let its other contents shrink."""
        return False


class ReadingView(QWidget):
    """A sentence about the state, the answer in large type, the image, and the bars."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.status = TwoLines()
        self.answer = QLabel()
        self.certainty = QLabel()
        self.picture = DigitPicture(theme)
        self.picture.setAccessibleName("What the network sees")
        self.picture.setToolTip(
            f"Your drawing as the network gets it: {SIDE}×{SIDE} pixels, white on black,\n"
            "fitted into 20×20 and centered by its mass, as the digits of MNIST were made"
        )
        self.bars = ProbabilityBars(theme)
        self._lay_out()
        self.set_reading(None, (), None)

    def set_status(self, role: str, text: str) -> None:
        """Say in a sentence how things stand; ``role`` is that of a label's style."""
        self.status.setText(text)
        _set_role(self.status, role)

    def set_reading(
        self,
        image: NDArray[np.uint8] | None,
        names: Sequence[str],
        probabilities: NDArray[np.floating] | None,
        *,
        is_guess: bool = False,
    ) -> None:
        """Show an image (28, 28) and the probabilities (K,) of the classes ``names``.

        Either may be None. With ``is_guess`` the answer is held back in color.
        """
        self.picture.set_image(image)
        if probabilities is None:
            self._show_answer(NOTHING, "", "No answer yet", is_guess=True)
            self.bars.set_values(names, None)
            return
        best = int(probabilities.argmax())
        certainty = f"{probabilities[best]:.0%}"
        words = f"Answer: {names[best]}, {certainty}" + (", a guess" if is_guess else "")
        self._show_answer(names[best], certainty, words, is_guess=is_guess)
        self.bars.set_values(names, probabilities.tolist(), muted=is_guess)

    def _show_answer(self, answer: str, certainty: str, words: str, *, is_guess: bool) -> None:
        self._fit_answer(answer)
        self.answer.setText(answer)
        self.answer.setAccessibleName(words)
        self.certainty.setText(certainty)
        _set_role(self.answer, "muted" if is_guess else "")

    def _fit_answer(self, answer: str) -> None:
        room = self.picture.sizeHint().width() - SPACE
        room -= self.certainty.fontMetrics().horizontalAdvance("100%")
        for size in ANSWER_SIZES:
            _set_pixel_size(self.answer, size)
            if self.answer.fontMetrics().horizontalAdvance(answer) <= room:
                return

    def _lay_out(self) -> None:
        self.answer.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom)
        self.answer.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.certainty.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom)
        self.certainty.setProperty("role", "muted")
        _set_pixel_size(self.answer, ANSWER_SIZES[0])
        _set_pixel_size(self.certainty, CERTAINTY_SIZE)
        large, small = self.answer.fontMetrics(), self.certainty.fontMetrics()
        self.answer.setFixedHeight(large.height())
        self.certainty.setContentsMargins(0, 0, 0, large.descent() - small.descent())
        answer = QHBoxLayout()
        answer.setSpacing(SPACE)
        answer.addWidget(self.answer, 1)
        answer.addWidget(self.certainty)
        caption = QLabel("What the\nnetwork sees")
        caption.setProperty("role", "muted")
        left = QVBoxLayout()
        left.setSpacing(SPACE // 2)
        left.addLayout(answer)
        left.addWidget(self.picture)
        left.addWidget(caption)
        left.addStretch()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(2 * SPACE)
        grid.setVerticalSpacing(SPACE)
        grid.addWidget(self.status, 0, 0, 1, 2)
        grid.addLayout(left, 1, 0)
        grid.addWidget(self.bars, 1, 1)
        grid.setColumnStretch(1, 1)
        grid.setRowStretch(1, 1)


def _set_pixel_size(label: QLabel, pixels: int) -> None:
    font = label.font()
    font.setPixelSize(pixels)
    label.setFont(font)


def _set_role(label: QLabel, role: str) -> None:
    if label.property("role") != role:
        label.setProperty("role", role)
        label.style().unpolish(label)  # a style sheet looks at properties only when it polishes
        label.style().polish(label)
