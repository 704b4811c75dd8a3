"""Seconds of training."""

from time import perf_counter


class Clock:
    """Seconds of training, without those of the pauses; ``gone`` are those of earlier parts."""

    def __init__(self, gone: float = 0.0) -> None:
        self._gone = gone
        self._started: float | None = perf_counter()

    @property
    def seconds(self) -> float:
        """How long training has gone on by now."""
        return self._gone + (perf_counter() - self._started if self._started is not None else 0.0)

    def stop(self) -> None:
        """Begin a pause."""
        self._gone, self._started = self.seconds, None

    def start(self) -> None:
        """End a pause."""
        self._started = perf_counter()
