"""What every network is: ordered layers, params, predict, loss, gradient."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import DTypeLike, NDArray

from convlab.errors import ConvlabError
from convlab.nn import weights
from convlab.nn.description import NetworkDescription
from convlab.nn.functions import class_indices, softmax
from convlab.nn.gradient_check import numerical_gradient
from convlab.nn.layer import Layer, LayerSettings, ShapeError
from convlab.nn.layers.convolution import Convolution
from convlab.nn.layers.softmax_with_loss import SoftmaxWithLoss
from convlab.nn.types import Array, Shape

NamedLayers = Sequence[tuple[str, LayerSettings]]
WeightInit = float | Literal["he", "xavier"]


@dataclass(frozen=True, slots=True)
class LayerShape:
    """What is known of a layer before it is built: names, shapes of one sample, size."""

    name: str
    kind: str
    input_shape: Shape
    output_shape: Shape
    parameter_shapes: dict[str, Shape]
    starts: dict[str, float | None]
    fan_in: int

    @property
    def parameter_count(self) -> int:
        """How many numbers the layer learns."""
        return self.stored_count - self.average_count

    @property
    def average_count(self) -> int:
        """How many numbers of its parameters are running averages, which no gradient changes."""
        shapes = self.parameter_shapes.items()
        return sum(int(np.prod(shape)) for key, shape in shapes if key.startswith("running_"))

    @property
    def stored_count(self) -> int:
        """How many numbers its parameters have, learned or not."""
        return sum(int(np.prod(shape)) for shape in self.parameter_shapes.values())


def infer_shapes(layers: NamedLayers, input_dim: Shape) -> list[LayerShape]:
    """Follow one sample of shape ``input_dim`` through the layers without building them.

    Raises :class:`ShapeError`, which names the layer, where one cannot be built.
    """
    shapes = []
    shape = input_dim
    for name, settings in layers:
        try:
            output_shape = settings.output_shape(shape)
        except ShapeError as error:
            raise ShapeError(error.setting, f"{name}: {error}") from error
        kind = type(settings).__name__.removesuffix("Settings")
        parameter_shapes = settings.parameter_shapes(shape)
        shapes.append(
            LayerShape(
                name,
                kind,
                shape,
                output_shape,
                parameter_shapes,
                {key: settings.start(key) for key in parameter_shapes},
                settings.fan_in(shape),
            )
        )
        shape = output_shape
    return shapes


def parameter_shapes(layers: Sequence[LayerShape]) -> dict[str, Shape]:
    """Return the shapes of all parameters, by their names in ``params``: W1, b1, W2 ..."""
    with_parameters = (layer for layer in layers if layer.parameter_shapes)
    return {
        f"{key}{number}": shape
        for number, layer in enumerate(with_parameters, start=1)
        for key, shape in layer.parameter_shapes.items()
    }


class Network:
    """A chain of layers that ends in scores (N, K), with softmax and cross-entropy behind it.

    ``params`` maps W1, b1, W2 ... to arrays which the layers share: whatever changes them in
    place changes the network. ``layers`` maps names such as Conv1 to layers, in order.
    Images x are (N, C, H, W) or flat (N, C·H·W); uint8 arrays are pixels and are divided by 255.
    Labels t are class indices or one-hot.
    """

    params: dict[str, Array]
    layers: dict[str, Layer]

    def __init__(
        self,
        layers: NamedLayers,
        description: NetworkDescription,
        weight_init: WeightInit,
        rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float32,
    ) -> None:
        shapes = infer_shapes(layers, description.input_dim)
        rng = rng or np.random.default_rng()
        params = _initial_params(shapes, weight_init, rng, np.dtype(dtype))
        self._set_up(layers, description, params)

    @staticmethod
    def over(
        layers: NamedLayers, description: NetworkDescription, params: Mapping[str, Array]
    ) -> "Network":
        """Return a network on ``params`` themselves, which must be those of its layers."""
        network = Network.__new__(Network)
        network._set_up(layers, description, params)
        return network

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of the parameters, float32 or float64."""
        return next(iter(self.params.values())).dtype

    def astype(self, dtype: DTypeLike) -> None:
        """Convert the parameters; they are new arrays afterwards."""
        if np.dtype(dtype) != self.dtype:
            self.params = {name: array.astype(dtype) for name, array in self.params.items()}
            self._make_layers()

    def predict(self, x: NDArray[Any], train_flg: bool = False) -> Array:
        """Return the scores (N, K) before the softmax; with ``train_flg``, as in training."""
        x = _scaled(as_images(x, self.input_dim), self.dtype)
        for name, settings in self.layer_settings:
            flag = {"train_flg": train_flg} if settings.has_train_flg else {}
            x = self.layers[name].forward(x, **flag)
        return x

    def probabilities(self, x: NDArray[Any]) -> Array:
        """Return the probability of each class (N, K)."""
        return softmax(self.predict(x))

    def loss(self, x: NDArray[Any], t: NDArray[Any]) -> float:
        """Return the mean cross-entropy of the batch, in nats, as in training."""
        return self.last_layer.forward(self.predict(x, train_flg=True), t)

    def accuracy(self, x: NDArray[Any], t: NDArray[Any], batch_size: int = 100) -> float:
        """Return the share of images (0 to 1) whose best score is their label's."""
        labels = class_indices(t, self.output_size)
        right = 0
        for start in range(0, len(x), batch_size):
            batch = slice(start, start + batch_size)
            right += int((self.predict(x[batch]).argmax(axis=1) == labels[batch]).sum())
        return right / len(x)

    def loss_and_gradient(self, x: NDArray[Any], t: NDArray[Any]) -> tuple[float, dict[str, Array]]:
        """Return the loss and its gradient with respect to every parameter, from one pass."""
        loss = self.loss(x, t)
        dout = self.last_layer.backward()
        first, *others = self.layers.values()
        for layer in reversed(others):
            dout = layer.backward(dout)
        if isinstance(first, Convolution):
            first.backward_params(dout)
        else:
            first.backward(dout)
        return loss, {
            f"{parameter}{number}": getattr(layer, f"d{parameter}")
            for number, (layer, parameters) in enumerate(self._layers_with_parameters(), start=1)
            for parameter in parameters
        }

    def gradient(self, x: NDArray[Any], t: NDArray[Any]) -> dict[str, Array]:
        """Return the gradient by back-propagation, under the names of ``params``."""
        return self.loss_and_gradient(x, t)[1]

    def numerical_gradient(self, x: NDArray[Any], t: NDArray[Any]) -> dict[str, Array]:
        """Return the gradient by central differences, computed in float64. Slow: for checking."""
        double = self.copy(np.float64)
        return {
            name: numerical_gradient(lambda _: double.loss(x, t), array)
            for name, array in double.params.items()
        }

    def copy(self, dtype: DTypeLike | None = None) -> "Network":
        """Return a network of the same layers with its own copy of the parameters."""
        params = {name: array.astype(dtype or array.dtype) for name, array in self.params.items()}
        return Network.over(self.layer_settings, self.description, params)

    def twin(self) -> "Network":
        """Return a network with layers of its own on the same parameters, which takes no time.

        It is for another thread that reads: neither of the two may change a parameter in place.
        """
        return Network.over(self.layer_settings, self.description, self.params)

    def set_params(self, params: Mapping[str, NDArray[Any]]) -> None:
        """Copy ``params`` into the network; names and shapes must be its own."""
        weights.check(params, {name: array.shape for name, array in self.params.items()})
        for name, array in self.params.items():
            array[...] = params[name]

    def adopt(self, params: Mapping[str, NDArray[Any]]) -> None:
        """Go on with ``params`` themselves, which nobody may change in place from now on.

        What shares the present ones, such as a :meth:`twin`, keeps them as they are.
        """
        weights.check(params, {name: array.shape for name, array in self.params.items()})
        dtype = self.dtype
        self.params = {name: np.asarray(params[name], dtype) for name in self.params}
        self._make_layers()

    def save_params(self, file_name: str | Path = "params.safetensors") -> None:
        """Write ``params`` to a file; its ending says how, see :mod:`convlab.nn.weights`."""
        weights.save(Path(file_name), self.params, self.description)

    def load_params(self, file_name: str | Path = "params.safetensors") -> None:
        """Read ``params`` from a file that was written for the same network.

        Raises :class:`convlab.errors.WeightsError` for anything else.
        """
        self.set_params(weights.load(Path(file_name))[0])

    def _set_up(
        self, layers: NamedLayers, description: NetworkDescription, params: Mapping[str, Array]
    ) -> None:
        self.description = description
        self.input_dim = description.input_dim
        self.output_size = description.output_size
        self.layer_settings = layers
        self.layer_shapes = infer_shapes(layers, self.input_dim)
        self.params = dict(params)
        self.layers = {}
        self.last_layer = SoftmaxWithLoss()
        self._make_layers()

    def _make_layers(self) -> None:
        number = 0
        for name, settings in self.layer_settings:
            if settings.parameters:
                number += 1
            own = {key: self.params[f"{key}{number}"] for key in settings.parameters}
            self.layers[name] = settings.make(own)

    def _layers_with_parameters(self) -> list[tuple[Layer, tuple[str, ...]]]:
        return [
            (self.layers[name], settings.parameters)
            for name, settings in self.layer_settings
            if settings.parameters
        ]


def as_images(x: NDArray[Any], input_dim: Shape) -> NDArray[Any]:
    """Return x as (N, C, H, W), flat or not; raises :class:`ConvlabError` for other shapes."""
    x = np.asarray(x)
    if x.ndim == 2 and x.shape[1] == np.prod(input_dim):
        x = x.reshape(-1, *input_dim)
    if x.shape[1:] != input_dim:
        raise ConvlabError(
            f"The network takes images of shape (N, {', '.join(map(str, input_dim))}); "
            f"received an array of shape {x.shape}."
        )
    return x


def _scaled(x: NDArray[Any], dtype: np.dtype[Any]) -> Array:
    numbers: Array = x.astype(dtype, copy=False)
    return numbers / dtype.type(255) if x.dtype == np.uint8 else numbers


def _initial_params(
    shapes: Sequence[LayerShape],
    weight_init: WeightInit,
    rng: np.random.Generator,
    dtype: np.dtype[Any],
) -> dict[str, Array]:
    """Draw weights from a normal distribution of the wanted deviation; biases are zero.

    The deviation is a number, √(2 / fan-in) for He (2015) or √(1 / fan-in) for Xavier as the
    book has it (section 6.2).
    """
    params: dict[str, Array] = {}
    number = 0
    for layer in shapes:
        if not layer.parameter_shapes:
            continue
        number += 1
        if isinstance(weight_init, str):
            deviation = np.sqrt({"he": 2.0, "xavier": 1.0}[weight_init] / layer.fan_in)
        else:
            deviation = weight_init
        for key, shape in layer.parameter_shapes.items():
            start = layer.starts[key]
            values = (
                deviation * rng.standard_normal(shape) if start is None else np.full(shape, start)
            )
            params[f"{key}{number}"] = values.astype(dtype)
    return params
