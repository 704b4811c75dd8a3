"""What a network is called and made of, as it is written beside its weights."""

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from convlab.errors import WeightsError

FILE_KEY = "convlab.network"  # under which a file of weights holds the description


@dataclass(frozen=True, slots=True)
class NetworkDescription:
    """All it takes to build a network again: its registered name, settings and sizes.

    ``input_dim`` is channels, height and width of an image; ``output_size`` the classes.
    """

    name: str
    settings: dict[str, Any] = field(default_factory=dict)
    input_dim: tuple[int, int, int] = (1, 28, 28)
    output_size: int = 10

    def to_json(self) -> str:
        """Return the description as one line of JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "NetworkDescription":
        """Return the description in ``text``, or raise :class:`WeightsError`."""
        try:
            values = json.loads(text)
            name, settings = values["name"], values["settings"]
            channels, height, width = (int(size) for size in values["input_dim"])
            output_size = int(values["output_size"])
        except (KeyError, TypeError, ValueError, OverflowError, RecursionError) as error:
            raise WeightsError(
                "The file's description of its network cannot be read; open a file that convlab "
                "wrote."
            ) from error
        sizes = (channels, height, width, output_size)
        if (
            not isinstance(name, str)
            or not isinstance(settings, dict)
            or not all(1 <= size <= 4096 for size in sizes)
        ):
            raise WeightsError(
                "The file's description of its network makes no sense; open a file that convlab "
                "wrote."
            )
        return cls(name, settings, (channels, height, width), output_size)
