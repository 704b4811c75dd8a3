"""How many images of a set are read right."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convlab.nn.engine import Engine

BATCH = 500  # images between two looks at whether the run is to stop


def accuracy_on(
    engine: Engine,
    x: NDArray[Any],
    t: NDArray[Any],
    samples: NDArray[np.intp],
    is_unwanted: Callable[[], bool],
) -> float | None:
    """Return the share (0 to 1) of images x[samples] whose best score is that of the label t.

    None if ``is_unwanted`` said yes meanwhile.
    """
    right = 0
    with np.errstate(over="ignore", invalid="ignore"):
        for start in range(0, len(samples), BATCH):
            if is_unwanted():
                return None
            index = samples[start : start + BATCH]
            right += int((engine.predict(x[index]).argmax(axis=1) == t[index]).sum())
    return right / len(samples)
