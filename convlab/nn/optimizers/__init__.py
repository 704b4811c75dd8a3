"""The optimizers of the book's chapter 6, one file each: settings and update rule together."""

from convlab.nn.optimizers.adagrad import AdaGrad
from convlab.nn.optimizers.adam import Adam
from convlab.nn.optimizers.momentum import Momentum
from convlab.nn.optimizers.nesterov import Nesterov
from convlab.nn.optimizers.rmsprop import RMSprop
from convlab.nn.optimizers.sgd import SGD

__all__ = ["SGD", "AdaGrad", "Adam", "Momentum", "Nesterov", "RMSprop"]
