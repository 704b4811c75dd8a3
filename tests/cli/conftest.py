import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from convlab.__main__ import main
from convlab.data import Dataset, load_dataset
from convlab.training import Trainer, TrainingConfig


@dataclass(frozen=True)
class Result:
    """What a command left on the terminal."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The one line of JSON that it printed."""
        assert self.out.count("\n") == 1
        values: dict[str, Any] = json.loads(self.out)
        return values


Run = Callable[..., Result]


@pytest.fixture
def convlab(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the command line in this process."""

    def run(*arguments: object) -> Result:
        monkeypatch.setattr(sys, "argv", ["convlab", *map(str, arguments)])
        with pytest.raises(SystemExit) as exit_:
            main()
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return Result(int(exit_.value.code or 0), out, err)

    return run


@pytest.fixture
def refused(convlab: Run) -> Callable[..., str]:
    """Runs a command that must say in one line why it cannot, and returns the line."""

    def run(*arguments: object) -> str:
        result = convlab(*arguments)
        assert (result.code, result.out) == (2, "")
        assert result.err.startswith("convlab: ")
        assert result.err.count("\n") == 1
        return result.err

    return run


@pytest.fixture
def digits(tiny_dataset: Dataset, write_idx_folder: Callable[[Dataset, str], Path]) -> Path:
    """A folder with 60 images of stripes to train on and 20 to test on."""
    return write_idx_folder(tiny_dataset, "digits")


@pytest.fixture(scope="session")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Weights that read most digits, after an epoch of small mini-batches."""
    config = replace(TrainingConfig(), epochs=1, mini_batch_size=20)
    trainer = Trainer.from_config(config, load_dataset("bundled"))
    trainer.train()
    assert trainer.test_acc_list[-1] > 0.85
    path = tmp_path_factory.mktemp("trained") / "weights.safetensors"
    trainer.network.save_params(path)
    return path
