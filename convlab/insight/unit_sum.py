"""How one number of a layer's output comes about, with every number that goes into it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from convlab.insight.activations import INPUT
from convlab.insight.receptive_field import Region, Unit, place_of, region_before, region_of
from convlab.nn.layer import LayerSettings
from convlab.nn.layers.affine import AffineSettings
from convlab.nn.layers.average_pooling import AveragePoolingSettings
from convlab.nn.layers.batch_normalization import BatchNormalizationSettings
from convlab.nn.layers.convolution import ConvolutionSettings
from convlab.nn.layers.dropout import DropoutSettings
from convlab.nn.layers.local_response_normalization import LocalResponseNormalizationSettings
from convlab.nn.layers.pooling import PoolingSettings
from convlab.nn.layers.relu import ReluSettings
from convlab.nn.layers.sigmoid import SigmoidSettings
from convlab.nn.layers.subsampling import SubsamplingSettings
from convlab.nn.layers.tanh import TanhSettings
from convlab.nn.network import Network
from convlab.nn.types import Array

_FUNCTIONS: dict[type[LayerSettings], str] = {
    ReluSettings: "np.maximum({}, 0)",
    SigmoidSettings: "1 / (1 + np.exp(-{}))",
    TanhSettings: "np.tanh({})",
    DropoutSettings: "{}",  # nothing is dropped when the network answers
}


@dataclass(frozen=True, slots=True, eq=False)
class UnitSum:
    """One unit of a layer, and what it is computed from.

    ``inputs`` (C, H, W) is what it reads of the layer ``source``, zeros where ``region`` lies in
    the padding. Where it weighs them, ``weights`` has the same shape, and the sum of their
    products and ``bias`` is ``value``, up to rounding; ``bias`` is None where there is none.
    ``winner`` is the place in ``inputs`` of the value that max pooling keeps. ``lines`` are lines
    of NumPy that compute ``y``, from x, the output of ``source``, and from the arrays in
    ``params``. ``after`` is the name of an activation function that follows, and what it makes of
    ``value``.
    """

    layer: str
    unit: Unit
    value: float
    source: str
    region: Region
    inputs: Array
    weights: Array | None
    bias: float | None
    winner: tuple[int, int, int] | None
    lines: tuple[str, ...]
    after: tuple[str, float] | None

    @property
    def products(self) -> NDArray[np.float64] | None:
        """Weights times inputs (C, H, W), in double precision."""
        if self.weights is None:
            return None
        return self.weights.astype(np.float64) * self.inputs.astype(np.float64)


@dataclass(frozen=True, slots=True)
class _Reading:
    """What the functions below tell: weights, bias and lines of one unit."""

    lines: tuple[str, ...] = ()
    weights: Array | None = None
    bias: float | None = None


_Params = Mapping[str, Array]  # of one layer: W, b
_Names = Mapping[str, str]  # what these are called in network.params: W2, b2


def unit_sum(
    network: Network, outputs: Mapping[str, NDArray[np.floating]], layer: str, unit: Unit
) -> UnitSum:
    """Return how ``unit`` of ``layer`` comes about; ``outputs`` are those for one image.

    They are samples (C, H, W) or (D,) by name, ``Input`` among them, from
    :func:`convlab.insight.activations.activations`. A unit is (channel, row, column) or
    (number,). Raises KeyError for a layer, and IndexError for a unit that is not there.
    """
    names = [name for name, _ in network.layer_settings]
    number = {name: n for n, name in enumerate(names)}[layer]
    settings, shape = network.layer_settings[number][1], network.layer_shapes[number]
    source = names[number - 1] if number else INPUT
    value = float(outputs[layer][unit])
    region = region_before(settings, region_of(unit), shape.input_shape)
    inputs = _read(outputs[source], region)
    keys = parameter_names(network)[layer]
    params = {name: network.params[key] for name, key in keys.items()}
    reading = _reading(settings, unit, region, params, keys)
    winner = None
    if isinstance(settings, PoolingSettings) and not isinstance(settings, AveragePoolingSettings):
        c, row, column = (int(n) for n in np.unravel_index(inputs.argmax(), inputs.shape))
        winner = (c, row, column)
    lines, after = reading.lines, _after(network, outputs, number, unit)
    if lines and after is not None:
        function = _FUNCTIONS[type(network.layer_settings[number + 1][1])]
        lines = (*lines, f"{after[0].lower()} = {function.format('y')}")
    return UnitSum(
        layer, unit, value, source, region, inputs, reading.weights, reading.bias, winner, lines,
        after,
    )  # fmt: skip


def parameter_names(network: Network) -> dict[str, dict[str, str]]:
    """Return for each layer what its parameters are called in ``params``, such as W: W2."""
    names: dict[str, dict[str, str]] = {}
    number = 0
    for name, settings in network.layer_settings:
        number += bool(settings.parameters)
        names[name] = {parameter: f"{parameter}{number}" for parameter in settings.parameters}
    return names


def _read(output: Array, region: Region) -> Array:
    """Return the values (C, H, W) of a region, with zeros in the padding."""
    maps = output.reshape(*output.shape, *(1,) * (3 - output.ndim))
    values = np.zeros(
        (len(region.channels), len(region.rows), len(region.columns)), dtype=output.dtype
    )
    inside = region.clipped(maps.shape)
    rows = slice(inside.rows.start - region.rows.start, inside.rows.stop - region.rows.start)
    columns = slice(
        inside.columns.start - region.columns.start, inside.columns.stop - region.columns.start
    )
    values[:, rows, columns] = maps[
        _slice(inside.channels), _slice(inside.rows), _slice(inside.columns)
    ]
    return values


def _after(
    network: Network, outputs: Mapping[str, Array], number: int, unit: Unit
) -> tuple[str, float] | None:
    """Return the activation function behind a layer that weighs, and its value there."""
    settings = network.layer_settings
    if not settings[number][1].parameters or number + 1 == len(settings):
        return None
    name, following = settings[number + 1]
    if type(following) not in _FUNCTIONS or isinstance(following, DropoutSettings):
        return None
    return name, float(outputs[name][unit])


def _reading(
    settings: LayerSettings, unit: Unit, region: Region, params: _Params, keys: _Names
) -> _Reading:
    if type(settings) in _FUNCTIONS:
        return _Reading((f"y = {_FUNCTIONS[type(settings)].format(f'x[{_index(unit)}]')}",))
    for kind, read in _READERS.items():
        if isinstance(settings, kind):
            return read(settings, unit, region, params, keys)
    return _Reading()


def _convolution(
    settings: ConvolutionSettings, unit: Unit, region: Region, params: _Params, keys: _Names
) -> _Reading:
    number, pad = unit[0], settings.pad
    edge = f"({pad}, {pad})"
    padding = (f"x = np.pad(x, ((0, 0), {edge}, {edge}))",) if pad else ()
    rows, columns = (
        f"{part.start + pad}:{part.stop + pad}" for part in (region.rows, region.columns)
    )
    lines = (
        *padding,
        f"patch = x[:, {rows}, {columns}]",
        f"products = patch * {keys['W']}[{number}]",
        f"y = products.sum() + {keys['b']}[{number}]",
    )
    return _Reading(lines, params["W"][number], float(params["b"][number]))


def _affine(
    settings: AffineSettings, unit: Unit, region: Region, params: _Params, keys: _Names
) -> _Reading:
    (number,) = unit
    shape = (len(region.channels), len(region.rows), len(region.columns))
    lines = (
        f"products = x.reshape(-1) * {keys['W']}[:, {number}]",
        f"y = products.sum() + {keys['b']}[{number}]",
    )
    weights = params["W"][:, number].reshape(shape)
    return _Reading(lines, weights, float(params["b"][number]))


def _pooling(
    settings: PoolingSettings, unit: Unit, region: Region, params: _Params, keys: _Names
) -> _Reading:
    return _Reading((_window_line(unit, region), "y = window.max()"))


def _average_pooling(
    settings: PoolingSettings, unit: Unit, region: Region, params: _Params, keys: _Names
) -> _Reading:
    size = settings.pool_size
    weights = np.full((1, size, size), 1 / size**2)
    return _Reading((_window_line(unit, region), "y = window.mean()"), weights)


def _subsampling(
    settings: SubsamplingSettings, unit: Unit, region: Region, params: _Params, keys: _Names
) -> _Reading:
    channel, size = unit[0], settings.pool_size
    lines = (
        _window_line(unit, region),
        f"y = {keys['W']}[{channel}] * window.sum() + {keys['b']}[{channel}]",
    )
    weights = np.full((1, size, size), params["W"][channel])
    return _Reading(lines, weights, float(params["b"][channel]))


def _batch_normalization(
    settings: BatchNormalizationSettings, unit: Unit, region: Region, params: _Params, keys: _Names
) -> _Reading:
    channel = unit[0]
    deviation = f"np.sqrt({keys['running_var']}[{channel}] + 1e-7)"
    return _Reading(
        (
            f"normal = (x[{_index(unit)}] - {keys['running_mean']}[{channel}]) / {deviation}",
            f"y = {keys['gamma']}[{channel}] * normal + {keys['beta']}[{channel}]",
        )
    )


def _local_response_normalization(
    settings: LocalResponseNormalizationSettings,
    unit: Unit,
    region: Region,
    params: _Params,
    keys: _Names,
) -> _Reading:
    _, row, column = place_of(unit)
    channels = f"{region.channels.start}:{region.channels.stop}"
    scale = f"({settings.k} + {settings.alpha} * squares)"
    return _Reading(
        (
            f"squares = (x[{channels}, {row}, {column}] ** 2).sum()",
            f"y = x[{_index(unit)}] / {scale} ** {settings.beta}",
        )
    )


# Average pooling before pooling, whose settings it extends.
_READERS: dict[type[LayerSettings], Callable[..., _Reading]] = {
    ConvolutionSettings: _convolution,
    AffineSettings: _affine,
    AveragePoolingSettings: _average_pooling,
    PoolingSettings: _pooling,
    SubsamplingSettings: _subsampling,
    BatchNormalizationSettings: _batch_normalization,
    LocalResponseNormalizationSettings: _local_response_normalization,
}


def _window_line(unit: Unit, region: Region) -> str:
    rows, columns = (f"{part.start}:{part.stop}" for part in (region.rows, region.columns))
    return f"window = x[{unit[0]}, {rows}, {columns}]"


def _index(unit: Unit) -> str:
    return ", ".join(map(str, unit))


def _slice(part: range) -> slice:
    return slice(part.start, part.stop)
