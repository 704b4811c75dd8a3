import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from convlab.data.dataset import Dataset
from convlab.nn import SimpleConvNet
from convlab.training import Trainer
from convlab.training.writer import Writer

MakeTrainer = Callable[..., Trainer]


@pytest.fixture
def prompt_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is no slower than the training, however busy the computer is."""
    do = Writer.do

    def do_now(
        writer: Writer, job: Callable[[], None], size: int = 0, *, even_if_busy: bool = False
    ) -> bool:
        is_done = threading.Event()
        accepted = do(writer, job, size, even_if_busy=True)
        do(writer, is_done.set, even_if_busy=True)
        return is_done.wait(10) and accepted

    monkeypatch.setattr(Writer, "do", do_now)


@pytest.fixture
def make_trainer(tiny_dataset: Dataset) -> MakeTrainer:
    """Makes trainers of a small network, always the same one, on 60 and 20 images of stripes."""

    def make(**arguments: Any) -> Trainer:
        network = SimpleConvNet(
            conv_param={"filter_num": 2, "filter_size": 5, "pad": 0, "stride": 1},
            hidden_size=10,
            weight_init_std=0.1,
            rng=np.random.default_rng(0),
        )
        train, test = tiny_dataset.train, tiny_dataset.test
        defaults = {"epochs": 2, "mini_batch_size": 20, "seed": 0, "verbose": False}
        return Trainer(
            network, train.images, train.labels, test.images, test.labels, **(defaults | arguments)
        )

    return make
