"""Whether a network can read images, and can learn and be tested on those of a dataset."""

from convlab.data.dataset import Dataset
from convlab.nn.network import Network


def why_not_read(network: Network, shape: tuple[int, ...], which: str = "this one is") -> str:
    """Return the sentence why a network cannot read images of a shape; empty if it can.

    ``shape`` is (C, H, W); ``which`` says of what images, such as ``those of MNIST are``.
    """
    if tuple(network.input_dim) == tuple(shape):
        return ""
    wanted, given = ("×".join(map(str, each)) for each in (network.input_dim, shape))
    return f"This network reads images of {wanted}, but {which} {given}."


def why_not_read_all(network: Network, dataset: Dataset) -> str:
    """Return the sentence why a network cannot read a dataset's images; empty if it can."""
    return why_not_read(network, dataset.image_shape, f"those of {dataset.title} are")


def why_no_fit(network: Network, dataset: Dataset) -> str:
    """Return the sentence why a network has nothing to do with a dataset; empty if it has."""
    if why_not := why_not_read_all(network, dataset):
        return why_not
    classes = len(dataset.class_names)
    if network.output_size != classes:
        return (
            f"This network has {network.output_size} answers, "
            f"but {dataset.title} has {classes} classes."
        )
    return ""
