"""A process that is killed at any moment loses no more than the time since its last checkpoint."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from convlab.data.dataset import Dataset
from convlab.training import Trainer, TrainingConfig
from convlab.training.run_folder import RunFolder
from convlab.training.run_store import RunStore

KILLS = 50
CHECKPOINT_EVERY = 0.02  # seconds
LONGEST = 0.25  # seconds from the start of training to the kill

# The child forks for each life, since importing NumPy anew would take most of the test's time.
CHILD = f"""
import os, sys
from pathlib import Path
from convlab.data.loading import load_dataset
from convlab.threads import use_one_blas_thread
from convlab.training.recorder import Recorder
from convlab.training.run_folder import RunFolder
from convlab.training.run_store import resumed_trainer

use_one_blas_thread()
path, dataset = Path(sys.argv[1]), load_dataset(sys.argv[2])
for line in sys.stdin:
    life = os.fork()
    if life == 0:
        folder = RunFolder(path)
        trainer = resumed_trainer(folder, dataset)
        events = Recorder(folder, folder.config()).follow(
            trainer.run(checkpoint_seconds={CHECKPOINT_EVERY})
        )
        print(os.getpid(), trainer.iteration, flush=True)
        for event in events:
            pass
        os._exit(0)
    _, status = os.waitpid(life, 0)
    print(status, flush=True)
"""


def test_fifty_kills_lose_nothing_but_the_time_since_the_last_checkpoint(
    tmp_path: Path, tiny_dataset: Dataset, write_idx_folder: object
) -> None:
    images = write_idx_folder(tiny_dataset, "images")  # type: ignore[operator]
    config = TrainingConfig.from_dict(
        {
            "dataset": str(images),
            "network": {"name": "SimpleConvNet", "filter_num": 2, "hidden_size": 10},
            "mini_batch_size": 20,
            "epochs": 10_000,
        }
    )
    folder = RunFolder.create(config, tmp_path / "runs" / "run")
    random = np.random.default_rng(0)
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(folder.path), str(images)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    begun_at = []
    with child:
        for _ in range(KILLS):
            known = RunFolder(folder.path).last_checkpoint()
            child.stdin.write("live\n")
            child.stdin.flush()
            life, begun = child.stdout.readline().split()
            begun_at.append(int(begun))
            assert int(begun) == (known.state.iteration if known else 0)
            time.sleep(random.uniform(0, LONGEST))  # the moment of the kill is to be random
            os.kill(int(life), signal.SIGKILL)
            assert child.stdout.readline().strip() == str(int(signal.SIGKILL))
            entry = RunStore(tmp_path / "runs").find("run")
            assert entry.was_interrupted
            assert entry.folder.history() is not None
        child.stdin.close()
    assert begun_at == sorted(begun_at)
    assert len(set(begun_at)) > KILLS // 10, "the run does not get on"  # on a busy machine, either
    checkpoint = folder.last_checkpoint()
    assert checkpoint is not None
    same = Trainer.from_config(config, _opened(images))
    while same.iteration < checkpoint.state.iteration:
        same.train_step()
    assert same.train_loss_list == checkpoint.history.losses.tolist()
    for name, array in same.network.params.items():
        np.testing.assert_array_equal(array, checkpoint.state.params[name])


def _opened(images: Path) -> Dataset:
    from convlab.data.loading import load_dataset

    return load_dataset(str(images))
