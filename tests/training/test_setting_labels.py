"""Settings are called the same in the form and elsewhere."""

import pytest

from convlab.nn.network_settings import NETWORKS
from convlab.nn.optimizer import OPTIMIZERS
from convlab.training.config import TrainingConfig
from convlab.training.run_info import flat
from convlab.training.setting_labels import label_within, setting_label


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("own_drawings", "Own drawings"),
        ("network", "Network"),
        ("optimizer", "Optimizer"),
        ("optimizer.lr", "Learning rate"),
        ("augmentation.shift", "Shift"),
        ("network.filter_num", "Filters"),
        ("network.of_tomorrow", "network.of_tomorrow"),
        ("elsewhere.lr", "elsewhere.lr"),
    ],
)
def test_labels_are_those_of_the_form(name: str, label: str) -> None:
    assert setting_label(name) == label
    assert label_within("optimizer.lr") == "learning rate"


def test_a_network_that_calls_a_setting_otherwise_is_asked_first() -> None:
    assert setting_label("network.weight_init_std", "OwnNetwork") == "Deviation"
    assert setting_label("network.weight_init_std", "SimpleConvNet") == "Initial weights"


def test_every_setting_of_a_run_has_a_label() -> None:
    for network in NETWORKS.names():
        for optimizer in OPTIMIZERS.names():
            config = TrainingConfig.from_dict({"network": network, "optimizer": optimizer})
            for name in flat(config.to_dict()):
                assert setting_label(name, network, optimizer) != name, name
