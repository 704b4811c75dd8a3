"""Networks in plain NumPy: the book's layers, networks and optimizers under the book's names."""

from convlab.nn.functions import col2im, im2col, softmax
from convlab.nn.gradient_check import numerical_gradient
from convlab.nn.layers import Affine, Convolution, Pooling, Relu, Sigmoid, SoftmaxWithLoss
from convlab.nn.network import Network
from convlab.nn.networks import SimpleConvNet
from convlab.nn.optimizers import SGD, AdaGrad, Adam, Momentum, Nesterov, RMSprop

__all__ = [
    "SGD",
    "AdaGrad",
    "Adam",
    "Affine",
    "Convolution",
    "Momentum",
    "Nesterov",
    "Network",
    "Pooling",
    "RMSprop",
    "Relu",
    "Sigmoid",
    "SimpleConvNet",
    "SoftmaxWithLoss",
    "col2im",
    "im2col",
    "numerical_gradient",
    "softmax",
]
