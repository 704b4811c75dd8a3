"""The networks, one file each: the network and its settings together."""

from convlab.nn.networks.simple_convnet import SimpleConvNet

__all__ = ["SimpleConvNet"]
