"""A run learns the user's own drawings among the images of the dataset, if it is told to."""

from dataclasses import replace

import numpy as np
import pytest

from convlab.data.dataset import Dataset
from convlab.data.digit_image import Drawing, Stroke, digit_image
from convlab.data.own_drawings import OwnDrawings
from convlab.errors import SettingsError
from convlab.training import Trainer, TrainingConfig

SEVEN = Drawing((Stroke(np.array([[0.2, 0.2], [0.8, 0.2], [0.4, 0.9]]), 0.09),))


def test_the_drawings_are_learned_and_the_test_images_stay(
    tiny_dataset: Dataset, tiny_config: TrainingConfig
) -> None:
    for label in (7, 2, 7):
        OwnDrawings().add(SEVEN, label)
    trainer = Trainer.from_config(replace(tiny_config, own_drawings=20), tiny_dataset)
    assert len(trainer.x_train) == 60 + 3 * 20
    assert len(trainer.x_test) == 20
    assert trainer.batches.per_epoch == 12
    image = digit_image(SEVEN)[np.newaxis, np.newaxis]
    trainer.train()
    assert trainer.network.predict(image).argmax() == 7  # as most of them are labeled


def test_without_the_setting_they_change_nothing(
    tiny_dataset: Dataset, tiny_config: TrainingConfig
) -> None:
    before = Trainer.from_config(tiny_config, tiny_dataset)
    OwnDrawings().add(SEVEN, 7)
    after = Trainer.from_config(tiny_config, tiny_dataset)
    for trainer in (before, after):
        trainer.train()
    assert before.train_loss_list == after.train_loss_list


def test_a_run_on_drawings_that_are_not_there_does_not_begin(
    tiny_dataset: Dataset, tiny_config: TrainingConfig
) -> None:
    with pytest.raises(SettingsError, match="own_drawings: There are no drawings"):
        Trainer.from_config(replace(tiny_config, own_drawings=1), tiny_dataset)
