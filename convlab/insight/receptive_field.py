"""Which part of the image, and of each layer's output, one unit of a network depends on."""

from dataclasses import dataclass
from typing import TypeGuard

from convlab.insight.activations import INPUT
from convlab.nn.layer import LayerSettings
from convlab.nn.layers.affine import AffineSettings
from convlab.nn.layers.convolution import ConvolutionSettings
from convlab.nn.layers.local_response_normalization import LocalResponseNormalizationSettings
from convlab.nn.layers.pooling import PoolingSettings
from convlab.nn.layers.subsampling import SubsamplingSettings
from convlab.nn.network import Network
from convlab.nn.types import Shape

Unit = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Region:
    """A box of an output (C, H, W): its channels, rows and columns.

    An output (D,) is taken for (D, 1, 1). Rows and columns below 0, or beyond the last, lie in
    the padding.
    """

    channels: range
    rows: range
    columns: range

    def clipped(self, shape: Shape) -> "Region":
        """Return the part that lies in an output of ``shape``; it may be empty."""
        sizes = maps_shape(shape)
        ranges = (self.channels, self.rows, self.columns)
        return Region(*(_within(part, size) for part, size in zip(ranges, sizes, strict=True)))

    @property
    def is_empty(self) -> bool:
        """Whether no number lies in it, as where a unit reads nothing but padding."""
        return not (self.channels and self.rows and self.columns)


def maps_shape(shape: Shape) -> tuple[int, int, int]:
    """Return a sample's shape as maps: (C, H, W), or (D, 1, 1) for one that is flat."""
    c, h, w = (*shape, 1, 1)[:3]
    return c, h, w


def region_of(unit: Unit) -> Region:
    """Return one unit, (channel, row, column) or (number,), as a region."""
    return Region(*(range(place, place + 1) for place in place_of(unit)))


def place_of(unit: Unit) -> tuple[int, int, int]:
    """Return a unit's place as channel, row and column; the last two are 0 where it has none."""
    channel, row, column = (*unit, 0, 0)[:3]
    return channel, row, column


def is_unit_of(unit: Unit | None, shape: Shape) -> TypeGuard[Unit]:
    """Return whether an output of this shape has a unit at this place."""
    return (
        unit is not None
        and len(unit) == len(shape)
        and all(0 <= place < size for place, size in zip(unit, shape, strict=True))
    )


def window_of(settings: LayerSettings) -> tuple[int, int, int] | None:
    """Return edge, stride and pad of the windows that a layer reads; None if it has none."""
    match settings:
        case ConvolutionSettings():
            return settings.filter_size, settings.stride, settings.pad
        case PoolingSettings():
            return settings.pool_size, settings.stride, 0
        case SubsamplingSettings():
            return settings.pool_size, settings.pool_size, 0
    return None


def region_before(settings: LayerSettings, region: Region, input_shape: Shape) -> Region:
    """Return what of a layer's input a region of its output is computed from, padding included.

    A layer of an unknown kind is taken to work number by number if it keeps the shape, and to
    read everything if it does not.
    """
    channels, height, width = maps_shape(input_shape)
    everything = Region(range(channels), range(height), range(width))
    if isinstance(settings, AffineSettings):
        return everything
    if (window := window_of(settings)) is not None:
        rows, columns = (_below(part, window) for part in (region.rows, region.columns))
        reads_all = isinstance(settings, ConvolutionSettings)
        return Region(everything.channels if reads_all else region.channels, rows, columns)
    if isinstance(settings, LocalResponseNormalizationSettings):
        reach = settings.n // 2
        first = max(region.channels.start - reach, 0)
        last = min(region.channels.stop + reach, channels)
        return Region(range(first, last), region.rows, region.columns)
    return region if settings.output_shape(input_shape) == input_shape else everything


def receptive_fields(network: Network, layer: str, unit: Unit) -> dict[str, Region]:
    """Return what a unit of a layer depends on in the output of each layer before, and in itself.

    The keys are the layers' names from the unit's own back to ``Input``; the regions are clipped
    to the outputs. Raises KeyError for a layer that the network does not have.
    """
    names = [name for name, _ in network.layer_settings]
    if layer not in (INPUT, *names):
        raise KeyError(layer)
    regions = {layer: region_of(unit)}
    number = names.index(layer) + 1 if layer in names else 0
    for place in range(number - 1, -1, -1):
        name, settings = network.layer_settings[place]
        shape = network.layer_shapes[place].input_shape
        before = names[place - 1] if place else INPUT
        regions[before] = region_before(settings, regions[name], shape).clipped(shape)
    return regions


def field_centers(network: Network, layer: str) -> tuple[float, float]:
    """Return the row at which the fields of a layer's first units are centered, and the next step.

    Both are in pixels of the image, 0 being the middle of the first one; the padding counts to a
    field here. They hold for the columns, too, as all windows are squares. Raises KeyError for a
    layer that the network does not have.
    """
    first, step = 0.0, 1.0
    for name, settings in network.layer_settings:
        if (window := window_of(settings)) is not None:
            size, stride, pad = window
            first += step * ((size - 1) / 2 - pad)
            step *= stride
        if name == layer:
            return first, step
    raise KeyError(layer)


def _below(part: range, window: tuple[int, int, int]) -> range:
    """Return the rows (or columns) of the input under some rows of the output."""
    if not part:  # below nothing lies nothing, not what the windows to its sides overlap in
        return part
    size, stride, pad = window
    return range(part.start * stride - pad, (part.stop - 1) * stride - pad + size)


def _within(part: range, size: int) -> range:
    start = min(max(part.start, 0), size)
    return range(start, max(start, min(part.stop, size)))
