"""How reading and fetching say how far they are, and how they are told to end."""

from collections.abc import Callable

from convlab.errors import DataError

ReadProgress = Callable[[int, int], None]
"""Is told what is done and what there is in all: pictures, or bytes."""

FetchProgress = Callable[[int, int, float], None]
"""Is told the bytes that arrived, the bytes in all, and the bytes a second."""

Cancel = Callable[[], bool]
"""Is asked often; True ends the work. The ``is_set`` of a ``threading.Event`` is one."""


class CanceledError(DataError):
    """The user ended the work; nothing of it was kept."""


def say_nothing(*_: float) -> None:
    """A progress that nobody wants to see."""


def never() -> bool:
    """A cancel that does not come."""
    return False
