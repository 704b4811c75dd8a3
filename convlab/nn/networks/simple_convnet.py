"""The network of the book's chapter 7."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Ge, Gt, Le
from numpy.typing import DTypeLike

from convlab.nn.description import NetworkDescription
from convlab.nn.layer import ShapeError
from convlab.nn.layers.affine import AffineSettings
from convlab.nn.layers.convolution import ConvolutionSettings
from convlab.nn.layers.pooling import PoolingSettings
from convlab.nn.layers.relu import ReluSettings
from convlab.nn.network import (
    LayerShape,
    NamedLayers,
    Network,
    WeightInit,
    infer_shapes,
)
from convlab.nn.network_settings import NETWORKS, NetworkSettings
from convlab.nn.types import Shape
from convlab.settings import About


@NETWORKS.register("SimpleConvNet")
@dataclass(frozen=True)
class SimpleConvNetSettings(NetworkSettings):
    """The hyperparameters of a :class:`SimpleConvNet`."""

    filter_num: Annotated[
        int, Ge(1), Le(512), About("Filters", "How many patterns the convolution looks for.")
    ] = 30
    filter_size: Annotated[
        int, Ge(1), Le(64), About("Filter size", "Edge of each square filter.", "px")
    ] = 5
    pad: Annotated[
        int, Ge(0), Le(32), About("Pad", "Rings of zeros added around the image.", "px")
    ] = 0
    stride: Annotated[
        int, Ge(1), Le(32), About("Stride", "How far the filter moves at a time.", "px")
    ] = 1
    hidden_size: Annotated[
        int, Ge(1), Le(4096), About("Hidden units", "Units of the fully connected layer.")
    ] = 100
    weight_init_std: Annotated[
        float,
        Gt(0),
        Le(10),
        About("Initial weights", "Standard deviation of the random weights at the start."),
    ] = 0.01

    @property
    def weight_init(self) -> WeightInit:
        """The deviation that the settings name."""
        return self.weight_init_std

    def named_layers(self, output_size: int) -> NamedLayers:
        """Conv - Relu - Pool - Affine - Relu - Affine."""
        convolution = ConvolutionSettings(self.filter_num, self.filter_size, self.stride, self.pad)
        return (
            ("Conv1", convolution),
            ("Relu1", ReluSettings()),
            ("Pool1", PoolingSettings(pool_size=2, stride=2)),
            ("Affine1", AffineSettings(self.hidden_size)),
            ("Relu2", ReluSettings()),
            ("Affine2", AffineSettings(output_size)),
        )

    def shapes(self, input_dim: tuple[int, int, int], output_size: int) -> list[LayerShape]:
        """As for every network, but an odd map is put down to the setting that leaves it."""
        try:
            return infer_shapes(self.named_layers(output_size), input_dim)
        except ShapeError as error:
            if error.setting != "pool_size":
                raise
            layers = self.named_layers(output_size)
            _, h, w = infer_shapes(layers[:1], input_dim)[0].output_shape
            changed = (
                name
                for name in ("stride", "pad")
                if getattr(self, name) != getattr(type(self), name)
            )
            raise ShapeError(
                next(changed, "filter_size"),
                f"The convolution leaves maps of {h}×{w}, which 2×2 pooling cannot halve; change "
                "filter size, pad or stride until both are even.",
            ) from error

    @classmethod
    def recognize(cls, shapes: Mapping[str, Shape]) -> NetworkDescription | None:
        """The book's params.pkl: a network for its images, (1, 28, 28), without pad or stride."""
        match shapes:
            case {"W1": (int(filter_num), 1, int(size), _), "W3": (int(hidden), int(classes))}:
                settings = cls(filter_num=filter_num, filter_size=size, hidden_size=hidden)
                return settings.described_by(shapes, (1, 28, 28), classes)
        return None

    def build(
        self,
        input_dim: tuple[int, int, int],
        output_size: int,
        rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float32,
    ) -> "SimpleConvNet":
        """Return a new network with random weights."""
        conv_param = {
            "filter_num": self.filter_num,
            "filter_size": self.filter_size,
            "pad": self.pad,
            "stride": self.stride,
        }
        return SimpleConvNet(
            input_dim, conv_param, self.hidden_size, output_size, self.weight_init_std, rng, dtype
        )


class SimpleConvNet(Network):
    """conv - relu - pool - affine - relu - affine - softmax (the book, section 7.5).

    ``params``: W1 (FN, C, FH, FW), b1, W2, b2 and W3, b3 of the affine layers. ``rng`` draws the
    initial weights. Raises :class:`ConvlabError` for sizes that are not allowed or do not fit.
    """

    def __init__(
        self,
        input_dim: tuple[int, int, int] = (1, 28, 28),
        conv_param: Mapping[str, int] | None = None,
        hidden_size: int = 100,
        output_size: int = 10,
        weight_init_std: float = 0.01,
        rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float32,
    ) -> None:
        settings = SimpleConvNetSettings(
            **dict(conv_param or {}), hidden_size=hidden_size, weight_init_std=weight_init_std
        )
        settings.shapes(input_dim, output_size)
        super().__init__(
            settings.named_layers(output_size),
            settings.describe(input_dim, output_size),
            weight_init_std,
            rng,
            dtype,
        )
