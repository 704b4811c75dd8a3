"""The words that signatures in ``nn`` are written in."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]
Labels = NDArray[np.integer[Any]]
Shape = tuple[int, ...]
