"""What every layer is, and what every layer's settings can tell before it is built."""

from collections.abc import Mapping
from typing import ClassVar, Protocol

from convlab.errors import ConvlabError
from convlab.nn.types import Array, Shape
from convlab.registry import Registry


class Layer(Protocol):
    """A step of the network: forward takes x, backward takes dL/dy and returns dL/dx.

    A layer with parameters keeps them as attributes (``W``, ``b``) and, after ``backward``, their
    gradients under the same names with a ``d`` before them (``dW``, ``db``).
    """

    def forward(self, x: Array) -> Array:
        """Return the layer's output for x (N, ...)."""

    def backward(self, dout: Array) -> Array:
        """Return the gradient with respect to the last ``x``, from that of its output."""


class ShapeError(ConvlabError):
    """A layer that cannot be built on the shape it is given; ``setting`` names the culprit."""

    def __init__(self, setting: str, message: str) -> None:
        self.setting = setting
        super().__init__(message)


class LayerSettings:
    """How to make a layer: a frozen dataclass per layer, registered beside it."""

    parameters: ClassVar[tuple[str, ...]] = ()
    has_train_flg: ClassVar[bool] = False  # whether forward takes train_flg
    needs_whole_batch: ClassVar[bool] = False  # whether a sample's output depends on the others

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape of one sample after the layer, or raise :class:`ShapeError`."""
        return input_shape

    def parameter_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """Return the shape of each parameter."""
        return {}

    def fan_in(self, input_shape: Shape) -> int:
        """Return how many inputs one unit adds up; initializers scale by it."""
        return 1

    def start(self, parameter: str) -> float | None:
        """Return the value at which a parameter starts; None for random weights."""
        return None if parameter == "W" else 0.0

    def make(self, params: Mapping[str, Array]) -> Layer:
        """Return the layer; it shares the arrays in ``params`` and does not copy them."""
        raise NotImplementedError


LAYERS: Registry[LayerSettings] = Registry("layer", "convlab.nn.layers")
