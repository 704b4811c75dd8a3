"""Opening a network from a file that says, or lets see, what network it is."""

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from convlab.errors import WeightsError
from convlab.nn import SimpleConvNet
from convlab.nn.description import NetworkDescription
from convlab.nn.network_settings import NETWORKS, build_network, open_network

IMAGES = np.random.default_rng(0).integers(0, 256, (5, 1, 28, 28), dtype=np.uint8)
CONV_PARAM = {"filter_num": 4, "filter_size": 3, "pad": 1, "stride": 1}


def test_a_file_of_weights_opens_as_the_network_that_it_was(tmp_path: Path) -> None:
    network = SimpleConvNet(conv_param=CONV_PARAM, hidden_size=20)
    network.save_params(tmp_path / "w.safetensors")
    opened = open_network(tmp_path / "w.safetensors")
    assert opened.description == network.description
    np.testing.assert_array_equal(opened.predict(IMAGES), network.predict(IMAGES))


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_the_books_pickle_is_recognized_by_its_shapes(protocol: int, tmp_path: Path) -> None:
    network = SimpleConvNet(conv_param=CONV_PARAM | {"pad": 0}, hidden_size=20, output_size=10)
    params = {name: array.astype(np.float64) for name, array in network.params.items()}
    (tmp_path / "params.pkl").write_bytes(pickle.dumps(params, protocol))
    opened = open_network(tmp_path / "params.pkl")
    assert opened.description.settings["filter_size"] == 3
    np.testing.assert_allclose(opened.predict(IMAGES), network.predict(IMAGES), rtol=1e-6)


def test_safetensors_of_another_program_are_recognized_too(tmp_path: Path) -> None:
    network = SimpleConvNet()
    save_file(network.params, tmp_path / "w.safetensors")
    opened = open_network(tmp_path / "w.safetensors")
    np.testing.assert_array_equal(opened.predict(IMAGES), network.predict(IMAGES))


@pytest.mark.parametrize(
    "change",
    [
        {"W1": np.zeros((30, 1, 29, 29))},  # larger than the book's images
        {"W1": np.zeros((30, 1, 4, 4))},  # leaves maps that cannot be halved
        {"W1": np.zeros((0, 1, 5, 5))},
        {"W1": np.zeros((30, 3, 5, 5))},
        {"W2": np.zeros((4320, 99))},
        {"W3": np.zeros(100)},
        {"W4": np.zeros((2, 2))},
    ],
)
def test_weights_that_no_network_explains_are_refused(
    change: dict[str, Any], tmp_path: Path
) -> None:
    params = SimpleConvNet().params | change
    (tmp_path / "params.pkl").write_bytes(pickle.dumps(params))
    with pytest.raises(WeightsError, match=r"^params\.pkl does not say which network"):
        open_network(tmp_path / "params.pkl")


@pytest.mark.parametrize(
    ("name", "settings", "reason"),
    [
        ("Simpleconvnets", {}, "Did you mean SimpleConvNet"),
        ("SimpleConvNet", {"filters": 3, "a": 1}, "does not know its settings a, filters"),
        ("SimpleConvNet", {"stride": 0}, r"Stride must be a whole number \(1 to 32\); received 0"),
        ("SimpleConvNet", {"filter_num": "30"}, "Filters must be a whole number"),
        ("SimpleConvNet", {"filter_num": True}, "Filters must be .* received true"),
        ("SimpleConvNet", {"filter_num": 10**5000}, "received a number too long to show"),
        ("SimpleConvNet", {"hidden_size": [100]}, r"Hidden units must be .* received \[100\]"),
        ("SimpleConvNet", {"filter_size": 40}, "larger than its 28×28 input"),
    ],
)
def test_a_description_that_makes_no_sense_is_refused(
    name: str, settings: dict[str, Any], reason: str
) -> None:
    with pytest.raises(WeightsError, match=f"cannot be built: .*{reason}"):
        build_network(NetworkDescription(name, settings))


def test_a_description_larger_than_its_weights_is_refused_before_it_takes_any_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {"filter_num": 512, "hidden_size": 4096, "filter_size": 1}
    huge = NetworkDescription("SimpleConvNet", settings, (1, 4096, 4096), 4096)
    network = SimpleConvNet()
    network.description = huge
    network.save_params(tmp_path / "w.safetensors")
    monkeypatch.setattr("convlab.nn.network_settings.build_network", pytest.fail)
    with pytest.raises(WeightsError, match="These weights belong to another network"):
        open_network(tmp_path / "w.safetensors")


@pytest.mark.parametrize("name", NETWORKS.names())
def test_every_network_can_be_built_again_from_its_description(name: str) -> None:
    network = NETWORKS.get(name)().build((1, 28, 28), 10)
    again = build_network(NetworkDescription.from_json(network.description.to_json()))
    assert again.description == network.description
    again.set_params(network.params)
    np.testing.assert_array_equal(again.predict(IMAGES), network.predict(IMAGES))
