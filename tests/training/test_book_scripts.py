"""Scripts in the manner of the book's chapter 7 run with nothing but their imports changed."""

import pickle
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convlab.data.dataset import Dataset, ImageSet

TRAIN_CONVNET = """
import numpy as np

from convlab.data import load_mnist
from convlab.nn import SimpleConvNet
from convlab.training import Trainer

(x_train, t_train), (x_test, t_test) = load_mnist(flatten=False)

max_epochs = 1

network = SimpleConvNet(input_dim=(1, 28, 28),
                        conv_param={'filter_num': 30, 'filter_size': 5, 'pad': 0, 'stride': 1},
                        hidden_size=100, output_size=10, weight_init_std=0.01)

trainer = Trainer(network, x_train, t_train, x_test, t_test,
                  epochs=max_epochs, mini_batch_size=100,
                  optimizer='Adam', optimizer_param={'lr': 0.001},
                  evaluate_sample_num_per_epoch=1000)
trainer.train()

network.save_params("params.pkl")

x = np.arange(max_epochs)
points = list(zip(x, trainer.train_acc_list, trainer.test_acc_list, strict=True))
"""

GRADIENT_CHECK = """
import numpy as np

from convlab.nn import SimpleConvNet

network = SimpleConvNet(input_dim=(1, 10, 10),
                        conv_param={'filter_num': 10, 'filter_size': 3, 'pad': 0, 'stride': 1},
                        hidden_size=10, output_size=10, weight_init_std=0.01)

X = np.random.rand(100).reshape((1, 1, 10, 10))
T = np.array([1]).reshape((1, 1))

grad_num = network.numerical_gradient(X, T)
grad = network.gradient(X, T)

errors = {}
for key, val in grad_num.items():
    errors[key] = np.abs(grad_num[key] - grad[key]).mean()
"""


def run(script: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Run a script in a folder and return its variables."""
    (folder / "script.py").write_text(script)
    monkeypatch.chdir(folder)
    return runpy.run_path("script.py")


def test_the_training_script_runs_on_the_bundled_digits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    after = run(TRAIN_CONVNET, tmp_path, monkeypatch)
    out, err = capsys.readouterr()
    assert err == "Bundled digits: 4,000 images to train, 1,000 to test.\n"
    assert "epoch 1: train accuracy" in out
    assert len(after["trainer"].train_loss_list) == 40
    (epoch, train_accuracy, test_accuracy), *others = after["points"]
    assert (epoch, others) == (0, [])
    assert train_accuracy > 0.5
    assert test_accuracy > 0.5
    params = pickle.loads((tmp_path / "params.pkl").read_bytes())
    np.testing.assert_array_equal(params["W1"], after["network"].params["W1"])


def test_the_training_script_runs_on_a_folder_that_the_environment_names(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tiny_dataset: Dataset,
    write_idx_folder: Callable[[Dataset, str], Path],
) -> None:
    train, test = tiny_dataset.train, tiny_dataset.test
    twice = ImageSet(np.tile(train.images, (2, 1, 1, 1)), np.tile(train.labels, 2))
    digits = Dataset("some", "Some", twice, test, tiny_dataset.class_names)
    folder = write_idx_folder(digits, "digits")
    monkeypatch.setenv("CONVLAB_MNIST", str(folder))
    after = run(TRAIN_CONVNET, tmp_path, monkeypatch)
    assert f"MNIST in {folder}: 120 images to train, 20 to test." in capsys.readouterr().err
    assert after["x_train"].shape == (120, 1, 28, 28)
    assert len(after["trainer"].train_loss_list) == 2


def test_the_gradient_check_script_finds_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(3)  # far from the bends of Relu, where differences are wrong
    monkeypatch.setattr(np.random, "default_rng", lambda: rng)
    monkeypatch.setattr(np.random, "rand", rng.random)
    errors = run(GRADIENT_CHECK, tmp_path, monkeypatch)["errors"]
    assert list(errors) == ["W1", "b1", "W2", "b2", "W3", "b3"]
    assert max(errors.values()) < 1e-8
