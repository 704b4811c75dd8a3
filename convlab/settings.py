"""How a setting describes itself.

A setting is an annotated field of a dataclass. Its type and its bounds (``annotated_types``) are
what validation enforces; its :class:`About` is what the form and the command line show::

    lr: Annotated[float, Gt(0), Le(10), About("Learning rate", "How far one step goes.")] = 0.001
"""

import dataclasses
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from annotated_types import Ge, Gt, Le, Lt


@dataclasses.dataclass(frozen=True, slots=True)
class About:
    """What a person reads about a setting: its label, a sentence of help and its unit."""

    label: str
    help: str
    unit: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Setting:
    """One setting of a settings class, ready for a form or a command line."""

    name: str
    about: About
    type: type[Any]
    default: Any
    choices: tuple[str, ...] = ()
    lowest: float | None = None
    highest: float | None = None
    above: float | None = None
    below: float | None = None

    @property
    def range_text(self) -> str:
        """The allowed values in words, such as ``1 to 512`` or ``above 0, at most 10``."""
        if self.choices:
            return " or ".join(self.choices)
        if self.lowest is not None and self.highest is not None:
            return f"{self.lowest:g} to {self.highest:g}"
        bounds = (
            ("at least", self.lowest),
            ("above", self.above),
            ("at most", self.highest),
            ("below", self.below),
        )
        return ", ".join(f"{word} {bound:g}" for word, bound in bounds if bound is not None)


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

    def bound(kind: type[Any], attribute: str) -> float | None:
        return next((getattr(m, attribute) for m in metadata if isinstance(m, kind)), None)

    return Setting(
        name=field.name,
        about=next(m for m in metadata if isinstance(m, About)),
        type=str if choices else base,
        default=default,
        choices=choices,
        lowest=bound(Ge, "ge"),
        highest=bound(Le, "le"),
        above=bound(Gt, "gt"),
        below=bound(Lt, "lt"),
    )
