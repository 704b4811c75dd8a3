"""Pydantic's findings in the lab's own words."""

from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError

from convlab.settings import Setting, settings_of


def problems_of(error: ValidationError, cls: type[Any]) -> dict[str, str]:
    """Return a sentence for each setting of ``cls`` that ``error`` complains about."""
    known = {setting.name: setting for setting in settings_of(cls)}
    return {
        (name := str(detail["loc"][0]) if detail["loc"] else ""): _sentence(
            name, detail["input"], known
        )
        for detail in error.errors()
    }


def _sentence(name: str, received: object, known: dict[str, Setting]) -> str:
    if name not in known:
        close = get_close_matches(name, known, n=1)
        hint = f"did you mean {close[0]}?" if close else f"known are {', '.join(known)}."
        return f"There is no such setting; {hint}"
    return known[name].refusal(received)
