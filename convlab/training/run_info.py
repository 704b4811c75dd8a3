"""What is told of a run in a table: the part that training writes, and the part that people do."""

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, TypeVar

import numpy as np
import tomli_w
from pydantic import TypeAdapter

from convlab.files import write_atomically
from convlab.training.config import TrainingConfig
from convlab.training.history import History

RunState = Literal["running", "finished", "early", "stopped", "diverged"]
CURVE_POINTS = 48

T = TypeVar("T", "RunInfo", "RunNotes")


@dataclass(frozen=True, slots=True)
class RunInfo:
    """How a run stands; ``run.toml`` in its folder.

    ``created`` is local time as ISO 8601. ``changes`` are the settings that are not the usual
    ones, by dotted name. ``curve`` is its loss in at most 48 means. ``parent`` is the name of the
    folder of the run that it began from, at the iteration ``branched_at``, when ``epochs_before``
    epochs were over; these two count from the very beginning, all others from that of the run. An
    accuracy (0 to 1) below 0 is not known. ``moved_to`` is the folder into which the run was put
    when this one could no longer be written.
    """

    created: str
    dataset: str
    network: str
    optimizer: str
    changes: dict[str, Any]
    state: RunState = "running"
    message: str = ""
    epochs: int = 0
    iterations: int = 0
    iteration: int = 0
    seconds: float = 0.0
    best_accuracy: float = -1.0
    best_iteration: int = 0
    last_accuracy: float = -1.0
    test_accuracy: float = -1.0
    weights_iteration: int = 0
    parent: str = ""
    branched_at: int = 0
    curve: tuple[float, ...] = ()
    epochs_before: int = 0
    moved_to: str = ""

    @classmethod
    def begun(cls, config: TrainingConfig, parent: str = "") -> "RunInfo":
        """Return that of a run of ``config`` which begins now."""
        return cls(
            f"{datetime.now():%Y-%m-%dT%H:%M:%S}",
            config.dataset,
            config.network.name,
            config.optimizer.name,
            changes(config),
            epochs=config.epochs,
            parent=parent,
        )


@dataclass(frozen=True, slots=True)
class RunNotes:
    """What a person wrote about a run; ``notes.toml`` in its folder."""

    name: str = ""
    note: str = ""
    starred: bool = False


# Made once: that takes longer than reading a file.
_ADAPTERS: dict[type, TypeAdapter[Any]] = {cls: TypeAdapter(cls) for cls in (RunInfo, RunNotes)}


def load_toml(cls: type[T], path: Path) -> T | None:
    """Read the dataclass in ``path``; None if there is none or it is damaged."""
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
        value: T = _ADAPTERS[cls].validate_python(values)
        return value
    except (OSError, ValueError, RecursionError):
        return None


def save_toml(value: RunInfo | RunNotes, path: Path) -> None:
    """Write a dataclass, all or nothing; raises OSError."""
    write_atomically(path, tomli_w.dumps(asdict(value)))


def changes(config: TrainingConfig) -> dict[str, Any]:
    """Return the settings that are not the usual ones, by dotted name, such as ``optimizer.lr``.

    Those of a network or an optimizer are compared with the usual ones of its own kind.
    """
    usual_values = {"network": config.network.name, "optimizer": config.optimizer.name}
    usual = flat(TrainingConfig.from_dict(usual_values).to_dict())
    return {
        name: value
        for name, value in flat(config.to_dict()).items()
        if name not in ("dataset", "network", "optimizer") and value != usual.get(name)
    }


def flat(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings by dotted name; a network or an optimizer itself under its own name."""
    values: dict[str, Any] = {}
    for key, value in settings.items():
        if isinstance(value, Mapping):
            for name, setting in value.items():
                values[key if name == "name" else f"{key}.{name}"] = setting
        else:
            values[key] = value
    return values


def loss_curve(history: History) -> tuple[float, ...]:
    """Return the losses as at most 48 means, in order; those that are not finite left out."""
    losses = history.losses[np.isfinite(history.losses)]
    if not len(losses):
        return ()
    pieces = np.array_split(losses, min(CURVE_POINTS, len(losses)))
    return tuple(round(float(piece.mean()), 5) for piece in pieces)
