"""The deep network of the book's chapter 8."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Ge, Le, Lt
from numpy.typing import DTypeLike

from convlab.nn.description import NetworkDescription
from convlab.nn.layers.affine import AffineSettings
from convlab.nn.layers.convolution import ConvolutionSettings
from convlab.nn.layers.dropout import DropoutSettings
from convlab.nn.layers.pooling import PoolingSettings
from convlab.nn.layers.relu import ReluSettings
from convlab.nn.network import NamedLayers, Network
from convlab.nn.network_settings import NETWORKS, NetworkSettings
from convlab.nn.types import Shape
from convlab.settings import About

# Filters and pads of the six 3x3 convolutions; a pool stands behind every second one.
_CONVOLUTIONS = ((16, 1), (16, 1), (32, 1), (32, 2), (64, 1), (64, 1))


@NETWORKS.register("DeepConvNet")
@dataclass(frozen=True)
class DeepConvNetSettings(NetworkSettings):
    """The hyperparameters of the book's deep network."""

    hidden_size: Annotated[
        int, Ge(1), Le(4096), About("Hidden units", "Units of the fully connected layer.")
    ] = 50
    dropout_ratio: Annotated[
        float, Ge(0), Lt(1), About("Dropout", "Share of the units that each step leaves out.")
    ] = 0.5

    def named_layers(self, output_size: int) -> NamedLayers:
        """Six convolutions in three pairs, then two affine layers with dropout."""
        layers: list[tuple[str, object]] = []
        for number, (filters, pad) in enumerate(_CONVOLUTIONS, start=1):
            settings = ConvolutionSettings(filter_num=filters, filter_size=3, pad=pad)
            layers += [(f"Conv{number}", settings), (f"Relu{number}", ReluSettings())]
            if number % 2 == 0:
                layers.append((f"Pool{number // 2}", PoolingSettings(pool_size=2, stride=2)))
        return (
            *layers,  # type: ignore[arg-type]
            ("Affine1", AffineSettings(self.hidden_size)),
            ("Relu7", ReluSettings()),
            ("Dropout1", DropoutSettings(self.dropout_ratio)),
            ("Affine2", AffineSettings(output_size)),
            ("Dropout2", DropoutSettings(self.dropout_ratio)),
        )

    @classmethod
    def recognize(cls, shapes: Mapping[str, Shape]) -> NetworkDescription | None:
        """The book's deep_convnet_params.pkl, for images of (1, 28, 28)."""
        match shapes:
            case {"W7": (_, int(hidden)), "W8": (_, int(classes))}:
                return cls(hidden_size=hidden).described_by(shapes, (1, 28, 28), classes)
        return None


def DeepConvNet(  # noqa: N802 - the book's name for it
    input_dim: tuple[int, int, int] = (1, 28, 28),
    hidden_size: int = 50,
    output_size: int = 10,
    dropout_ratio: float = 0.5,
    rng: np.random.Generator | None = None,
    dtype: DTypeLike = np.float32,
) -> Network:
    """Return a new network of the book's section 8.1, with weights by He's rule."""
    settings = DeepConvNetSettings(hidden_size, dropout_ratio)
    return settings.build(input_dim, output_size, rng, dtype)
