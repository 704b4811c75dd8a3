"""Class balance, mean image and samples of a dataset."""

import numpy as np

from convlab.data.dataset import Dataset, ImageSet
from convlab.insight.dataset_figures import class_counts, mean_image, samples


def labeled(*labels: int) -> ImageSet:
    """Images of 2x2 pixels that are ten times as bright as their label."""
    numbers = np.array(labels, np.intp)
    images = (10 * numbers).astype(np.uint8)[:, np.newaxis, np.newaxis, np.newaxis]
    return ImageSet(np.broadcast_to(images, (len(labels), 1, 2, 2)).copy(), numbers)


def test_classes_are_counted_over_both_parts_and_an_empty_one_counts_none() -> None:
    parts = (labeled(0, 2, 2), labeled(2, 0))
    assert class_counts(parts, 4).tolist() == [2, 0, 3, 0]


def test_the_mean_is_that_of_the_chosen_images_of_both_parts() -> None:
    train, test = labeled(0, 10, 20), labeled(6)
    chosen = [(train.images, np.array([1, 2])), (test.images, np.array([0]))]
    np.testing.assert_array_equal(mean_image(chosen), np.full((1, 2, 2), 120))


def test_the_mean_of_many_images_is_summed_in_pieces() -> None:
    many = labeled(*([0, 20] * 1_250))
    mean = mean_image([(many.images, np.arange(2_500))])
    np.testing.assert_array_equal(mean, np.full((1, 2, 2), 100))


def test_no_images_have_no_mean() -> None:
    assert mean_image([(labeled(1).images, np.empty(0, np.intp))]) is None


def test_samples_show_every_class_before_one_comes_twice() -> None:
    train = labeled(0, 0, 0, 1, 0, 2)
    shown = samples(Dataset("own", "Own", train, train, ("a", "b", "c")), 4)
    assert shown[:, 0, 0, 0].tolist() == [0, 10, 20, 0]
    assert not np.shares_memory(shown, train.images)


def test_a_small_dataset_gives_all_that_it_has() -> None:
    train = labeled(1, 0)
    assert len(samples(Dataset("own", "Own", train, train, ("a", "b")), 8)) == 2
