"""What keeping a run costs: ``python tests/benchmarks/recording.py``.

Trains SimpleConvNet without and with a recorder, in turn and in one run, each for some seconds,
and prints the steps a second of both with their ratio; then how large the folder of a whole run
is, and how long the store takes to list 1,000 runs.
"""

import argparse
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from time import perf_counter

import numpy as np

from convlab.data import load_dataset
from convlab.data.dataset import Dataset
from convlab.threads import use_one_blas_thread
from convlab.training import Trainer, TrainingConfig
from convlab.training.control import Control
from convlab.training.events import Event, StepDone
from convlab.training.recorder import CHECKPOINT_SECONDS, Recorder
from convlab.training.run_folder import RunFolder
from convlab.training.run_info import RunInfo
from convlab.training.run_store import RunStore


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=25.0)
    parser.add_argument("--dataset", default="bundled")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    use_one_blas_thread()
    config = TrainingConfig.from_dict({"dataset": arguments.dataset, "epochs": 10_000})
    dataset = load_dataset(arguments.dataset)
    with tempfile.TemporaryDirectory() as place:
        _print_cost(config, dataset, Path(place), arguments)
        _print_size(config, dataset, Path(place))
        _print_listing(config, Path(place))


def _print_cost(
    config: TrainingConfig, dataset: Dataset, place: Path, arguments: argparse.Namespace
) -> None:
    plain, kept = [], []
    for number in range(arguments.rounds):
        control, trainer = _trainer(config, dataset, arguments.threads)
        plain.append(_speed(trainer.run(control), control, arguments.seconds))
        control, trainer = _trainer(config, dataset, arguments.threads)
        folder = RunFolder.create(config, place / f"cost-{number}")
        events = trainer.run(control, checkpoint_seconds=CHECKPOINT_SECONDS)
        recorder = Recorder(folder, config)
        kept.append(_speed(recorder.follow(events), control, arguments.seconds))
    ratio = np.median(np.array(kept) / np.array(plain))
    print(
        f"Steps a second: {np.median(plain):.1f} alone, {np.median(kept):.1f} kept; "
        f"ratio {ratio:.3f} (at least 0.97 is wanted)"
    )


def _trainer(config: TrainingConfig, dataset: Dataset, threads: int) -> tuple[Control, Trainer]:
    return Control(), Trainer.from_config(config, dataset, threads=threads)


def _speed(events: Iterable[Event], control: Control, seconds: float) -> float:
    """Return the steps a second, until the last step before the time is over."""
    start, steps, end = perf_counter(), 0, 0.0
    for event in events:
        if isinstance(event, StepDone) and not control.stop_requested:
            steps += 1
            end = perf_counter()
            if end - start > seconds:
                control.stop()
    return steps / (end - start)


def _print_size(config: TrainingConfig, dataset: Dataset, place: Path) -> None:
    config = replace(config, epochs=20)
    folder = RunFolder.create(config, place / "size")
    trainer = Trainer.from_config(config, dataset)
    start = perf_counter()
    for _ in Recorder(folder, config).follow(trainer.run(checkpoint_seconds=CHECKPOINT_SECONDS)):
        pass
    files = [path for path in folder.path.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files)
    print(
        f"A run of 20 epochs ({trainer.iterations:,} iterations, {perf_counter() - start:.0f} s): "
        f"{size / 1e6:.1f} MB in {len(files)} files (at most 200 MB is wanted)"
    )


def _print_listing(config: TrainingConfig, place: Path) -> None:
    store = RunStore(place / "many")
    curve = tuple(np.linspace(2.3, 0.1, 48).round(5).tolist())
    for number in range(1000):
        folder = RunFolder.create(config, store.root / f"run {number}")
        folder.save_info(
            RunInfo("2026-01-01T00:00:00", "bundled", "SimpleConvNet", "Adam", {}, curve=curve)
        )
    start = perf_counter()
    entries = store.entries()
    print(f"Listing {len(entries):,} runs: {perf_counter() - start:.2f} s")
    shutil.rmtree(store.root)


if __name__ == "__main__":
    main()
