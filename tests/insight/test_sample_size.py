from convlab.insight.sample_size import affordable, products
from convlab.nn.description import NetworkDescription
from convlab.nn.network_settings import build_network

SMALL = NetworkDescription("SimpleConvNet", {"filter_num": 4, "hidden_size": 20})


def test_the_products_of_a_network_are_those_of_its_convolution_and_affine_layers():
    convolution = 4 * 24 * 24 * 25
    affine = 4 * 12 * 12 * 20 + 20 * 10
    assert products(build_network(SMALL)) == convolution + affine


def test_as_many_images_are_taken_as_the_budget_allows():
    network = build_network(SMALL)
    each = products(network)
    assert affordable(network, 64, 1e12) == 64
    assert affordable(network, 64, 20 * each) == 20
    assert affordable(network, 64, each) == 8
    assert affordable(network, 5, each) == 5
