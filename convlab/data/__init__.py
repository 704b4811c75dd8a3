"""Images and labels, and what turns a drawing or a picture into a 28x28 digit."""

from convlab.data.dataset import Dataset, ImageSet
from convlab.data.loading import load_dataset, load_mnist

__all__ = ["Dataset", "ImageSet", "load_dataset", "load_mnist"]
