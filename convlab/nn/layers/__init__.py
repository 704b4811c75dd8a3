"""The layers as the book writes them, one file each: forward and backward in plain NumPy."""

from convlab.nn.layers.affine import Affine
from convlab.nn.layers.convolution import Convolution
from convlab.nn.layers.pooling import Pooling
from convlab.nn.layers.relu import Relu
from convlab.nn.layers.sigmoid import Sigmoid
from convlab.nn.layers.softmax_with_loss import SoftmaxWithLoss

__all__ = ["Affine", "Convolution", "Pooling", "Relu", "Sigmoid", "SoftmaxWithLoss"]
