"""Collects Python's garbage in the thread of the window."""

import gc

from PySide6.QtCore import QObject, QTimer, Slot

LOOK_EVERY = 500  # milliseconds
MANY = 2000  # objects made since the last time, after which it is worth it
WHOLE_EVERY = 40  # collections of young objects between two of all


class Garbage(QObject):
    """Takes over from Python's own collector, which runs in whatever thread makes objects.

    A dialog that was closed may be garbage in a circle; Qt's objects must die in the thread that
    they live in, and the training makes objects, too.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._collections = 0
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_EVERY)
        self._timer.timeout.connect(self._on_timeout)

    def take_over(self) -> None:
        """Begin; what is there by now is not looked through again."""
        gc.disable()
        gc.collect()
        gc.freeze()
        self._timer.start()

    @Slot()
    def _on_timeout(self) -> None:
        if gc.get_count()[0] < MANY:
            return
        self._collections += 1
        gc.collect(2 if self._collections % WHOLE_EVERY == 0 else 1)
