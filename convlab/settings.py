"""How a setting describes itself.

A setting is an annotated field of a dataclass. Its type and its bounds (``annotated_types``) are
what validation enforces; its :class:`About` is what the form and the command line show::

    lr: Annotated[float, Gt(0), Le(10), About("Learning rate", "How far one step goes.")] = 0.001
"""

import dataclasses
from collections.abc import Callable, Sequence
from datetime import date, time
from math import isfinite
from numbers import Integral, Real
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from annotated_types import Ge, Gt, Le, Lt, MaxLen

from convlab.errors import SettingsError

_LONGEST_VALUE = 60  # characters of a wrong value that a message repeats
_KINDS: dict[type[Any], str] = {
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    str: "text",
    list: "lines of text",
}


@dataclasses.dataclass(frozen=True, slots=True)
class About:
    """What a person reads about a setting: its label, a sentence of help and its unit."""

    label: str
    help: str
    unit: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Offers:
    """Which lines a setting made of lines offers to begin with."""

    lines: Callable[[], Sequence[str]]


@dataclasses.dataclass(frozen=True, slots=True)
class Setting:
    """One setting of a settings class, ready for a form or a command line.

    The ``type`` of lines of text is ``list``.
    """

    name: str
    about: About
    type: type[Any]
    default: Any
    choices: tuple[str, ...] = ()
    lowest: float | None = None
    highest: float | None = None
    above: float | None = None
    below: float | None = None
    most_lines: int | None = None
    offers: Callable[[], Sequence[str]] | None = None

    @property
    def range_text(self) -> str:
        """The allowed values in words, such as ``1 to 512`` or ``above 0, at most 10``."""
        if self.choices:
            return " or ".join(self.choices)
        if self.most_lines is not None:
            return f"at most {self.most_lines} lines"
        if self.lowest is not None and self.highest is not None:
            return f"{_number(self.lowest)} to {_number(self.highest)}"
        bounds = (
            ("at least", self.lowest),
            ("above", self.above),
            ("at most", self.highest),
            ("below", self.below),
        )
        return ", ".join(f"{word} {_number(bound)}" for word, bound in bounds if bound is not None)

    def allows(self, value: Any) -> bool:
        """Return whether ``value`` is of the setting's type and in its range.

        NumPy's numbers count as numbers; true and false do not.
        """
        if self.choices:
            return value in self.choices
        kind: Any = {int: Integral, float: Real}.get(self.type, self.type)
        if not isinstance(value, kind) or (isinstance(value, bool) and self.type is not bool):
            return False
        if isinstance(value, list):
            few = self.most_lines is None or len(value) <= self.most_lines
            return few and all(isinstance(line, str) for line in value)
        if not isinstance(value, Real):
            return True
        number: Any = value
        return (
            (isinstance(value, Integral) or isfinite(number))
            and (self.lowest is None or bool(number >= self.lowest))
            and (self.above is None or bool(number > self.above))
            and (self.highest is None or bool(number <= self.highest))
            and (self.below is None or bool(number < self.below))
        )

    def refusal(self, received: object) -> str:
        """Return the sentence about a value that the setting does not allow."""
        wanted = "one of" if self.choices else _KINDS[self.type]
        limits = self.range_text
        if limits:
            limits = f" {limits}" if self.choices else f" ({limits})"
        return f"{self.about.label} must be {wanted}{limits}; received {_short(received)}."


def check_settings(settings: Any) -> None:
    """Raise :class:`SettingsError` if a settings object holds a value that is not allowed."""
    values = ((setting, getattr(settings, setting.name)) for setting in settings_of(type(settings)))
    problems = {s.name: s.refusal(value) for s, value in values if not s.allows(value)}
    if problems:
        raise SettingsError(problems)


def _short(value: object) -> str:
    """Return a value as a settings file writes it, cut if it is long."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case date() | time():
            return str(value)
        case dict():
            return "a table"
        case list() if any(isinstance(one, list | dict) for one in value):
            return "a list of lists or tables"
        case list():
            text = f"[{', '.join(_short(one) for one in value[:_LONGEST_VALUE])}]"
        case _:
            text = _repr(value)
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]} …"


def _repr(value: object) -> str:
    try:
        return repr(value)
    except (ValueError, RecursionError):  # Python writes no integer of thousands of digits
        return "a number too long to show"


def _number(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:g}"


def settings_of(cls: type[Any]) -> tuple[Setting, ...]:
    """Return the settings of a dataclass: its fields that carry an :class:`About`."""
    hints = get_type_hints(cls, include_extras=True)
    return tuple(
        _setting(field, hints[field.name])
        for field in dataclasses.fields(cls)
        if field.init and get_origin(hints[field.name]) is Annotated
    )


def _setting(field: "dataclasses.Field[Any]", hint: Any) -> Setting:
    base, *metadata = get_args(hint)
    default = field.default
    if default is dataclasses.MISSING and field.default_factory is not dataclasses.MISSING:
        default = field.default_factory()
    choices = get_args(base) if get_origin(base) is Literal else ()

    def bound(kind: type[Any], attribute: str) -> Any:
        return next((getattr(m, attribute) for m in metadata if isinstance(m, kind)), None)

    return Setting(
        name=field.name,
        about=next(m for m in metadata if isinstance(m, About)),
        type=str if choices else get_origin(base) or base,
        default=default,
        choices=choices,
        lowest=bound(Ge, "ge"),
        highest=bound(Le, "le"),
        above=bound(Gt, "gt"),
        below=bound(Lt, "lt"),
        most_lines=bound(MaxLen, "max_length"),
        offers=bound(Offers, "lines"),
    )
