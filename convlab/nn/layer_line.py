"""A layer as a line of text, such as ``Convolution filter_num=16 filter_size=3 pad=1``."""

import re
from contextlib import suppress

from convlab.errors import ConvlabError, SettingsError
from convlab.nn.layer import LAYERS, LayerSettings
from convlab.settings import check_settings, settings_of

LONGEST_LINE = 200  # characters


def layer_from_line(line: str) -> LayerSettings:
    """Return the settings of a layer from its kind, in any case, and ``name=value`` for some.

    Settings that the line does not name have their defaults. Raises :class:`ConvlabError` for a
    kind, a name or a value that there is not.
    """
    if len(line) > LONGEST_LINE:
        raise ConvlabError(f"A line has at most {LONGEST_LINE} characters; this has {len(line):,}.")
    kind, *words = re.sub(r"\s*=\s*", "=", line).split() or [""]
    if not kind:
        raise ConvlabError(f"The line is empty; write one of {', '.join(LAYERS.names())}.")
    cls = LAYERS.get(kind)
    layer = cls(**_values(cls, words))
    try:
        check_settings(layer)
    except SettingsError as error:
        raise ConvlabError(" ".join(error.problems.values())) from error
    return layer


def default_lines() -> list[str]:
    """Return a line for every kind of layer, with all of its settings."""
    return [
        " ".join([LAYERS.name_of(cls), *(f"{s.name}={s.default}" for s in settings_of(cls))])
        for cls in LAYERS
    ]


def _values(cls: type[LayerSettings], words: list[str]) -> dict[str, int | float | str]:
    known = {setting.name: setting.default for setting in settings_of(cls)}
    values: dict[str, int | float | str] = {}
    for word in words:
        name, _, value = word.partition("=")
        if name not in known:
            first = next(iter(known), "")
            there = f"{', '.join(known)}, written as {first}={known[first]}" if known else "none"
            raise ConvlabError(
                f"{LAYERS.name_of(cls)} has no setting called {name!r}; it has {there}."
            )
        if name in values:
            raise ConvlabError(f"{name} is there twice; keep one of the two.")
        values[name] = _number_or_text(value)
    return values


def _number_or_text(value: str) -> int | float | str:
    for number in (int, float):
        with suppress(ValueError):
            return number(value)
    return value
