"""What a network reads in an image: the answer, the image itself, and every probability."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, Qt, Slot
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from convlab.data.digit_image import SIDE
from convlab.ui.theme import SPACE, Theme
from convlab.ui.widgets.image_view import ImageView
from convlab.ui.widgets.probability_bars import ProbabilityBars, percent_text
from convlab.ui.widgets.still_frame import StillFrame

NOTHING = "–"
NOT_SURE = "not sure"
ANSWER_SIZES = (44, 30, 22, 17, 13)  # pixels of type; long names take a smaller one
CERTAINTY_SIZE = 17


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
    """A sentence about the state, the answer in large type, the image, and the bars.

    ``compare_button`` is for the untrained network, ``steps_button`` for what is done to a drawing.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: tuple[str, str, str, bool] | None = None  # what the answer says
        self.status = TwoLines()
        self.answer = QLabel()
        self.certainty = QLabel(self)
        self.picture = ImageView(theme, 4 * SIDE)
        self.picture.setAccessibleName("What the network sees")
        self.picture.setToolTip(
            f"Your drawing as the network gets it: {SIDE}×{SIDE} pixels, white on black,\n"
            "fitted into 20×20 and centered by its mass, as the digits of MNIST were made"
        )
        self.bars = ProbabilityBars(theme)
        self.compare_button = QToolButton()
        self.compare_button.setText("Untrained")
        self.compare_button.setToolTip(
            "Compare: let the same network answer as it was before any training"
        )
        self.compare_button.setCheckable(True)
        self.steps_button = QToolButton()
        self.steps_button.setText("Preprocessing")
        self.steps_button.setToolTip("Show how the drawing becomes this image, step by step")
        self.steps_button.setCheckable(True)
        self.steps_button.setAutoRaise(True)
        self.steps_button.setFixedWidth(self.picture.sizeHint().width())
        self.steps_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.steps_button.toggled.connect(self._on_steps_toggled)
        self._on_steps_toggled(False)
        self._lay_out()
        self.set_reading(None, (), None)

    def set_status(self, role: str, text: str) -> None:
        """Say in a sentence how things stand; ``role`` is that of a label's style."""
        _set_text(self.status, text)
        _set_role(self.status, role)

    def set_reading(
        self,
        image: NDArray[np.uint8] | None,
        names: Sequence[str],
        probabilities: NDArray[np.floating] | None,
        *,
        likely: Sequence[int] | None = None,
        is_guess: bool = False,
    ) -> None:
        """Show an image (28, 28) and the probabilities (K,) of the classes ``names``.

        Either may be None. ``likely`` are the classes that are given as the answer: one, or two
        that are close, or none to be sure of; without it, it is the best. With ``is_guess`` the
        answer is held back in color.
        """
        self.picture.set_image(image)
        if probabilities is None:
            self._show_answer(NOTHING, "", "No answer yet", is_guess=True)
            self.bars.set_values(names, None)
            return
        best = int(probabilities.argmax())
        likely = (best,) if likely is None else likely
        certainty = percent_text(float(probabilities[best])) if len(likely) == 1 else ""
        answer = " or ".join(names[number] for number in likely) or NOT_SURE
        words = f"Answer: {answer}" + (f", {certainty}" if certainty else "")
        words += ", a guess" if is_guess else ""
        self._show_answer(answer, certainty, words, is_guess=is_guess or not likely)
        self.bars.set_values(names, probabilities.tolist(), muted=is_guess)

    def changeEvent(self, event: QEvent) -> None:
        """Forget which type the answer has: another style sheet sets it back."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._shown = None

    def _show_answer(self, answer: str, certainty: str, words: str, *, is_guess: bool) -> None:
        shown = (answer, certainty, words, is_guess)
        if shown == self._shown:
            return
        self._shown = shown
        _set_role(self.answer, "muted" if is_guess else "")  # first: it sets the type back
        self.answer.setText(self._fitted(answer, with_certainty=bool(certainty)))
        self.answer.setToolTip(answer)
        self.answer.setAccessibleName(words)
        self.certainty.setText(certainty)

    def _fitted(self, answer: str, *, with_certainty: bool) -> str:
        """Find the largest type for an answer; for long ones the certainty makes room."""
        whole = self.picture.sizeHint().width()
        certainty = self.certainty.fontMetrics().horizontalAdvance(percent_text(1)) + SPACE
        for room in (whole - certainty, whole) if with_certainty else (whole,):
            self.certainty.setVisible(room < whole)
            for size in ANSWER_SIZES:
                _set_pixel_size(self.answer, size)
                if self.answer.fontMetrics().horizontalAdvance(answer) <= room:
                    return answer
        return self.answer.fontMetrics().elidedText(answer, Qt.TextElideMode.ElideRight, whole)

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
        answer.addWidget(StillFrame(self.answer), 1)
        answer.addWidget(self.certainty)
        caption = QLabel("What the\nnetwork sees")
        caption.setProperty("role", "muted")
        left = QVBoxLayout()
        left.setSpacing(SPACE // 2)
        left.addLayout(answer)
        left.addWidget(self.picture)
        left.addWidget(caption)
        left.addWidget(self.steps_button)
        left.addStretch()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(2 * SPACE)
        grid.setVerticalSpacing(SPACE)
        state = QHBoxLayout()
        state.setSpacing(SPACE)
        state.addWidget(StillFrame(self.status), 1)
        state.addWidget(self.compare_button, 0, Qt.AlignmentFlag.AlignTop)
        grid.addLayout(state, 0, 0, 1, 2)
        grid.addLayout(left, 1, 0)
        grid.addWidget(self.bars, 1, 1)
        grid.setColumnStretch(1, 1)
        grid.setRowStretch(1, 1)

    @Slot(bool)
    def _on_steps_toggled(self, is_open: bool) -> None:
        arrow = Qt.ArrowType.DownArrow if is_open else Qt.ArrowType.RightArrow
        self.steps_button.setArrowType(arrow)


def _set_text(label: QLabel, text: str) -> None:
    if label.text() != text:
        label.setText(text)


def _set_pixel_size(label: QLabel, pixels: int) -> None:
    font = label.font()
    font.setPixelSize(pixels)
    label.setFont(font)


def _set_role(label: QLabel, role: str) -> None:
    if label.property("role") != role:
        label.setProperty("role", role)
        label.style().unpolish(label)  # a style sheet looks at properties only when it polishes
        label.style().polish(label)
