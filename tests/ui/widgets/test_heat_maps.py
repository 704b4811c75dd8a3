"""What the maps of a color image say about a pixel is true of all its channels."""

from dataclasses import replace

import numpy as np
import pytest

from convlab.app.why import Explanation
from convlab.insight.contributions import contributions
from convlab.insight.grad_cam import grad_cam
from convlab.insight.saliency import saliency
from convlab.nn import SimpleConvNet
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
    told = sentence.partition("brighter by 1% changes the score by ")[2].partition(", ")[0]
    assert float(told.replace("−", "-")) == pytest.approx(slope / 100, rel=1e-3)
    number = int(np.abs(saliency(network, image, 3)[:, 4, 6]).argmax())
    assert f"{CHANNELS[number]} alone by " in sentence


def test_a_gray_image_has_one_number(maps, qtbot):
    network = SimpleConvNet((1, 12, 12), hidden_size=8).copy()
    image = np.random.default_rng(0).integers(0, 256, (1, 12, 12), np.uint8)
    maps.show_explanation(explained(network, image), None)
    with qtbot.waitSignal(maps.pointed) as pointed:
        maps.gradient.view._point_at((0, 0))
    assert "alone" not in pointed.args[0]


def test_where_nothing_speaks_against_the_scale_begins_at_zero(maps):
    network = SimpleConvNet((1, 12, 12), hidden_size=8).copy()
    image = np.random.default_rng(0).integers(0, 256, (1, 12, 12), np.uint8)
    explanation = replace(explained(network, image), cam=grad_cam(network, image, 3))
    maps.show_explanation(explanation, None)
    assert maps.cam.bar.lowest == "0"
    assert maps.gradient.bar.lowest.startswith("−")
