"""What a person may tell a run while it trains."""

import threading


class Control:
    """Thread-safe wishes, read by the trainer between two mini-batches.

    Any thread may call the methods; they return at once.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._stop = False
        self._paused = False
        self._steps = 0
        self._learning_rate: float | None = None

    def stop(self) -> None:
        """End the run before its next mini-batch."""
        with self._changed:
            self._stop = True
            self._changed.notify_all()

    def pause(self) -> None:
        """Wait before the next mini-batch until :meth:`resume`, :meth:`step` or :meth:`stop`."""
        with self._changed:
            self._paused = True

    def resume(self) -> None:
        """Go on after a pause."""
        with self._changed:
            self._paused = False
            self._steps = 0
            self._changed.notify_all()

    def step(self) -> None:
        """Learn one more mini-batch, then pause."""
        with self._changed:
            self._paused = True
            self._steps += 1
            self._changed.notify_all()

    def set_learning_rate(self, learning_rate: float) -> None:
        """Use another learning rate from the next mini-batch on."""
        with self._changed:
            self._learning_rate = learning_rate
            self._changed.notify_all()

    @property
    def stop_requested(self) -> bool:
        """Whether the run shall end."""
        return self._stop

    @property
    def pause_requested(self) -> bool:
        """Whether the run shall wait now; a granted step counts as going on."""
        with self._changed:
            return self._paused and self._steps == 0 and not self._stop

    def take_learning_rate(self) -> float | None:
        """Return the learning rate that was asked for since the last call, or None."""
        with self._changed:
            wanted, self._learning_rate = self._learning_rate, None
            return wanted

    def take_step(self) -> None:
        """Use up one granted step, if the run is being stepped."""
        with self._changed:
            self._steps = max(0, self._steps - 1)

    def wait_while_paused(self) -> None:
        """Block until the run may go on, must end, or has a new learning rate to tell."""
        with self._changed:
            self._changed.wait_for(
                lambda: (
                    self._stop
                    or not self._paused
                    or self._steps > 0
                    or self._learning_rate is not None
                )
            )
