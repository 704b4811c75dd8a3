"""Two runs are compared: what was set differently, and how well each class is read."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from convlab.data.dataset import Dataset, ImageSet
from convlab.nn.network_settings import open_network
from convlab.training.comparison import (
    SettingDifference,
    class_accuracies,
    compare,
    setting_differences,
)
from convlab.training.run_folder import RunFolder

MakeRun = Callable[..., RunFolder]


@pytest.fixture
def adam(make_run: MakeRun) -> RunFolder:
    return make_run("good")


@pytest.fixture
def sgd(make_run: MakeRun) -> RunFolder:
    return make_run("slow", optimizer={"name": "SGD", "lr": 0.001}, epochs=1)


def test_only_what_differs_is_told(adam: RunFolder, sgd: RunFolder) -> None:
    found = {d.name: (d.left, d.right) for d in setting_differences(adam, sgd)}
    assert found == {
        "optimizer": ("Adam", "SGD"),
        "optimizer.beta1": (0.9, None),
        "optimizer.beta2": (0.999, None),
        "epochs": (2, 1),
    }
    assert setting_differences(adam, adam) == ()
    assert SettingDifference("epochs", 1, 2) in setting_differences(sgd, adam)


def test_each_class_is_read_by_the_weights_that_a_run_left(
    adam: RunFolder, tiny_dataset: Dataset
) -> None:
    network, test = open_network(adam.weights_path), tiny_dataset.test
    answers = network.predict(test.images / np.float32(255)).argmax(axis=1)
    expected = [(answers[test.labels == k] == k).mean() for k in range(10)]
    np.testing.assert_allclose(class_accuracies(adam, tiny_dataset), expected)


def test_a_class_without_test_images_has_no_accuracy(
    adam: RunFolder, tiny_dataset: Dataset
) -> None:
    keep = tiny_dataset.test.labels != 3
    test = ImageSet(tiny_dataset.test.images[keep], tiny_dataset.test.labels[keep])
    accuracies = class_accuracies(adam, replace(tiny_dataset, test=test))
    assert np.isnan(accuracies).tolist() == [k == 3 for k in range(10)]


def test_figures_are_those_of_the_runs(
    adam: RunFolder, sgd: RunFolder, tiny_dataset: Dataset
) -> None:
    found = compare(adam, sgd, tiny_dataset)
    info = adam.info()
    assert info is not None
    assert (found.left.title, found.right.title) == ("good", "slow")
    assert found.left.best == info.best_accuracy
    assert found.left.whole == info.test_accuracy
    assert found.left.right is not None
    # The whole test part has two images of each class, so the mean is the accuracy.
    assert found.left.right.mean() == pytest.approx(info.test_accuracy)
    assert found.counts.tolist() == [2] * 10
    assert found.class_names == tiny_dataset.class_names


def test_without_a_dataset_nothing_is_tried(adam: RunFolder, sgd: RunFolder) -> None:
    found = compare(adam, sgd)
    assert found.left.right is None
    assert found.left.problem == ""
    assert (found.dataset, found.class_names) == ("", ())


def test_what_cannot_be_tried_is_told_in_a_sentence(
    adam: RunFolder, sgd: RunFolder, tiny_dataset: Dataset
) -> None:
    small = ImageSet(tiny_dataset.test.images[:, :, 4:, 4:], tiny_dataset.test.labels)
    other = replace(tiny_dataset, train=small, test=small)
    found = compare(adam, sgd, other)
    assert found.left.right is None
    assert "1×28×28" in found.left.problem
    assert "1×24×24" in found.left.problem
    adam.weights_path.unlink()
    found = compare(adam, sgd, tiny_dataset)
    assert found.left.right is None
    assert found.left.problem
    assert found.right.right is not None
