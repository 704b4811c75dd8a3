"""Measures the moments that a run has kept, where the records of its course have gaps."""

from bisect import bisect_left
from collections.abc import Sequence

from convlab.app.moment_reading import weights_at
from convlab.data.dataset import ImageSet
from convlab.insight.health import Health, Step, measure
from convlab.nn.description import NetworkDescription
from convlab.nn.network_settings import network_over
from convlab.training.moments import Moments
from convlab.training.run_folder import RunFolder

NARROW = 60  # a gap of so small a part of the run is not filled
FARTHEST = 50  # iterations over which an update is taken; over more, steps cancel out
LARGEST = 16_000_000  # bytes of weights; moments of larger networks are not read for this


def missing_moment(kept: Sequence[int], known: Sequence[int]) -> int | None:
    """Return which of the iterations ``kept`` lies in the widest gap between those ``known``.

    None if no gap is worth it, or if nothing is known.
    """
    if not kept or not known:
        return None
    at, distance = max(
        ((iteration, min(abs(iteration - each) for each in known)) for iteration in kept),
        key=lambda found: found[1],
    )
    span = max(*kept, *known) - min(*kept, *known)
    return at if distance and distance * NARROW >= span else None


def measure_missing(
    folder: RunFolder,
    branched_at: int,
    description: NetworkDescription,
    images: ImageSet,
    known: Sequence[int],
) -> Health | None:
    """Return the health at the moment that is missed most among ``known``; None if none is.

    Iterations are counted as people do, ``branched_at`` more than the run itself does. Raises
    :class:`ConvlabError` if a moment cannot be read.
    """
    moments = Moments(folder)
    kept = moments.iterations
    own = missing_moment(kept, [iteration - branched_at for iteration in known])
    if own is None or moments.size(own) > LARGEST:
        return None
    params = weights_at(moments, own, branched_at + own)
    place = bisect_left(kept, own)
    step = None
    if place and own - kept[place - 1] <= FARTHEST:
        before = kept[place - 1]
        step = Step(weights_at(moments, before, branched_at + before), own - before)
    network = network_over(description, params).copy()
    return measure(network, images, branched_at + own, step)
