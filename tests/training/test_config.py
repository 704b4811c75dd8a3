"""The settings of a run: checked in whole, and the same in memory, in TOML and in a dict."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convlab.errors import SettingsError
from convlab.nn.layer_line import default_lines
from convlab.nn.network_settings import NETWORKS
from convlab.nn.optimizer import OPTIMIZERS
from convlab.settings import Setting, settings_of
from convlab.training import TrainingConfig
from convlab.training.config import Choice, choose


def values_of(setting: Setting) -> st.SearchStrategy[Any]:
    """All that a setting allows, its limits among them."""
    if setting.choices:
        return st.sampled_from(setting.choices)
    low = setting.lowest if setting.lowest is not None else setting.above
    high = setting.highest if setting.highest is not None else setting.below
    if setting.type is list:
        return st.lists(st.sampled_from(default_lines()), max_size=setting.most_lines)
    if setting.type is int:
        return st.integers(int(low or 0), int(high or 0))
    if setting.type is float:
        return st.floats(
            low,
            high,
            exclude_min=setting.above is not None,
            exclude_max=setting.below is not None,
        )
    return st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


def tables(cls: type[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional={s.name: values_of(s) for s in settings_of(cls)})


def choices(registry: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.sampled_from(registry.names()).flatmap(
        lambda name: tables(registry.get(name)).map(lambda table: {"name": name, **table})
    )


@settings(deadline=None, max_examples=60, database=None)
@given(run=tables(TrainingConfig), network=choices(NETWORKS), optimizer=choices(OPTIMIZERS))
def test_valid_settings_come_back_from_toml(
    run: dict[str, Any], network: dict[str, Any], optimizer: dict[str, Any]
) -> None:
    config = TrainingConfig.from_dict({**run, "network": network, "optimizer": optimizer})
    assert TrainingConfig.from_toml(config.to_toml()) == config
    assert TrainingConfig.from_dict(config.to_dict()) == config
    assert config.to_dict().items() >= run.items()
    assert config.to_dict()["network"].items() >= network.items()


def test_the_defaults_are_the_books_network_with_adam() -> None:
    config = TrainingConfig()
    assert config == TrainingConfig.from_dict({}) == TrainingConfig.from_toml("")
    assert (config.dataset, config.network.name, config.optimizer.name) == (
        "bundled", "SimpleConvNet", "Adam",
    )  # fmt: skip
    assert config.network.settings["filter_num"] == 30
    assert (config.sampling, config.dtype) == ("shuffled", "float32")


def test_a_name_alone_is_a_choice_with_all_defaults_in_any_case() -> None:
    config = TrainingConfig.from_toml('network = "simpleconvnet"\noptimizer = "sgd"')
    assert config.optimizer == Choice("SGD", {"lr": 0.01})
    assert config.network == TrainingConfig().network


def test_settings_come_back_from_a_file(tmp_path: Path) -> None:
    config = TrainingConfig.from_dict({"epochs": 3, "optimizer": {"name": "SGD", "lr": 0.125}})
    config.save(tmp_path / "settings.toml")
    assert TrainingConfig.load(tmp_path / "settings.toml") == config


def test_the_settings_make_network_and_optimizer() -> None:
    config = TrainingConfig.from_dict(
        {"optimizer": {"name": "Momentum", "momentum": 0.5}, "dtype": "float64"}
    )
    assert config.make_optimizer() == OPTIMIZERS.get("Momentum")(lr=0.01, momentum=0.5)  # type: ignore[call-arg]
    network = config.build_network((1, 28, 28), 10, np.random.default_rng(0))
    assert network.dtype == np.float64
    shapes = config.layer_shapes((1, 28, 28), 10, images=100)
    assert [(s.name, s.output_shape, s.parameter_count) for s in shapes] == [
        ("Conv1", (30, 24, 24), 780),
        ("Relu1", (30, 24, 24), 0),
        ("Pool1", (30, 12, 12), 0),
        ("Affine1", (100,), 432_100),
        ("Relu2", (100,), 0),
        ("Affine2", (10,), 1010),
    ]


@pytest.mark.parametrize(
    ("toml", "name", "sentence"),
    [
        (
            "epoch = 3",
            "epoch",
            "There is no such setting; did you mean epochs? If not, leave it out.",
        ),
        ("color = 'red'", "color", "leave it out, or use one of dataset, own_drawings, train"),
        ("netwrk = 'LeNet'", "netwrk", "There is no such setting; did you mean network?"),
        ("epochs = 0", "epochs", "Epochs must be a whole number (1 to 10,000); received 0."),
        ("epochs = 10_001", "epochs", "received 10001."),
        ("epochs = 2.5", "epochs", "received 2.5."),
        ("epochs = 2.0", "epochs", "Epochs must be a whole number (1 to 10,000); received 2.0."),
        ("epochs = '3'", "epochs", "received '3'."),
        ("epochs = true", "epochs", "received true."),
        ("epochs = nan", "epochs", "received nan."),
        ("epochs = [3]", "epochs", "received [3]."),
        ("epochs = 2020-02-02", "epochs", "received 2020-02-02."),
        ("[epochs]\na = 1", "epochs", "received a table."),
        ("seed = 0x" + "f" * 5000, "seed", "received a number too long to show."),
        ("seed = '" + "x" * 5000 + "'", "seed", "x …."),
        ("dataset = 5", "dataset", "Dataset must be text; received 5."),
        ("dtype = 'float16'", "dtype", "must be one of float32 or float64; received 'float16'."),
        ("sampling = 1", "sampling", "one of shuffled or replacement; received 1."),
        ("network = 5", "network.name", "A table with a name was expected, one of "),
        ("[network]\nfilter_num = 3", "network.name", "A table with a name was expected"),
        ("network = 'SimpleConNet'", "network.name", "Did you mean SimpleConvNet?"),
        ("[optimizer]\nname = 3", "optimizer.name", "A table with a name was expected"),
        ("optimizer.name = 'rmsprpo'", "optimizer.name", "Did you mean RMSprop?"),
        ("optimizer = {name = 'Adam', lr = 0}", "optimizer.lr", "(above 0, at most 100); rec"),
        ("optimizer = {name = 'Adam', lr = inf}", "optimizer.lr", "received inf."),
        ("optimizer = {name = 'Adam', lr = true}", "optimizer.lr", "a number (above 0"),
        ("optimizer = {name = 'Adam', lr = '1'}", "optimizer.lr", "received '1'."),
        ("optimizer = {name = 'Adam', beta1 = 1}", "optimizer.beta1", "(at least 0, below 1)"),
        ("optimizer = {name = 'SGD', beta1 = 0.5}", "optimizer.beta1", "There is no such setting"),
        ("network = {name = 'OwnNetwork', layers = 'Relu'}", "network.layers", "must be lines"),
        ("network = {name = 'OwnNetwork', layers = [5]}", "network.layers", "received 5."),
        ("network = {name = 'OwnNetwork', layers = ['a', 2, 3]}", "network.layers", "received "),
        ("network = {name = 'OwnNetwork', layers = ['Rlu']}", "network.layers", "mean Relu? Known"),
        ("network = {name = 'ownnetwork', layer = []}", "network.layer", "did you mean layers?"),
    ],
)
def test_a_value_that_cannot_be_used_is_told_at_its_name(
    toml: str, name: str, sentence: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        TrainingConfig.from_toml(toml)
    assert list(refused.value.problems) == [name]
    assert sentence in refused.value.problems[name]
    assert len(str(refused.value)) < 300


def test_a_network_of_ones_own_is_a_list_of_layers(tmp_path: Path) -> None:
    toml = """
        [network]
        name = "OwnNetwork"
        layers = [
            "Convolution filter_num=8 filter_size=5",
            "Relu",
            "Pooling",
            "Affine size=20",
        ]
    """
    config = TrainingConfig.from_toml(toml)
    shapes = config.layer_shapes((1, 28, 28), 10, images=100)
    assert [layer.name for layer in shapes] == ["Conv1", "Relu1", "Pool1", "Affine1", "Affine2"]
    assert shapes[-1].output_shape == (10,)
    config.save(tmp_path / "own.toml")
    assert TrainingConfig.load(tmp_path / "own.toml") == config
    assert '\n    "Convolution filter_num=8 filter_size=5",\n' in config.to_toml()


def test_a_layer_of_a_list_that_does_not_fit_is_told_at_the_list() -> None:
    layers = ["Convolution", "Pooling pool_size=5"]
    config = TrainingConfig.from_dict({"network": {"name": "OwnNetwork", "layers": layers}})
    with pytest.raises(SettingsError) as refused:
        config.layer_shapes((1, 28, 28), 10, images=100)
    (problem,) = refused.value.problems.items()
    assert problem[0] == "network.layers"
    assert problem[1].startswith("Pool1: 5×5 pooling with stride 2 does not cover its 24×24 input")


@pytest.mark.parametrize(
    ("network", "image_shape", "name", "sentence"),
    [
        (
            {"name": "AlexNet", "geometry": "original"},
            (1, 28, 28),
            "network.geometry",
            "The original geometry needs images of 3×227×227, and these are 1×28×28; choose the "
            "small one.",
        ),
        (
            {"name": "AlexNet"},
            (3, 32, 32),
            "network",
            "AlexNet cannot be built for images of 3×32×32; choose another network or other "
            "images. Pool3: 3×3 pooling with stride 2 does not cover its 8×8 input exactly.",
        ),
        (
            {"name": "SimpleConvNet", "stride": 32},
            (1, 28, 28),
            "network.stride",
            "The convolution leaves maps of 1×1, which 2×2 pooling cannot halve; change filter "
            "size, pad or stride until both are even.",
        ),
    ],
)
def test_what_does_not_fit_the_images_is_put_down_to_what_can_be_changed(
    network: dict[str, object], image_shape: tuple[int, int, int], name: str, sentence: str
) -> None:
    config = TrainingConfig.from_dict({"network": network})
    with pytest.raises(SettingsError) as refused:
        config.layer_shapes(image_shape, 10, images=1000)
    assert refused.value.problems == {name: sentence}


def test_problems_of_a_file_name_the_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("epochs = 0\ncolor = 'red'")
    with pytest.raises(SettingsError) as refused:
        TrainingConfig.load(path)
    assert [sentence.split(": ")[:2] for sentence in refused.value.sentences] == [
        ["mine.toml", "epochs"], ["mine.toml", "color"],
    ]  # fmt: skip
    assert str(refused.value).startswith("mine.toml: epochs: Epochs must be")


def test_whole_numbers_will_do_for_numbers() -> None:
    config = TrainingConfig.from_toml("optimizer = {name = 'SGD', lr = 1}")
    assert config.optimizer.settings == {"lr": 1.0}


def test_all_problems_are_told_at_once() -> None:
    toml = """
        epochs = 0
        mini_batch = 3
        network = {name = "SimpleConvNet", filter_num = 0, pad = -1}
        optimizer = "adaam"
    """
    with pytest.raises(SettingsError) as refused:
        TrainingConfig.from_toml(toml)
    assert set(refused.value.problems) == {
        "epochs", "mini_batch", "network.filter_num", "network.pad", "optimizer.name",
    }  # fmt: skip
    assert "network.pad: Pad must be a whole number (0 to 32); received -1." in str(refused.value)


def test_a_choice_tells_problems_by_the_bare_name() -> None:
    with pytest.raises(SettingsError) as refused:
        choose(OPTIMIZERS, "sgd", {"lr": -1.0})
    assert list(refused.value.problems) == ["lr"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"epochs = ", "bad.toml is not a TOML file of settings: Invalid value"),
        (b"Dear diary,\n", "bad.toml is not a TOML file of settings: "),
        (b"epochs = 3\nepochs = 4", "Cannot overwrite a value"),
        (
            b"seed = " + b"9" * 5000,
            "bad.toml is not a TOML file of settings: a number in it is too long.",
        ),
        (
            b"seed = " + b"[" * 5000,
            "bad.toml is not a TOML file of settings: it is nested too deeply.",
        ),
        (b"\xff\xfe\x00", "bad.toml is not text; open a TOML file of settings."),
        (b"#" * ((1 << 20) + 1), "bad.toml is larger than a settings file can be"),
    ],
)
def test_a_file_that_is_no_toml_is_refused(content: bytes, sentence: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_bytes(content)
    with pytest.raises(SettingsError) as refused:
        TrainingConfig.load(path)
    assert list(refused.value.problems) == [""]
    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "reason"), [("missing.toml", "No such file"), (".", "Is a dir"), ("a" * 300, "long")]
)
def test_a_place_without_a_file_is_refused(name: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=f"cannot be read: .*{reason}"):
        TrainingConfig.load(tmp_path / name)
