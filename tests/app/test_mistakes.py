"""The test images are read when there is something new, by whoever answers, if somebody looks."""

import csv
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from convlab.app.lab import Lab
from convlab.app.mistakes import MistakesModel, Reading
from convlab.app.session import State
from convlab.nn import SimpleConvNet
from convlab.training.config import TrainingConfig
from convlab.training.events import EpochEvaluated, RunStarted, SnapshotTaken


def network(favorite: int = 3, **settings: object) -> SimpleConvNet:
    """A network that takes everything for one class."""
    made = SimpleConvNet(hidden_size=4, rng=np.random.default_rng(0), **settings)
    made.params["b3"][favorite] = 3.0
    return made


@pytest.fixture
def model(lab: Lab) -> MistakesModel:
    model = MistakesModel(lab)
    model.set_watched(True)
    return model


def read(qtbot: QtBot, lab: Lab, model: MistakesModel) -> Reading:
    with qtbot.waitSignal(model.changed):
        lab.predictor.use(network(), trained=True)
    assert model.reading is not None
    return model.reading


def test_before_there_is_a_network_it_waits(lab: Lab, qtbot: QtBot) -> None:
    model = MistakesModel(lab)
    with qtbot.waitSignal(model.changed):
        model.set_watched(True)
    assert model.reading is None
    assert model.problem == ""


def test_it_reads_what_the_network_itself_would_read(
    lab: Lab, model: MistakesModel, qtbot: QtBot
) -> None:
    reading = read(qtbot, lab, model)
    test = lab.dataset.test
    probabilities = network().probabilities(test.images)
    np.testing.assert_array_equal(reading.answers.answers, probabilities.argmax(axis=1))
    np.testing.assert_allclose(reading.answers.certainty, probabilities.max(axis=1), rtol=1e-5)
    assert reading.accuracy == network().accuracy(test.images, test.labels)
    assert reading.matrix.sum() == len(test)
    assert reading.mistakes == len(model.numbers) == 18  # all but the two 3s of 20


def test_a_cell_lists_its_images_the_most_certain_first(
    lab: Lab, model: MistakesModel, qtbot: QtBot
) -> None:
    reading = read(qtbot, lab, model)
    model.choose_cell((5, 3))
    assert sorted(model.numbers.tolist()) == [5, 15]
    certainty = reading.answers.certainty[model.numbers]
    assert certainty[0] >= certainty[1]
    first = int(model.numbers[0])
    np.testing.assert_array_equal(model.images(0, 1)[0], lab.dataset.test.images[first])
    assert model.in_words(0).startswith(f"Test image {first + 1}, labeled 5, read as 3 (")
    model.choose_cell(None)
    assert len(model.numbers) == 18


def test_an_image_goes_to_the_canvas(lab: Lab, model: MistakesModel, qtbot: QtBot) -> None:
    read(qtbot, lab, model)
    number = int(model.numbers[2])
    with qtbot.waitSignal(lab.picture_shown) as shown:
        model.send(2)
    (picture,) = shown.args
    np.testing.assert_array_equal(picture.image, lab.dataset.test.images[number])
    assert picture.title == f"Test image {number + 1}, labeled {number % 10}"


def test_nobody_is_read_to_who_does_not_look(lab: Lab, qtbot: QtBot) -> None:
    model = MistakesModel(lab)
    with qtbot.assertNotEmitted(model.changed, wait=50):
        lab.predictor.use(network(), trained=True)
    with qtbot.waitSignal(model.changed):
        model.set_watched(True)
    assert model.reading is not None


def test_while_a_run_is_on_it_reads_after_each_epoch(
    lab: Lab, model: MistakesModel, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    read(qtbot, lab, model)
    before = model.reading
    monkeypatch.setattr(lab.session, "_state", State.RUNNING)
    with qtbot.assertNotEmitted(model.changed, wait=50):
        lab.predictor.changed.emit()  # a snapshot between two epochs
    with qtbot.waitSignal(model.changed):
        lab.session.epoch_evaluated.emit(EpochEvaluated(6, 1, 0.5, 0.5))
    assert model.reading is not before
    with qtbot.waitSignal(model.changed):
        lab.predictor.compare_untrained(True)  # which is another network
    monkeypatch.setattr(lab.session, "_state", State.IDLE)


def test_a_real_run_is_followed_to_its_end(
    lab: Lab, model: MistakesModel, qtbot: QtBot, tiny_config: TrainingConfig
) -> None:
    lab.session.start(tiny_config, lab.dataset)
    qtbot.waitUntil(lambda: not lab.session.is_busy)
    qtbot.waitUntil(lambda: model.reading is not None and model.reading.iteration == 12)
    answering = lab.predictor.answering
    assert answering is not None
    assert model.reading is not None
    test = lab.dataset.test
    assert model.reading.accuracy == pytest.approx(answering.accuracy(test.images, test.labels))


def test_a_pause_and_each_step_after_it_are_read(
    lab: Lab, model: MistakesModel, qtbot: QtBot, tiny_config: TrainingConfig
) -> None:
    lab.session.start(tiny_config, lab.dataset, paused=True)
    for iteration in (1, 2, 3):
        qtbot.waitUntil(
            lambda n=iteration: model.reading is not None and model.reading.iteration == n  # type: ignore[misc]
        )
        answering = lab.predictor.answering
        assert answering is not None
        assert model.reading is not None
        test = lab.dataset.test
        np.testing.assert_array_equal(
            model.reading.answers.answers, answering.probabilities(test.images).argmax(axis=1)
        )
        lab.session.step()


def test_the_time_machine_is_followed(lab: Lab, model: MistakesModel, qtbot: QtBot) -> None:
    read(qtbot, lab, model)
    lab.session.run_started.emit(
        RunStarted(1, 6, 0.1, network().description, dict(network().params))
    )
    for iteration, favorite in ((4, 5), (2, 7)):
        moment = SnapshotTaken(iteration, dict(network(favorite).params))
        lab.session.show_moment(moment)
        qtbot.waitUntil(
            lambda n=iteration: model.reading is not None and model.reading.iteration == n  # type: ignore[misc]
        )
        assert model.reading is not None
        assert set(model.reading.answers.answers.tolist()) == {favorite}


@pytest.mark.parametrize(
    ("other", "sentence"),
    [
        (network(input_dim=(3, 28, 28)), "This network reads images of 3×28×28, but"),
        (network(output_size=7), "This network has 7 answers, but Tiny stripes has 10 classes."),
    ],
)
def test_a_network_for_other_images_is_explained(
    lab: Lab, model: MistakesModel, qtbot: QtBot, other: SimpleConvNet, sentence: str
) -> None:
    read(qtbot, lab, model)
    with qtbot.waitSignal(model.changed):
        lab.predictor.use(other, trained=True)
    assert model.reading is None
    assert model.problem.startswith(sentence)
    assert len(model.numbers) == 0


def test_weights_out_of_range_are_explained(lab: Lab, model: MistakesModel, qtbot: QtBot) -> None:
    spoilt = network()
    spoilt.params["W3"][...] = np.nan
    with qtbot.waitSignal(model.changed):
        lab.predictor.use(spoilt, trained=True)
    assert "not finite" in model.problem


def test_tables_hold_the_matrix_and_every_answer(
    lab: Lab, model: MistakesModel, qtbot: QtBot, tmp_path: Path
) -> None:
    reading = read(qtbot, lab, model)
    model.matrix_to_csv(tmp_path / "matrix.csv")
    model.answers_to_csv(tmp_path / "answers.csv")
    header, *rows = csv.reader((tmp_path / "matrix.csv").read_text().splitlines())
    assert header == ["true class", *"0123456789"]
    np.testing.assert_array_equal([[int(n) for n in row[1:]] for row in rows], reading.matrix)
    lines = list(csv.DictReader((tmp_path / "answers.csv").read_text().splitlines()))
    assert len(lines) == 20
    assert (lines[4]["true class"], lines[4]["answer"]) == ("4", "3")
    assert float(lines[4]["probability"]) == reading.answers.certainty[4]
