"""A setting says all about itself: a form, the command line and the checks read it from there."""

from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import numpy as np
import pytest
from annotated_types import Ge, Gt, Le, Lt, MaxLen

from convlab.errors import SettingsError
from convlab.settings import About, Offers, check_settings, settings_of


@dataclass
class Oven:
    """One setting of each kind."""

    heat: Annotated[float, Gt(0), Le(300), About("Heat", "How hot it is.", "°C")] = 180.0
    racks: Annotated[int, Ge(1), Le(1000), About("Racks", "How many there are.")] = 2
    mode: Annotated[Literal["fan", "grill"], About("Mode", "How it heats.")] = "fan"
    name: Annotated[str, About("Name", "What it is called.")] = field(default_factory=lambda: "A")
    lit: Annotated[bool, About("Light", "Whether one sees inside.")] = True
    share: Annotated[float, Ge(0), Lt(1), About("Share", "How full it is.")] = 0.5
    cakes: Annotated[
        list[str], MaxLen(3), Offers(lambda: ["Tart"]), About("Cakes", "What is in it.")
    ] = field(default_factory=lambda: ["Pie"])
    serial: int = 7
    age: Annotated[int, About("Age", "Not chosen.")] = field(default=0, init=False)


SETTINGS = {setting.name: setting for setting in settings_of(Oven)}


def test_settings_are_the_fields_that_say_something_about_themselves() -> None:
    assert list(SETTINGS) == ["heat", "racks", "mode", "name", "lit", "share", "cakes"]


def test_a_setting_knows_its_type_default_and_limits() -> None:
    heat, racks, mode = SETTINGS["heat"], SETTINGS["racks"], SETTINGS["mode"]
    assert (heat.type, heat.default, heat.above, heat.highest) == (float, 180.0, 0, 300)
    assert heat.lowest is heat.below is None
    assert (racks.type, racks.lowest, racks.highest) == (int, 1, 1000)
    assert (mode.type, mode.choices) == (str, ("fan", "grill"))
    assert SETTINGS["name"].default == "A"
    cakes = SETTINGS["cakes"]
    assert (cakes.type, cakes.default, cakes.most_lines) == (list, ["Pie"], 3)
    assert cakes.offers is not None
    assert cakes.offers() == ["Tart"]
    assert mode.offers is None
    assert heat.about == About("Heat", "How hot it is.", "°C")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("heat", "above 0, at most 300"),
        ("racks", "1 to 1,000"),
        ("mode", "fan or grill"),
        ("name", ""),
        ("share", "at least 0, below 1"),
        ("cakes", "at most 3 lines"),
    ],
)
def test_a_range_is_told_in_words(name: str, text: str) -> None:
    assert SETTINGS[name].range_text == text


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("heat", [300, 0.1, np.float32(5), np.int64(5)], [0, 300.1, True, "5", None, np.nan]),
        ("racks", [1, 1000, np.int32(3)], [0, 1001, 2.0, False, "2", [2]]),
        ("mode", ["fan"], ["Fan", "", 1, None]),
        ("name", ["", "any"], [1, None]),
        ("lit", [True, False], [1, "true", None]),
        ("share", [0, 0.999], [1, -0.1, float("inf"), -float("inf")]),
        ("cakes", [[], ["a"], ["a", "", "c"]], [["a"] * 4, [1], ["a", None], "abc", ("a",), None]),
    ],
)
def test_a_setting_allows_what_is_of_its_type_and_in_its_range(
    name: str, good: list[Any], bad: list[Any]
) -> None:
    assert [value for value in good if not SETTINGS[name].allows(value)] == []
    assert [value for value in bad if SETTINGS[name].allows(value)] == []


@pytest.mark.parametrize(
    ("name", "received", "sentence"),
    [
        ("heat", -1, "Heat must be a number (above 0, at most 300); received -1."),
        ("racks", "two", "Racks must be a whole number (1 to 1,000); received 'two'."),
        ("mode", "steam", "Mode must be one of fan or grill; received 'steam'."),
        ("name", 5, "Name must be text; received 5."),
        ("lit", 1, "Light must be true or false; received 1."),
        ("cakes", "abc", "Cakes must be lines of text (at most 3 lines); received 'abc'."),
        ("name", ["x" * 1000], f"Name must be text; received ['{'x' * 58} …."),
        ("name", [10**5000], "Name must be text; received [a number too long to show]."),
    ],
)
def test_a_refusal_says_what_was_wanted_and_what_was_received(
    name: str, received: Any, sentence: str
) -> None:
    assert SETTINGS[name].refusal(received) == sentence


def test_all_wrong_values_of_an_object_are_told_at_once() -> None:
    check_settings(Oven())
    with pytest.raises(SettingsError) as refused:
        check_settings(Oven(heat=0, mode="steam"))  # type: ignore[arg-type]
    assert set(refused.value.problems) == {"heat", "mode"}
    assert str(refused.value).startswith("heat: Heat must be a number")
