"""What the lab's engine is measured against: PyTorch, and the book's own way of computing."""

from collections.abc import Callable
from typing import Any

import numpy as np

from convlab.nn import Adam
from convlab.nn.functions import col2im, im2col

Step = Callable[[np.ndarray, np.ndarray], float]


def torch_network(name: str) -> Any:
    """Return the PyTorch module of one of the lab's networks, channels last."""
    from torch import nn

    def conv(i: int, o: int, k: int, p: int = 0) -> Any:
        return nn.Conv2d(i, o, k, padding=p)

    relu, pool = nn.ReLU, nn.MaxPool2d
    layers = {
        "SimpleConvNet": lambda: [
            *(conv(1, 30, 5), relu(), pool(2), nn.Flatten()),
            *(nn.Linear(4320, 100), relu(), nn.Linear(100, 10)),
        ],
        "LeNet": lambda: [
            *(conv(1, 6, 5, 2), relu(), pool(2), conv(6, 16, 5), relu(), pool(2), nn.Flatten()),
            *(nn.Linear(400, 120), relu(), nn.Linear(120, 84), relu(), nn.Linear(84, 10)),
        ],
        "AlexNet": lambda: [
            *(conv(1, 32, 5, 2), relu(), nn.LocalResponseNorm(5, 5e-4, 0.75, 2.0), pool(2)),
            *(conv(32, 64, 5, 2), relu(), nn.LocalResponseNorm(5, 5e-4, 0.75, 2.0), pool(2)),
            *(conv(64, 96, 3, 1), relu(), conv(96, 96, 3, 1), relu(), conv(96, 64, 3, 1), relu()),
            *(pool(3, 2), nn.Flatten(), nn.Linear(576, 256), relu(), nn.Dropout(0.5)),
            *(nn.Linear(256, 256), relu(), nn.Dropout(0.5), nn.Linear(256, 10)),
        ],
        "DeepConvNet": lambda: [
            *(conv(1, 16, 3, 1), relu(), conv(16, 16, 3, 1), relu(), pool(2)),
            *(conv(16, 32, 3, 1), relu(), conv(32, 32, 3, 2), relu(), pool(2)),
            *(conv(32, 64, 3, 1), relu(), conv(64, 64, 3, 1), relu(), pool(2), nn.Flatten()),
            *(nn.Linear(1024, 50), relu(), nn.Dropout(0.5), nn.Linear(50, 10), nn.Dropout(0.5)),
        ],
    }
    import torch

    return nn.Sequential(*layers[name]()).to(memory_format=torch.channels_last)


def torch_step(name: str) -> Step:
    """Return PyTorch's training step at its best: channels last and the fused Adam."""
    import torch

    network = torch_network(name)
    optimizer = torch.optim.Adam(network.parameters(), lr=0.001, fused=True)
    loss_of = torch.nn.CrossEntropyLoss()

    def step(x: np.ndarray, t: np.ndarray) -> float:
        images = torch.from_numpy(x).to(memory_format=torch.channels_last)
        optimizer.zero_grad(set_to_none=True)
        loss = loss_of(network(images), torch.from_numpy(t))
        loss.backward()
        optimizer.step()
        return float(loss.detach())

    return step


def torch_predict(name: str) -> Callable[[np.ndarray], np.ndarray]:
    """Return PyTorch's prediction, channels last and in inference mode."""
    import torch

    network = torch_network(name).eval()

    def predict(x: np.ndarray) -> np.ndarray:
        with torch.inference_mode():
            images = torch.from_numpy(x).to(memory_format=torch.channels_last)
            scores: np.ndarray = network(images).numpy()
            return scores

    return predict


def book_step() -> Step:
    """Return a step of SimpleConvNet as the book computes it.

    Float64 throughout, im2col for convolution and pooling, a gradient of the first layer's input
    that nobody needs, and a second pass forward to report the loss.
    """
    rng = np.random.default_rng(0)
    shapes = {"W1": (30, 1, 5, 5), "W2": (4320, 100), "W3": (100, 10)}
    params = {name: 0.01 * rng.standard_normal(shape) for name, shape in shapes.items()}
    params |= {"b1": np.zeros(30), "b2": np.zeros(100), "b3": np.zeros(10)}
    optimizer = Adam()

    def step(x: np.ndarray, t: np.ndarray) -> float:
        images = x.astype(np.float64)
        grads = _book_gradient(params, images, t)
        optimizer.update(params, grads)
        y = _book_forward(params, images)[-1]
        return float(-np.log(y[np.arange(len(t)), t] + 1e-7).mean())

    return step


def _book_forward(p: dict[str, np.ndarray], x: np.ndarray) -> list[np.ndarray]:
    n = len(x)
    col = im2col(x, 5, 5)
    conv = (col @ p["W1"].reshape(30, -1).T + p["b1"]).reshape(n, 24, 24, 30).transpose(0, 3, 1, 2)
    positive = conv > 0
    cells = im2col(conv * positive, 2, 2, 2).reshape(-1, 4)
    winner = cells.argmax(axis=1)
    pooled = cells.max(axis=1).reshape(n, 12, 12, 30).transpose(0, 3, 1, 2).reshape(n, -1)
    hidden = np.maximum(pooled @ p["W2"] + p["b2"], 0)
    scores = hidden @ p["W3"] + p["b3"]
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return [col, positive, winner, pooled, hidden, e / e.sum(axis=1, keepdims=True)]


def _book_gradient(p: dict[str, np.ndarray], x: np.ndarray, t: np.ndarray) -> dict[str, np.ndarray]:
    n = len(x)
    col, positive, winner, pooled, hidden, y = _book_forward(p, x)
    d = y.copy()
    d[np.arange(n), t] -= 1
    d /= n
    grads = {"W3": hidden.T @ d, "b3": d.sum(axis=0)}
    d = (d @ p["W3"].T) * (hidden > 0)
    grads |= {"W2": pooled.T @ d, "b2": d.sum(axis=0)}
    d = (d @ p["W2"].T).reshape(n, 30, 12, 12).transpose(0, 2, 3, 1)
    spread = np.zeros((d.size, 4))
    spread[np.arange(d.size), winner] = d.flatten()
    d = col2im(spread.reshape(n * 144, -1), (n, 30, 24, 24), 2, 2, 2) * positive
    rows = d.transpose(0, 2, 3, 1).reshape(-1, 30)
    grads |= {"W1": (rows.T @ col).reshape(30, 1, 5, 5), "b1": rows.sum(axis=0)}
    col2im(rows @ p["W1"].reshape(30, -1), x.shape, 5, 5)
    return grads
