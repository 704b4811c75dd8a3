"""A run's folder: its settings, its history and the weights it leaves."""

import tempfile
from datetime import datetime
from pathlib import Path

from convlab.errors import ConvlabError
from convlab.files import append_lines, write_atomically
from convlab.nn import weights
from convlab.nn.description import NetworkDescription
from convlab.paths import data_dir
from convlab.training.config import TrainingConfig
from convlab.training.events import Params
from convlab.training.history import History


class RunFolder:
    """``settings.toml``, ``history.csv`` and ``weights.safetensors`` of one run.

    The weights are replaced in one step, so that a crash leaves the last whole ones; the history
    grows by whole lines.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._rows = 0  # of the history that are written

    @property
    def weights_path(self) -> Path:
        """The file of the weights."""
        return self.path / "weights.safetensors"

    @classmethod
    def create(cls, config: TrainingConfig, path: Path | None = None) -> "RunFolder":
        """Make a new folder with the settings in it: ``path``, or one among the user's runs.

        Raises :class:`ConvlabError` if that cannot be done, or if ``path`` holds something.
        """
        folder = path or _unused(data_dir() / "runs", config.network.name)
        try:
            if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
                raise ConvlabError(
                    f"{folder} is there already and is not an empty folder; name a new folder, so "
                    "that no earlier run is lost."
                )
            folder.mkdir(parents=True, exist_ok=True)
            config.save(folder / "settings.toml")
        except OSError as error:
            raise ConvlabError(
                f"The folder {folder} cannot be written: {error.strerror or error}; name another."
            ) from error
        return cls(folder)

    def write(self, history: History, params: Params, description: NetworkDescription) -> None:
        """Replace the weights and add what is new in the history, which is always the same one.

        Raises :class:`ConvlabError`; the next write then makes up for what is missing.
        """
        try:
            weights.save(self.weights_path, params, description)
            self._add_rows(history)
        except OSError as error:
            raise ConvlabError(
                f"The run cannot be written to {self.path}: {error.strerror or error}."
            ) from error

    def _add_rows(self, history: History) -> None:
        path = self.path / "history.csv"
        if self._rows:
            append_lines(path, history.to_csv(self._rows))
        else:
            write_atomically(path, history.to_csv())
        self._rows = len(history.iterations)


def rescued(
    config: TrainingConfig, history: History, params: Params, description: NetworkDescription
) -> RunFolder:
    """Write a whole run that its own folder could not take, and return where it is.

    That is a new folder among the user's runs, else one for temporary files. Raises
    :class:`ConvlabError` if neither has room.
    """
    try:
        return _written(None, config, history, params, description)
    except ConvlabError:
        return _written(_temporary(), config, history, params, description)


def _written(
    path: Path | None,
    config: TrainingConfig,
    history: History,
    params: Params,
    description: NetworkDescription,
) -> RunFolder:
    folder = RunFolder.create(config, path)
    folder.write(history, params, description)
    return folder


def _temporary() -> Path:
    try:
        return Path(tempfile.mkdtemp(prefix="convlab-run-"))
    except OSError as error:
        raise ConvlabError(
            f"The folder for temporary files cannot be written either: {error.strerror or error}."
        ) from error


def _unused(parent: Path, network: str) -> Path:
    name = f"{datetime.now():%Y-%m-%d %H.%M.%S} {network}"
    candidates = (parent / (name if not n else f"{name} ({n})") for n in range(1000))
    return next(folder for folder in candidates if not folder.exists())
