"""What a network's settings can tell, and the way from a description back to the network."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from convlab.errors import ConvlabError, WeightsError
from convlab.nn import weights
from convlab.nn.description import NetworkDescription
from convlab.nn.network import (
    LayerShape,
    NamedLayers,
    Network,
    WeightInit,
    infer_shapes,
    parameter_shapes,
)
from convlab.nn.types import Array, Shape
from convlab.registry import Registry
from convlab.settings import check_settings


class NetworkSettings:
    """The hyperparameters of a kind of network: a frozen dataclass, registered by its name.

    Raises :class:`SettingsError` for values that are not allowed.
    """

    def __post_init__(self) -> None:
        check_settings(self)

    @property
    def weight_init(self) -> WeightInit:
        """Return the deviation of the random weights at the start, or how it follows fan-in."""
        return "he"

    def named_layers(self, output_size: int) -> NamedLayers:
        """Return the layers, by name and in order, that give ``output_size`` scores."""
        raise NotImplementedError

    def build(
        self,
        input_dim: tuple[int, int, int],
        output_size: int,
        rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float32,
    ) -> Network:
        """Return a new network with random weights."""
        self.shapes(input_dim, output_size)
        description = self.describe(input_dim, output_size)
        return Network(self.named_layers(output_size), description, self.weight_init, rng, dtype)

    def shapes(self, input_dim: tuple[int, int, int], output_size: int) -> list[LayerShape]:
        """Return what every layer will be, without building it; may raise ShapeError."""
        return infer_shapes(self.named_layers(output_size), input_dim)

    @classmethod
    def recognize(cls, shapes: Mapping[str, Shape]) -> NetworkDescription | None:
        """Return what network has parameters of these shapes, or None if none of this kind.

        May raise :class:`ConvlabError` for sizes that no network of this kind can have.
        """
        return None

    def described_by(
        self, shapes: Mapping[str, Shape], input_dim: tuple[int, int, int], output_size: int
    ) -> NetworkDescription | None:
        """Return the description if a network of these settings has just these parameters."""
        own = parameter_shapes(self.shapes(input_dim, output_size))
        return self.describe(input_dim, output_size) if own == dict(shapes) else None

    def describe(self, input_dim: tuple[int, int, int], output_size: int) -> NetworkDescription:
        """Return the description under which a network of these settings can be built again."""
        settings: dict[str, Any] = asdict(self)  # type: ignore[call-overload]
        return NetworkDescription(NETWORKS.name_of(type(self)), settings, input_dim, output_size)


NETWORKS: Registry[NetworkSettings] = Registry("network", "convlab.nn.networks")


def build_network(description: NetworkDescription, dtype: DTypeLike = np.float32) -> Network:
    """Return a network with the layers of ``description``; its weights are still random.

    Raises :class:`WeightsError` when the description makes no sense to this version of the lab.
    """
    settings = _described_settings(description)
    return settings.build(description.input_dim, description.output_size, dtype=dtype)


def network_over(description: NetworkDescription, params: Mapping[str, Array]) -> Network:
    """Return the network of ``description`` on ``params`` themselves, which nobody may change.

    Raises :class:`WeightsError` if the two make no sense together.
    """
    settings = _described_settings(description)
    expected = parameter_shapes(settings.shapes(description.input_dim, description.output_size))
    weights.check(params, expected)
    layers = settings.named_layers(description.output_size)
    return Network.over(layers, description, {name: params[name] for name in expected})


def _described_settings(description: NetworkDescription) -> NetworkSettings:
    """Return the settings of a network that can be built, or raise :class:`WeightsError`."""
    try:
        cls = NETWORKS.get(description.name)
        known = {field.name for field in fields(cls)}  # type: ignore[arg-type]
        unknown = ", ".join(sorted(set(description.settings) - known))
        if unknown:
            raise ConvlabError(f"this version of the lab does not know its settings {unknown}.")
        settings = cls(**description.settings)
        settings.shapes(description.input_dim, description.output_size)
    except ConvlabError as error:
        raise WeightsError(
            f"The network that the file describes, {description.name}, cannot be built: {error}"
        ) from error
    return settings


def open_network(path: Path) -> Network:
    """Return the network in a file of weights, which says itself what network it is.

    A file without a description, such as the book's params.pkl, is taken for the first network
    whose settings explain the shapes in it. Raises :class:`WeightsError`.
    """
    params, description = weights.load(path)
    if description is None:
        shapes = {name: array.shape for name, array in params.items()}
        description = _recognized(shapes)
    if description is None:
        raise WeightsError(
            f"{path.name} does not say which network it belongs to, and no network of the lab has "
            "weights of these shapes; open weights that convlab saved."
        )
    settings = _described_settings(description)
    # Before anything is made: a description may ask for more memory than there is.
    expected = settings.shapes(description.input_dim, description.output_size)
    weights.check(params, parameter_shapes(expected))
    return network_over(description, {key: a.astype(np.float32) for key, a in params.items()})


def _recognized(shapes: Mapping[str, Shape]) -> NetworkDescription | None:
    for cls in NETWORKS:
        with suppress(ConvlabError):
            if (description := cls.recognize(shapes)) is not None:
                return description
    return None
