"""LeNet, the first convolutional network that read checks for banks."""

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from numpy.typing import DTypeLike

from convlab.nn.layer import LayerSettings
from convlab.nn.layers.affine import AffineSettings
from convlab.nn.layers.convolution import ConvolutionSettings
from convlab.nn.layers.pooling import PoolingSettings
from convlab.nn.layers.relu import ReluSettings
from convlab.nn.layers.sigmoid import SigmoidSettings
from convlab.nn.layers.subsampling import SubsamplingSettings
from convlab.nn.network import NamedLayers, Network, WeightInit
from convlab.nn.network_settings import NETWORKS, NetworkSettings
from convlab.settings import About


@NETWORKS.register("LeNet")
@dataclass(frozen=True)
class LeNetSettings(NetworkSettings):
    """The two ways in which the book says that LeNet differs from today's networks."""

    activation: Annotated[
        Literal["sigmoid", "relu"],
        About("Activation", "Sigmoid as in 1998, or ReLU as in today's networks."),
    ] = "sigmoid"
    pooling: Annotated[
        Literal["subsampling", "max"],
        About("Pooling", "Subsampling with weights of its own as in 1998, or max pooling."),
    ] = "subsampling"

    @property
    def weight_init(self) -> WeightInit:
        """Xavier's for the sigmoid, He's for ReLU (the book, section 6.2)."""
        return "xavier" if self.activation == "sigmoid" else "he"

    def named_layers(self, output_size: int) -> NamedLayers:
        """C1 - S2 - C3 - S4 - C5 - F6 - output; a pad of 2 makes 28x28 images the 32x32 of 1998.

        In the paper every map of C3 sees only some of the maps of S2; here it sees them all.
        """
        kind = self.activation.capitalize()
        return (
            ("Conv1", ConvolutionSettings(filter_num=6, filter_size=5, pad=2)),
            (f"{kind}1", self._activation()),
            *self._pooling(1),
            ("Conv2", ConvolutionSettings(filter_num=16, filter_size=5)),
            (f"{kind}2", self._activation()),
            *self._pooling(2),
            ("Affine1", AffineSettings(120)),
            (f"{kind}3", self._activation()),
            ("Affine2", AffineSettings(84)),
            (f"{kind}4", self._activation()),
            ("Affine3", AffineSettings(output_size)),
        )

    def _activation(self) -> LayerSettings:
        return SigmoidSettings() if self.activation == "sigmoid" else ReluSettings()

    def _pooling(self, number: int) -> NamedLayers:
        """In 1998 a squashing function stood behind the subsampling, too."""
        if self.pooling == "max":
            return ((f"Pool{number}", PoolingSettings(pool_size=2, stride=2)),)
        kind = self.activation.capitalize()
        return (
            (f"Sub{number}", SubsamplingSettings(pool_size=2)),
            (f"Sub{kind}{number}", self._activation()),
        )


def LeNet(  # noqa: N802 - it stands where the book's networks have a class
    input_dim: tuple[int, int, int] = (1, 28, 28),
    output_size: int = 10,
    activation: Literal["sigmoid", "relu"] = "sigmoid",
    pooling: Literal["subsampling", "max"] = "subsampling",
    rng: np.random.Generator | None = None,
    dtype: DTypeLike = np.float32,
) -> Network:
    """Return a new LeNet-5, with 6 and 16 maps and 120, 84 and K units.

    Source: LeCun, Bottou, Bengio and Haffner (1998), section II.B; the book, section 7.6.1.
    """
    return LeNetSettings(activation, pooling).build(input_dim, output_size, rng, dtype)
