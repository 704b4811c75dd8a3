import csv
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convlab.files import write_atomically
from convlab.nn import Momentum
from convlab.nn.network_settings import open_network
from convlab.training import TrainingConfig
from convlab.training.batches import Batches
from convlab.training.events import EpochEvaluated
from convlab.training.history import History

SMALL = ("--filter-num", 3, "--hidden-size", 10, "--batch", 20)

Refused = Callable[..., str]


@pytest.fixture
def settings(tmp_path: Path, digits: Path) -> Path:
    """A settings file for a small network on the digits."""
    path = tmp_path / "settings.toml"
    path.write_text(
        f"""
        dataset = "{digits}"
        epochs = 2
        mini_batch_size = 20
        seed = 5
        network = {{name = "SimpleConvNet", filter_num = 3, hidden_size = 10}}
        optimizer = {{name = "Momentum", lr = 0.03, momentum = 0.8}}
        """
    )
    return path


def test_a_run_prints_one_line_and_writes_a_folder(
    convlab: Any, digits: Path, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    result = convlab("train", "--dataset", digits, *SMALL, "--epochs", 2, "--out", out)
    assert result.code == 0
    assert result.out.startswith("test accuracy ")
    assert result.out.count("\n") == 1
    assert "6 steps in " in result.out
    assert result.out.endswith(f"run in {out}\n")
    config = TrainingConfig.load(out / "settings.toml")
    assert config.dataset == str(digits)
    assert (config.epochs, config.mini_batch_size) == (2, 20)
    with (out / "history.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["iteration"] for row in rows] == list("123456")
    assert [bool(row["test_accuracy"]) for row in rows] == [False, False, True] * 2
    assert open_network(out / "weights.safetensors").params["W1"].shape == (3, 1, 5, 5)


def test_json_tells_the_result(convlab: Any, digits: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    values = convlab("train", "--dataset", digits, *SMALL, "--epochs", 1, "-o", out, "--json").json
    assert values["reason"] == "finished"
    assert (values["steps"], values["epochs"]) == (3, 1)
    assert values["seconds"] > 0
    assert values["run"] == str(out)
    assert values["weights"] == str(out / "weights.safetensors")
    last = (out / "history.csv").read_text().splitlines()[-1].split(",")
    assert values["train_loss"] == float(last[2])
    evaluated = convlab("evaluate", values["weights"], "--dataset", digits, "--json").json
    assert values["test_accuracy"] == evaluated["accuracy"]


def test_the_accuracy_told_is_that_of_the_whole_test_set(
    convlab: Any, digits: Path, tmp_path: Path
) -> None:
    arguments = ("--dataset", digits, *SMALL, "--epochs", 1, "--evaluate", 1, "--json")
    values = convlab("train", *arguments, "-o", tmp_path / "run").json
    evaluated = convlab("evaluate", values["weights"], "--dataset", digits, "--json").json
    assert values["test_accuracy"] == evaluated["accuracy"]
    assert values["test_accuracy"] not in (0, 1)


def test_without_a_name_the_run_lies_among_the_users_runs(
    convlab: Any, digits: Path, home: Path
) -> None:
    values = convlab("train", "--dataset", digits, *SMALL, "--epochs", 1, "--json").json
    assert home in Path(values["run"]).parents
    assert Path(values["weights"]).is_file()


def test_every_option_reaches_its_setting(convlab: Any, digits: Path, tmp_path: Path) -> None:
    convlab(
        "train", "--dataset", digits, "--out", tmp_path / "run",
        "--network", "simpleconvnet", "--filter-num", 2, "--filter-size", 3, "--pad", 1,
        "--stride", 1, "--hidden-size", 5, "--weight-init-std", 0.02,
        "--optimizer", "rmsprop", "--lr", 0.002, "--decay-rate", 0.9,
        "--epochs", 1, "--mini-batch-size", 30, "--seed", 7,
        "--evaluate-sample-num-per-epoch", 9, "--sampling", "replacement", "--dtype", "float64",
        "--early-stopping", 4, "--weights-kept", "best", "--train-images", 40,
        "--shift", 2, "--rotation", 12, "--scale", 8, "--elastic", 0.5,
    )  # fmt: skip
    assert TrainingConfig.load(tmp_path / "run" / "settings.toml").to_dict() == {
        "dataset": str(digits),
        "own_drawings": 0,
        "train_images": 40,
        "network": {
            "name": "SimpleConvNet",
            "filter_num": 2,
            "filter_size": 3,
            "pad": 1,
            "stride": 1,
            "hidden_size": 5,
            "weight_init_std": 0.02,
        },
        "optimizer": {"name": "RMSprop", "lr": 0.002, "decay_rate": 0.9},
        "augmentation": {"shift": 2, "rotation": 12, "scale": 8, "elastic": 0.5},
        "epochs": 1,
        "mini_batch_size": 30,
        "seed": 7,
        "evaluate_sample_num_per_epoch": 9,
        "early_stopping": 4,
        "weights_kept": "best",
        "sampling": "replacement",
        "dtype": "float64",
    }
    weights = open_network(tmp_path / "run" / "weights.safetensors")
    assert weights.description.settings["pad"] == 1


def test_a_network_of_ones_own_is_written_with_semicolons_and_trained(
    convlab: Any, digits: Path, tmp_path: Path
) -> None:
    layers = "Convolution filter_num=4; BatchNormalization ;relu;Pooling; Affine size=20; Tanh;"
    own = ("--network", "ownnetwork", "--layers", layers, "--initializer", "xavier")
    arguments = ("--dataset", digits, "--epochs", 8, "--batch", 20, "--json")
    values = convlab("train", *arguments, *own, "-o", tmp_path / "run").json
    assert values["test_accuracy"] > 0.9
    config = TrainingConfig.load(tmp_path / "run" / "settings.toml")
    assert config.network.settings["layers"] == [
        "Convolution filter_num=4", "BatchNormalization", "relu", "Pooling", "Affine size=20",
        "Tanh",
    ]  # fmt: skip
    opened = open_network(Path(values["weights"]))
    assert list(opened.layers) == [
        "Conv1", "BatchNorm1", "Relu1", "Pool1", "Affine1", "Tanh1", "Affine2",
    ]  # fmt: skip
    evaluated = convlab("evaluate", values["weights"], "--dataset", digits, "--json").json
    assert evaluated["accuracy"] == values["test_accuracy"]
    again = convlab("train", "-c", tmp_path / "run" / "settings.toml", "--json").json
    assert again["train_loss"] == values["train_loss"]


def test_a_settings_file_decides_and_options_go_before_it(
    convlab: Any, settings: Path, tmp_path: Path
) -> None:
    convlab("train", "-c", settings, "-o", tmp_path / "a")
    assert TrainingConfig.load(tmp_path / "a" / "settings.toml") == TrainingConfig.load(settings)
    convlab("train", "-c", settings, "-o", tmp_path / "b", "--epochs", 1, "--lr", 0.04)
    config = TrainingConfig.load(tmp_path / "b" / "settings.toml")
    assert (config.epochs, config.seed) == (1, 5)
    assert config.optimizer.settings == {"lr": 0.04, "momentum": 0.8}


def test_another_optimizer_than_the_files_starts_from_its_own_defaults(
    convlab: Any, settings: Path, tmp_path: Path
) -> None:
    convlab("train", "-c", settings, "-o", tmp_path / "run", "--optimizer", "adam")
    config = TrainingConfig.load(tmp_path / "run" / "settings.toml")
    assert config.optimizer == TrainingConfig().optimizer
    convlab("train", "-c", settings, "-o", tmp_path / "same", "--optimizer", "momentum")
    config = TrainingConfig.load(tmp_path / "same" / "settings.toml")
    assert config.optimizer.settings == {"lr": 0.03, "momentum": 0.8}


def test_a_folder_of_an_earlier_run_is_left_alone(
    convlab: Any, refused: Refused, settings: Path, tmp_path: Path
) -> None:
    convlab("train", "-c", settings, "-o", tmp_path / "run")
    kept = (tmp_path / "run" / "weights.safetensors").read_bytes()
    sentence = refused("train", "-c", settings, "-o", tmp_path / "run")
    assert "is there already and is not an empty folder" in sentence
    assert (tmp_path / "run" / "weights.safetensors").read_bytes() == kept


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_the_run_and_keeps_what_it_has_learned(
    number: signal.Signals,
    convlab: Any,
    settings: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    add_evaluation = History.add_evaluation

    def add_and_interrupt(history: History, evaluation: EpochEvaluated) -> None:
        add_evaluation(history, evaluation)
        signal.raise_signal(number)

    monkeypatch.setattr(History, "add_evaluation", add_and_interrupt)
    before = signal.getsignal(number)
    result = convlab("train", "-c", settings, "-o", tmp_path / "run", "--epochs", 50, "--json")
    assert result.code == 0
    assert result.err == "convlab: The run was stopped after 3 iterations.\n"
    values = result.json
    assert (values["reason"], values["steps"], values["epochs"]) == ("stopped", 3, 1)
    assert values["test_accuracy"] is None
    assert (values["last_epoch_evaluated"], values["last_epoch_accuracy"]) == (1, 0.1)
    assert (tmp_path / "run" / "history.csv").read_text().count("\n") == 4
    assert np.isfinite(open_network(Path(values["weights"])).params["W2"]).all()
    assert signal.getsignal(number) is before


@pytest.fixture
def spoilt_step(monkeypatch: pytest.MonkeyPatch) -> int:
    """The step after which the weights are out of range."""
    update_one = Momentum.update_one

    def update_and_spoil(self: Momentum, name: str, param: Any, grad: Any) -> None:
        update_one(self, name, param, grad)
        if self.iterations == 4:
            param[...] = np.inf

    monkeypatch.setattr(Momentum, "update_one", update_and_spoil)
    return 4


def test_a_run_whose_loss_is_no_longer_finite_exits_with_1_and_says_what_to_try(
    convlab: Any, settings: Path, tmp_path: Path, spoilt_step: int
) -> None:
    result = convlab("train", "-c", settings, "-o", tmp_path / "run", "--json")
    assert result.code == 1
    assert result.err.startswith("convlab: The loss was ")
    assert "Try a smaller learning rate" in result.err
    values = result.json
    assert (values["reason"], values["steps"]) == ("diverged", spoilt_step + 1)
    assert values["train_loss"] is None
    assert values["test_accuracy"] is None
    assert np.isfinite(open_network(Path(values["weights"])).params["W2"]).all()
    assert (tmp_path / "run" / "history.csv").read_text().count("\n") == values["steps"] + 1


@pytest.mark.usefixtures("spoilt_step")
def test_the_summary_in_words_of_such_a_run(convlab: Any, settings: Path, tmp_path: Path) -> None:
    result = convlab("train", "-c", settings, "-o", tmp_path / "run")
    assert result.out.startswith("test accuracy 10.00% after epoch 1, loss not finite, ")


def test_a_run_that_ends_before_an_epoch_has_no_accuracy(
    convlab: Any, settings: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    next_batch = Batches.next

    def deal_and_interrupt(batches: Batches) -> Any:
        signal.raise_signal(signal.SIGINT)
        return next_batch(batches)

    monkeypatch.setattr(Batches, "next", deal_and_interrupt)
    result = convlab("train", "-c", settings, "-o", tmp_path / "run")
    assert result.err == "convlab: The run was stopped after 1 iteration.\n"
    assert result.out.startswith("test accuracy not measured, loss ")
    assert ", 1 step in " in result.out
    values = convlab("train", "-c", settings, "-o", tmp_path / "again", "--json").json
    assert values["last_epoch_evaluated"] is None
    assert values["last_epoch_accuracy"] is None


def test_a_run_that_learned_nothing_says_what_to_try(
    convlab: Any, settings: Path, tmp_path: Path
) -> None:
    result = convlab("train", "-c", settings, "-o", tmp_path / "run", "--lr", 20)
    assert result.code == 0
    assert result.err == (
        "convlab: The run is finished. The network reads 10% of the test images, no better than a "
        "guess among 10 classes. Try a smaller learning rate (it was 20), or more epochs if the "
        "loss was still falling.\n"
    )
    better = ("--optimizer", "adam", "--lr", 0.01, "--epochs", 20)
    learned = convlab("train", "-c", settings, "-o", tmp_path / "good", *better)
    assert learned.err == ""


Fails = Callable[[Callable[[Path], bool]], None]


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> Fails:
    """Makes the disk full for the weights of some paths."""

    def make(is_full: Callable[[Path], bool]) -> None:
        def write(path: Path, content: bytes | str) -> None:
            if is_full(path):
                raise OSError(28, "No space left on device")
            write_atomically(path, content)

        monkeypatch.setattr("convlab.nn.weights.write_atomically", write)

    return make


@pytest.fixture
def checkpoints(monkeypatch: pytest.MonkeyPatch) -> None:
    """Takes a checkpoint after every step, however short the run is."""
    monkeypatch.setattr("convlab.cli.train.CHECKPOINT_SECONDS", 0.0)


def test_a_disk_that_is_full_at_the_start_is_told_at_once(
    full: Fails, refused: Refused, settings: Path, tmp_path: Path
) -> None:
    full(lambda path: True)
    sentence = refused("train", "-c", settings, "-o", tmp_path / "run")
    assert "run cannot be written to" in sentence
    assert "No space left on device" in sentence


def test_a_disk_that_fills_up_costs_no_training(
    full: Fails, convlab: Any, settings: Path, tmp_path: Path, home: Path, checkpoints: None
) -> None:
    run = tmp_path / "run"
    full(lambda path: path.parent == run and path.exists())
    result = convlab("train", "-c", settings, "-o", run, "--epochs", 3, "--json")
    assert result.code == 1
    *earlier, moved = [line for line in result.err.splitlines() if "cannot be written" in line]
    goes_on = "No space left on device. The training goes on, and is written at its end."
    assert all(line.endswith(goes_on) for line in earlier)  # none, if the disk answers late
    place = Path(result.json["run"])
    assert moved.endswith(f"The whole run was put into {place} instead.")
    assert home in place.parents
    assert (place / "history.csv").read_text().count("\n") == 1 + result.json["steps"] == 10
    assert TrainingConfig.load(place / "settings.toml").epochs == 3
    evaluated = convlab("evaluate", result.json["weights"], "--dataset", tmp_path / "digits")
    assert evaluated.code == 0


def test_where_the_users_runs_have_no_room_the_folder_for_temporary_files_has(
    full: Fails, convlab: Any, settings: Path, tmp_path: Path, home: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    run = tmp_path / "run"
    full(lambda path: home in path.parents or (path.parent == run and path.exists()))
    values = convlab("train", "-c", settings, "-o", run, "--json").json
    assert tmp_path / "temporary" in Path(values["run"]).parents
    assert Path(values["weights"]).is_file()


def test_a_disk_that_has_room_again_gets_the_whole_run(
    full: Fails, convlab: Any, settings: Path, tmp_path: Path, checkpoints: None
) -> None:
    failures = iter([False, True])
    full(lambda path: next(failures, False))
    result = convlab("train", "-c", settings, "-o", tmp_path / "run")
    assert result.code == 0
    assert "The training goes on" in result.err
    lines = (tmp_path / "run" / "history.csv").read_text().splitlines()
    assert [line.split(",")[0] for line in lines] == ["iteration", *"123456"]


def test_where_no_runs_can_be_kept_the_training_goes_on_elsewhere(
    convlab: Any, settings: Path, home: Path
) -> None:
    runs = home / "xdg_data_home" / "convlab" / "runs"
    runs.parent.mkdir(parents=True)
    runs.write_text("in the way")
    result = convlab("train", "-c", settings, "--json")
    assert result.code == 1
    place = Path(result.json["run"])
    warned, *_, told = result.err.splitlines()
    assert warned.startswith(f"convlab: The folder of your runs, {runs}, cannot be written: ")
    assert warned.endswith(f". The training goes on; it is kept in {place} instead.")
    assert told == f"convlab: This run is not among your runs; it was kept in {place}."
    assert Path(result.json["weights"]).is_file()
    runs.unlink()
    assert convlab("runs", "import", place).code == 0
    (run,) = convlab("runs", "list", "--json").json["runs"]
    assert (run["state"], run["steps"]) == ("finished", result.json["steps"])


def test_a_folder_that_was_asked_for_and_cannot_be_made_is_refused(
    refused: Refused, settings: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    sentence = refused("train", "-c", settings, "-o", tmp_path / "file" / "run")
    assert "cannot be written" in sentence


def test_running_out_of_memory_keeps_what_was_written(
    convlab: Any, settings: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    update_one = Momentum.update_one

    def update_or_fail(self: Momentum, name: str, param: Any, grad: Any) -> None:
        if self.iterations == 4:
            raise MemoryError
        update_one(self, name, param, grad)

    monkeypatch.setattr(Momentum, "update_one", update_or_fail)
    result = convlab("train", "-c", settings, "-o", tmp_path / "run")
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith("convlab: There was not enough memory to go on training; use a ")
    assert result.err.endswith(f"is in {tmp_path / 'run'}.\n")
    assert (tmp_path / "run" / "history.csv").read_text().count("\n") == 4
    assert open_network(tmp_path / "run" / "weights.safetensors")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--dataset", "bundeld"), "Did you mean bundled?"),
        (("--dataset", "mnist"), "MNIST is not on this computer"),
        (("--epochs", 0), "--epochs must be a whole number (1 to 10,000); received 0."),
        (("--lr", "nan"), "--lr must be a number (above 0, at most 100); received nan."),
        (("--network", "simplenet"), "network.name: There is no network called 'simplenet'."),
        (("--optimizer", "rmsprpo"), "optimizer.name: There is no optimizer called 'rmsprpo'."),
        (
            ("--epochs", "x"),
            "convlab: --epochs must be a whole number (1 to 10,000); received 'x'.",
        ),
        (("--batch", "2.5"), "convlab: --mini-batch-size must be a whole number"),
        (("--threads", 0), "convlab: --threads must be a whole number (1 to 256); received 0."),
        (("--threads", "all"), "convlab: --threads must be a whole number (1 to 256); received 'a"),
        (("--rotation", "much"), "convlab: --rotation must be a whole number"),
        (("--foo",), "convlab: No such option: --foo"),
        (("--epochs",), "convlab: Option '--epochs' requires an argument.\n"),
        (("--dataset", ""), "There is no dataset called ''."),
        (("--network", "AlexNet", "--geometry", "original"), "network.geometry: The original geom"),
        (("--stride", 32), "network.stride: The convolution leaves maps of 1×1"),
        (("--optimizer", "sgd", "--beta1", 0.5), "optimizer.beta1: There is no such setting"),
        (("--filter-size", 29), "network.filter_size: Conv1: A 29×29 filter is larger than"),
        (("--filter-size", 6), "leaves maps of 23×23, which 2×2 pooling cannot halve"),
        (("--network", "OwnNetwork", "--layers", "Relu;Affine 50"), "Layer 2 ('Affine 50'): Aff"),
        (("--network", "OwnNetwork", "--layers", "Relu;Pooling stride=3"), "Pool1: 2×2 pooling"),
        (("--layers", "Relu"), "network.layers: There is no such setting; leave it out, or use"),
        (("--batch", 4001), "mini_batch_size: A mini-batch of 4001 is larger than the training"),
        (("--sampling", "none"), "must be one of shuffled or replacement; received 'none'."),
        (("--config", "nothing.toml"), "nothing.toml cannot be read: No such file"),
    ],
)
def test_what_cannot_be_used_is_refused_before_anything_is_written(
    arguments: tuple[object, ...], sentence: str, refused: Refused, tmp_path: Path, home: Path
) -> None:
    assert sentence in refused("train", "--out", tmp_path / "run", *arguments)
    assert not (tmp_path / "run").exists()
    assert not home.exists()


def test_a_run_that_does_not_fit_into_memory_is_refused_before_anything_is_written(
    refused: Refused, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("convlab.insight.memory.machine_memory", lambda: 16_000_000_000)
    large = ("--filter-num", 512, "--hidden-size", 4096, "--pad", 32)
    assert refused("train", "--out", tmp_path / "run", *large) == (
        "convlab: network: Training would take about 154 GB of memory, but this computer has "
        "16 GB; use a smaller network.\n"
    )
    assert not (tmp_path / "run").exists()


def test_several_problems_get_a_line_each(convlab: Any, tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text("epochs = 0\ncolor = 'red'\noptimizer = 'adm'")
    result = convlab("train", "--config", path)
    assert result.code == 2
    lines = result.err.splitlines()
    assert {line.split(": ")[1] for line in lines} == {"bad.toml"}
    assert [line.split(": ")[2] for line in lines] == ["optimizer.name", "epochs", "color"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"epochs = ", "bad.toml is not a TOML file of settings"),
        (b"\xff\xfe", "is not text; open a TOML file"),
        (b"#" * 2_000_000, "is larger than a settings file can be"),
    ],
)
def test_a_settings_file_that_is_none_is_refused(
    content: bytes, sentence: str, refused: Refused, tmp_path: Path
) -> None:
    (tmp_path / "bad.toml").write_bytes(content)
    assert sentence in refused("train", "--config", tmp_path / "bad.toml")


def test_a_damaged_dataset_is_refused(refused: Refused, digits: Path) -> None:
    path = digits / "train-labels-idx1-ubyte"
    path.write_bytes(path.read_bytes()[:-5])
    assert "is cut off: it announces 60 bytes and holds 55" in refused("train", "--dataset", digits)
    path.unlink()
    assert "has no file train-labels-idx1-ubyte" in refused("train", "--dataset", digits)


def test_a_progress_bar_is_shown_on_a_terminal_only(
    convlab: Any, settings: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    result = convlab("train", "-c", settings, "-o", tmp_path / "run")
    assert "6/6 steps" in result.err
    assert "test accuracy" in result.err
    assert result.out.count("\n") == 1
