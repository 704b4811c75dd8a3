import numpy as np
import pytest

from convlab.app.layer_outputs import COMPUTING, NO_NETWORK, LayerOutputs
from convlab.insight.activations import INPUT
from convlab.nn.description import NetworkDescription
from convlab.nn.network_settings import build_network

SMALL = NetworkDescription("SimpleConvNet", {"filter_num": 4, "hidden_size": 20})


@pytest.fixture
def outputs(lab):
    outputs = LayerOutputs(lab)
    outputs.set_watched(True)
    return outputs


def use_network(lab, description=SMALL):
    network = build_network(description)
    lab.predictor.use(network, trained=True)
    return network


def test_without_a_network_it_says_what_to_do(lab, qtbot):
    outputs = LayerOutputs(lab)
    with qtbot.waitSignal(outputs.changed):
        outputs.set_watched(True)
    assert outputs.seen is None
    assert outputs.problem == NO_NETWORK
    use_network(lab)
    assert outputs.problem == COMPUTING


def test_it_tells_what_every_layer_makes_of_the_image(lab, outputs, qtbot):
    network = use_network(lab)
    qtbot.waitUntil(lambda: outputs.seen is not None)
    seen = outputs.seen
    assert list(seen.outputs) == [INPUT, *network.layers]
    image = lab.examined.image
    np.testing.assert_allclose(seen.outputs[INPUT], image / 255, rtol=1e-6)
    assert seen.network is not network
    assert seen.network.params["W1"] is network.params["W1"]  # copying takes long where it is large
    scores = network.predict(image[np.newaxis])[0]
    np.testing.assert_allclose(list(seen.outputs.values())[-1], scores, rtol=1e-5)


def test_a_new_drawing_is_followed(lab, outputs, qtbot):
    use_network(lab)
    qtbot.waitUntil(lambda: outputs.seen is not None)
    drawing = np.full((1, 28, 28), 51, np.uint8)
    lab.examined.set_image(drawing, "Your drawing")
    qtbot.waitUntil(lambda: outputs.seen.title == "Your drawing")
    np.testing.assert_allclose(outputs.seen.outputs[INPUT], 0.2, rtol=1e-6)


def test_new_weights_are_followed_and_older_outputs_keep_their_own(lab, outputs, qtbot):
    network = use_network(lab)
    qtbot.waitUntil(lambda: outputs.seen is not None)
    former = outputs.seen
    weights = former.network.params["W1"].copy()
    network.adopt(network.params | {"W1": 2 * network.params["W1"]})
    lab.predictor.changed.emit()
    qtbot.waitUntil(lambda: outputs.seen is not former)
    np.testing.assert_array_equal(former.network.params["W1"], weights)
    np.testing.assert_allclose(
        outputs.seen.outputs["Conv1"], 2 * former.outputs["Conv1"], rtol=1e-5
    )


def test_an_image_of_another_size_is_told(lab, outputs, qtbot):
    use_network(lab)
    qtbot.waitUntil(lambda: outputs.seen is not None)
    lab.examined.set_image(np.zeros((3, 32, 32), np.uint8), "A frog")
    qtbot.waitUntil(lambda: outputs.seen is None)
    assert "1×28×28" in outputs.problem
    assert "3×32×32" in outputs.problem


def test_unwatched_it_computes_nothing(lab, qtbot):
    outputs = LayerOutputs(lab)
    use_network(lab)
    with qtbot.assertNotEmitted(outputs.changed, wait=50):
        lab.examined.set_image(np.zeros((1, 28, 28), np.uint8), "Your drawing")
    assert outputs.seen is None
