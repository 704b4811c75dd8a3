"""Which classes a network holds to be likely, few enough to be said in words."""

import numpy as np
from numpy.typing import NDArray

CLEAR = 0.6  # of a single answer
CLOSE = 3  # a second answer with more than one part in so many of the best's probability counts
BOTH = 0.75  # of two answers together


def likely_classes(probabilities: NDArray[np.floating]) -> tuple[int, ...]:
    """Return the likeliest class, or two that are close, or none if nothing is likely.

    ``probabilities`` is (K,) and sums to 1. This tells how the network divides its belief, which
    is what people ask for with "4 or 9" and "not sure". It cannot tell whether the belief is
    justified: a network only compares its classes with each other, and can be sure of an answer to
    a scrawl that is none of them. For that see :class:`convlab.insight.familiarity.Familiarity`.
    """
    order = np.argsort(-probabilities, kind="stable")[:2].tolist()
    best, second = (*(float(probabilities[number]) for number in order), 0.0)[:2]
    if len(order) == 2 and CLOSE * second > best:
        return tuple(order) if best + second >= BOTH else ()
    return tuple(order[:1]) if best >= CLEAR else ()
