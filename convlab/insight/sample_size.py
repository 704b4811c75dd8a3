"""How many images a network of any size can be given in a short time."""

from math import prod

from convlab.nn.network import Network


def products(network: Network) -> int:
    """Return how many products of a weight and a number the network forms for one image."""
    return sum(
        layer.fan_in * prod(layer.output_shape)
        for layer in network.layer_shapes
        if layer.parameter_shapes
    )


def affordable(network: Network, wanted: int, budget: float, fewest: int = 8) -> int:
    """Return ``wanted``, or as many images as ``budget`` products allow, but ``fewest`` at least.

    Where fewer are wanted than ``fewest``, it is what is wanted.
    """
    return min(wanted, max(fewest, int(budget // max(1, products(network)))))
