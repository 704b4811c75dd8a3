"""A network of one's own: any layers, in any order that fits."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Annotated, Literal

import numpy as np
from annotated_types import Gt, Le, MaxLen
from numpy.typing import DTypeLike

from convlab.errors import ConvlabError, SettingsError
from convlab.nn.layer import LAYERS, LayerSettings, ShapeError
from convlab.nn.layer_line import default_lines, layer_from_line
from convlab.nn.layers.affine import AffineSettings
from convlab.nn.network import LayerShape, NamedLayers, Network, WeightInit, infer_shapes
from convlab.nn.network_settings import NETWORKS, NetworkSettings
from convlab.settings import About, Offers

DEFAULT = (
    "Convolution filter_num=16 filter_size=3 pad=1",
    "Relu",
    "Pooling pool_size=2 stride=2",
    "Convolution filter_num=32 filter_size=3 pad=1",
    "Relu",
    "Pooling pool_size=2 stride=2",
    "Affine size=100",
    "Relu",
    "Dropout dropout_ratio=0.3",
)
MOST_LAYERS = 100
# No file may ask for more memory than a computer has. The original AlexNet has 62 million weights
# and makes 6 million numbers of an image.
MOST_WEIGHTS = 1 << 27
MOST_NUMBERS = 1 << 24  # that layers make of one image, with the windows of convolutions
_LONGEST_SHOWN = 50  # characters of a wrong line that a message repeats
_SHORT_NAMES = {
    "AveragePooling": "AveragePool",
    "BatchNormalization": "BatchNorm",
    "Convolution": "Conv",
    "LocalResponseNormalization": "Lrn",
    "Pooling": "Pool",
    "Subsampling": "Sub",
}


@NETWORKS.register("OwnNetwork")
@dataclass(frozen=True)
class OwnNetworkSettings(NetworkSettings):
    """The layers, each as a line for :func:`layer_from_line`, and how their weights start."""

    layers: Annotated[
        list[str],
        MaxLen(MOST_LAYERS),
        Offers(default_lines),
        About(
            "Layers",
            "One a line: the kind, then name=value for its settings. An Affine layer with a unit "
            "for each class is added as the last.",
        ),
    ] = field(default_factory=lambda: list(DEFAULT))
    initializer: Annotated[
        Literal["he", "xavier", "std"],
        About(
            "Initial weights",
            "He's rule, made for ReLU; Xavier's, for sigmoid and tanh; or std, a deviation of "
            "your own.",
        ),
    ] = "he"
    weight_init_std: Annotated[
        float,
        Gt(0),
        Le(10),
        About("Deviation", "Standard deviation of the initial weights; std uses it."),
    ] = 0.01

    def __post_init__(self) -> None:
        super().__post_init__()
        self._own_layers()

    @property
    def weight_init(self) -> WeightInit:
        """The rule, or the deviation that stands in its place."""
        return self.weight_init_std if self.initializer == "std" else self.initializer

    def named_layers(self, output_size: int) -> NamedLayers:
        """The layers of the list, counted by kind, and an affine layer that gives the scores."""
        layers = [*self._own_layers(), AffineSettings(output_size)]
        return tuple(zip(_names(layers), layers, strict=True))

    def shapes(self, input_dim: tuple[int, int, int], output_size: int) -> list[LayerShape]:
        """As for every network, but whatever does not fit is put down to the list."""
        try:
            shapes = infer_shapes(self.named_layers(output_size), input_dim)
        except ShapeError as error:
            raise ShapeError("layers", str(error)) from error
        _check_sizes(shapes)
        return shapes

    def _own_layers(self) -> list[LayerSettings]:
        layers = []
        for number, line in enumerate(self.layers, start=1):
            try:
                layers.append(layer_from_line(line))
            except ConvlabError as error:
                cut = line if len(line) <= _LONGEST_SHOWN else f"{line[:_LONGEST_SHOWN]} …"
                raise SettingsError({"layers": f"Layer {number} ({cut!r}): {error}"}) from error
        return layers


def _names(layers: Sequence[LayerSettings]) -> list[str]:
    """Return the layers' names: Conv1, Relu1, Conv2 ..."""
    counts: Counter[str] = Counter()
    names = []
    for layer in layers:
        kind = LAYERS.name_of(type(layer))
        counts[kind] += 1
        names.append(f"{_SHORT_NAMES.get(kind, kind)}{counts[kind]}")
    return names


def _check_sizes(shapes: Sequence[LayerShape]) -> None:
    """Raise :class:`ShapeError` at the layer where the network becomes too large."""
    numbers, weights = prod(shapes[0].input_shape), 0
    for layer in shapes:
        windows = prod(layer.output_shape[1:])
        numbers += prod(layer.output_shape) + layer.fan_in * windows
        weights += layer.stored_count
        if numbers > MOST_NUMBERS or weights > MOST_WEIGHTS:
            raise ShapeError(
                "layers",
                f"{layer.name}: up to this layer the network has {weights:,} weights and makes "
                f"{numbers:,} numbers of one image, where {MOST_WEIGHTS:,} and {MOST_NUMBERS:,} "
                "are the most; use fewer filters or units, or larger strides.",
            )


def OwnNetwork(  # noqa: N802 - it stands where the book's networks have a class
    layers: Sequence[str] = DEFAULT,
    input_dim: tuple[int, int, int] = (1, 28, 28),
    output_size: int = 10,
    initializer: Literal["he", "xavier", "std"] = "he",
    weight_init_std: float = 0.01,
    rng: np.random.Generator | None = None,
    dtype: DTypeLike = np.float32,
) -> Network:
    """Return a new network of the layers that the lines name, and an affine layer for the scores.

    Raises :class:`ConvlabError` for a line that is no layer, or a layer that does not fit.
    """
    settings = OwnNetworkSettings(list(layers), initializer, weight_init_std)
    return settings.build(input_dim, output_size, rng, dtype)
