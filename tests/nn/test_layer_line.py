"""A layer is written as its kind and name=value; whatever else is written is told in words."""

import pytest

from convlab.errors import ConvlabError
from convlab.nn.layer import LAYERS, LayerSettings
from convlab.nn.layer_line import LONGEST_LINE, default_lines, layer_from_line
from convlab.nn.layers.affine import AffineSettings
from convlab.nn.layers.convolution import ConvolutionSettings
from convlab.nn.layers.dropout import DropoutSettings
from convlab.nn.layers.local_response_normalization import LocalResponseNormalizationSettings
from convlab.nn.layers.relu import ReluSettings


@pytest.mark.parametrize(
    ("line", "layer"),
    [
        ("Relu", ReluSettings()),
        ("Convolution", ConvolutionSettings()),
        ("Convolution filter_num=16 pad=1", ConvolutionSettings(filter_num=16, pad=1)),
        ("  convolution   pad=1 ", ConvolutionSettings(pad=1)),
        ("AFFINE size = 50", AffineSettings(50)),
        ("Dropout dropout_ratio=.25", DropoutSettings(0.25)),
        ("Dropout dropout_ratio=0", DropoutSettings(0)),
        (
            "LocalResponseNormalization n=3 alpha=1e-3",
            LocalResponseNormalizationSettings(n=3, alpha=0.001),
        ),
    ],
)
def test_a_line_names_a_kind_and_some_settings(line: str, layer: LayerSettings) -> None:
    assert layer_from_line(line) == layer


@pytest.mark.parametrize("line", default_lines())
def test_every_kind_is_offered_with_all_of_its_defaults(line: str) -> None:
    assert layer_from_line(line) == LAYERS.get(line.split()[0])()


def test_no_kind_is_missing_from_the_offers() -> None:
    assert [line.split()[0] for line in default_lines()] == list(LAYERS.names())


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("", "The line is empty; write one of Affine, AveragePooling, "),
        (" \t", "The line is empty"),
        ("Poolng", "There is no layer called 'Poolng'. Did you mean Pooling? Known: Affine, "),
        ("SoftmaxWithLoss", "There is no layer called 'SoftmaxWithLoss'."),
        ("=3", "There is no layer called '=3'."),
        ("Affine 50", "Affine has no setting called '50'; it has size, written as size=100."),
        ("Pooling size=2", "called 'size'; it has pool_size, stride, written as pool_size=2."),
        ("Relu Relu", "Relu has no setting called 'Relu'; it has none."),
        ("Convolution pad=1 pad=2", "pad is there twice; keep one of the two."),
        ("Convolution filter_num=0", "Filters must be a whole number (1 to 512); received 0."),
        ("Convolution filter_num=16.0", "(1 to 512); received 16.0."),
        ("Convolution filter_num=1e3", "(1 to 512); received 1000.0."),
        ("Convolution filter_num=2**3", "(1 to 512); received '2**3'."),
        ("Convolution filter_num=", "(1 to 512); received ''."),
        ("Convolution filter_num=__import__('os')", "received \"__import__('os')\"."),
        ("Affine size=" + "9" * 100, "(1 to 8,192); received 9999"),
        ("Dropout dropout_ratio=nan", "(at least 0, below 1); received nan."),
        ("Dropout dropout_ratio=1", "(at least 0, below 1); received 1."),
        ("Dropout dropout_ratio=inf", "received inf."),
        ("Relu" + " " * LONGEST_LINE, "A line has at most 200 characters; this has 204."),
    ],
)
def test_what_is_no_layer_is_refused_in_a_sentence(line: str, sentence: str) -> None:
    with pytest.raises(ConvlabError) as refused:
        layer_from_line(line)
    assert sentence in str(refused.value)
    assert len(str(refused.value)) < 300


def test_all_wrong_values_of_a_line_are_told_at_once() -> None:
    with pytest.raises(ConvlabError, match=r"Window must be .* Stride must be"):
        layer_from_line("Pooling pool_size=0 stride=0")
