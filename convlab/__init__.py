"""convlab: a desktop lab for convolutional networks in plain NumPy."""

__version__ = "0.1.0"
