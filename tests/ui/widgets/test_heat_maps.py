"""What the maps of a color image say about a pixel is true of all its channels."""

from dataclasses import replace

import numpy as np
import pytest

from convlab.app.why import Explanation
from convlab.insight.contributions import contributions
from convlab.insight.grad_cam import grad_cam
from convlab.insight.saliency import saliency
from convlab.nn import SimpleConvNet
from convlab.nn.networks.own_network import OwnNetwork
from convlab.ui.widgets.cell_numbers import in_digits
from convlab.ui.widgets.heat_maps import CHANNELS, HeatMaps


@pytest.fixture
def maps(qtbot, theme):
    maps = HeatMaps(theme)
    qtbot.addWidget(maps)
    maps.resize(680, 330)
    with qtbot.waitExposed(maps):
        maps.show()
    return maps


def explained(network, image):
    split = contributions(network, image, 3)
    names, gradient = tuple("0123456789"), saliency(network, image, 3)
    return Explanation(image, names, split, gradient, None, (), {})


def test_a_brighter_pixel_is_brighter_in_every_channel(maps, qtbot):
    network = SimpleConvNet((3, 12, 12), hidden_size=8, weight_init_std=0.3).copy(np.float64)
    image = np.random.default_rng(0).integers(0, 250, (3, 12, 12), np.uint8)
    maps.show_explanation(explained(network, image), None)
    with qtbot.waitSignal(maps.pointed) as pointed:
        maps.gradient.view._point_at((4, 6))
    bright = image / 255
    bright[:, 4, 6] += 1e-6
    scores = network.predict(np.stack([image / 255, bright]))[:, 3]
    slope = (scores[1] - scores[0]) / 1e-6
    (sentence,) = pointed.args
    strongest, _, together = sentence.partition(", column 7: gradient ")[2].partition(", ")
    told = together.removesuffix(" of all channels together (pixels run from 0 to 1).")
    assert float(told.replace("−", "-")) == pytest.approx(slope, rel=1e-3)
    gradient = saliency(network, image, 3)[:, 4, 6]
    number = int(np.abs(gradient).argmax())
    assert strongest == f"{in_digits(float(gradient[number]))} of {CHANNELS[number]}"


def test_on_blank_paper_no_change_is_claimed(maps, qtbot):
    lines = ["Convolution filter_num=2 filter_size=1", "Pooling"]
    network = OwnNetwork(lines, (1, 4, 4), 4, rng=np.random.default_rng(0), dtype=np.float64)
    image = np.zeros((1, 4, 4), np.uint8)
    maps.show_explanation(explained(network, image), None)
    with qtbot.waitSignal(maps.pointed) as pointed:
        maps.gradient.view._point_at((1, 1))
    bright = image / 255
    bright[0, 1, 1] += 0.01
    scores = network.predict(np.stack([image / 255, bright]))[:, 3]
    assert maps.gradient.value() == 0  # for max pooling took another one of four that tie
    assert abs(scores[1] - scores[0]) > 1e-6
    assert pointed.args == ["Row 2, column 2: gradient 0 (pixels run from 0 to 1)."]
    assert "where values tie, as in max pooling of blank areas" in maps.gradient.words.text()


def test_a_gray_image_has_one_number(maps, qtbot):
    network = SimpleConvNet((1, 12, 12), hidden_size=8).copy()
    image = np.random.default_rng(0).integers(0, 256, (1, 12, 12), np.uint8)
    maps.show_explanation(explained(network, image), None)
    with qtbot.waitSignal(maps.pointed) as pointed:
        maps.gradient.view._point_at((0, 0))
    assert "channels" not in pointed.args[0]


def test_where_nothing_speaks_against_the_scale_begins_at_zero(maps):
    network = SimpleConvNet((1, 12, 12), hidden_size=8).copy()
    image = np.random.default_rng(0).integers(0, 256, (1, 12, 12), np.uint8)
    explanation = replace(explained(network, image), cam=grad_cam(network, image, 3))
    maps.show_explanation(explanation, None)
    assert maps.cam.bar.lowest == "0"
    assert maps.gradient.bar.lowest.startswith("−")
