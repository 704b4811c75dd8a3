"""How fast the engine is: ``python tests/benchmarks/speed.py``.

Prints medians of alternating rounds, in one run: a training step of batch 100 with Adam in
float32, evaluation of 10,000 images, one answer for the canvas, each against PyTorch if that is
installed (``pip install torch``), the book's way of computing, and the step's matrix products
alone; the share of each layer in a step; and the memory that training on 60,000 images takes.
"""

import argparse
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import perf_counter
from unittest import mock

import numpy as np
from threadpoolctl import threadpool_limits

from convlab.nn import Adam
from convlab.nn.engine import Engine
from convlab.nn.engine.affine import AffineHead
from convlab.nn.engine.convolution import ConvolutionHead
from convlab.nn.engine.elementwise import Bias, Dropout, Relu
from convlab.nn.engine.max_pooling import MaxPooling
from convlab.nn.engine.normalization import LocalResponseNormalization
from convlab.nn.engine.overlapping_pooling import OverlappingPoolingStage
from convlab.nn.engine.parts import Part
from convlab.nn.engine.pass_on import PassOnHead
from convlab.nn.engine.plain import PlainStage
from convlab.nn.engine.winograd import WinogradHead
from convlab.nn.network import Network
from convlab.nn.networks import AlexNet, DeepConvNet, LeNet, SimpleConvNet

sys.path.insert(0, str(Path(__file__).parent))
import rivals

NETWORKS: dict[str, Callable[[], Network]] = {
    "SimpleConvNet": SimpleConvNet,
    "LeNet": lambda: LeNet(activation="relu", pooling="max"),
    "AlexNet": lambda: AlexNet((1, 28, 28), 10, geometry="small"),
    "DeepConvNet": DeepConvNet,
}
BATCH = 100
PARTS = (  # what the plans of these networks are made of, each of one layer
    *(AffineHead, ConvolutionHead, WinogradHead, PassOnHead, PlainStage, OverlappingPoolingStage),
    *(Bias, Dropout, LocalResponseNormalization, MaxPooling, Relu),
)
METHODS = ("load", "forward", "backward", "input_gradient")


def main() -> None:
    """Print every table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--threads", type=int, nargs="*", default=[1, 2])
    parser.add_argument("--networks", nargs="*", choices=NETWORKS, default=list(NETWORKS))
    arguments = parser.parse_args()
    threadpool_limits(1, user_api="blas")
    rng = np.random.default_rng(0)
    images = rng.random((10_000, 1, 28, 28), dtype=np.float32)
    labels = rng.integers(0, 10, len(images))
    print(f"torch: {_torch_version() or 'not installed'}; numpy {np.__version__}")
    for threads in arguments.threads:
        _set_torch_threads(threads)
        for name in arguments.networks:
            _compare_steps(name, threads, arguments.rounds, images, labels)
        _compare_predictions(threads, arguments.rounds, images)
    print(f"\npeak memory above 60,000 images: {_peak_memory():.0f} MB")


def _compare_steps(
    name: str, threads: int, rounds: int, images: np.ndarray, labels: np.ndarray
) -> None:
    rng = np.random.default_rng(1)
    engine, optimizer = Engine(NETWORKS[name](), threads), Adam()
    steps: dict[str, Callable[[np.ndarray, np.ndarray], object]] = {
        "convlab": lambda x, t: engine.step(x, t, optimizer)
    }
    if _torch_version():
        steps["torch"] = rivals.torch_step(name)
    if name == "SimpleConvNet":
        steps["book"] = rivals.book_step()
    products = _matrix_products(engine, optimizer, images[:BATCH], labels[:BATCH])
    if threads == 1:
        steps["products"] = lambda x, t: products()
    times = defaultdict(list)
    for round_number in range(rounds + 2):
        for rival, step in steps.items():
            repeats = 1 if rival == "book" else 5
            batches = [rng.integers(0, len(images), BATCH) for _ in range(repeats)]
            started = perf_counter()
            for batch in batches:
                step(images[batch], labels[batch])
            if round_number >= 2:
                times[rival].append((perf_counter() - started) / repeats)
    _print_row(f"step of {name}, {threads} thread(s)", times)
    if threads == 1:
        _print_shares(NETWORKS[name](), images, labels)
    engine.close()


def _compare_predictions(threads: int, rounds: int, images: np.ndarray) -> None:
    engine = Engine(SimpleConvNet(), threads)
    for what, x, size in (("10,000 images", images, 500), ("one image", images[:1], 1)):
        rivalry = {"convlab": lambda x: [engine.predict(x)]}
        if _torch_version():
            predict = rivals.torch_predict("SimpleConvNet")
            rivalry["torch"] = lambda x, p=predict, s=size: [
                p(x[at : at + s]) for at in range(0, len(x), s)
            ]
        times = defaultdict(list)
        for round_number in range(rounds + 2):
            for rival, work in rivalry.items():
                repeats = 1 if len(x) > 1 else 100
                started = perf_counter()
                for _ in range(repeats):
                    work(x)
                if round_number >= 2:
                    times[rival].append((perf_counter() - started) / repeats)
        _print_row(f"SimpleConvNet on {what}, {threads} thread(s)", times)
    engine.close()


def _print_row(title: str, times: dict[str, list[float]]) -> None:
    ours = np.array(times["convlab"])
    parts = [f"convlab {np.median(ours) * 1e3:8.3f} ms"]
    for rival, theirs in times.items():
        if rival != "convlab":
            ratio = np.median(ours / np.array(theirs))
            parts.append(f"{rival} {np.median(theirs) * 1e3:8.3f} ms (ratio {ratio:.3f})")
    print(f"{title:45s} " + ", ".join(parts))


def _matrix_products(
    engine: Engine, optimizer: Adam, x: np.ndarray, t: np.ndarray
) -> Callable[[], None]:
    """Return a function that does nothing but the matrix products of one step."""
    recorded: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
    matmul = np.matmul

    def record(a: np.ndarray, b: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
        result: np.ndarray = matmul(a, b) if out is None else matmul(a, b, out=out)
        recorded.append((a, b, np.empty_like(result)))
        return result

    with mock.patch.object(np, "matmul", record):
        engine.step(x, t, optimizer)

    def products() -> None:
        for a, b, out in recorded:
            np.matmul(a, b, out=out)

    return products


def _print_shares(network: Network, images: np.ndarray, labels: np.ndarray) -> None:
    """Print how much of a step each layer takes, forward and backward, in the network's order.

    The parts of the engine are timed one by one, in an engine of their own, so that the steps
    measured above know nothing of it. A convolution's bias counts as the convolution.
    """
    seconds = dict.fromkeys((layer for layer, _ in network.layer_settings), 0.0)
    with _timed(list(seconds), seconds):
        engine, optimizer = Engine(network), Adam()
        engine.step(images[:BATCH], labels[:BATCH], optimizer)  # which allocates everything
        seconds |= dict.fromkeys(seconds, 0.0)
        started = perf_counter()
        for at in range(0, 4000, BATCH):
            batch = slice(at, at + BATCH)
            engine.step(images[batch], labels[batch], optimizer)
        total = perf_counter() - started
    seconds["loss, optimizer and the rest"] = total - sum(seconds.values())
    for layer, share in seconds.items():
        print(f"    {layer:30s} {share / total:6.1%}")


@contextmanager
def _timed(layers: list[str], seconds: dict[str, float]) -> Iterator[None]:
    """Let every part of a plan made meanwhile add to the seconds of its layer."""
    layer_of: dict[object, str] = {}

    def timed_init(init: Callable[..., None]) -> Callable[..., None]:
        def make(self: object, part: Part, *others: object) -> None:
            layer_of[self] = layers[part.seed[-1]]  # the last number is the layer's place
            init(self, part, *others)

        return make

    def timed(method: Callable[..., object]) -> Callable[..., object]:
        def call(self: object, *arguments: object) -> object:
            started = perf_counter()
            result = method(self, *arguments)
            seconds[layer_of[self]] += perf_counter() - started
            return result

        return call

    with ExitStack() as patches:
        for kind in PARTS:
            for name, wrap in [("__init__", timed_init), *((name, timed) for name in METHODS)]:
                if name in vars(kind):
                    wrapped = wrap(getattr(kind, name))
                    patches.enter_context(mock.patch.object(kind, name, wrapped))
        yield


def _peak_memory() -> float:
    """Train one epoch on 60,000 images in a process of its own; return the MB above the images."""
    code = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); import speed; "
    result = subprocess.run(
        [sys.executable, "-c", code + "speed.train_on_60000()"],
        check=True,
        capture_output=True,
        text=True,
    )
    return float(result.stdout)


def train_on_60000() -> None:
    """Print how far training raises the process's memory above the images, in MB."""
    from convlab.training import Trainer

    rng = np.random.default_rng(0)
    x = rng.integers(0, 256, (60_000, 1, 28, 28), dtype=np.uint8)
    t = rng.integers(0, 10, len(x))
    before = _peak_so_far()
    trainer = Trainer(SimpleConvNet(), x, t, x[:10_000], t[:10_000], epochs=1, verbose=False)
    for _ in range(200):
        trainer.train_step()
    print((_peak_so_far() - before) / 1024)


def _peak_so_far() -> int:
    """Return the most memory that this process has held, in KiB; Linux only.

    Not ru_maxrss: a new process inherits that from the one that started it.
    """
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))


def _torch_version() -> str | None:
    try:
        import torch
    except ImportError:
        return None
    return str(torch.__version__)


def _set_torch_threads(threads: int) -> None:
    if _torch_version():
        import torch

        torch.set_num_threads(threads)


if __name__ == "__main__":
    main()
