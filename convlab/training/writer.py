"""Writes to the disk beside the training, which does not wait for it."""

import queue
import threading
from collections.abc import Callable

Job = Callable[[], None]

MOST_WAITING = 8  # jobs; a disk that cannot keep pace is spared the next ones


class Writer:
    """Does jobs in order, in a thread of its own.

    A job that raises something is given up; :meth:`take_problem` tells of the first one.
    """

    def __init__(self) -> None:
        self._jobs: queue.Queue[Job | None] = queue.Queue()
        self._problem: str | None = None
        self._thread = threading.Thread(target=self._work, name="run-writer", daemon=True)
        self._thread.start()

    def do(self, job: Job, *, even_if_busy: bool = False) -> bool:
        """Do ``job`` soon; return False if too many are waiting, and it is not done at all."""
        if self._jobs.qsize() >= MOST_WAITING and not even_if_busy:
            return False
        self._jobs.put(job)
        return True

    def take_problem(self) -> str | None:
        """Return what went wrong since the last call, in a sentence, or None."""
        problem, self._problem = self._problem, None
        return problem

    def close(self) -> None:
        """Do what is waiting, then end the thread."""
        self._jobs.put(None)
        self._thread.join()

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                job()
            except OSError as error:
                self._problem = self._problem or f"{error.strerror or error}"
            except Exception as error:  # whatever it is, the next jobs must be done
                self._problem = self._problem or str(error) or type(error).__name__
