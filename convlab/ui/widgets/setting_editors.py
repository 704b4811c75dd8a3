"""The editors of single settings, by the type of the setting."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QSpinBox, QWidget

from convlab.settings import Setting
from convlab.ui.widgets.elided_box import ElidedBox
from convlab.ui.widgets.lines_field import LinesField
from convlab.ui.widgets.number_field import NumberField

_WIDEST = 2**31 - 1  # a spin box counts in 32 bits


class WholeNumberField(QSpinBox):
    """A spin box with the range of its setting."""

    changed = Signal()

    def __init__(self, setting: Setting, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        lowest = setting.lowest if setting.lowest is not None else -_WIDEST
        highest = setting.highest if setting.highest is not None else _WIDEST
        self.setRange(int(lowest), int(highest))
        self.setStepType(QSpinBox.StepType.AdaptiveDecimalStepType)
        self.valueChanged.connect(self.changed)


class FlagField(QCheckBox):
    """A check box for yes or no."""

    changed = Signal()

    def __init__(self, setting: Setting, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.toggled.connect(self.changed)

    def value(self) -> bool:
        """Return whether it is checked."""
        return self.isChecked()

    def setValue(self, value: bool) -> None:
        """Check or uncheck it."""
        self.setChecked(value)


class ChoiceField(ElidedBox):
    """A list of names to choose from, each shown by its title; long titles are shortened."""

    changed = Signal()
    elide_mode = Qt.TextElideMode.ElideMiddle

    def __init__(self, choices: Mapping[str, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeAdjustPolicy(ElidedBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(4)
        self.view().setTextElideMode(self.elide_mode)
        self.set_choices(choices)
        self.currentIndexChanged.connect(self.changed)

    def set_choices(self, choices: Mapping[str, str]) -> None:
        """Offer other names; nothing happens if they are the same."""
        if choices == {self.itemData(i): self.itemText(i) for i in range(self.count())}:
            return
        chosen = self.value()
        self.blockSignals(True)
        self.clear()
        for name, title in choices.items():
            self.addItem(title, name)
            self.setItemData(self.count() - 1, title, Qt.ItemDataRole.ToolTipRole)
        self.setCurrentIndex(max(0, self.findData(chosen)))
        self.blockSignals(False)

    def value(self) -> str:
        """Return the name that is chosen."""
        return self.currentData() or ""

    def setValue(self, value: str) -> None:
        """Choose a name that is offered."""
        self.setCurrentIndex(self.findData(value))


Editor = WholeNumberField | NumberField | FlagField | ChoiceField | LinesField


def editor_for(setting: Setting) -> Editor:
    """Return the editor that suits the type of a setting; it shows the default."""
    editor: Editor
    if setting.choices:
        editor = ChoiceField({choice: choice for choice in setting.choices})
    elif setting.type is bool:
        editor = FlagField(setting)
    elif setting.type is list:
        editor = LinesField(setting)
    elif setting.type is int:
        editor = WholeNumberField(setting)
    else:
        editor = NumberField(setting)
    editor.setValue(setting.default)
    return editor
