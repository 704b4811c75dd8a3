from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from convlab.app.lab import Lab
from convlab.app.setup import Setup
from convlab.data.augmentation import Augmentation
from convlab.data.dataset import Dataset, ImageSet
from convlab.training.config import TrainingConfig


@pytest.fixture
def setup(lab: Lab) -> Setup:
    return Setup(lab)


def changed(values: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    """Return values with some replaced; ``network__pad=1`` is the pad of the network."""
    result = {key: dict(v) if isinstance(v, Mapping) else v for key, v in values.items()}
    for name, value in changes.items():
        part, _, setting = name.rpartition("__")
        (result[part] if part else result)[setting] = value
    return result


def first(dataset: Dataset, images: int) -> Dataset:
    train = ImageSet(dataset.train.images[:images], dataset.train.labels[:images])
    return Dataset("few", "Few", train, dataset.test, dataset.class_names)


def test_a_draft_that_can_be_used_becomes_the_labs_config(lab: Lab, setup: Setup) -> None:
    setup.edit(changed(setup.values, epochs=7, network__filter_num=8, optimizer__lr=0.5))
    assert not setup.problems
    assert lab.config is not None
    assert lab.config.epochs == 7
    assert lab.config.network.settings["filter_num"] == 8
    assert lab.config.optimizer.settings["lr"] == 0.5


@pytest.mark.parametrize(
    ("changes", "name", "reason"),
    [
        ({"network__filter_size": 29}, "network.filter_size", "larger than"),
        ({"network__filter_size": 6}, "network.filter_size", "23×23"),
        ({"mini_batch_size": 61}, "mini_batch_size", "60 images"),
        ({"optimizer__lr": "abc"}, "optimizer.lr", "'abc'"),
        ({"optimizer__lr": 0.0}, "optimizer.lr", "above 0"),
        ({"epochs": 0}, "epochs", "1 to 10,000"),
    ],
)
def test_what_cannot_be_used_is_told_at_its_setting(
    lab: Lab, setup: Setup, changes: dict[str, Any], name: str, reason: str
) -> None:
    setup.edit(changed(setup.values, **changes))
    assert list(setup.problems) == [name]
    assert reason in setup.problems[name]
    assert lab.config is None


def test_own_drawings_cannot_join_images_that_are_no_digits(lab: Lab, setup: Setup) -> None:
    lab.set_dataset(replace(lab.dataset, class_names=tuple("ABCDEFGHIJ")))
    setup.edit(changed(setup.values, own_drawings=5))
    assert list(setup.problems) == ["own_drawings"]
    assert "no class of Tiny stripes is a digit" in setup.problems["own_drawings"]
    assert lab.config is None


def test_the_augmentation_is_told_without_what_is_wrong_in_it(setup: Setup) -> None:
    setup.edit(changed(setup.values, augmentation__shift=3, augmentation__elastic="much"))
    assert list(setup.problems) == ["augmentation.elastic"]
    assert setup.augmentation == Augmentation(shift=3)


def test_all_problems_are_told_at_once_and_go_away_one_by_one(lab: Lab, setup: Setup) -> None:
    good = setup.values
    setup.edit(changed(good, optimizer__lr="", network__filter_size=6, mini_batch_size=61))
    assert set(setup.problems) == {"optimizer.lr", "network.filter_size", "mini_batch_size"}
    setup.edit(changed(good, network__filter_size=6))
    assert set(setup.problems) == {"network.filter_size"}
    setup.edit(good)
    assert not setup.problems
    assert lab.config is not None


def test_the_layers_are_told_as_long_as_the_network_can_be_built(setup: Setup) -> None:
    setup.edit(changed(setup.values, network__filter_num=30, network__hidden_size=100))
    shapes = [(layer.name, layer.output_shape, layer.parameter_count) for layer in setup.layers]
    assert shapes[0] == ("Conv1", (30, 24, 24), 780)
    assert shapes[-1] == ("Affine2", (10,), 1010)
    assert setup.summary.startswith("433,890 parameters: 1.7 MB of weights, about ")
    setup.edit(changed(setup.values, optimizer__lr="wrong, but not the layers' business"))
    assert len(setup.layers) == 6
    setup.edit(changed(setup.values, network__filter_size=6))
    assert setup.layers == ()
    assert setup.layer_names[0] == "Conv1"
    assert setup.memory is None
    assert setup.summary == ""


def test_the_layers_of_a_list_are_told_and_a_wrong_line_keeps_only_their_names(
    lab: Lab, setup: Setup
) -> None:
    lines = ["Convolution filter_num=4", "Relu", "Pooling"]
    own = changed(setup.values, network={"name": "OwnNetwork", "layers": lines})
    setup.edit(own)
    assert setup.layer_names == ("Conv1", "Relu1", "Pool1", "Affine1")
    assert [layer.output_shape for layer in setup.layers][2:] == [(4, 12, 12), (10,)]
    setup.edit(changed(own, network__layers=[*lines, "Tanhh"], mini_batch_size=61))
    assert set(setup.problems) == {"network.layers", "mini_batch_size"}
    assert setup.problems["network.layers"].startswith("Layer 4 ('Tanhh'): There is no layer")
    assert setup.layer_names == ("Conv1", "Relu1", "Pool1", "Affine1")
    assert setup.layers == ()
    assert setup.summary == ""
    assert lab.config is None
    setup.edit(changed(own, network__layers=[*lines, "Pooling pool_size=5"]))
    assert setup.problems["network.layers"].startswith("Pool2: 5×5 pooling with stride 2 does")
    assert setup.layer_names == ("Conv1", "Relu1", "Pool1", "Pool2", "Affine1")
    setup.edit(changed(own, network__layers=[*lines, "Tanh"]))
    assert not setup.problems
    assert lab.config is not None
    assert lab.config.network.settings["layers"] == [*lines, "Tanh"]


def test_another_network_with_a_wrong_setting_has_its_own_layers(setup: Setup) -> None:
    setup.edit(changed(setup.values, network={"name": "OwnNetwork", "weight_init_std": ""}))
    assert list(setup.problems) == ["network.weight_init_std"]
    assert setup.layer_names[:5] == ("Conv1", "Relu1", "Pool1", "Conv2", "Relu2")
    assert setup.layers == ()


@pytest.mark.parametrize(
    ("changes", "name", "advice"),
    [
        ({"network__filter_num": 200}, "mini_batch_size", "a smaller mini-batch"),
        ({"network__hidden_size": 4000}, "network", "a smaller network"),
    ],
)
def test_more_memory_than_the_computer_has_is_put_down_to_what_takes_most(
    lab: Lab, changes: dict[str, Any], name: str, advice: str
) -> None:
    setup = Setup(lab, machine_bytes=70_000_000)
    assert not setup.problems
    setup.edit(changed(setup.values, **changes))
    assert list(setup.problems) == [name]
    assert "70 MB" in setup.problems[name]
    assert advice in setup.problems[name]
    assert lab.config is None


def test_an_opened_file_of_settings_replaces_the_draft(
    qtbot: QtBot, lab: Lab, setup: Setup
) -> None:
    opened = TrainingConfig.from_dict({"dataset": "tiny", "epochs": 3, "mini_batch_size": 5})
    with qtbot.waitSignal(setup.replaced):
        lab.set_config(opened)
    assert setup.values == opened.to_dict()
    assert lab.config == opened


def test_what_the_draft_itself_gives_the_lab_does_not_come_back(qtbot: QtBot, setup: Setup) -> None:
    with qtbot.assertNotEmitted(setup.replaced):
        setup.edit(changed(setup.values, epochs=9))
        setup.edit(changed(setup.values, epochs=0))


def test_another_dataset_is_taken_over_and_checked_again(
    qtbot: QtBot, lab: Lab, setup: Setup
) -> None:
    assert "60 images" in setup.dataset_text
    with qtbot.waitSignal(setup.replaced):
        lab.set_dataset(first(lab.dataset, 8))
    assert setup.values["dataset"] == "few"
    assert "8 images" in setup.dataset_text
    assert "mini_batch_size" in setup.problems
    setup.edit(changed(setup.values, mini_batch_size=8))
    assert lab.config is not None
    assert lab.config.dataset == "few"


def test_a_dataset_chosen_by_name_is_opened_and_until_then_nothing_can_be_trained(
    qtbot: QtBot, lab: Lab, setup: Setup
) -> None:
    with qtbot.waitSignal(lab.dataset_changed):
        setup.edit(changed(setup.values, dataset="Bundled"))
        assert setup.is_opening
        assert setup.summary == "Opening Bundled digits …"
        assert setup.dataset_text == ""
        assert lab.config is None
    assert not setup.is_opening
    assert lab.dataset.name == "bundled"
    assert lab.config is not None
    assert lab.config.dataset == "bundled"
    assert setup.datasets["bundled"] == "Bundled digits"
    assert setup.datasets["tiny"] == "tiny"


def test_a_dataset_that_cannot_be_opened_is_a_problem_until_another_is_chosen(
    qtbot: QtBot, lab: Lab, setup: Setup
) -> None:
    with qtbot.waitSignal(lab.loader.failed):
        setup.edit(changed(setup.values, dataset="mnist"))
    assert "MNIST is not on this computer" in setup.problems["dataset"]
    assert lab.dataset.name == "tiny"
    assert lab.config is None
    setup.edit(changed(setup.values, dataset="tiny"))
    assert not setup.problems
    assert lab.config is not None


def test_a_dataset_that_is_no_longer_wanted_when_it_is_read_is_dropped(
    qtbot: QtBot, lab: Lab, setup: Setup
) -> None:
    with (
        qtbot.assertNotEmitted(lab.dataset_changed),
        qtbot.waitSignal(lab.loader._signals.loaded),
    ):
        setup.edit(changed(setup.values, dataset="bundled"))
        setup.edit(changed(setup.values, dataset="tiny"))
        assert lab.config is not None
    assert lab.dataset.name == "tiny"


def test_settings_of_another_dataset_open_it(qtbot: QtBot, lab: Lab, setup: Setup) -> None:
    wanted = TrainingConfig.from_dict({"dataset": "bundled", "epochs": 2})
    with qtbot.waitSignal(lab.dataset_changed):
        lab.set_config(wanted)
        assert lab.config is None
    assert lab.config == wanted


def test_a_single_image_is_told_as_one(lab: Lab, setup: Setup) -> None:
    lab.set_dataset(first(lab.dataset, 1))
    assert setup.dataset_text.startswith("1 image to train on and ")
