"""Writes to the disk beside the training, which does not wait for it."""

import queue
import threading
from collections.abc import Callable

Job = Callable[[], object]

MOST_WAITING = 8  # jobs; a disk that cannot keep pace is spared the next ones
LARGEST_WAITING = 256_000_000  # bytes that jobs hold, but for one job, which may be larger

NO_MEMORY = "there was not enough memory"


class Writer:
    """Does jobs in order, in a thread of its own.

    A job that raises something is given up; :meth:`take_problem` tells of the first one.
    """

    def __init__(self) -> None:
        self._jobs: queue.Queue[tuple[Job, int] | None] = queue.Queue()
        self._lock = threading.Lock()
        self._held = 0  # bytes, by jobs that are not done
        self._problem: str | None = None
        self._thread = threading.Thread(target=self._work, name="run-writer", daemon=True)
        self._thread.start()

    def do(self, job: Job, size: int = 0, *, even_if_busy: bool = False) -> bool:
        """Do ``job``, which holds ``size`` bytes, soon.

        Return False if too many are waiting, or too large ones; then it is not done at all.
        """
        with self._lock:
            is_too_much = self._held > 0 and self._held + size > LARGEST_WAITING
            if (self._jobs.qsize() >= MOST_WAITING or is_too_much) and not even_if_busy:
                return False
            self._held += size
        self._jobs.put((job, size))
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
        while (waiting := self._jobs.get()) is not None:
            job, size = waiting
            try:
                job()
            except OSError as error:
                self._problem = self._problem or f"{error.strerror or error}"
            except MemoryError:
                self._problem = self._problem or NO_MEMORY
            except Exception as error:  # whatever it is, the next jobs must be done
                self._problem = self._problem or str(error) or type(error).__name__
            del job, waiting  # what it holds is not needed while the next one is awaited
            with self._lock:
                self._held -= size
