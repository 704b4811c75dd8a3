"""The object that trains in a thread of its own."""

from collections import deque
from collections.abc import Iterator

from PySide6.QtCore import QObject, Signal, Slot

from convlab.errors import ConvlabError
from convlab.training.control import Control
from convlab.training.events import CheckpointTaken, Event
from convlab.training.recorder import CHECKPOINT_SECONDS, Recorder
from convlab.training.trainer import Trainer


class Worker(QObject):
    """Iterates a trainer's run and appends its events to a queue that the session drains.

    It emits no signal a step: a queued signal every few milliseconds is what makes windows
    stutter. A ``recorder`` keeps the run in a folder.
    """

    finished = Signal()
    failed = Signal(str)

    def __init__(
        self,
        trainer: Trainer,
        control: Control,
        events: deque[Event],
        recorder: Recorder | None = None,
    ) -> None:
        super().__init__()
        self._trainer = trainer
        self._control = control
        self._events = events
        self._recorder = recorder

    @Slot()
    def run(self) -> None:
        """Train to the end; called in the worker's thread."""
        try:
            for event in self._told():
                if not isinstance(event, CheckpointTaken):  # which only a recorder has a use for
                    self._events.append(event)
        except ConvlabError as error:
            self.failed.emit(str(error))
        except MemoryError:
            self.failed.emit(
                "There was not enough memory to go on training; try a smaller batch or network."
            )
        except Exception as error:  # whatever it is, the window must stay usable
            self.failed.emit(
                f"Training stopped on an error inside the lab ({type(error).__name__}: {error}); "
                "the curves up to here are kept."
            )
        finally:
            self.finished.emit()

    def _told(self) -> Iterator[Event]:
        if self._recorder is None:
            return self._trainer.run(self._control)
        events = self._trainer.run(self._control, checkpoint_seconds=CHECKPOINT_SECONDS)
        return self._recorder.follow(events)
