"""Lets what follows training be drawn a few times a second, however fast the network learns."""

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from convlab.app.lab import Lab
from convlab.app.session import State


class Paced(QObject):
    """Passes on what a person does at once, and only now and then what training does.

    ``due`` follows each :meth:`ask`, at once or after a rest of ``rest`` milliseconds; several
    that come meanwhile are one.
    """

    due = Signal()

    def __init__(self, lab: Lab, rest: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lab = lab
        self._is_stale = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(rest)
        self._timer.timeout.connect(self._on_rested)
        lab.session.state_changed.connect(self._on_rested)

    def ask(self, *, only_learned: bool = True) -> None:
        """Say that something has changed: nothing but the weights, if ``only_learned``."""
        if only_learned and self._follows_training and self._timer.isActive():
            self._is_stale = True
            return
        self._is_stale = False
        if self._follows_training:
            self._timer.start()
        self.due.emit()

    @property
    def _follows_training(self) -> bool:
        """Whether weights change by themselves."""
        return self._lab.session.state is State.RUNNING and self._lab.time_machine.is_live

    @Slot()
    def _on_rested(self) -> None:
        if self._is_stale:
            self.ask(only_learned=False)
