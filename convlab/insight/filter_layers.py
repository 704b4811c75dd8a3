"""Which layers of a network have filters, and under which keys their weights lie in ``params``."""

import json
from dataclasses import dataclass
from functools import lru_cache

from convlab.nn.description import NetworkDescription
from convlab.nn.network_settings import NETWORKS
from convlab.nn.types import Shape


@dataclass(frozen=True, slots=True)
class FilterLayer:
    """A layer such as Conv2, the key of its weights, and their shape (F, C, FH, FW)."""

    name: str
    key: str
    shape: Shape

    @property
    def filters(self) -> int:
        """How many filters the layer has."""
        return self.shape[0]

    @property
    def channels(self) -> int:
        """How many channels each filter has: as many as the layer's input."""
        return self.shape[1]


def filter_layers(network: NetworkDescription) -> tuple[FilterLayer, ...]:
    """Return the layers of ``network`` whose weights are filters, in order.

    ``params`` counts every layer that learns anything, a subsampling too, so Conv2 may have W3.
    Raises :class:`ConvlabError` for a network that cannot be built.
    """
    settings = json.dumps(network.settings)
    return _filter_layers(network.name, settings, network.input_dim, network.output_size)


@lru_cache(maxsize=16)
def _filter_layers(
    name: str, settings_as_json: str, input_dim: tuple[int, int, int], output_size: int
) -> tuple[FilterLayer, ...]:
    """Keep what was found: while a network learns, it is asked for many times a second."""
    settings = NETWORKS.get(name)(**json.loads(settings_as_json))
    layers = settings.shapes(input_dim, output_size)
    learning = (layer for layer in layers if layer.parameter_shapes)
    return tuple(
        FilterLayer(layer.name, f"{key}{number}", shape)
        for number, layer in enumerate(learning, start=1)
        for key, shape in layer.parameter_shapes.items()
        if len(shape) == 4
    )
