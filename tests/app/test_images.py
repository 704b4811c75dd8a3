"""Which images the browser shows, and what it tells of them."""

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from convlab.app.images import ImageBrowser, ImagePlace
from convlab.app.lab import Lab
from convlab.data.dataset import Dataset, ImageSet


@pytest.fixture
def browser(lab: Lab) -> ImageBrowser:
    return ImageBrowser(lab)


def test_training_images_come_first_and_test_images_after_them(
    browser: ImageBrowser, tiny_dataset: Dataset
) -> None:
    assert (browser.count, browser.total) == (80, 80)
    np.testing.assert_array_equal(
        browser.images(58, 62),
        np.concatenate([tiny_dataset.train.images[58:], tiny_dataset.test.images[:2]]),
    )
    assert browser.place(59) == ImagePlace("train", 59, 9)
    assert browser.in_words(61) == "Test image 2, labeled 1"


def test_a_class_of_one_part_is_chosen(browser: ImageBrowser, tiny_dataset: Dataset) -> None:
    browser.choose_part("test")
    browser.choose_class(3)
    assert browser.count == 2
    np.testing.assert_array_equal(browser.images(0, 9), tiny_dataset.test.images[[3, 13]])
    assert browser.counts.tolist() == [2] * 10


def test_the_mean_follows_what_is_chosen(
    browser: ImageBrowser, qtbot: QtBot, tiny_dataset: Dataset
) -> None:
    browser.compute_mean()
    browser.choose_class(7)  # before the first mean is there
    with qtbot.waitSignal(browser.mean_changed):
        browser.compute_mean()
    sevens = tiny_dataset.train.images[7::10].sum(0) + tiny_dataset.test.images[7::10].sum(0)
    assert browser.mean is not None
    np.testing.assert_allclose(browser.mean, sevens / 8, atol=0.5)
    with qtbot.assertNotEmitted(browser.mean_changed):
        browser.compute_mean()  # it is known


def test_another_dataset_with_fewer_classes_shows_all_of_them(
    browser: ImageBrowser, lab: Lab
) -> None:
    browser.choose_class(9)
    part = ImageSet(np.zeros((4, 3, 6, 6), np.uint8), np.array([0, 1, 0, 1]))
    lab.set_dataset(Dataset("two", "Two", part, part, ("cat", "dog")))
    assert browser.class_number is None
    assert browser.count == 8
    assert browser.image_shape == (3, 6, 6)
    assert browser.images(0, 3, step=2).shape == (3, 3, 3, 3)


def test_an_image_is_sent_to_be_read(browser: ImageBrowser, lab: Lab, qtbot: QtBot) -> None:
    browser.choose_class(4)
    with qtbot.waitSignal(lab.picture_shown) as shown:
        browser.send(1)
    assert shown.args is not None
    picture = shown.args[0]
    assert picture.title == "Training image 15, labeled 4"
    np.testing.assert_array_equal(picture.image, lab.dataset.train.images[14])
