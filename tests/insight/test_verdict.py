"""A network's belief is said in words only as far as it goes."""

import numpy as np
import pytest

from convlab.insight.verdict import likely_classes


@pytest.mark.parametrize(
    ("probabilities", "said"),
    [
        ((0.01, 0.97, 0.02), (1,)),
        ((0.65, 0.20, 0.15), (0,)),  # the second is far behind
        ((0.05, 0.40, 0.55), (2, 1)),  # the better one first
        ((0.50, 0.50, 0.00), (0, 1)),
        ((0.40, 0.30, 0.30), ()),  # three that are close
        ((0.50, 0.10, 0.10, 0.10, 0.10, 0.10), ()),  # ahead of all others, and not likely
        ((0.1,) * 10, ()),
        ((1.0,), (0,)),
    ],
)
def test_one_answer_or_two_or_none(probabilities: tuple[float, ...], said: tuple[int, ...]) -> None:
    assert likely_classes(np.array(probabilities, np.float32)) == said
