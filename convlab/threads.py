"""How many threads compute, and one of them only for each matrix product."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from threadpoolctl import threadpool_limits


def usable_cores() -> int:
    """Return how many cores of this computer the program may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # macOS and Windows do not tell
        return os.cpu_count() or 1


def threads_beside_window() -> int:
    """Return on how many threads to compute while one core is left to the window."""
    return max(1, usable_cores() - 1)


def use_one_blas_thread() -> None:
    """Keep BLAS to one thread from now on.

    The engine's own threads and the window use the other cores, and sums come out the same, to
    the bit, in the window and on the command line.
    """
    threadpool_limits(limits=1, user_api="blas")


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Keep BLAS to one thread inside the ``with``."""
    with threadpool_limits(limits=1, user_api="blas"):
        yield
