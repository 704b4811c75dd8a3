"""A run's folder: its settings, its history and the weights it leaves."""

from datetime import datetime
from pathlib import Path

from convlab.errors import ConvlabError
from convlab.files import write_atomically
from convlab.nn import weights
from convlab.nn.description import NetworkDescription
from convlab.paths import data_dir
from convlab.training.config import TrainingConfig
from convlab.training.events import Params
from convlab.training.history import History


class RunFolder:
    """``settings.toml``, ``history.csv`` and ``weights.safetensors`` of one run.

    Every write replaces a file in one step, so that a crash leaves the last whole one.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

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
        """Replace the history and the weights; raises :class:`ConvlabError`."""
        try:
            write_atomically(self.path / "history.csv", history.to_csv())
            weights.save(self.weights_path, params, description)
        except OSError as error:
            raise ConvlabError(
                f"The run cannot be written to {self.path}: {error.strerror or error}."
            ) from error


def _unused(parent: Path, network: str) -> Path:
    name = f"{datetime.now():%Y-%m-%d %H.%M.%S} {network}"
    candidates = (parent / (name if not n else f"{name} ({n})") for n in range(1000))
    return next(folder for folder in candidates if not folder.exists())
