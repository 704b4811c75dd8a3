"""A run can learn from a few of the images, always the same few."""

from dataclasses import replace

import numpy as np
import pytest

from convlab.data.dataset import Dataset
from convlab.errors import SettingsError
from convlab.training import Trainer, TrainingConfig
from convlab.training.train_images import with_fewer_images


def learned(config: TrainingConfig, dataset: Dataset) -> Trainer:
    return Trainer.from_config(config, dataset)


def test_as_many_images_are_learned_as_the_settings_say(
    tiny_config: TrainingConfig, tiny_dataset: Dataset
) -> None:
    trainer = learned(replace(tiny_config, train_images=20), tiny_dataset)
    assert len(trainer.x_train) == len(trainer.t_train) == 20
    assert trainer.batches.per_epoch == 2
    assert len(trainer.x_test) == len(tiny_dataset.test), "the test images stay as they are"
    list(trainer.run())
    assert len(trainer.train_loss_list) == 4


def test_they_keep_their_labels_and_no_image_comes_twice(tiny_dataset: Dataset) -> None:
    fewer = with_fewer_images(tiny_dataset, 30, np.random.default_rng(0)).train
    known = {
        image.tobytes(): label
        for image, label in zip(tiny_dataset.train.images, tiny_dataset.train.labels, strict=True)
    }
    assert len({image.tobytes() for image in fewer.images}) == 30
    assert [known[image.tobytes()] for image in fewer.images] == fewer.labels.tolist()


def test_the_seed_says_which(tiny_config: TrainingConfig, tiny_dataset: Dataset) -> None:
    config = replace(tiny_config, train_images=20)
    one, same = learned(config, tiny_dataset), learned(config, tiny_dataset)
    other = learned(replace(config, seed=1), tiny_dataset)
    np.testing.assert_array_equal(one.x_train, same.x_train)
    assert (one.x_train != other.x_train).any()


def test_they_are_no_first_ones_of_one_class(tiny_dataset: Dataset) -> None:
    train = tiny_dataset.train
    order = np.argsort(train.labels, kind="stable")
    by_class = replace(
        tiny_dataset, train=replace(train, images=train.images[order], labels=train.labels[order])
    )
    fewer = with_fewer_images(by_class, 20, np.random.default_rng(0))
    assert len(np.unique(fewer.train.labels)) > 6


@pytest.mark.parametrize("wanted", [0, 60, 1_000_000])
def test_without_a_number_or_with_too_large_a_one_all_are_learned(
    wanted: int, tiny_config: TrainingConfig, tiny_dataset: Dataset
) -> None:
    usual = learned(tiny_config, tiny_dataset)
    trainer = learned(replace(tiny_config, train_images=wanted), tiny_dataset)
    list(usual.run())
    list(trainer.run())
    assert trainer.train_loss_list == usual.train_loss_list


def test_a_mini_batch_cannot_be_larger(tiny_config: TrainingConfig, tiny_dataset: Dataset) -> None:
    with pytest.raises(SettingsError, match="larger than the training set of 5 images"):
        learned(replace(tiny_config, train_images=5), tiny_dataset)
