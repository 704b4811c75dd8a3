"""One sees what augmentation does before training does it."""

from dataclasses import replace

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from convlab.app.augmentation_preview import DISTORTED, STRIDE, AugmentationPreview
from convlab.app.lab import Lab
from convlab.data.augmentation import Augmentation

SHIFTED = Augmentation(shift=4)


@pytest.fixture
def preview(lab: Lab) -> AugmentationPreview:
    return AugmentationPreview(lab)


def shown(qtbot: QtBot, preview: AugmentationPreview, augmentation: Augmentation) -> np.ndarray:
    with qtbot.waitSignal(preview.changed):
        preview.set_augmentation(augmentation)
    assert preview.images is not None
    return preview.images


def test_an_image_as_it_is_comes_before_those_that_training_may_see(
    qtbot: QtBot, lab: Lab, preview: AugmentationPreview
) -> None:
    assert preview.images is None
    images = shown(qtbot, preview, SHIFTED)
    assert images.shape == (1 + DISTORTED, 1, 28, 28)
    np.testing.assert_array_equal(images[0], lab.dataset.train.images[0])
    assert len({image.tobytes() for image in images}) == 1 + DISTORTED


def test_chance_stays_while_settings_change_and_changes_when_it_is_told_to(
    qtbot: QtBot, lab: Lab, preview: AugmentationPreview
) -> None:
    first = shown(qtbot, preview, SHIFTED)
    assert not np.array_equal(shown(qtbot, preview, Augmentation(shift=1)), first)
    np.testing.assert_array_equal(shown(qtbot, preview, SHIFTED), first)
    with qtbot.waitSignal(preview.changed):
        preview.draw_anew()
    assert preview.images is not None
    np.testing.assert_array_equal(preview.images[0], lab.dataset.train.images[STRIDE % 60])


def test_it_follows_the_dataset_and_goes_away_when_nothing_is_on(
    qtbot: QtBot, lab: Lab, preview: AugmentationPreview
) -> None:
    shown(qtbot, preview, SHIFTED)
    train = replace(lab.dataset.train, images=255 - lab.dataset.train.images)
    with qtbot.waitSignal(preview.changed):
        lab.set_dataset(replace(lab.dataset, train=train))
    assert preview.images is not None
    np.testing.assert_array_equal(preview.images[0], train.images[0])
    with qtbot.waitSignal(preview.changed):
        preview.set_augmentation(Augmentation())
    assert preview.images is None
