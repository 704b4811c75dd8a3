"""AlexNet, which began the rise of deep learning, and a small one for small images."""

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from annotated_types import Ge, Lt
from numpy.typing import DTypeLike

from convlab.nn.layer import ShapeError
from convlab.nn.layers.affine import AffineSettings
from convlab.nn.layers.convolution import ConvolutionSettings
from convlab.nn.layers.dropout import DropoutSettings
from convlab.nn.layers.local_response_normalization import LocalResponseNormalizationSettings
from convlab.nn.layers.pooling import PoolingSettings
from convlab.nn.layers.relu import ReluSettings
from convlab.nn.network import LayerShape, NamedLayers, Network
from convlab.nn.network_settings import NETWORKS, NetworkSettings
from convlab.settings import About


@dataclass(frozen=True)
class _Geometry:
    convolutions: tuple[ConvolutionSettings, ...]
    early_pool: PoolingSettings
    units: int


_ORIGINAL = _Geometry(
    (
        ConvolutionSettings(96, 11, stride=4),
        ConvolutionSettings(256, 5, pad=2),
        ConvolutionSettings(384, 3, pad=1),
        ConvolutionSettings(384, 3, pad=1),
        ConvolutionSettings(256, 3, pad=1),
    ),
    PoolingSettings(pool_size=3, stride=2),
    4096,
)
_SMALL = _Geometry(
    (
        ConvolutionSettings(32, 5, pad=2),
        ConvolutionSettings(64, 5, pad=2),
        ConvolutionSettings(96, 3, pad=1),
        ConvolutionSettings(96, 3, pad=1),
        ConvolutionSettings(64, 3, pad=1),
    ),
    PoolingSettings(pool_size=2, stride=2),
    256,
)


@NETWORKS.register("AlexNet")
@dataclass(frozen=True)
class AlexNetSettings(NetworkSettings):
    """Which AlexNet, and how much dropout."""

    geometry: Annotated[
        Literal["small", "original"],
        About("Geometry", "Small for 28×28 images, or the original for 3×227×227."),
    ] = "small"
    dropout_ratio: Annotated[
        float, Ge(0), Lt(1), About("Dropout", "Share of the units that each step leaves out.")
    ] = 0.5

    def named_layers(self, output_size: int) -> NamedLayers:
        """Five convolutions, normalized after the first two, then three affine layers."""
        sizes = _ORIGINAL if self.geometry == "original" else _SMALL
        conv1, conv2, conv3, conv4, conv5 = sizes.convolutions
        return (
            ("Conv1", conv1),
            ("Relu1", ReluSettings()),
            ("Lrn1", LocalResponseNormalizationSettings()),
            ("Pool1", sizes.early_pool),
            ("Conv2", conv2),
            ("Relu2", ReluSettings()),
            ("Lrn2", LocalResponseNormalizationSettings()),
            ("Pool2", sizes.early_pool),
            ("Conv3", conv3),
            ("Relu3", ReluSettings()),
            ("Conv4", conv4),
            ("Relu4", ReluSettings()),
            ("Conv5", conv5),
            ("Relu5", ReluSettings()),
            ("Pool3", PoolingSettings(pool_size=3, stride=2)),
            ("Affine1", AffineSettings(sizes.units)),
            ("Relu6", ReluSettings()),
            ("Dropout1", DropoutSettings(self.dropout_ratio)),
            ("Affine2", AffineSettings(sizes.units)),
            ("Relu7", ReluSettings()),
            ("Dropout2", DropoutSettings(self.dropout_ratio)),
            ("Affine3", AffineSettings(output_size)),
        )

    def shapes(self, input_dim: tuple[int, int, int], output_size: int) -> list[LayerShape]:
        """As for every network, but the original geometry is told apart from the small one."""
        try:
            return super().shapes(input_dim, output_size)
        except ShapeError as error:
            if self.geometry == "small":
                raise
            size = "×".join(map(str, input_dim))
            raise ShapeError(
                "geometry",
                f"The original geometry needs images of 3×227×227, and these are {size}; choose "
                "the small one.",
            ) from error


def AlexNet(  # noqa: N802 - it stands where the book's networks have a class
    input_dim: tuple[int, int, int] = (3, 227, 227),
    output_size: int = 1000,
    geometry: Literal["small", "original"] = "original",
    dropout_ratio: float = 0.5,
    rng: np.random.Generator | None = None,
    dtype: DTypeLike = np.float32,
) -> Network:
    """Return a new AlexNet; its convolutions are whole, not split over two devices.

    The weights start by He's rule, not at the paper's 0.01, which takes long to leave its plateau.
    Source: Krizhevsky, Sutskever and Hinton (2012); the book, section 7.6.2.
    """
    return AlexNetSettings(geometry, dropout_ratio).build(input_dim, output_size, rng, dtype)
