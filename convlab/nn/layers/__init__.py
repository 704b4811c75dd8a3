"""The layers as the book writes them, one file each: forward and backward in plain NumPy."""

from convlab.nn.layers.affine import Affine
from convlab.nn.layers.average_pooling import AveragePooling
from convlab.nn.layers.batch_normalization import BatchNormalization
from convlab.nn.layers.convolution import Convolution
from convlab.nn.layers.dropout import Dropout
from convlab.nn.layers.local_response_normalization import LocalResponseNormalization
from convlab.nn.layers.pooling import Pooling
from convlab.nn.layers.relu import Relu
from convlab.nn.layers.sigmoid import Sigmoid
from convlab.nn.layers.softmax_with_loss import SoftmaxWithLoss
from convlab.nn.layers.subsampling import Subsampling
from convlab.nn.layers.tanh import Tanh

__all__ = [
    "Affine",
    "AveragePooling",
    "BatchNormalization",
    "Convolution",
    "Dropout",
    "LocalResponseNormalization",
    "Pooling",
    "Relu",
    "Sigmoid",
    "SoftmaxWithLoss",
    "Subsampling",
    "Tanh",
]
