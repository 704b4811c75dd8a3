from itertools import chain

import numpy as np
import pytest

from convlab.errors import SettingsError
from convlab.training.batches import Batches


def epoch(batches: Batches) -> list[list[int]]:
    return [batches.next().tolist() for _ in range(batches.per_epoch)]


@pytest.mark.parametrize(("n", "size"), [(60, 10), (23, 10), (7, 7), (5, 1), (101, 100)])
def test_every_image_comes_once_an_epoch(n: int, size: int) -> None:
    batches = Batches(n, size, np.random.default_rng(0))
    for _ in range(3):
        dealt = epoch(batches)
        assert sorted(chain.from_iterable(dealt)) == list(range(n))
        assert [len(batch) for batch in dealt[:-1]] == [size] * (len(dealt) - 1)
        assert len(dealt[-1]) == (n % size or size)


def test_every_epoch_has_an_order_of_its_own_that_the_seed_decides() -> None:
    batches = Batches(50, 50, np.random.default_rng(0))
    first, second = epoch(batches), epoch(batches)
    assert first != second
    assert sorted(first[0]) != first[0]
    again = Batches(50, 50, np.random.default_rng(0))
    assert [epoch(again), epoch(again)] == [first, second]
    assert epoch(Batches(50, 50, np.random.default_rng(1))) != first


def test_with_replacement_every_batch_is_drawn_from_all_images() -> None:
    batches = Batches(10, 4, np.random.default_rng(0), with_replacement=True)
    assert batches.per_epoch == 3
    dealt = [batches.next() for _ in range(300)]
    assert {len(batch) for batch in dealt} == {4}
    counts = np.bincount(np.concatenate(dealt), minlength=10)
    assert counts.min() > 80
    assert counts.max() < 160
    assert any(len(set(batch)) < 4 for batch in dealt), "an image may come twice in a batch"


@pytest.mark.parametrize("size", [0, -1, 11])
def test_a_batch_that_the_set_cannot_fill_is_refused(size: int) -> None:
    with pytest.raises(SettingsError, match=f"A mini-batch has 1 to 10 images here; .* {size}"):
        Batches(10, size, np.random.default_rng(0))


@pytest.mark.parametrize("dealt", range(5))
def test_they_go_on_from_any_batch_also_after_a_last_one_that_is_smaller(dealt: int) -> None:
    batches = Batches(23, 10, np.random.default_rng(0))
    for _ in range(dealt):
        batches.next()
    other = Batches(23, 10, np.random.default_rng(1))
    other.restore(batches.state())
    assert epoch(other) == epoch(batches)
    with pytest.raises(ValueError, match="damaged"):
        Batches(10, 4, np.random.default_rng(0)).restore(batches.state())
