"""A run that distorts its training images is as repeatable as any, and leaves other runs alone."""

from collections.abc import Callable

import numpy as np
import pytest

from convlab.data.augmentation import Augmentation
from convlab.data.dataset import Dataset
from convlab.errors import SettingsError
from convlab.training import Trainer, TrainingConfig
from convlab.training.batches import Batches

MakeTrainer = Callable[..., Trainer]

AUGMENTATION = Augmentation(shift=2, rotation=10, scale=10, elastic=0.8)


def losses(trainer: Trainer) -> list[float]:
    trainer.train()
    return trainer.train_loss_list


def test_the_same_seed_gives_the_same_numbers_to_the_bit(make_trainer: MakeTrainer) -> None:
    first, again, threaded = (
        make_trainer(augmentation=AUGMENTATION, threads=threads) for threads in (1, 1, 2)
    )
    assert losses(first) == losses(again) == losses(threaded)
    for name, array in first.network.params.items():
        np.testing.assert_array_equal(array, again.network.params[name])
    assert losses(make_trainer(augmentation=AUGMENTATION, seed=1)) != losses(first)


def test_images_are_distorted_anew_in_every_epoch(make_trainer: MakeTrainer) -> None:
    trainer = make_trainer(augmentation=AUGMENTATION, optimizer_param={"lr": 1e-12})
    whole_set = {"mini_batch_size": 60, "epochs": 3}
    plain = losses(make_trainer(optimizer_param={"lr": 1e-12}, **whole_set))
    assert np.ptp(plain) < 1e-6  # nothing is learned, so the loss on the same images is the same
    trainer = make_trainer(augmentation=AUGMENTATION, optimizer_param={"lr": 1e-12}, **whole_set)
    assert len({round(loss, 5) for loss in [*losses(trainer), plain[0]]}) == 4


def test_without_augmentation_a_run_draws_what_it_always_drew(make_trainer: MakeTrainer) -> None:
    order, _ = (np.random.default_rng(child) for child in np.random.SeedSequence(0).spawn(2))
    expected, trainer = Batches(60, 20, order), make_trainer(augmentation=Augmentation())
    for _ in range(6):
        np.testing.assert_array_equal(trainer.batches.next(), expected.next())
    assert losses(make_trainer()) == losses(make_trainer(augmentation=Augmentation()))


def test_the_order_of_the_images_is_the_same_with_and_without(make_trainer: MakeTrainer) -> None:
    plain, distorting = make_trainer(), make_trainer(augmentation=AUGMENTATION)
    for _ in range(6):
        np.testing.assert_array_equal(plain.batches.next(), distorting.batches.next())
        distorting.train_step()
        plain.train_step()


def test_accuracy_is_measured_on_images_as_they_are(make_trainer: MakeTrainer) -> None:
    trainer = make_trainer(augmentation=Augmentation(shift=20), epochs=1)
    trainer.train()
    network = trainer.network
    assert trainer.train_acc_list[-1] == network.accuracy(trainer.x_train, trainer.t_train)
    assert trainer.test_acc_list[-1] == network.accuracy(trainer.x_test, trainer.t_test)


def test_flat_images_are_distorted_as_well(
    make_trainer: MakeTrainer, tiny_dataset: Dataset
) -> None:
    square, flat = (make_trainer(augmentation=AUGMENTATION) for _ in range(2))
    flat.x_train = flat.x_train.reshape(60, -1)
    assert losses(square) == losses(flat)


def test_the_settings_of_a_run_reach_the_trainer(tiny_dataset: Dataset) -> None:
    config = TrainingConfig.from_toml("mini_batch_size = 10\n[augmentation]\nshift = 2")
    assert config.augmentation == Augmentation(shift=2)
    assert TrainingConfig.from_toml(config.to_toml()) == config
    assert TrainingConfig.from_dict({"augmentation": config.augmentation}).augmentation.is_on
    assert Trainer.from_config(config, tiny_dataset).augmentation == config.augmentation
    assert not TrainingConfig().augmentation.is_on


@pytest.mark.parametrize(
    ("toml", "name", "sentence"),
    [
        ("augmentation = 3", "augmentation", "A table such as { shift = 2 } was expected."),
        ("[augmentation]\nshift = 99", "augmentation.shift", "whole number (0 to 20); received 99"),
        ("[augmentation]\nshfit = 2", "augmentation.shfit", "did you mean shift?"),
        ("[augmentation]\nelastic = nan", "augmentation.elastic", "received nan."),
    ],
)
def test_what_cannot_be_used_is_told_by_its_name(toml: str, name: str, sentence: str) -> None:
    with pytest.raises(SettingsError) as refused:
        TrainingConfig.from_toml(toml)
    assert sentence in refused.value.problems[name]
