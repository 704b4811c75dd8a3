"""Networks in plain NumPy: the book's layers, networks and optimizers under the book's names."""

from convlab.nn.functions import col2im, im2col, softmax
from convlab.nn.gradient_check import numerical_gradient
from convlab.nn.layers import (
    Affine,
    AveragePooling,
    BatchNormalization,
    Convolution,
    Dropout,
    LocalResponseNormalization,
    Pooling,
    Relu,
    Sigmoid,
    SoftmaxWithLoss,
    Subsampling,
    Tanh,
)
from convlab.nn.network import Network
from convlab.nn.networks import AlexNet, DeepConvNet, LeNet, SimpleConvNet
from convlab.nn.optimizers import SGD, AdaGrad, Adam, Momentum, Nesterov, RMSprop

__all__ = [
    "SGD",
    "AdaGrad",
    "Adam",
    "Affine",
    "AlexNet",
    "AveragePooling",
    "BatchNormalization",
    "Convolution",
    "DeepConvNet",
    "Dropout",
    "LeNet",
    "LocalResponseNormalization",
    "Momentum",
    "Nesterov",
    "Network",
    "Pooling",
    "RMSprop",
    "Relu",
    "Sigmoid",
    "SimpleConvNet",
    "SoftmaxWithLoss",
    "Subsampling",
    "Tanh",
    "col2im",
    "im2col",
    "numerical_gradient",
    "softmax",
]
