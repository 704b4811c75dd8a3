"""How long those who compute for what is seen rest while a run is on, so that it keeps its speed.

The more of them are watched, the longer each of them rests: they share one part of a core.
"""

from weakref import WeakSet

# The rest is this many times as long as the work took, for each that is watched: together they
# take a sixteenth of a core, and drawing what they found takes about as much.
REST = 15.0
SHORTEST = 0.15  # seconds for each that is watched

_watched: WeakSet[object] = WeakSet()


def set_watched(worker: object, is_watched: bool) -> None:
    """Tell whether what ``worker`` computes is seen."""
    if is_watched:
        _watched.add(worker)
    else:
        _watched.discard(worker)


def rest_after(seconds: float) -> float:
    """Return how many seconds one of them rests after it has worked for ``seconds``."""
    return max(SHORTEST, REST * seconds) * max(1, len(_watched))
