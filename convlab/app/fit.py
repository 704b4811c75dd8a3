"""Whether a network can learn and be tested on a dataset's images."""

from convlab.data.dataset import Dataset
from convlab.nn.network import Network


def why_no_fit(network: Network, dataset: Dataset) -> str:
    """Return the sentence why a network has nothing to do with a dataset; empty if it has."""
    if tuple(network.input_dim) != dataset.image_shape:
        wanted, given = ("×".join(map(str, s)) for s in (network.input_dim, dataset.image_shape))
        return f"This network reads images of {wanted}, but those of {dataset.title} are {given}."
    classes = len(dataset.class_names)
    if network.output_size != classes:
        return (
            f"This network tells {network.output_size} classes apart, "
            f"but {dataset.title} has {classes}."
        )
    return ""
