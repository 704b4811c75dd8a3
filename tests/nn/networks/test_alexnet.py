"""AlexNet in its original geometry: its sizes, and the memory that it takes."""

import json
import subprocess
import sys

import numpy as np
import pytest

from convlab.nn.networks.alexnet import AlexNetSettings

GIGABYTE = 1 << 30
ONE_STEP = """
import json, resource, sys
import numpy as np
from convlab.nn import Adam
from convlab.nn.engine import Engine
from convlab.nn.networks import AlexNet
from convlab.threads import use_one_blas_thread

use_one_blas_thread()
rng = np.random.default_rng(0)
engine = Engine(AlexNet(rng=rng), threads=2)
x = rng.integers(0, 256, (8, 3, 227, 227), dtype=np.uint8)
t = rng.integers(0, 1000, 8)
before = engine.probabilities(x)
loss = engine.step(x, t, Adam(lr=1e-4))
engine.sync()
after = engine.network.params
engine.close()
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({
    "shape": before.shape,
    "sums": before.sum(axis=1).tolist(),
    "loss": loss,
    "finite": all(bool(np.isfinite(array).all()) for array in after.values()),
    "bytes": peak * (1 if sys.platform == "darwin" else 1024),
}))
"""


def test_the_original_has_the_papers_sizes() -> None:
    layers = AlexNetSettings("original").shapes((3, 227, 227), 1000)
    sizes = {layer.name: layer.output_shape for layer in layers}
    assert [sizes[f"Conv{number}"] for number in range(1, 6)] == [
        (96, 55, 55), (256, 27, 27), (384, 13, 13), (384, 13, 13), (256, 13, 13),
    ]  # fmt: skip
    assert [sizes[f"Pool{number}"] for number in range(1, 4)] == [
        (96, 27, 27), (256, 13, 13), (256, 6, 6),
    ]  # fmt: skip
    assert [sizes[f"Affine{number}"] for number in range(1, 4)] == [(4096,), (4096,), (1000,)]
    # 60 million in the paper, whose second, fourth and fifth convolutions see half of the maps.
    assert sum(layer.parameter_count for layer in layers) == 62_378_344


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not tell the peak")
def test_the_original_predicts_and_learns_a_batch_of_8_within_4_gigabytes() -> None:
    said = subprocess.run(
        [sys.executable, "-c", ONE_STEP], capture_output=True, text=True, check=True
    )
    result = json.loads(said.stdout)
    assert result["shape"] == [8, 1000]
    np.testing.assert_allclose(result["sums"], 1, rtol=1e-5)
    assert 3 < result["loss"] < 20  # ln 1000 is 6.9
    assert result["finite"]
    print(f"peak memory: {result['bytes'] / GIGABYTE:.2f} GiB")  # noqa: T201 - shown by pytest -s
    assert result["bytes"] < 4 * GIGABYTE
