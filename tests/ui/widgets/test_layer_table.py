"""The table of layers stays short enough to be read at a glance."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from convlab.nn.network import LayerShape
from convlab.training.config import TrainingConfig
from convlab.ui.theme import Theme
from convlab.ui.widgets.layer_table import FoldButton, LayerTable


def layers_of(network: str) -> list[LayerShape]:
    config = TrainingConfig.from_dict({"network": {"name": network}})
    return list(config.layer_shapes((1, 28, 28), 10, 1000))


def shown(table: LayerTable) -> list[str]:
    return [t[0] for row, t in enumerate(table.texts) if not table.isRowHidden(row)]


@pytest.fixture
def table(qtbot: QtBot, theme: Theme) -> Iterator[LayerTable]:
    parent = QWidget()
    qtbot.addWidget(parent)
    column = QVBoxLayout(parent)
    table = LayerTable(theme)
    column.addWidget(table)
    column.addWidget(FoldButton(table))
    with qtbot.waitExposed(parent):
        parent.show()
    yield table
    parent.hide()


def button_of(table: LayerTable) -> FoldButton:
    parent = table.parentWidget()
    assert parent is not None
    button = parent.findChild(FoldButton)
    assert button is not None
    return button


def test_a_short_network_is_shown_whole(table: LayerTable) -> None:
    layers = layers_of("SimpleConvNet")
    table.set_layers([layer.name for layer in layers], layers)
    assert shown(table) == [*(layer.name for layer in layers), "Total"]
    assert not button_of(table).isVisible()


def test_of_a_long_network_only_what_says_something_new(qtbot: QtBot, table: LayerTable) -> None:
    layers = layers_of("DeepConvNet")
    table.set_layers([layer.name for layer in layers], layers)
    assert len(layers) == 20
    assert shown(table) == [
        *("Conv1", "Conv2", "Pool1", "Conv3", "Conv4", "Pool2", "Conv5", "Conv6", "Pool3"),
        *("Affine1", "Affine2", "Total"),
    ]
    folded = table.height()
    assert button_of(table).text() == "Show all 20 layers"
    qtbot.mouseClick(button_of(table), Qt.MouseButton.LeftButton)
    assert shown(table) == [*(layer.name for layer in layers), "Total"]
    assert table.height() > folded
    assert button_of(table).text() == "Show fewer layers"
    qtbot.mouseClick(button_of(table), Qt.MouseButton.LeftButton)
    assert table.height() == folded


def test_the_rows_stay_while_a_setting_is_being_typed(table: LayerTable) -> None:
    layers = layers_of("DeepConvNet")
    names = [layer.name for layer in layers]
    table.set_layers(names, layers)
    before = shown(table)
    table.set_layers(names, [])
    assert shown(table) == before
    assert table.texts[0] == ("Conv1", "–", "–")


@pytest.mark.parametrize("network", ["SimpleConvNet", "AlexNet"])
def test_the_total_keeps_off_the_border(table: LayerTable, network: str) -> None:
    layers = layers_of(network)
    table.set_layers([layer.name for layer in layers], layers)
    last = table.visualRect(table.model().index(table.rowCount() - 1, 0))
    assert table.viewport().height() - last.bottom() >= 4
