"""What is wrong with settings, or with a run that learned nothing, in the lab's own words."""

from dataclasses import fields
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError

from convlab.settings import settings_of

HARDLY_BETTER = 0.05  # of the way from a guess to reading everything right


def problems_of(error: ValidationError, cls: type[Any]) -> dict[str, str]:
    """Return a sentence for each setting of ``cls`` that ``error`` complains about."""
    return {
        (name := str(detail["loc"][0]) if detail["loc"] else ""): _sentence(
            name, detail["input"], cls
        )
        for detail in error.errors()
    }


def chance_hint(accuracy: float, classes: int, learning_rate: float) -> str | None:
    """Return a sentence on a run that learned nothing; None if it reads more than a guess would.

    ``accuracy`` (0 to 1) is that on the test images. A network that is hardly better than chance
    has mostly been thrown off by steps that were too long: all images then get the same answer.
    """
    chance = 1 / classes
    if classes < 2 or accuracy > chance + HARDLY_BETTER * (1 - chance):
        return None
    return (
        f"The network reads {accuracy:.0%} of the test images, no better than a guess among "
        f"{classes} classes. Try a smaller learning rate (it was {learning_rate:g}), or more "
        "epochs if the loss was still falling."
    )


def _sentence(name: str, received: object, cls: type[Any]) -> str:
    settings = {setting.name: setting for setting in settings_of(cls)}
    if name in settings:
        return settings[name].refusal(received)
    known = [field.name for field in fields(cls)]
    close = get_close_matches(name, known, n=1)
    if close:
        return f"There is no such setting; did you mean {close[0]}? If not, leave it out."
    return f"There is no such setting; leave it out, or use one of {', '.join(known)}."
