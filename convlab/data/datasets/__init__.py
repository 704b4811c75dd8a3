"""One file a source of images."""

from convlab.data.source import DatasetSource
from convlab.registry import Registry

DATASETS: Registry[DatasetSource] = Registry("dataset", __name__)
