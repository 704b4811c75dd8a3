"""The scores of a network that was opened from a file."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from convlab.errors import WeightsError
from convlab.nn.engine import Engine


def finite_scores(engine: Engine, images: NDArray[np.uint8]) -> NDArray[Any]:
    """Return the scores (N, K) of images (N, C, H, W).

    Raises :class:`WeightsError` where weights that are finite are so large that scores are not.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        scores = engine.predict(images)
    if not np.isfinite(scores).all():
        raise WeightsError(
            "The weights are so large that the network's scores are out of range; open weights "
            "from before the training went wrong."
        )
    return scores
