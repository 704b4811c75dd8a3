"""Checkpoints: a run between two mini-batches, to disk and back, to the bit.

A checkpoint is a safetensors file. Its arrays are ``params.W1`` ..., ``kept.W1`` ... (the last
weights known to be good), ``best.W1`` ..., ``memory.m.W1`` ... (what the optimizer remembers),
``order`` (the images of the epoch) and ``history.losses`` ...; the rest is JSON in its header,
the settings TOML.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save as to_safetensors

from convlab.errors import ConvlabError, DataError
from convlab.files import write_atomically
from convlab.training.batches import BatchesState
from convlab.training.config import TrainingConfig
from convlab.training.events import Params
from convlab.training.history import History
from convlab.training.state import Best, TrainerState

_KEY = "convlab.checkpoint"
_SETTINGS_KEY = "convlab.settings"


@dataclass(frozen=True)
class Checkpoint:
    """The state of a trainer, the steps that led to it, and the settings of the run."""

    state: TrainerState
    history: History
    config: TrainingConfig

    @property
    def nbytes(self) -> int:
        """How much memory the arrays take."""
        state = self.state
        params = [state.params, state.kept[1], *state.memory.values()]
        if state.best:
            params.append(state.best.params)
        arrays = [array for kind in params for array in kind.values()]
        return sum(array.nbytes for array in (*arrays, *self.history.to_arrays().values()))

    def save(self, path: Path) -> None:
        """Write all of it to ``path``, all or nothing; raises OSError."""
        state, best = self.state, self.state.best
        arrays = {"order": state.batches.order, **_under("params", state.params)}
        arrays |= _under("kept", state.kept[1])
        arrays |= _under("best", best.params if best else {})
        for kind, memory in state.memory.items():
            arrays |= _under(f"memory.{kind}", memory)
        arrays |= _under("history", self.history.to_arrays())
        values = {
            "iteration": state.iteration,
            "kept": state.kept[0],
            "updates": state.updates,
            "learning_rate": state.learning_rate,
            "dealt": state.batches.dealt,
            "order_generator": state.batches.rng,
            "distortion_generator": state.distortion,
            "seconds": state.seconds,
            "best": {"iteration": best.iteration, "accuracy": best.accuracy} if best else None,
            "patience_from": state.patience_from,
            "images": state.images,
        }
        header = {_KEY: json.dumps(values), _SETTINGS_KEY: self.config.to_toml()}
        contiguous = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
        write_atomically(path, to_safetensors(contiguous, header))

    @classmethod
    def load(cls, path: Path) -> "Checkpoint":
        """Read what :meth:`save` wrote; raises :class:`DataError` for anything else."""
        try:
            with safe_open(path, framework="np") as file:
                header = file.metadata() or {}
                arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            values = json.loads(header[_KEY])
            config = TrainingConfig.from_toml(header[_SETTINGS_KEY])
            return cls(_state(values, arrays), History.from_arrays(_of("history", arrays)), config)
        except OSError as error:
            raise DataError(
                f"The checkpoint {path.name} cannot be read: {error.strerror or error}."
            ) from error
        except (SafetensorError, KeyError, TypeError, ValueError, ConvlabError) as error:
            raise DataError(
                f"{path.name} is no checkpoint of convlab, or it is damaged; use another one."
            ) from error


def _state(values: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> TrainerState:
    best = values["best"]
    memory: dict[str, Params] = {}
    for name, array in _of("memory", arrays).items():
        kind, _, parameter = name.partition(".")
        memory.setdefault(kind, {})[parameter] = array
    return TrainerState(
        int(values["iteration"]),
        _of("params", arrays),
        (int(values["kept"]), _of("kept", arrays)),
        memory,
        int(values["updates"]),
        float(values["learning_rate"]),
        BatchesState(arrays["order"], int(values["dealt"]), values["order_generator"]),
        values["distortion_generator"],
        float(values["seconds"]),
        Best(int(best["iteration"]), float(best["accuracy"]), _of("best", arrays))
        if best
        else None,
        int(values.get("patience_from", 0)),  # which older checkpoints do not have
        str(values.get("images", "")),
    )


def _under(prefix: str, arrays: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    return {f"{prefix}.{name}": array for name, array in arrays.items()}


def _of(prefix: str, arrays: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    start = f"{prefix}."
    return {name[len(start) :]: array for name, array in arrays.items() if name.startswith(start)}
