"""A picture that someone wants the network to read, in place of a drawing."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class ShownPicture:
    """An image (C, H, W) that is read as it is, and what it is in a few words."""

    image: NDArray[np.uint8]
    title: str
