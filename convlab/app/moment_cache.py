"""The moments of a run that need not be read again."""

from collections import OrderedDict

from convlab.training.events import Params

LIMIT = 64_000_000  # bytes of weights in memory; moments of larger networks are always read


class MomentCache:
    """Weights by iteration, those that were shown last: as many as the limit allows."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._size = 0
        self._moments: OrderedDict[int, Params] = OrderedDict()

    @property
    def size(self) -> int:
        """How many bytes the weights take."""
        return self._size

    def get(self, iteration: int) -> Params | None:
        """Return the weights of an iteration; None if they must be read."""
        if iteration in self._moments:
            self._moments.move_to_end(iteration)
        return self._moments.get(iteration)

    def add(self, iteration: int, params: Params) -> None:
        """Remember weights, and forget those that were wanted longest ago."""
        self.drop(iteration)
        self._moments[iteration] = params
        self._size += _size(params)
        while self._size > self._limit:
            self._size -= _size(self._moments.popitem(last=False)[1])

    def drop(self, iteration: int) -> None:
        """Forget the weights of an iteration."""
        if iteration in self._moments:
            self._size -= _size(self._moments.pop(iteration))

    def clear(self) -> None:
        """Forget everything."""
        self._moments.clear()
        self._size = 0


def _size(params: Params) -> int:
    return sum(array.nbytes for array in params.values())
