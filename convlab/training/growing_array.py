"""Arrays that grow by appending."""

from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

S = TypeVar("S", np.float64, np.int64)

FIRST_CAPACITY = 1024


class GrowingArray(Generic[S]):
    """A one-dimensional array to append to; it doubles its buffer when that is full."""

    def __init__(self, dtype: type[S]) -> None:
        self._buffer: NDArray[S] = np.empty(FIRST_CAPACITY, dtype=dtype)
        self._length = 0

    def extend(self, values: NDArray[S]) -> None:
        """Append ``values`` (N,)."""
        length = self._length + len(values)
        if length > len(self._buffer):
            buffer = np.empty(max(length, 2 * len(self._buffer)), dtype=self._buffer.dtype)
            buffer[: self._length] = self.values
            self._buffer = buffer
        self._buffer[self._length : length] = values
        self._length = length

    @property
    def values(self) -> NDArray[S]:
        """What was appended so far (N,), as a read-only view that later appends leave alone."""
        view = self._buffer[: self._length]
        view.flags.writeable = False
        return view

    def __len__(self) -> int:
        return self._length
