"""What the File menu opens and saves, and what it says about files that are no good."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from convlab.app.session import State
from convlab.data.dataset import Dataset
from convlab.data.digit_image import Drawing, Stroke
from convlab.insight.filter_edit import first_layer
from convlab.nn import SimpleConvNet
from convlab.nn.network_settings import open_network
from convlab.training.config import TrainingConfig
from convlab.ui.main_window import MainWindow
from convlab.ui.panels.draw import DrawPanel
from convlab.ui.panels.filters import FiltersPanel

ONE = Drawing((Stroke(np.array([[0.5, 0.2], [0.5, 0.8]]), 0.09),))


def network_that_answers(answer: int, filters: int = 3) -> SimpleConvNet:
    network = SimpleConvNet(conv_param={"filter_num": filters}, hidden_size=12)
    network.params["b3"][answer] = 5.0
    return network


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    path = tmp_path / "fours.safetensors"
    network_that_answers(4).save_params(path)
    return path


@pytest.fixture
def drawing(qtbot: QtBot, window: MainWindow) -> DrawPanel:
    """The Draw panel with a stroke on its paper."""
    panel = window.docks.panels["Draw"]
    assert isinstance(panel, DrawPanel)
    with qtbot.waitSignal(panel.model.changed):
        panel.canvas.set_drawing(ONE)
    return panel


def test_weights_of_a_file_answer_at_once_and_their_filters_are_shown(
    qtbot: QtBot, window: MainWindow, drawing: DrawPanel, weights: Path
) -> None:
    assert drawing.reading.answer.text() == "–"
    window.files.load_weights(weights)
    qtbot.waitUntil(lambda: drawing.reading.answer.text() == "4")
    assert drawing.reading.status.text() == "Read with the weights that were opened."
    assert window.notice.text == "Weights opened from fours.safetensors: SimpleConvNet."

    filters = window.docks.panels["Filters"]
    assert isinstance(filters, FiltersPanel)
    assert window.lab.predictor.network is not None
    np.testing.assert_array_equal(filters.model.after, window.lab.predictor.network.params["W1"])
    assert filters.model.before is None
    assert filters.grids.isVisible()


def test_trained_weights_are_saved_and_opened_again(
    qtbot: QtBot, person, window: MainWindow, drawing: DrawPanel, tmp_path: Path
) -> None:
    assert not window.files.save_weights.isEnabled()
    with (
        qtbot.waitSignal(window.lab.session.run_ended) as ended,
        qtbot.waitSignal(
            drawing.model.changed, check_params_cb=lambda: window.lab.predictor.iteration == 12
        ),
    ):
        person.click(window, window.controls.train)
    person.reach(window, State.IDLE)
    learned = drawing.model.probabilities
    path = tmp_path / "learned.safetensors"
    assert window.files.save_weights.isEnabled()
    window.files.write_weights(path)
    assert window.notice.text == "Weights saved as learned.safetensors."

    window.lab.predictor.use(network_that_answers(4), trained=True)
    qtbot.waitUntil(lambda: drawing.reading.answer.text() == "4")
    with qtbot.waitSignal(drawing.model.changed):
        window.files.load_weights(path)
    np.testing.assert_array_equal(drawing.model.probabilities, learned)
    network = window.lab.predictor.network
    assert network is not None
    for name, array in ended.args[0].params.items():
        np.testing.assert_array_equal(network.params[name], array)


def test_saving_says_that_it_is_the_changed_network(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original, path = network_that_answers(4), tmp_path / "changed.safetensors"
    window.lab.predictor.use(original, trained=True)
    edits = {0: first_layer(original).filters(original)[0].muted()}
    titles: list[str] = []

    def name_it(_: object, title: str, *__: object) -> tuple[str, str]:
        titles.append(title)
        return str(path), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", name_it)
    window.files.save_weights.trigger()
    assert window.notice.text == "Weights saved as changed.safetensors."
    window.lab.stand_in.edit_filters(edits)
    window.files.save_weights.trigger()
    assert titles == ["Save weights", "Save weights of the changed network"]
    assert window.notice.text == (
        "Weights of the changed network (1 filter edited) saved as changed.safetensors."
    )
    assert not open_network(path).params["W1"][0].any()


def test_a_network_of_ones_own_is_trained_and_its_weights_come_back_from_numpys_file(
    person, window: MainWindow, tiny_config: TrainingConfig, tmp_path: Path
) -> None:
    own = {"name": "OwnNetwork", "layers": ["Convolution filter_num=3", "Relu", "Affine size=9"]}
    window.lab.set_config(TrainingConfig.from_dict({**tiny_config.to_dict(), "network": own}))
    person.click(window, window.controls.train)
    person.reach(window, State.IDLE)
    trained = window.lab.predictor.network
    assert trained is not None
    window.files.write_weights(tmp_path / "own.npz")
    window.lab.predictor.use(network_that_answers(4), trained=True)
    window.files.load_weights(tmp_path / "own.npz")
    assert window.notice.text.startswith("Weights opened from own.npz: OwnNetwork. Drawing")
    opened = window.lab.predictor.network
    assert opened is not None
    assert opened.description == trained.description
    for name, array in trained.params.items():
        np.testing.assert_array_equal(opened.params[name], array)


def test_the_dialogs_show_every_kind_of_weights(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def cancel(*arguments: str) -> tuple[str, str]:
        asked.append(arguments[-1])
        return "", ""

    monkeypatch.setattr(QFileDialog, "getOpenFileName", cancel)
    window.files.open_weights.trigger()
    assert asked == ["Weights (*.safetensors *.npz *.pkl);;All files (*)"]


def test_settings_are_saved_and_opened_again(
    window: MainWindow, tiny_config: TrainingConfig, tmp_path: Path
) -> None:
    path = tmp_path / "mine.toml"
    window.files.write_settings(path)
    assert window.notice.text == "Settings saved as mine.toml."
    window.lab.set_config(TrainingConfig.from_dict({**tiny_config.to_dict(), "epochs": 77}))
    window.files.load_settings(path)
    assert window.lab.config == tiny_config
    assert window.notice.text == "Settings opened from mine.toml."


def test_the_dialogs_name_the_kind_of_file_and_add_its_ending(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, str]] = []

    def name_without_ending(_: object, title: str, start: str, kinds: str) -> tuple[str, str]:
        asked.append((title, kinds))
        return str(tmp_path / "mine"), kinds

    monkeypatch.setattr(QFileDialog, "getSaveFileName", name_without_ending)
    window.files.save_settings.trigger()
    assert asked == [("Save settings", "Settings (*.toml);;All files (*)")]
    assert TrainingConfig.load(tmp_path / "mine.toml") == window.lab.config


def test_a_dataset_is_opened_from_a_folder(
    qtbot: QtBot,
    window: MainWindow,
    tiny_dataset: Dataset,
    write_idx_folder: Callable[[Dataset, str], Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = str(write_idx_folder(tiny_dataset, "stripes"))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: folder)
    with qtbot.waitSignal(window.lab.dataset_changed):
        window.files.open_dataset.trigger()
    assert window.lab.config is not None
    assert window.lab.config.dataset == window.lab.dataset.name == folder


def test_a_dialog_that_is_canceled_changes_nothing(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    config, dataset = window.lab.config, window.lab.dataset
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: "")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("", ""))
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("", ""))
    files = window.files
    for action in (files.open_dataset, files.open_settings, files.save_settings):
        action.trigger()
    files.open_weights.trigger()
    assert (window.lab.config, window.lab.dataset) == (config, dataset)
    assert not window.notice.isVisible()


BadFile = Callable[[MainWindow, Path], None]


def empty_dataset(window: MainWindow, folder: Path) -> None:
    (folder / "empty").mkdir()
    window.files.load_dataset(str(folder / "empty"))


def cut_off_weights(window: MainWindow, folder: Path) -> None:
    network_that_answers(4).save_params(folder / "whole.safetensors")
    content = (folder / "whole.safetensors").read_bytes()
    (folder / "cut.safetensors").write_bytes(content[: len(content) // 2])
    window.files.load_weights(folder / "cut.safetensors")


def weights_with_nan(window: MainWindow, folder: Path) -> None:
    network = network_that_answers(4)
    network.params["W2"][0, 0] = np.nan
    network.save_params(folder / "nan.safetensors")
    window.files.load_weights(folder / "nan.safetensors")


def missing_weights(window: MainWindow, folder: Path) -> None:
    window.files.load_weights(folder / "gone.safetensors")


def unknown_setting(window: MainWindow, folder: Path) -> None:
    (folder / "odd.toml").write_text("epochs = 3\ncoffee = 2\n", encoding="utf-8")
    window.files.load_settings(folder / "odd.toml")


def no_toml(window: MainWindow, folder: Path) -> None:
    (folder / "prose.toml").write_text("train it well", encoding="utf-8")
    window.files.load_settings(folder / "prose.toml")


@pytest.mark.parametrize(
    ("open_it", "words"),
    [
        (empty_dataset, ("empty", "four MNIST files", "choose another")),
        (cut_off_weights, ("cut.safetensors", "damaged", "open weights")),
        (weights_with_nan, ("nan.safetensors", "W2", "1 number", "open weights")),
        (missing_weights, ("gone.safetensors", "no such file", "open weights")),
        (unknown_setting, ("coffee",)),
        (no_toml, ("not a TOML file",)),
    ],
)
@pytest.mark.usefixtures("long_run")
def test_a_bad_file_gets_a_sentence_and_the_run_goes_on(
    qtbot: QtBot,
    person,
    window: MainWindow,
    drawing: DrawPanel,
    tmp_path: Path,
    open_it: BadFile,
    words: tuple[str, ...],
) -> None:
    person.click(window, window.controls.train)
    qtbot.waitUntil(lambda: window.progress.iteration > 2)
    config, dataset = window.lab.config, window.lab.dataset
    network = window.lab.predictor.network

    open_it(window, tmp_path)
    said = person.dismiss()
    assert [word for word in words if word not in said] == [], said
    assert said.endswith(".")
    assert said.count("\n") == 0

    before = window.progress.iteration
    qtbot.waitUntil(lambda: window.progress.iteration > before + 2)
    assert window.lab.session.state is State.RUNNING
    assert (window.lab.config, window.lab.dataset) == (config, dataset)
    assert window.lab.predictor.network is network


def test_what_cannot_be_written_gets_a_sentence(
    person, window: MainWindow, weights: Path, tmp_path: Path
) -> None:
    nowhere = tmp_path / "a file, no folder"
    nowhere.touch()
    window.files.load_weights(weights)
    window.files.write_weights(nowhere / "w.safetensors")
    said = person.dismiss()
    assert said.startswith(f"{nowhere / 'w.safetensors'} cannot be written: ")
    assert said.endswith("; choose another place.")

    window.files.write_settings(nowhere / "s.toml")
    assert not window.notice.text.startswith("Settings saved")
    assert person.dismiss().startswith(f"{nowhere / 's.toml'} cannot be written: ")


@pytest.mark.usefixtures("long_run")
def test_weights_are_opened_only_between_runs_and_saved_also_during_one(
    person, window: MainWindow, tmp_path: Path
) -> None:
    assert window.files.open_weights.isEnabled()
    person.click(window, window.controls.step)
    person.reach(window, State.PAUSED)
    assert not window.files.open_weights.isEnabled()
    assert window.files.save_weights.isEnabled()
    window.files.write_weights(tmp_path / "now.safetensors")
    person.click(window, window.controls.stop)
    person.reach(window, State.IDLE)
    window.files.load_weights(tmp_path / "now.safetensors")
    assert window.notice.text.startswith(
        "Weights opened from now.safetensors: SimpleConvNet. Drawing"
    )
