import numpy as np
import pytest

from convlab.insight.activations import activations
from convlab.insight.unit_sum import unit_sum
from convlab.nn.description import NetworkDescription
from convlab.nn.network_settings import build_network
from convlab.ui.widgets.contribution_rows import MOST, contributions


@pytest.fixture(scope="module")
def ran():
    rng = np.random.default_rng(0)
    network = build_network(NetworkDescription("SimpleConvNet"), dtype=np.float64)
    images = rng.random((1, 1, 28, 28))
    outputs = {name: out[0] for name, out in activations(network, images).items()}
    return network, outputs


@pytest.mark.parametrize(("layer", "is_flat"), [("Affine1", False), ("Affine2", True)])
def test_all_rows_together_are_the_units_value(ran, layer, is_flat):
    told = unit_sum(*ran, layer, (3,))
    rows = contributions(told, is_flat=is_flat)
    assert sum(row.product for row in rows) == pytest.approx(told.value, rel=1e-9)


def test_the_largest_come_first_and_are_named(ran):
    told = unit_sum(*ran, "Affine1", (3,))
    *largest, others, bias = contributions(told, is_flat=False)
    sizes = [abs(row.product) for row in largest]
    assert len(sizes) == MOST
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] == np.abs(told.products).max()
    channel, row, column = np.unravel_index(np.abs(told.products).argmax(), told.products.shape)
    assert largest[0].name == f"Pool1, map {channel + 1}, row {row + 1}, column {column + 1}"
    assert others.name == f"{4320 - MOST:,} others"
    assert bias.name == "Bias"


def test_units_of_the_layer_before_are_called_units(ran):
    rows = contributions(unit_sum(*ran, "Affine2", (0,)), is_flat=True)
    assert rows[0].name.startswith("Relu2, unit ")
