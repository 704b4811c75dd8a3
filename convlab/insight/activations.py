"""What every layer of a network makes of some images."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from convlab.nn.network import Network, as_images
from convlab.nn.types import Array

INPUT = "Input"


def activations(network: Network, x: NDArray[Any]) -> dict[str, Array]:
    """Return the output of every layer, by its name and in order, the images first as ``Input``.

    Images x are (N, C, H, W), uint8 pixels or floats; what is returned is of the network's type,
    pixels being divided by 255. The layers keep what they need for a ``backward`` afterwards, so
    ``network`` should be a copy that is used by one thread only.
    """
    images = as_images(x, network.input_dim)
    out = images.astype(network.dtype)
    if images.dtype == np.uint8:
        out /= network.dtype.type(255)
    outputs = {INPUT: out}
    for name, settings in network.layer_settings:
        flag = {"train_flg": False} if settings.has_train_flg else {}
        out = network.layers[name].forward(out, **flag)
        outputs[name] = out
    return outputs
