from convlab.insight.architecture import Measured
from convlab.nn.description import NetworkDescription
from convlab.nn.network_settings import build_network
from convlab.ui.widgets.diagram_columns import NOTHING, ROWS, UNKNOWN, columns_of

LAYERS = build_network(
    NetworkDescription("SimpleConvNet", {"filter_num": 4, "hidden_size": 20})
).layer_shapes


def by_name(columns):
    return {column.name: dict(zip(ROWS, column.texts, strict=True)) for column in columns}


def test_what_follows_from_the_shapes_is_told_at_once():
    told = by_name(columns_of(LAYERS, {}))
    assert told["Input"]["Output"] == "1×28×28"
    assert told["Conv1"]["Output"] == "4×24×24"
    assert told["Conv1"]["Multiply-adds"] == f"{4 * 24 * 24 * 25:,}"
    assert told["Relu1"]["Parameters"] == NOTHING
    assert told["Conv1"]["Forward"] == told["Total"]["Memory"] == UNKNOWN
    total = sum(layer.parameter_count for layer in LAYERS)
    assert told["Total"]["Parameters"] == f"{total:,}"


def test_what_was_measured_is_told_and_added_up():
    measured = {layer.name: Measured(1_000_000, 2.0, 0.001) for layer in LAYERS}
    told = by_name(columns_of(LAYERS, measured))
    assert told["Pool1"]["Memory"] == "1.0 MB"
    assert told["Pool1"]["Forward"] == "2.00 ms"
    assert told["Pool1"]["Backward"] == "< 0.01 ms"
    assert told["Total"]["Forward"] == "12.0 ms"


def test_shares_compare_the_layers_of_a_row():
    columns = {column.name: column for column in columns_of(LAYERS, {})}
    parameters = ROWS.index("Parameters")
    assert columns["Affine1"].shares[parameters] == 1.0
    assert columns["Relu1"].shares[parameters] == 0.0
    assert columns["Conv1"].shares[parameters] == 104 / (4 * 144 * 20 + 20)


def test_without_layers_there_are_no_columns():
    assert columns_of([], {}) == ()
