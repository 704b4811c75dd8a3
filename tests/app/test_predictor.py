import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QThreadPool
from pytestqt.qtbot import QtBot

from convlab.app.lab import Lab
from convlab.app.predictor import Predictor
from convlab.app.session import Session
from convlab.data.dataset import ImageSet
from convlab.nn import SimpleConvNet
from convlab.training.events import RunStarted, SnapshotTaken, frozen_copy

CONV_PARAM = {"filter_num": 2, "filter_size": 5, "pad": 0, "stride": 1}
IMAGE = np.random.default_rng(0).integers(0, 256, (1, 28, 28), dtype=np.uint8)
OTHER_IMAGES = ImageSet(IMAGE[np.newaxis], np.zeros(1, np.intp))


def network(seed: int, size: int = 28) -> SimpleConvNet:
    rng = np.random.default_rng(seed)
    return SimpleConvNet((1, size, size), CONV_PARAM, 5, weight_init_std=0.5, rng=rng)


def started(net: SimpleConvNet) -> RunStarted:
    return RunStarted(1, 10, 0.1, net.description, frozen_copy(net.params))


@pytest.fixture
def session(qtbot: QtBot) -> Session:
    return Session()


@pytest.fixture
def predictor(session: Session) -> Predictor:
    return Predictor(session)


def test_without_a_network_there_is_no_answer(predictor: Predictor) -> None:
    assert predictor.network is None
    assert not predictor.is_trained
    assert predictor.probabilities(IMAGE) is None


def test_a_run_that_has_just_begun_answers_but_is_untrained(
    session: Session, predictor: Predictor, qtbot: QtBot
) -> None:
    net = network(0)
    with qtbot.waitSignal(predictor.changed):
        session.run_started.emit(started(net))
    answer = predictor.probabilities(IMAGE)
    assert answer is not None
    np.testing.assert_allclose(answer, net.probabilities(IMAGE[np.newaxis])[0], atol=1e-6)
    assert not predictor.is_trained
    assert predictor.iteration == 0


def test_each_snapshot_changes_the_answer(
    session: Session, predictor: Predictor, qtbot: QtBot
) -> None:
    session.run_started.emit(started(network(0)))
    for iteration, net in ((3, network(1)), (7, network(2))):
        with qtbot.waitSignal(predictor.changed):
            session.weights_shown.emit(SnapshotTaken(iteration, frozen_copy(net.params)))
        answer = predictor.probabilities(IMAGE)
        assert answer is not None
        np.testing.assert_allclose(answer, net.probabilities(IMAGE[np.newaxis])[0], atol=1e-6)
        assert predictor.is_trained
        assert predictor.iteration == iteration


@pytest.mark.parametrize(("iteration", "trained"), [(10, True), (0, False)])
def test_the_end_of_a_run_leaves_its_last_weights(
    iteration: int, trained: bool, session: Session, predictor: Predictor
) -> None:
    session.run_started.emit(started(network(0)))
    last = frozen_copy(network(1).params)
    session.weights_shown.emit(SnapshotTaken(iteration, last))
    assert predictor.network is not None
    np.testing.assert_array_equal(predictor.network.params["W1"], last["W1"])
    assert predictor.is_trained is trained


def test_an_opened_network_answers_until_the_next_run(
    session: Session, predictor: Predictor, qtbot: QtBot
) -> None:
    opened = network(3)
    with qtbot.waitSignals([predictor.network_opened, predictor.changed]):
        predictor.use(opened, trained=True)
    assert predictor.network is opened
    assert predictor.is_trained
    with qtbot.assertNotEmitted(predictor.network_opened):
        session.run_started.emit(started(network(0)))
    assert predictor.network is not opened
    assert not predictor.is_trained


def test_opened_weights_answer_until_a_moment_of_the_run_is_shown(
    session: Session, predictor: Predictor, qtbot: QtBot
) -> None:
    session.run_started.emit(started(network(0)))
    for opened in (network(3), network(4, size=14)):  # the same layers, and other ones
        its_own = opened.params["W1"].copy()
        predictor.use(opened, trained=True, learned_from=OTHER_IMAGES)
        moment = frozen_copy(network(1).params)
        with qtbot.waitSignal(predictor.network_opened):
            session.weights_shown.emit(SnapshotTaken(7, moment))
        assert predictor.network is not None
        np.testing.assert_array_equal(predictor.network.params["W1"], moment["W1"])
        np.testing.assert_array_equal(opened.params["W1"], its_own)  # no less than its file
        assert (predictor.origin, predictor.iteration) == ("run", 7)
        assert predictor.learned_from is None  # nobody knows the images of this run
        assert predictor.probabilities(IMAGE) is not None
    with qtbot.assertNotEmitted(predictor.network_opened):
        session.weights_shown.emit(SnapshotTaken(8, frozen_copy(network(2).params)))


def test_the_untrained_network_answers_for_comparison_until_another_comes(
    session: Session, predictor: Predictor, qtbot: QtBot
) -> None:
    predictor.compare_untrained(True)  # there is nothing to compare yet
    assert not predictor.is_compared
    trained = network(1)
    predictor.use(trained, trained=True)
    with qtbot.waitSignal(predictor.changed):
        predictor.compare_untrained(True)
    assert (predictor.is_trained, predictor.can_compare) == (False, True)
    assert predictor.network is trained  # which is what would be saved
    untrained = predictor.probabilities(IMAGE)
    predictor.compare_untrained(False)
    answer = predictor.probabilities(IMAGE)
    np.testing.assert_allclose(answer, trained.probabilities(IMAGE[np.newaxis])[0], atol=1e-6)
    assert not np.array_equal(untrained, answer)
    predictor.compare_untrained(True)
    session.run_started.emit(started(network(0)))
    assert not predictor.is_compared


def test_it_knows_which_images_a_run_learns_from(lab: Lab, qtbot: QtBot) -> None:
    assert lab.config is not None
    lab.predictor.use(network(3), trained=True)
    assert (lab.predictor.origin, lab.predictor.learned_from) == ("file", None)
    with qtbot.waitSignal(lab.session.run_ended):
        lab.session.start(lab.config, lab.dataset)
    assert (lab.predictor.origin, lab.predictor.learned_from) == ("run", lab.dataset.train)


def test_it_computes_in_the_type_of_the_run(session: Session, predictor: Predictor) -> None:
    double = network(0)
    double.astype(np.float64)
    session.run_started.emit(started(double))
    answer = predictor.probabilities(IMAGE)
    assert answer is not None
    assert answer.dtype == np.float64


def test_an_image_of_another_size_has_no_answer(session: Session, predictor: Predictor) -> None:
    session.run_started.emit(started(network(0, size=14)))
    assert predictor.probabilities(IMAGE) is None


def test_after_a_run_it_has_the_weights_that_the_run_left_and_nobody_can_change_them(
    lab: Lab, qtbot: QtBot
) -> None:
    assert lab.config is not None
    with qtbot.waitSignal(lab.session.run_ended) as ended:
        lab.session.start(lab.config, lab.dataset)
    assert ended.args is not None
    assert lab.predictor.is_trained
    assert lab.predictor.iteration == 12
    assert lab.predictor.network is not None
    for name, array in lab.predictor.network.params.items():
        np.testing.assert_array_equal(array, ended.args[0].params[name])
        assert not array.flags.writeable


def test_a_large_untrained_network_answers_soon(
    session: Session, predictor: Predictor, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("convlab.app.predictor.LARGE", 0)
    net = network(0)
    session.run_started.emit(started(net))
    session.weights_shown.emit(SnapshotTaken(3, frozen_copy(net.params)))
    predictor.compare_untrained(True)
    assert predictor.is_compared
    assert predictor.is_trained  # until the other is there
    qtbot.waitUntil(lambda: not predictor.is_trained)
    assert predictor.answering is not predictor.network
    predictor.compare_untrained(False)
    predictor.compare_untrained(True)
    predictor.compare_untrained(False)  # before it was there
    QThreadPool.globalInstance().waitForDone()
    QCoreApplication.processEvents()
    assert predictor.answering is predictor.network
