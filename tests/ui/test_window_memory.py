"""What panels show is remembered with the layout of the window."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QSettings

from convlab.app.lab import Lab
from convlab.paths import config_dir
from convlab.ui.main_window import MainWindow
from convlab.ui.panels.curves import CurvesPanel
from convlab.ui.panels.filters import FiltersPanel
from convlab.ui.theme import Theme
from convlab.ui.widgets.filter_pictures import FilterColors
from convlab.ui.window_memory import WindowMemory

Open = Callable[[MainWindow], MainWindow]


def curves_of(window: MainWindow) -> CurvesPanel:
    panel = window.docks.panels["Curves"]
    assert isinstance(panel, CurvesPanel)
    return panel


def filters_of(window: MainWindow) -> FiltersPanel:
    panel = window.docks.panels["Filters"]
    assert isinstance(panel, FiltersPanel)
    return panel


def test_the_next_window_shows_filters_as_the_last_one_did(
    window: MainWindow, lab: Lab, theme: Theme, opened: Open
) -> None:
    panel = filters_of(window)
    panel.model.choose_layer("Conv2")
    panel.color_choice.choose("gray", "grid")
    panel.color_choice.choose("diverging", "filter")
    window.close()
    again = filters_of(opened(MainWindow(lab, theme, WindowMemory())))
    assert again.model.wanted_layer == "Conv2"
    assert again.color_choice.value() == FilterColors("diverging", "filter")
    again.color_choice.choose("gray")
    assert again.color_choice.value() == FilterColors("gray", "grid")


@pytest.mark.parametrize("value", ["", "nonsense", b"\x00", ["a", "list"]])
def test_damaged_choices_are_passed_over(
    lab: Lab, theme: Theme, opened: Open, value: object
) -> None:
    settings = QSettings(str(config_dir() / "window.ini"), QSettings.Format.IniFormat)
    for name in ("layer", "colors", "gray_scale"):
        settings.setValue(f"filters/{name}", value)
    settings.sync()
    panel = filters_of(opened(MainWindow(lab, theme, WindowMemory())))
    assert panel.color_choice.value() == FilterColors("gray", "filter")


def test_the_next_window_shows_curves_as_the_last_one_did(
    window: MainWindow, lab: Lab, theme: Theme, opened: Open
) -> None:
    panel = curves_of(window)
    panel.loss.log_box.setChecked(True)
    panel.loss.smoothing_slider.setValue(30)
    panel.accuracy.toggles["Test"].setChecked(False)
    window.close()
    again = curves_of(opened(MainWindow(lab, theme, WindowMemory())))
    assert again.loss.log_box.isChecked()
    assert again.model.smoothing == 0.3
    assert not again.accuracy.toggles["Test"].isChecked()
    assert again.accuracy.toggles["Train"].isChecked()
