"""The networks, one file each: the network and its settings together."""

from convlab.nn.networks.alexnet import AlexNet
from convlab.nn.networks.deep_convnet import DeepConvNet
from convlab.nn.networks.lenet import LeNet
from convlab.nn.networks.own_network import OwnNetwork
from convlab.nn.networks.simple_convnet import SimpleConvNet

__all__ = ["AlexNet", "DeepConvNet", "LeNet", "OwnNetwork", "SimpleConvNet"]
