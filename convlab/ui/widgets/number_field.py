"""A field for one number of any size, such as 0.001 or 1e-5."""

from math import floor, isfinite, log10

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QValidator
from PySide6.QtWidgets import QAbstractSpinBox, QWidget

from convlab.settings import Setting

SMALLEST_STEP = 1e-6  # where stepping goes on to 0


class NumberField(QAbstractSpinBox):
    """Takes any text and says what number it is; up and down go through 1, 2, 5, 10, 20 ...

    Of a setting that stays below 1, the upper half goes by the distance to 1 instead: 0.9, 0.95,
    0.98, 0.99. Nothing that is typed is refused here, so that it can be explained.
    """

    changed = Signal()

    def __init__(self, setting: Setting, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._setting = setting
        self.lineEdit().textChanged.connect(self.changed)
        self.editingFinished.connect(self._on_editing_finished)

    def value(self) -> float | str:
        """Return the number; the text if it is none."""
        text = self.lineEdit().text().strip()
        try:
            return float(text.replace(",", "."))
        except ValueError:
            return text

    def setValue(self, value: float | str) -> None:
        """Show a number as it is usually written, or any text."""
        self.lineEdit().setText(value if isinstance(value, str) else number_text(value))
        self.lineEdit().setCursorPosition(0)

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """Accept everything; called by Qt."""
        return QValidator.State.Acceptable, text, position

    def stepBy(self, steps: int) -> None:
        """Go to the next number on the ladder; called by Qt for arrow keys and the wheel."""
        for _ in range(abs(steps)):
            number = self._next(up=steps > 0)
            if number is not None:
                self.setValue(number)
        self.selectAll()

    def stepEnabled(self) -> QAbstractSpinBox.StepEnabledFlag:
        """Say which of the two arrows lead to an allowed number; called by Qt."""
        flags = QAbstractSpinBox.StepEnabledFlag.StepNone
        if self._next(up=True) is not None:
            flags |= QAbstractSpinBox.StepEnabledFlag.StepUpEnabled
        if self._next(up=False) is not None:
            flags |= QAbstractSpinBox.StepEnabledFlag.StepDownEnabled
        return flags

    def _next(self, *, up: bool) -> float | None:
        value = self.value()
        if isinstance(value, str) or not isfinite(value):
            return None
        near_one = self._setting.below == 1 and (value > 0.5 or (up and value == 0.5))
        number = round(1 - _rung(1 - value, not up), 12) if near_one else next_number(value, up=up)
        return number if number != value and self._allows(number) else None

    def _allows(self, number: float) -> bool:
        s = self._setting
        return (
            (s.lowest is None or number >= s.lowest)
            and (s.above is None or number > s.above)
            and (s.highest is None or number <= s.highest)
            and (s.below is None or number < s.below)
        )

    @Slot()
    def _on_editing_finished(self) -> None:
        self.setValue(self.value())


def number_text(value: float) -> str:
    """Return the shortest text that means exactly ``value``: ``0.001``, ``1e-5``, ``10``."""
    mantissa, _, exponent = repr(float(value)).removesuffix(".0").partition("e")
    return f"{mantissa}e{int(exponent)}" if exponent else mantissa


def next_number(value: float, *, up: bool) -> float:
    """Return the next of 1, 2, 5 times powers of ten; 0 lies below ``SMALLEST_STEP``."""
    if value < 0:
        return -next_number(-value, up=not up)
    if value == 0:
        return SMALLEST_STEP if up else -SMALLEST_STEP
    if not up and value <= SMALLEST_STEP:
        return 0.0
    return _rung(value, up)


def _rung(value: float, up: bool) -> float:
    """Return the rung of the ladder next to a positive number."""
    power = floor(log10(value))
    rungs = [float(f"{digit}e{p}") for p in (power - 1, power, power + 1) for digit in (1, 2, 5)]
    # Numbers that came about by arithmetic lie a little beside their rung.
    if up:
        return min(rung for rung in rungs if rung > value * (1 + 1e-9))
    return max(rung for rung in rungs if rung < value * (1 - 1e-9))
