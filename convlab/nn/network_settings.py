"""What a network's settings can tell, and the way from a description back to the network."""

from dataclasses import asdict, fields
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from convlab.errors import WeightsError
from convlab.nn.description import NetworkDescription
from convlab.nn.layer import ShapeError
from convlab.nn.network import LayerShape, NamedLayers, Network, infer_shapes
from convlab.registry import Registry


class NetworkSettings:
    """The hyperparameters of a kind of network: a frozen dataclass, registered by its name."""

    def layers(self, output_size: int) -> NamedLayers:
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
        raise NotImplementedError

    def shapes(self, input_dim: tuple[int, int, int], output_size: int) -> list[LayerShape]:
        """Return what every layer will be, without building it; may raise ShapeError."""
        return infer_shapes(self.layers(output_size), input_dim)

    def describe(self, input_dim: tuple[int, int, int], output_size: int) -> NetworkDescription:
        """Return the description under which a network of these settings can be built again."""
        settings: dict[str, Any] = asdict(self)  # type: ignore[call-overload]
        return NetworkDescription(
            NETWORKS.name_of(type(self)), settings, input_dim, output_size
        )


NETWORKS: Registry[NetworkSettings] = Registry("network", "convlab.nn.networks")


def build_network(description: NetworkDescription, dtype: DTypeLike = np.float32) -> Network:
    """Return a network with the layers of ``description``; its weights are still random.

    Raises :class:`WeightsError` when the description makes no sense to this version of the lab.
    """
    cls = NETWORKS.get(description.name)
    known = {field.name for field in fields(cls)}  # type: ignore[arg-type]
    if unknown := set(description.settings) - known:
        raise WeightsError(
            f"The description of the {description.name} has settings that this version of the lab "
            f"does not know: {', '.join(sorted(unknown))}; open it with the version that wrote it."
        )
    try:
        settings = cls(**description.settings)
        return settings.build(description.input_dim, description.output_size, dtype=dtype)
    except (ShapeError, TypeError, ValueError) as error:
        raise WeightsError(f"The {description.name} described cannot be built: {error}") from error
