"""Gradients by finite differences beside those by back-propagation, of a whole network."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convlab.nn.gradient_check import relative_error
from convlab.nn.layer import Layer
from convlab.nn.layers.dropout import DropoutSettings
from convlab.nn.layers.pooling import Pooling, window_cells
from convlab.nn.layers.relu import Relu
from convlab.nn.network import Network, as_images
from convlab.nn.types import Array

STEP = 1e-5  # h in (f(x + h) - f(x - h)) / 2h
SMALLER_STEPS = (1e-6, 1e-7)  # which miss most kinks that lie within STEP
LARGER_STEPS = (1e-4, 3e-4, 1e-3, 3e-3, 1e-2)  # in which rounding counts less
CURVED = 0.1  # how much closer to backward a ten times smaller step is where the loss only bends
TOLERANCE = 1e-5  # relative error up to which two gradients agree
ROUNDINGS = 0.5  # of the largest score in its last digit; ten times what was measured
LEAST_CERTAIN = 0.01  # of the largest number, what rounding may be
EVERY = 16  # numbers after which is told how far the work is

Report = Callable[[int, int, object], None]


class Verdict(Enum):
    """What the comparison of one parameter says."""

    AGREE = "Agree"
    KINK = "Kinks"
    TINY = "Too small"
    ZERO = "All zero"
    DIFFER = "Differ"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two gradients of k checked numbers of a parameter: all arrays have k rows.

    ``places`` (k, dimensions) are the indices of the numbers in the parameter, ``backward`` (k,)
    the gradient by back-propagation, ``numerical`` (k,) that by central differences, with a larger
    step than usual where rounding hides the slope from the usual one. ``kinks``
    (k,) marks where these tell nothing of the slope, as it changes within the step. ``noise`` is
    how far rounding alone may move a central difference.
    """

    name: str
    shape: tuple[int, ...]
    places: NDArray[np.intp]
    backward: NDArray[np.float64]
    numerical: NDArray[np.float64]
    kinks: NDArray[np.bool_]
    noise: float

    @property
    def total(self) -> int:
        """How many numbers the parameter has."""
        return int(np.prod(self.shape))

    @property
    def largest(self) -> float:
        """The largest number in either gradient, in size, kinks left out."""
        keep = ~self.kinks
        both = np.concatenate([self.backward[keep], self.numerical[keep]])
        return float(np.abs(both).max(initial=0.0))

    @property
    def difference(self) -> float:
        """The largest difference between the two, kinks left out."""
        return float(np.abs(self.backward - self.numerical)[~self.kinks].max(initial=0.0))

    @property
    def error(self) -> float:
        """The largest difference relative to the largest number, kinks left out."""
        keep = ~self.kinks
        return relative_error(self.backward[keep], self.numerical[keep])

    @property
    def verdict(self) -> Verdict:
        """Whether the two gradients are the same, up to what can be computed."""
        if not np.isfinite(self.numerical).all() or not np.isfinite(self.backward).all():
            return Verdict.DIFFER
        if self.largest == 0.0:
            return Verdict.KINK if self.kinks.any() else Verdict.ZERO
        if self.difference > TOLERANCE * self.largest + self.noise:
            return Verdict.DIFFER
        if self.noise > LEAST_CERTAIN * self.largest:
            return Verdict.TINY
        return Verdict.KINK if self.kinks.any() else Verdict.AGREE


class _Checked:
    """A network in float64 whose loss can be computed anew from any layer on."""

    def __init__(self, network: Network, x: NDArray[Any], t: NDArray[Any]) -> None:
        self.network = network.copy(np.float64)
        images = as_images(x, network.input_dim)
        self._x = images / 255.0 if images.dtype == np.uint8 else images.astype(np.float64)
        self._t = t
        self._inputs: list[Array] = []
        self._flags = [
            # Dropout leaves out other units each time, which would be another function.
            {"train_flg": not isinstance(settings, DropoutSettings)}
            if settings.has_train_flg
            else {}
            for _, settings in self.network.layer_settings
        ]
        self.gradients = self._gradients()
        largest = 1.0 + float(np.abs(self.network.predict(self._x)).max())
        self.noise = ROUNDINGS * float(np.finfo(float).eps) * largest / STEP

    def loss_from(
        self, first: int, keep: bool = False, branches: list[NDArray[Any]] | None = None
    ) -> float:
        """Return the loss; layers before number ``first`` are taken to be as they were.

        ``branches`` gets what the layers with kinks choose: which ReLUs pass, which inputs win.
        """
        out = self._inputs[first] if first else self._x
        for number, layer in enumerate(self.network.layers.values()):
            if number >= first:
                if keep:
                    self._inputs.append(out)
                if branches is not None:
                    branches.append(_branch(layer, out))
                out = layer.forward(out, **self._flags[number])
        return self.network.last_layer.forward(out, self._t)

    def places(self) -> dict[str, int]:
        """Return for each parameter the number of its layer."""
        return {name: number for name, (number, _) in self._owners().items()}

    def _owners(self) -> dict[str, tuple[int, str]]:
        owners = {}
        group = 0
        for number, (_, settings) in enumerate(self.network.layer_settings):
            group += bool(settings.parameters)
            for key in settings.parameters:
                owners[f"{key}{group}"] = (number, key)
        return owners

    def _gradients(self) -> dict[str, Array]:
        self.loss_from(0, keep=True)
        dout = self.network.last_layer.backward()
        layers = list(self.network.layers.values())
        for layer in reversed(layers):
            dout = layer.backward(dout)
        return {
            name: getattr(layers[number], f"d{key}").copy()
            for name, (number, key) in self._owners().items()
        }


def compare_gradients(
    network: Network,
    x: NDArray[Any],
    t: NDArray[Any],
    entries: Mapping[str, int],
    rng: np.random.Generator,
    report: Report = lambda done, total, seen: None,
) -> tuple[Comparison, ...]:
    """Compare both gradients of the loss on images x (N, C, H, W) with labels t (N,).

    ``entries`` says of which parameters, by their names in ``params``, and how many numbers of
    each at most: all of them if there are no more, else some drawn by ``rng``. All is computed in
    float64 on a copy of ``network``, batch normalization as in training and dropout switched off.
    ``report`` is told how many numbers are done and the comparisons so far.
    """
    checked = _Checked(network, x, t)
    sizes = {name: min(most, network.params[name].size) for name, most in entries.items()}
    total = sum(sizes.values())
    comparisons: list[Comparison] = []

    def told(number: int) -> None:
        done = sum(len(comparison.backward) for comparison in comparisons)
        report(done + number, total, tuple(comparisons))

    for name, size in sizes.items():
        chosen = _chosen(checked.gradients[name].reshape(-1), size, rng)
        comparisons.append(_compare(checked, name, chosen, told))
    return tuple(comparisons)


def _chosen(gradient: Array, size: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """Draw ``size`` numbers of a parameter, most of them where backward finds a gradient.

    What is zero everywhere around says little; yet where backward finds none, there may be one.
    """
    zero, other = np.flatnonzero(gradient == 0), np.flatnonzero(gradient != 0)
    zeros = min(len(zero), max(size // 4, size - len(other)))
    drawn = [rng.choice(each, count, replace=False)
             for each, count in ((zero, zeros), (other, size - zeros))]  # fmt: skip
    return np.sort(np.concatenate(drawn))


def _compare(
    checked: _Checked, name: str, chosen: NDArray[np.intp], told: Callable[[int], None]
) -> Comparison:
    param = checked.network.params[name]
    layer = checked.places()[name]
    backward = checked.gradients[name].reshape(-1)[chosen].astype(np.float64)
    numerical = np.zeros(len(chosen))
    kinks = np.zeros(len(chosen), dtype=bool)
    scale = float(np.abs(backward).max(initial=0.0))
    for number, place in enumerate(chosen):
        if number % EVERY == 0:
            told(number)
        numerical[number] = slope = _slope(checked, layer, param, place, STEP)
        allowed = TOLERANCE * max(scale, abs(slope)) + checked.noise
        if abs(slope - backward[number]) > allowed:
            kinks[number] = _is_kink(checked, layer, param, place, backward[number], scale)
            if not kinks[number]:
                numerical[number] = _less_rounded(
                    checked, layer, param, place, slope, backward[number], scale
                )
    told(len(chosen))
    places = np.stack(np.unravel_index(chosen, param.shape), axis=1)
    return Comparison(name, param.shape, places, backward, numerical, kinks, checked.noise)


def _slope(checked: _Checked, layer: int, param: Array, place: np.intp, h: float) -> float:
    """Return (f(x + h) - f(x - h)) / 2h for one number of a parameter."""
    below, above = (_moved(checked, layer, param, place, step) for step in (-h, h))
    return (above - below) / (2 * h)


def _less_rounded(
    checked: _Checked,
    layer: int,
    param: Array,
    place: np.intp,
    slope: float,
    backward: float,
    scale: float,
) -> float:
    """Return the slope with a larger step if that is ``backward``, else ``slope`` as it is.

    Batch normalization may enlarge rounding beyond what is allowed. A larger step makes it less,
    while a wrong gradient stays as wrong. Two steps must find the same, as the bend of the loss
    within one may happen to make up for what is wrong.
    """
    allowed = TOLERANCE * scale + checked.noise
    slopes = (_slope(checked, layer, param, place, h) for h in LARGER_STEPS)
    for pair in pairwise(slopes):
        if all(abs(each - backward) <= allowed for each in pair):
            return pair[0]
    return slope


def _is_kink(
    checked: _Checked, layer: int, param: Array, place: np.intp, backward: float, scale: float
) -> bool:
    """Whether the difference of a slope from ``backward`` comes from the step, not from backward.

    A kink must be seen: a ReLU begins to pass, or another value of a window wins, within the
    step. Then a step without one must find the same slope, if rounding lets it tell. Without a
    kink the loss may bend within the step, which a smaller one shows.
    """
    off = abs(_slope(checked, layer, param, place, STEP) - backward)
    has_kink = _has_kink(checked, layer, param, place, STEP)
    for h in SMALLER_STEPS:
        allowed = TOLERANCE * scale + checked.noise * STEP / h
        if not _has_kink(checked, layer, param, place, h):
            is_same = abs(_slope(checked, layer, param, place, h) - backward) <= allowed
            return is_same if has_kink else is_same and allowed <= CURVED * off
    here = _moved(checked, layer, param, place, 0.0)
    for h in (STEP, *SMALLER_STEPS):  # the kink is at the number itself
        below, above = (_moved(checked, layer, param, place, step) for step in (-h, h))
        slopes = ((above - here) / h, (here - below) / h, (above - below) / (2 * h))
        allowed = TOLERANCE * scale + checked.noise * STEP / h
        if any(abs(slope - backward) <= allowed for slope in slopes):
            return True
    return False


def _has_kink(checked: _Checked, layer: int, param: Array, place: np.intp, h: float) -> bool:
    """Whether a layer chooses otherwise at one end of a step than at the other."""
    ends: list[list[NDArray[Any]]] = [[], []]
    for branches, step in zip(ends, (-h, h), strict=True):
        _moved(checked, layer, param, place, step, branches)
    return any(not np.array_equal(below, above) for below, above in zip(*ends, strict=True))


def _branch(layer: Layer, x: Array) -> NDArray[Any]:
    if isinstance(layer, Relu):
        return x > 0
    if isinstance(layer, Pooling):
        edge = (layer.pad, layer.pad)
        padded = np.pad(x, ((0, 0), (0, 0), edge, edge), constant_values=-np.inf)
        cells = window_cells(padded, layer.pool_h, layer.pool_w, layer.stride)
        return np.asarray(np.stack(list(cells)).argmax(axis=0))
    return np.zeros(0)


def _moved(
    checked: _Checked,
    layer: int,
    param: Array,
    place: np.intp,
    by: float,
    branches: list[NDArray[Any]] | None = None,
) -> float:
    """Return the loss with one number of a parameter changed."""
    flat = param.reshape(-1)
    kept = flat[place]
    flat[place] = kept + by
    loss = checked.loss_from(layer, branches=branches)
    flat[place] = kept
    return loss
