"""What a person has pointed out in one panel, for the others to show."""

from PySide6.QtCore import QObject, Signal


class Selection(QObject):
    """A layer of the network by name, one unit of its output, and one class.

    ``changed`` follows each change. What makes no sense for the network that is shown is left to
    the panels: they show their own first choice then.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._layer = ""
        self._unit: tuple[int, ...] | None = None
        self._class: int | None = None

    @property
    def layer(self) -> str:
        """The name of the chosen layer, such as Conv1; empty while none is."""
        return self._layer

    @property
    def unit(self) -> tuple[int, ...] | None:
        """The place of a unit in the layer's output: channel, row and column, or one number."""
        return self._unit

    @property
    def class_number(self) -> int | None:
        """The chosen class; None for the one that the network answers."""
        return self._class

    def choose_layer(self, name: str, unit: tuple[int, ...] | None = None) -> None:
        """Choose a layer, and perhaps a unit of it."""
        if (name, unit) != (self._layer, self._unit):
            self._layer, self._unit = name, unit
            self.changed.emit()

    def choose_class(self, number: int | None) -> None:
        """Choose a class, or with None the one that the network answers."""
        if number != self._class:
            self._class = number
            self.changed.emit()
