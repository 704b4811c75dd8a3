import numpy as np
import pytest

from convlab.insight.activations import INPUT, activations
from convlab.insight.receptive_field import Region, receptive_fields, region_of, window_of
from convlab.nn.description import NetworkDescription
from convlab.nn.network_settings import build_network

OWN = NetworkDescription(
    "OwnNetwork",
    {"layers": ["Convolution filter_num=4 filter_size=3 pad=1", "Tanh",
                "LocalResponseNormalization n=3 alpha=1.0", "AveragePooling",
                "Convolution filter_num=3 filter_size=3 stride=2 pad=1", "BatchNormalization",
                "Sigmoid", "Subsampling", "Affine size=5"]},
    (2, 16, 16),
)  # fmt: skip
LENET = NetworkDescription("LeNet")


def outputs_of(network, image):
    return {name: out[0] for name, out in activations(network, image[np.newaxis]).items()}


def touched(network, image, layer, unit):
    """Which numbers of the image change a unit when they are changed, (C, H, W)."""
    before = outputs_of(network, image)[layer][unit]
    changed = np.zeros(image.shape, dtype=bool)
    for place in np.ndindex(image.shape):
        other = image.copy()
        other[place] += 0.5
        changed[place] = outputs_of(network, other)[layer][unit] != before
    return changed


def box(region, shape):
    mask = np.zeros(shape, dtype=bool)
    mask[
        region.channels.start : region.channels.stop,
        region.rows.start : region.rows.stop,
        region.columns.start : region.columns.stop,
    ] = True
    return mask


@pytest.mark.parametrize(
    ("layer", "unit"),
    [
        ("Conv1", (2, 0, 5)),
        ("Lrn1", (0, 7, 15)),
        ("AveragePool1", (3, 7, 0)),
        ("Conv2", (1, 0, 3)),
        ("Conv2", (1, 2, 2)),
        ("Sigmoid1", (2, 3, 3)),
        ("Sub1", (0, 1, 0)),
        ("Affine1", (4,)),
    ],
)
def test_exactly_the_pixels_of_the_field_change_a_unit(layer, unit):
    rng = np.random.default_rng(0)
    network = build_network(OWN, dtype=np.float64)
    image = rng.random(network.input_dim)
    field = receptive_fields(network, layer, unit)[INPUT]
    np.testing.assert_array_equal(
        touched(network, image, layer, unit), box(field, network.input_dim)
    )


def test_a_unit_of_lenets_second_pooling_sees_16_by_16_pixels_of_1998():
    fields = receptive_fields(build_network(LENET), "Sub2", (0, 2, 2))
    assert fields["Sub2"] == region_of((0, 2, 2))
    assert fields["Conv2"] == Region(range(1), range(4, 6), range(4, 6))
    assert fields["Sub1"] == Region(range(6), range(4, 10), range(4, 10))
    assert (len(fields[INPUT].rows), len(fields[INPUT].columns)) == (16, 16)


def test_the_padding_is_cut_off():
    fields = receptive_fields(build_network(LENET), "Conv1", (0, 0, 27))
    assert fields[INPUT] == Region(range(1), range(0, 3), range(25, 28))


def test_what_is_behind_a_layer_is_not_told():
    assert list(receptive_fields(build_network(LENET), "Conv1", (0, 0, 0))) == ["Conv1", INPUT]
    assert receptive_fields(build_network(LENET), INPUT, (0, 3, 4)) == {INPUT: region_of((0, 3, 4))}


def test_a_layer_that_is_not_there_is_refused():
    with pytest.raises(KeyError):
        receptive_fields(build_network(LENET), "Conv9", (0, 0, 0))


def test_layers_that_work_number_by_number_have_no_window():
    settings = dict(build_network(OWN).layer_settings)
    assert window_of(settings["Conv2"]) == (3, 2, 1)
    assert window_of(settings["Tanh1"]) is None


@pytest.mark.parametrize("channel", [0, 2, 5])
def test_normalization_looks_at_the_neighboring_channels_only(channel):
    lines = ["LocalResponseNormalization n=3 alpha=1.0"]
    network = build_network(
        NetworkDescription("OwnNetwork", {"layers": lines}, (6, 3, 3)), dtype=np.float64
    )
    image = np.random.default_rng(0).random((6, 3, 3))
    field = receptive_fields(network, "Lrn1", (channel, 1, 2))[INPUT]
    changed = touched(network, image, "Lrn1", (channel, 1, 2))
    np.testing.assert_array_equal(changed, box(field, (6, 3, 3)))


WIDE_PAD = NetworkDescription(
    "OwnNetwork",
    {"layers": ["Convolution filter_num=2 filter_size=3 pad=1",
                "Convolution filter_num=4 filter_size=3 pad=4"]},
    (1, 6, 6),
)  # fmt: skip


@pytest.mark.parametrize("unit", [(0, 0, 0), (1, 11, 11), (0, 0, 5)])
def test_a_unit_that_sees_only_padding_has_an_empty_field(unit):
    network = build_network(WIDE_PAD, dtype=np.float64)
    image = np.random.default_rng(0).random(network.input_dim)
    fields = receptive_fields(network, "Conv2", unit)
    for name in ("Conv1", INPUT):
        assert fields[name].is_empty, name
        assert all(part.stop >= part.start for part in (fields[name].rows, fields[name].columns))
    assert not touched(network, image, "Conv2", unit).any()


def test_a_unit_beside_the_padding_keeps_its_field():
    network = build_network(WIDE_PAD, dtype=np.float64)
    image = np.random.default_rng(0).random(network.input_dim)
    field = receptive_fields(network, "Conv2", (0, 2, 5))[INPUT]
    assert not field.is_empty
    np.testing.assert_array_equal(
        touched(network, image, "Conv2", (0, 2, 5)), box(field, network.input_dim)
    )
