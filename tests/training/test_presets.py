"""Presets are files of settings with a title, those of the lab and one's own."""

from pathlib import Path

import pytest

from convlab.data.loading import load_dataset
from convlab.errors import ConvlabError, SettingsError
from convlab.paths import config_dir
from convlab.training import Trainer, TrainingConfig
from convlab.training.presets import (
    Preset,
    find_preset,
    load_preset,
    missing_dataset,
    own_presets,
    save_own_preset,
    shipped_presets,
)
from convlab.training.run_info import flat

NAMES = (
    "chapter-7",
    "lenet-1998",
    "small-alexnet",
    "optimizer-race",
    "too-large-rate",
    "initial-weights",
    "overfitting",
)


def differences(preset: Preset) -> set[str]:
    """Return the settings in which the runs of a preset differ."""
    every = [flat(run.config.to_dict()) for run in preset.runs]
    names = {name for values in every for name in values}
    return {name for name in names if len({repr(v.get(name)) for v in every}) > 1}


def written(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_the_lab_comes_with_these() -> None:
    assert tuple(preset.name for preset in shipped_presets()) == NAMES
    for preset in shipped_presets():
        assert preset.about.endswith(".")
        assert not preset.is_own


@pytest.mark.parametrize("name", NAMES)
def test_each_can_be_trained_on_the_bundled_digits(name: str) -> None:
    dataset = load_dataset("bundled")
    for run in find_preset(name).runs:
        trainer = Trainer.from_config(run.config, dataset)
        assert trainer.iterations > 0


def test_the_race_differs_in_the_optimizer_alone() -> None:
    race = find_preset("optimizer-race")
    assert [run.config.optimizer.name for run in race.runs] == [run.title for run in race.runs]
    assert len(race.runs) == 6
    assert {name.partition(".")[0] for name in differences(race)} == {"optimizer"}


def test_the_other_pairs_differ_in_what_they_show_alone() -> None:
    assert differences(find_preset("initial-weights")) == {"network.weight_init_std"}
    overfitting = find_preset("overfitting")
    assert differences(overfitting) == {"network.layers"}
    without, with_dropout = (run.config.network.settings["layers"] for run in overfitting.runs)
    assert [line for line in with_dropout if "Dropout" not in line] == without != with_dropout
    assert overfitting.runs[0].config.train_images == 300


def test_runs_go_over_the_shared_settings(tmp_path: Path) -> None:
    path = written(
        tmp_path / "12-three.toml",
        """
        title = "Three"
        about = "Shows nothing."
        epochs = 3
        optimizer = { name = "Momentum", lr = 0.5 }
        [[runs]]
        title = "same kind"
        optimizer = { momentum = 0.8 }
        [[runs]]
        title = "another kind"
        epochs = 4
        optimizer = "Adam"
        """,
    )
    preset = load_preset(path)
    assert preset.name == "three"
    first, second = (run.config for run in preset.runs)
    assert (first.epochs, second.epochs) == (3, 4)
    assert first.optimizer.settings == {"lr": 0.5, "momentum": 0.8}
    assert second.optimizer.settings["lr"] == 0.001
    assert preset.title_of(preset.runs[0]) == "Three: same kind"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("title = ", "own.toml is not a TOML file of settings"),
        ("about = 'b'", "own.toml: title: A line of at most 60 characters was expected."),
        ("title = 'a'\nabout = 3", "own.toml: about: A line of at most 300"),
        ("title = '''a\nb'''\nabout = 'b'", "own.toml: title: A line"),
        ("title = 'a'\nabout = 'b'\nepochs = 0", "own.toml: epochs: Epochs must be"),
        ("title = 'a'\nabout = 'b'\nruns = 3", "own.toml: runs: 1 to 50 tables [[runs]]"),
        ("title = 'a'\nabout = 'b'\nruns = []", "own.toml: runs: 1 to 50 tables [[runs]]"),
        (
            "title = 'a'\nabout = 'b'\n[[runs]]\ntitle = 'x'\nepochs = 0",
            "own.toml: run 1, epochs: Epochs must be",
        ),
        (
            "title = 'a'\nabout = 'b'\n[[runs]]\ntitle = 'x'\n[[runs]]\ntitle = 'x'",
            "own.toml: run 2, title: Two runs are called 'x'.",
        ),
    ],
)
def test_a_damaged_file_is_told_in_a_sentence(text: str, sentence: str) -> None:
    path = written(config_dir() / "presets" / "own.toml", text)
    with pytest.raises(SettingsError) as refused:
        load_preset(path)
    assert refused.value.sentences[0].startswith(sentence)
    presets, (problem,) = own_presets()
    assert presets == ()
    assert problem.startswith("The preset own.toml cannot be used. ")
    with pytest.raises(SettingsError):
        find_preset("own")


def test_ones_own_settings_are_kept_and_found() -> None:
    config = TrainingConfig.from_dict({"epochs": 7, "network": "LeNet"})
    saved = save_own_preset("  My  LeNet! ", "Seven\nepochs.", config)
    assert (saved.title, saved.about) == ("My LeNet!", "Seven epochs.")
    (found,), problems = own_presets()
    assert problems == ()
    assert found == saved == find_preset("my-lenet") == find_preset("MY LENET!")
    assert found.is_own
    assert found.runs[0].config == config
    again = save_own_preset("My LeNet!", "Eight.", config)
    assert own_presets()[0] == (again,), "the same name replaces"


def test_a_title_in_any_script_will_do() -> None:
    saved = save_own_preset("畳み込み", "二つの層。", TrainingConfig())
    assert find_preset("畳み込み") == saved


@pytest.mark.parametrize("title", ["", "  ", "?!", "x" * 61])
def test_a_title_that_cannot_be_is_refused(title: str) -> None:
    with pytest.raises(ConvlabError):
        save_own_preset(title, "About.", TrainingConfig())
    assert own_presets() == ((), ())


def test_a_folder_that_cannot_be_written_is_told() -> None:
    written(config_dir() / "presets", "a file where the folder should be")
    with pytest.raises(ConvlabError, match="The preset cannot be saved"):
        save_own_preset("Mine", "About.", TrainingConfig())


def test_an_unknown_name_tells_the_known_ones() -> None:
    with pytest.raises(ConvlabError, match="Known: chapter-7, lenet-1998"):
        find_preset("chapter 8")


def test_it_is_known_which_images_are_missing(
    shared_mnist: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert missing_dataset(find_preset("chapter-7")) == "mnist"
    assert missing_dataset(find_preset("overfitting")) == ""
    monkeypatch.setenv("CONVLAB_MNIST", str(shared_mnist))
    assert missing_dataset(find_preset("chapter-7")) == ""
