import pytest

from convlab.insight.filter_layers import FilterLayer, filter_layers
from convlab.nn.description import NetworkDescription
from convlab.nn.network_settings import NETWORKS, build_network


def test_the_simple_network_has_one_layer_with_filters():
    (layer,) = filter_layers(NetworkDescription("SimpleConvNet", {"filter_num": 6}))
    assert layer == FilterLayer("Conv1", "W1", (6, 1, 5, 5))
    assert (layer.filters, layer.channels) == (6, 1)


def test_a_subsampling_that_learns_takes_a_number_but_has_no_filters():
    layers = filter_layers(NetworkDescription("LeNet", {"pooling": "subsampling"}))
    assert [(layer.name, layer.key) for layer in layers] == [("Conv1", "W1"), ("Conv2", "W3")]


def test_max_pooling_takes_none():
    layers = filter_layers(NetworkDescription("LeNet", {"pooling": "max"}))
    assert [(layer.name, layer.key) for layer in layers] == [("Conv1", "W1"), ("Conv2", "W2")]


@pytest.mark.parametrize("name", NETWORKS.names())
def test_every_layer_of_filters_is_found_where_its_weights_are(name):
    network = build_network(NetworkDescription(name))
    layers = filter_layers(network.description)
    for layer in layers:
        assert network.params[layer.key].shape == layer.shape
        assert network.layers[layer.name].W is network.params[layer.key]
    with_four_axes = {key for key, array in network.params.items() if array.ndim == 4}
    assert {layer.key for layer in layers} == with_four_axes
