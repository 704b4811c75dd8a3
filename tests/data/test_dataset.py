import numpy as np
import pytest

from convlab.data import Dataset, ImageSet
from convlab.errors import DataError


def images(n: int, size: int = 4) -> ImageSet:
    return ImageSet(np.zeros((n, 1, size, size), np.uint8), np.zeros(n, np.intp))


def test_a_dataset_knows_the_shape_of_its_images() -> None:
    dataset = Dataset("some", "Some", images(3, 5), images(2, 5), ("0",))
    assert dataset.image_shape == (1, 5, 5)
    assert (len(dataset.train), len(dataset.test)) == (3, 2)


@pytest.mark.parametrize(
    ("array", "labels", "sentence"),
    [
        (np.zeros((3, 4, 4), np.uint8), 3, r"received uint8 of shape \(3, 4, 4\)"),
        (np.zeros((3, 1, 4, 4)), 3, r"received float64 of shape"),
        (np.zeros((3, 1, 4, 4), np.uint8), 2, "3 images but 2 labels"),
    ],
)
def test_images_that_are_none_are_refused(
    array: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], labels: int, sentence: str
) -> None:
    with pytest.raises(DataError, match=sentence):
        ImageSet(array, np.zeros(labels, np.intp))


def test_parts_that_do_not_belong_together_are_refused() -> None:
    with pytest.raises(DataError, match=r"training images are \(1, 4, 4\) and the test images"):
        Dataset("some", "Some", images(3, 4), images(3, 5), ("0",))
    with pytest.raises(DataError, match="test part of Some has no images"):
        Dataset("some", "Some", images(3), images(0), ("0",))


@pytest.mark.parametrize("label", [-1, 2])
def test_labels_without_a_class_are_refused(label: int) -> None:
    odd = ImageSet(np.zeros((1, 1, 4, 4), np.uint8), np.array([label]))
    with pytest.raises(DataError, match=f"run from {label} to {label}; 0 to 1 were expected"):
        Dataset("some", "Some", images(3), odd, ("0", "1"))
