"""A test part for data that came without one."""

import numpy as np
from numpy.typing import NDArray

from convlab.errors import DataError

TEST_SHARE = 5  # one of so many images of every class


def stratified_fifth(
    labels: NDArray[np.intp], title: str
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the indices to train on and those to test on, the same ones every time.

    Every fifth image of a class is for the test, so a class of fewer than three images has none.
    Both come in a mixed order, so that the first n are a fair sample. Raises :class:`DataError`
    if no class has enough images.
    """
    rng = np.random.default_rng(20)
    train, test = [], []
    for label in np.unique(labels):
        members = rng.permutation(np.flatnonzero(labels == label))
        cut = round(len(members) / TEST_SHARE)
        test.append(members[:cut])
        train.append(members[cut:])
    if not sum(map(len, test)):
        raise DataError(
            f"{title} has no test images and too few others to set some apart; three images of a "
            "class are needed."
        )
    return rng.permutation(np.concatenate(train)), rng.permutation(np.concatenate(test))
