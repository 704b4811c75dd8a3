"""Trains and evaluates a network fast, on as many threads as it is given."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from contextvars import copy_context
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convlab.errors import ConvlabError
from convlab.nn.engine.layout import layouts, total
from convlab.nn.engine.parts import Clock
from convlab.nn.engine.plan import Plan, PlanPlace
from convlab.nn.functions import class_indices, softmax
from convlab.nn.network import Network, as_images
from convlab.nn.optimizer import Optimizer
from convlab.nn.types import Array, Labels

SHARD = 50  # samples a shard has, about, in training; a batch of 100 makes two shards
MOST_SHARDS = 8  # each has gradients and buffers of its own
SMALLEST_BATCH = 16  # what is cut at all
PREDICTED_SHARD = 50
CHUNK = 131_072  # numbers of the flat vectors that an optimizer changes at a time
FLUSH_EVERY = 100  # steps after which what is nearly zero in an optimizer's memory becomes zero
NEARLY_ZERO = 1e-30  # numbers below 1e-38 would make float32 arithmetic many times slower


class Engine:
    """Runs ``network``'s mathematics on its own copy of the weights.

    After steps, :meth:`sync` brings ``network.params`` up to date; after ``network.params`` was
    changed from outside, :meth:`load` takes it over. Results do not depend on ``threads``, to the
    bit. They differ from the plain network's by rounding only.
    """

    def __init__(self, network: Network, threads: int = 1, seed: int = 0) -> None:
        self.network = network
        self._places = layouts(network)
        self._params = np.empty(total(self._places), network.dtype)
        self._grads: list[Array] = []
        self._plans: dict[tuple[int, int, bool], Plan] = {}
        self._clock = Clock()
        self._seed = seed
        self._whole = any(settings.needs_whole_batch for _, settings in network.layer_settings)
        self._threads = threads
        self._pool: ThreadPoolExecutor | None = None
        self.load()

    def load(self) -> None:
        """Copy the network's weights into the engine."""
        for name, place in self._places.items():
            place.write(self._params, self.network.params[name])

    def sync(self) -> None:
        """Copy the engine's weights into the network."""
        for name, place in self._places.items():
            self.network.params[name][...] = place.read(self._params)

    def params(self) -> dict[str, Array]:
        """Return a copy of the weights under the names and in the shapes of ``params``."""
        return {name: place.read(self._params) for name, place in self._places.items()}

    def memory(self, optimizer: Optimizer) -> dict[str, dict[str, Array]]:
        """Return a copy of what ``optimizer`` remembers, by kind and then by name in ``params``."""
        return {
            kind: {name: place.read(flat) for name, place in self._places.items()}
            for kind, pieces in optimizer.state.items()
            for flat in [np.concatenate([pieces[str(n)] for n in range(len(pieces))])]
        }

    def set_memory(
        self, optimizer: Optimizer, memory: Mapping[str, Mapping[str, NDArray[Any]]]
    ) -> None:
        """Let ``optimizer`` remember what :meth:`memory` returned."""
        optimizer.state.clear()
        for kind, arrays in memory.items():
            flat = np.empty_like(self._params)
            for name, place in self._places.items():
                place.write(flat, arrays[name])
            for number, chunk in enumerate(self._chunks()):
                optimizer.memory(kind, str(number), flat[chunk])[...] = flat[chunk]

    def close(self) -> None:
        """End the threads; the next call that needs some starts them again."""
        if self._pool is not None:
            self._pool.shutdown()
            self._pool = None

    def predict(self, x: NDArray[Any]) -> Array:
        """Return the scores (N, K) of images x (N, C, H, W) or (N, C·H·W)."""
        x = as_images(x, self.network.input_dim)
        if 0 < len(x) <= PREDICTED_SHARD:
            return self._plan(len(x), 0, training=False).forward(x).T.copy()
        scores = np.empty((len(x), self.network.output_size), self.network.dtype)
        shards = _cut(len(x), -(-len(x) // PREDICTED_SHARD))

        def work(number: int, thread: int) -> None:
            shard = shards[number]
            plan = self._plan(shard.stop - shard.start, thread, training=False)
            scores[shard] = plan.forward(x[shard]).T

        self._share_out(work, len(shards))
        return scores

    def probabilities(self, x: NDArray[Any]) -> Array:
        """Return the probability of each class (N, K)."""
        return softmax(self.predict(x))

    def accuracy(self, x: NDArray[Any], t: NDArray[Any]) -> float:
        """Return the share of images (0 to 1) whose best score is their label's."""
        labels = class_indices(t, self.network.output_size)
        return float((self.predict(x).argmax(axis=1) == labels).mean())

    def step(self, x: NDArray[Any], t: NDArray[Any], optimizer: Optimizer) -> float:
        """Learn one mini-batch and return its loss; one that is not finite changes nothing."""
        self._clock.iteration = optimizer.iterations
        before = self._params.copy() if self._whole else None  # such layers keep averages there
        loss, shards = self._backward(x, t)
        if np.isfinite(loss):
            self._update(optimizer, self._grads[:shards])
        elif before is not None:
            self._params[...] = before
        return loss

    def loss_and_gradient(self, x: NDArray[Any], t: NDArray[Any]) -> tuple[float, dict[str, Array]]:
        """Return what the network's method of that name returns."""
        loss, shards = self._backward(x, t)
        grads = _sum(self._grads[:shards], slice(None)).copy()
        return loss, {name: place.read(grads) for name, place in self._places.items()}

    def _backward(self, x: NDArray[Any], t: NDArray[Any]) -> tuple[float, int]:
        """Compute one gradient a shard; return the loss and the number of shards."""
        x = as_images(x, self.network.input_dim)
        labels = class_indices(t, self.network.output_size)
        if len(labels) != len(x):
            raise ConvlabError(
                f"There are {len(x)} images but {len(labels)} labels; they must be as many."
            )
        shards = [slice(0, len(x))] if self._whole else training_shards(len(x))
        losses = np.zeros(len(shards))
        while len(self._grads) < len(shards):
            self._grads.append(np.zeros_like(self._params))

        def work(number: int, thread: int) -> None:
            shard = shards[number]
            plan = self._plan(shard.stop - shard.start, number, training=True)
            scores = plan.forward(x[shard])
            losses[number], dscores = _softmax_with_loss(scores, labels[shard], len(x))
            plan.backward(dscores)

        self._share_out(work, len(shards))
        return float(losses.sum()), len(shards)

    def _update(self, optimizer: Optimizer, grads: list[Array]) -> None:
        optimizer.iterations += 1
        flush = optimizer.iterations % FLUSH_EVERY == 0
        chunks = self._chunks()

        def work(number: int, thread: int) -> None:
            chunk = chunks[number]
            name = str(number)
            optimizer.update_one(name, self._params[chunk], _sum(grads, chunk))
            if flush:
                for kept in optimizer.state.values():
                    kept[name][np.abs(kept[name]) < NEARLY_ZERO] = 0

        self._share_out(work, len(chunks))

    def _chunks(self) -> list[slice]:
        return [slice(at, at + CHUNK) for at in range(0, len(self._params), CHUNK)]

    def _plan(self, samples: int, number: int, training: bool) -> Plan:
        key = (samples, number, training)
        if key not in self._plans:
            grads = self._grads[number] if training else self._params
            place = PlanPlace(samples, training, (self._seed, number), self._clock)
            self._plans[key] = Plan(self.network, self._places, self._params, grads, place)
        return self._plans[key]

    def _share_out(self, work: Callable[[int, int], None], jobs: int) -> None:
        """Call ``work(job, thread)`` for every job, each thread taking its share in order."""
        threads = max(1, min(self._threads, jobs))

        def take_share(thread: int) -> None:
            for job in range(thread, jobs, threads):
                work(job, thread)

        if threads > 1 and self._pool is None:
            self._pool = ThreadPoolExecutor(self._threads - 1)
        others = [
            # The context has NumPy's errstate.
            self._pool.submit(copy_context().run, take_share, thread)
            for thread in range(1, threads)
            if self._pool
        ]
        try:
            take_share(0)
        finally:
            if others:
                wait(others)  # nobody may go on computing when this has failed
        for other in others:
            other.result()


def training_shards(n: int) -> list[slice]:
    """Return the shards of a mini-batch of n samples."""
    if n < SMALLEST_BATCH:
        return [slice(0, n)]
    return _cut(n, min(MOST_SHARDS, max(2, 2 * round(n / (2 * SHARD)))))


def _cut(n: int, pieces: int) -> list[slice]:
    """Cut n samples into pieces of nearly the same size, the larger ones first."""
    size, larger = divmod(n, max(1, pieces))
    edges = [piece * size + min(piece, larger) for piece in range(pieces + 1)]
    return [slice(*pair) for pair in pairwise(edges)]


def _sum(grads: list[Array], chunk: slice) -> Array:
    """Return the sum over the shards, in their order; it lies where the first one was."""
    first, *others = grads
    total = first[chunk]
    for other in others:
        np.add(total, other[chunk], out=total)
    return total


def _softmax_with_loss(scores: Array, labels: Labels, n: int) -> tuple[float, Array]:
    """Return a shard's part of the mean loss over n samples, and dL/dscores (K, N)."""
    column = np.arange(len(labels))
    shifted = scores - scores.max(axis=0)
    y = np.exp(shifted)
    total = y.sum(axis=0)
    loss = float((np.log(total) - shifted[labels, column]).sum()) / n
    y /= total
    y[labels, column] -= 1
    y *= y.dtype.type(1 / n)
    return loss, y
