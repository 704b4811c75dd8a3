"""Training images are distorted as far as the settings say, and no farther."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from convlab.data import augmentation
from convlab.data.augmentation import Augmentation
from convlab.data.dataset import Dataset

EVERYTHING = Augmentation(shift=2, rotation=10, scale=10, elastic=0.8)


def bar(n: int, height: int = 17, width: int = 3) -> NDArray[np.uint8]:
    """Upright bars (N, 1, 29, 29) in the very middle."""
    images = np.zeros((n, 1, 29, 29), np.uint8)
    top, left = (29 - height) // 2, (29 - width) // 2
    images[:, :, top : top + height, left : left + width] = 255
    return images


def distorted(images: NDArray[np.uint8], seed: int = 0, **how: float) -> NDArray[np.uint8]:
    return Augmentation(**how).augmented(images, np.random.default_rng(seed))  # type: ignore[arg-type]


def centers(images: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return the centers of mass (2, N), as distances from the middle."""
    _, _, height, width = images.shape
    rows, columns = (
        np.indices((height, width)) - np.array([height - 1, width - 1])[:, None, None] / 2
    )
    mass = images[:, 0].sum(axis=(1, 2), dtype=float)
    return np.array([(images[:, 0] * places).sum(axis=(1, 2)) / mass for places in (rows, columns)])


def leanings(images: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return by how many degrees upright bars lean (N,), counterclockwise."""
    rows, columns = np.indices(images.shape[2:]) - (images.shape[2] - 1) / 2
    across = (images[:, 0] * rows * columns).sum(axis=(1, 2))
    along = (images[:, 0] * (rows**2 - columns**2)).sum(axis=(1, 2))
    return np.rad2deg(np.arctan2(2 * across, along) / 2)


def test_nothing_is_distorted_to_begin_with(tiny_dataset: Dataset) -> None:
    images = tiny_dataset.train.images
    assert not Augmentation().is_on
    np.testing.assert_array_equal(distorted(images), images)


@pytest.mark.parametrize("name", ["shift", "rotation", "scale", "elastic"])
def test_each_setting_alone_distorts_images(name: str, tiny_dataset: Dataset) -> None:
    images = tiny_dataset.train.images
    kept = images.copy()
    assert Augmentation(**{name: 5}).is_on  # type: ignore[arg-type]
    changed = distorted(images, **{name: 5})
    assert (changed.shape, changed.dtype) == (images.shape, images.dtype)
    assert (changed != images).any(axis=(1, 2, 3)).mean() > 0.9  # some draw nearly nothing
    np.testing.assert_array_equal(images, kept)


def test_the_same_seed_gives_the_same_images_to_the_bit(tiny_dataset: Dataset) -> None:
    images = tiny_dataset.train.images
    first, again, other = (
        EVERYTHING.augmented(images, np.random.default_rng(seed)) for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_images_go_up_to_the_shift_in_every_direction_and_no_farther() -> None:
    moved = centers(distorted(bar(300), shift=3))
    assert np.abs(moved).max() <= 3.01
    assert (moved.max(axis=1) > 2.7).all()
    assert (moved.min(axis=1) < -2.7).all()
    assert abs(np.corrcoef(moved)[0, 1]) < 0.2


def test_images_turn_up_to_the_angle_both_ways_and_stay_in_place() -> None:
    turned = distorted(bar(300), rotation=20)
    angles = leanings(turned)
    assert 18 < angles.max() < 20.5
    assert -20.5 < angles.min() < -18
    assert np.abs(centers(turned)).max() < 0.1


def test_images_grow_and_shrink_by_the_scale_and_keep_their_shape() -> None:
    sizes = np.sqrt(distorted(bar(300, 11, 11), scale=20)[:, 0].sum(axis=(1, 2)) / 255) / 11
    assert 1.17 < sizes.max() < 1.21
    assert 0.79 < sizes.min() < 0.83
    square = distorted(bar(20, 11, 11), scale=20)
    np.testing.assert_array_equal(square, square.swapaxes(2, 3))


def test_elastic_distortion_bends_a_bar_by_about_its_strength() -> None:
    columns = np.arange(29) - 14

    def bends(strength: float) -> float:
        """How far the bar's middle strays in each row, over all rows and images."""
        rows = distorted(bar(200), elastic=strength)[:, 0, 8:21].astype(float)
        return float(((rows * columns).sum(axis=2) / rows.sum(axis=2)).std())

    assert 0.3 < bends(0.5) < 0.5
    assert bends(1) == pytest.approx(2 * bends(0.5), rel=0.1)
    assert np.abs(centers(distorted(bar(200), elastic=0.5))).mean() < 0.4


def test_all_channels_of_an_image_are_distorted_alike() -> None:
    colored = np.repeat(bar(8), 3, axis=1) // np.array([1, 1, 5], np.uint8).reshape(3, 1, 1)
    red, green, blue = EVERYTHING.augmented(colored, np.random.default_rng(0)).swapaxes(0, 1)
    np.testing.assert_array_equal(red, green)
    np.testing.assert_allclose(blue, red / 5, atol=0.7)


def test_what_lies_beyond_an_edge_looks_like_the_edge() -> None:
    even = np.full((5, 1, 12, 12), 99, np.uint8)
    np.testing.assert_array_equal(distorted(even, shift=6, rotation=45, elastic=2), even)


def test_images_of_numbers_between_0_and_1_are_distorted_alike(tiny_dataset: Dataset) -> None:
    images = tiny_dataset.train.images
    whole = EVERYTHING.augmented(images, np.random.default_rng(0))
    shares = EVERYTHING.augmented(images / 255, np.random.default_rng(0))
    assert shares.dtype == np.float64
    np.testing.assert_allclose(shares * 255, whole, atol=0.51)


def test_how_many_are_worked_on_at_a_time_changes_nothing(
    tiny_dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = tiny_dataset.train.images
    together = EVERYTHING.augmented(images, np.random.default_rng(0))
    monkeypatch.setattr(augmentation, "PART", 1)
    np.testing.assert_array_equal(EVERYTHING.augmented(images, np.random.default_rng(0)), together)


@settings(deadline=None, max_examples=30)
@given(st.tuples(st.integers(0, 5), st.integers(1, 3), st.integers(1, 40), st.integers(1, 40)))
def test_images_of_any_shape_keep_it(shape: tuple[int, int, int, int]) -> None:
    images = np.random.default_rng(0).integers(50, 200, shape, dtype=np.uint8)
    result = EVERYTHING.augmented(images, np.random.default_rng(0))
    assert result.shape == shape
    assert ((result >= 50) & (result < 200)).all()
