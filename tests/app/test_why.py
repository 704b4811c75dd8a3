"""The explanation follows the image, the network and the class that somebody chose."""

import csv
from dataclasses import replace

import numpy as np
import pytest

from convlab.app.why import NO_NETWORK, WhyModel
from convlab.nn import SimpleConvNet


@pytest.fixture
def model(lab):
    return WhyModel(lab, parent=lab)


def settle(qtbot, model):
    """Wait until nothing is on its way, and something is known if anything can be."""
    qtbot.waitUntil(lambda: not (model._parts.is_busy or model._covering.is_busy))
    qtbot.waitUntil(lambda: model.explanation is not None or model.problem != "")


def use_network(lab, seed=0):
    network = SimpleConvNet(
        conv_param={"filter_num": 4, "filter_size": 5},
        hidden_size=12,
        weight_init_std=0.1,
        rng=np.random.default_rng(seed),
    )
    lab.predictor.use(network, trained=True)
    return network


def test_without_a_network_it_says_what_to_do(model, qtbot):
    with qtbot.waitSignal(model.changed):
        model.set_watched(parts=True, covering=False)
    assert model.problem == NO_NETWORK
    assert model.explanation is None


def test_nothing_is_computed_while_nobody_watches(model, lab, qtbot):
    use_network(lab)
    with qtbot.assertNotEmitted(model.changed, wait=50):
        lab.examined.set_image(lab.dataset.test.images[3])
    assert model.explanation is None


def test_it_explains_the_answer_or_the_chosen_class(model, lab, qtbot):
    network = use_network(lab)
    model.set_watched(parts=True, covering=False)
    settle(qtbot, model)
    scores = network.predict(lab.examined.image[np.newaxis])[0]
    assert model.explanation.split.class_number == scores.argmax()
    other = int(scores.argmin())
    model.choose_class(other)
    qtbot.waitUntil(lambda: model.explanation.split.class_number == other)
    assert model.explanation.split.score == pytest.approx(scores[other], rel=1e-5)


def test_another_image_and_other_weights_are_explained_anew(model, lab, qtbot):
    use_network(lab)
    model.set_watched(parts=True, covering=True)
    settle(qtbot, model)
    first = model.explanation.split.score
    image = lab.dataset.test.images[4]
    with qtbot.waitSignal(model.changed):
        lab.examined.set_image(image)
    qtbot.waitUntil(lambda: model.explanation.image is image)
    second = model.explanation.split.score
    assert second != first
    use_network(lab, seed=1)
    qtbot.waitUntil(lambda: model.explanation.split.score != second)


def test_what_is_found_by_covering_belongs_to_the_explained_class(model, lab, qtbot):
    use_network(lab)
    model.set_watched(parts=True, covering=True)
    qtbot.waitUntil(lambda: model.covered is not None)
    assert model.covered.class_number == model.explanation.split.class_number
    assert model.covered.falls.shape == (28, 28)


def test_what_was_found_by_covering_another_image_is_not_shown(model, lab, qtbot):
    use_network(lab)
    model.set_watched(parts=True, covering=True)
    model.choose_class(3)
    qtbot.waitUntil(lambda: model.covered is not None and model.covered.class_number == 3)
    model.set_watched(parts=True, covering=False)  # so that the new image is not covered yet
    image = lab.dataset.test.images[4]
    lab.examined.set_image(image)
    qtbot.waitUntil(lambda: model.explanation.image is image)
    assert model.covered is None
    model.set_watched(parts=True, covering=True)
    qtbot.waitUntil(lambda: model.covered is not None)
    np.testing.assert_array_equal(model.covered.image, image)


def test_the_classes_have_the_names_of_then_until_they_are_explained_anew(model, lab, qtbot):
    use_network(lab)
    model.set_watched(parts=True, covering=False)
    settle(qtbot, model)
    letters = replace(lab.dataset, name="letters", class_names=tuple("abcdefghij"))
    lab.set_dataset(letters)
    assert model.explanation.class_names == tuple("0123456789")
    qtbot.waitUntil(lambda: model.explanation.class_names == tuple("abcdefghij"))


def test_a_chosen_unit_is_followed_until_a_network_lacks_it(model, lab, qtbot):
    use_network(lab)
    model.set_watched(parts=True, covering=False)
    settle(qtbot, model)
    unit = int(np.abs(model.explanation.split.stages[0].parts).argmax())
    part = float(model.explanation.split.stages[0].parts[unit])
    model.choose_unit("Relu2", unit)
    qtbot.waitUntil(lambda: model.explanation.split.stages[1].total == pytest.approx(part))
    assert model.through == {"Relu2": unit}
    small = SimpleConvNet(hidden_size=1, weight_init_std=0.1)
    model.choose_unit("Relu2", 5 if unit != 5 else 6)
    lab.predictor.use(small, trained=True)
    qtbot.waitUntil(lambda: model.through == {})
    qtbot.waitUntil(lambda: len(model.explanation.split.stages[0].parts) == 1)
    score = model.explanation.split.score
    qtbot.waitUntil(lambda: model.explanation.split.stages[1].total == pytest.approx(score))


def test_an_image_of_another_size_and_weights_that_are_no_numbers_are_told(model, lab, qtbot):
    network = use_network(lab)
    model.set_watched(parts=True, covering=False)
    settle(qtbot, model)
    lab.examined.set_image(np.zeros((3, 8, 8), np.uint8))
    sentence = "This network reads images of 1×28×28, but this one is 3×8×8."  # as everywhere
    qtbot.waitUntil(lambda: model.problem == sentence)
    assert model.explanation is None
    lab.examined.set_image(None)
    qtbot.waitUntil(lambda: model.problem == "")
    network.params["W1"][...] = np.nan
    lab.predictor.changed.emit()
    qtbot.waitUntil(lambda: "not finite" in model.problem)


def test_a_table_and_arrays_hold_the_numbers_behind_the_pictures(model, lab, qtbot, tmp_path):
    use_network(lab)
    model.set_watched(parts=True, covering=True)
    qtbot.waitUntil(lambda: model.covered is not None)
    model.to_csv(tmp_path / "why.csv")
    with (tmp_path / "why.csv").open() as file:
        rows = list(csv.DictReader(file))
    for stage in model.explanation.split.stages:
        own = [row for row in rows if row["layer"] == stage.layer and row["unit"] != "total"]
        added = sum(float(row["part"]) for row in own)  # the biases are among them
        assert added == pytest.approx(stage.total)
    model.to_npz(tmp_path / "why.npz", with_occlusion=True)
    with np.load(tmp_path / "why.npz", allow_pickle=False) as arrays:
        np.testing.assert_array_equal(
            arrays["Pool1_parts"], model.explanation.split.stages[1].parts
        )
        np.testing.assert_array_equal(arrays["occlusion"], model.covered.falls)
