"""The curves model keeps what a session tells, smooths it, and writes it down."""

import csv
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from convlab.app.curves import CurvesModel
from convlab.app.session import Session
from convlab.nn.description import NetworkDescription
from convlab.training.events import EpochEvaluated, LearningRateChanged, RunStarted, StepDone


@pytest.fixture
def session(qtbot: QtBot) -> Session:
    return Session()


@pytest.fixture
def model(session: Session) -> CurvesModel:
    return CurvesModel(session)


def start(session: Session, epochs: int = 3, iterations_per_epoch: int = 4) -> None:
    description = NetworkDescription("SimpleConvNet")
    session.run_started.emit(RunStarted(epochs, iterations_per_epoch, 0.1, description, {}))


def learn(session: Session, losses: list[float], after: int = 0, per_epoch: int = 4) -> None:
    session.steps_done.emit(
        [
            StepDone(iteration, (iteration - 1) // per_epoch + 1, loss)
            for iteration, loss in enumerate(losses, start=after + 1)
        ]
    )


def test_it_is_empty_before_any_run(model: CurvesModel) -> None:
    assert model.is_empty
    assert model.epochs == 0
    assert model.reading_at(1) is None
    assert len(model.losses) == 0


def test_steps_are_kept_in_order_beyond_the_first_buffer(
    session: Session, model: CurvesModel
) -> None:
    start(session)
    losses = np.random.default_rng(0).random(5000)
    for after in range(0, 5000, 100):
        learn(session, losses[after : after + 100].tolist(), after)
    np.testing.assert_array_equal(model.losses, losses)
    np.testing.assert_array_equal(model.iterations, np.arange(1, 5001))
    assert len(model.smoothed) == 5000


def test_views_that_were_handed_out_do_not_change(session: Session, model: CurvesModel) -> None:
    start(session)
    learn(session, [3.0, 2.0])
    drawn = model.losses
    learn(session, [1.0], after=2)
    start(session)
    learn(session, [9.0, 9.0])
    assert drawn.tolist() == [3.0, 2.0]
    assert not drawn.flags.writeable


def test_one_drain_tells_once(session: Session, model: CurvesModel, qtbot: QtBot) -> None:
    told: list[None] = []
    model.changed.connect(lambda: told.append(None))
    with qtbot.waitSignal(model.changed):
        start(session)
        learn(session, [2.3, 2.2, 2.1, 2.0])
        session.epoch_evaluated.emit(EpochEvaluated(4, 1, 0.5, 0.4))
        learn(session, [1.9], after=4)
        session.learning_rate_changed.emit(LearningRateChanged(5, 0.01))
    assert told == [None]


def test_a_new_run_forgets_the_last_one(session: Session, model: CurvesModel, qtbot: QtBot) -> None:
    start(session)
    learn(session, [2.0])
    session.epoch_evaluated.emit(EpochEvaluated(1, 1, 0.5, 0.4))
    session.learning_rate_changed.emit(LearningRateChanged(1, 0.01))
    with qtbot.waitSignal(model.reset):
        start(session, epochs=7, iterations_per_epoch=9)
    assert model.is_empty
    assert (model.epochs, model.iterations_per_epoch) == (7, 9)
    assert not model.evaluations
    assert not model.learning_rate_changes


def test_smoothing_can_change_at_any_time(session: Session, model: CurvesModel) -> None:
    start(session)
    learn(session, [4.0, 2.0])
    model.set_smoothing(0.0)
    assert model.smoothed.tolist() == [4.0, 2.0]
    model.set_smoothing(0.5)
    learn(session, [2.0], after=2)
    np.testing.assert_allclose(model.smoothed, [4.0, 8 / 3, 16 / 7])


def test_smoothing_outlives_a_run(session: Session, model: CurvesModel) -> None:
    model.set_smoothing(0.25)
    start(session)
    assert model.smoothing == 0.25


def test_a_loss_that_is_not_finite_is_kept_but_not_smoothed(
    session: Session, model: CurvesModel
) -> None:
    start(session)
    learn(session, [2.0, float("nan"), float("inf"), 2.0])
    assert np.isnan(model.losses[1])
    assert np.isinf(model.losses[2])
    np.testing.assert_allclose(model.smoothed, 2.0)


def test_reading_is_of_the_nearest_step_and_the_last_evaluation(
    session: Session, model: CurvesModel
) -> None:
    start(session)
    learn(session, [8.0, 7.0, 6.0, 5.0])
    session.epoch_evaluated.emit(EpochEvaluated(4, 1, 0.5, 0.4))
    learn(session, [4.0], after=4)
    early, late = model.reading_at(2.4), model.reading_at(np.inf)
    assert early is not None
    assert late is not None
    assert (early.iteration, early.epoch, early.loss) == (2, 1, 7.0)
    assert early.train_accuracy is None
    assert (late.iteration, late.epoch, late.loss) == (5, 2, 4.0)
    assert (late.train_accuracy, late.test_accuracy) == (0.5, 0.4)
    first = model.reading_at(-100)
    assert first is not None
    assert (first.iteration, first.epoch, first.loss) == (0, None, None)  # nothing learned yet
    assert first.train_accuracy is None


def test_csv_has_every_step_with_the_learning_rate_it_was_made_with(
    session: Session, model: CurvesModel, tmp_path: Path
) -> None:
    start(session, iterations_per_epoch=2)
    learn(session, [2.5, 2.0], per_epoch=2)
    session.epoch_evaluated.emit(EpochEvaluated(2, 1, 0.75, 0.5))
    session.learning_rate_changed.emit(LearningRateChanged(2, 0.05))
    session.learning_rate_changed.emit(LearningRateChanged(2, 0.01))
    learn(session, [float("nan")], after=2, per_epoch=2)
    model.to_csv(tmp_path / "curves.csv")
    with (tmp_path / "curves.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows == [
        ["iteration", "epoch", "loss", "learning_rate", "train_accuracy", "test_accuracy"],
        ["1", "1", "2.5", "0.1", "", ""],
        ["2", "1", "2.0", "0.1", "0.75", "0.5"],
        ["3", "2", "nan", "0.01", "", ""],
    ]


def test_csv_into_a_file_that_is_a_folder_fails_with_oserror(
    model: CurvesModel, tmp_path: Path
) -> None:
    with pytest.raises(IsADirectoryError):
        model.to_csv(tmp_path)
