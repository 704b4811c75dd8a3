"""The cache of moments keeps the last ones within its limit."""

import numpy as np

from convlab.app.moment_cache import MomentCache
from convlab.training.events import Params


def weights(megabytes: int) -> Params:
    return {"W1": np.zeros(megabytes * 125_000)}


def test_those_that_were_wanted_longest_ago_go_first() -> None:
    cache = MomentCache(limit=3_000_000)
    for iteration in (1, 2, 3):
        cache.add(iteration, weights(1))
    assert cache.get(1) is not None  # which makes 2 the one that was wanted longest ago
    cache.add(4, weights(1))
    assert [cache.get(at) is not None for at in (1, 2, 3, 4)] == [True, False, True, True]
    assert cache.size == 3_000_000


def test_what_is_larger_than_the_limit_is_not_kept() -> None:
    cache = MomentCache(limit=3_000_000)
    cache.add(1, weights(4))
    assert cache.get(1) is None
    assert cache.size == 0


def test_weights_that_are_added_again_count_once() -> None:
    cache = MomentCache(limit=3_000_000)
    cache.add(1, weights(1))
    cache.add(1, weights(2))
    assert cache.size == 2_000_000
    cache.clear()
    assert cache.size == 0
    assert cache.get(1) is None
