"""Reads the weights of a moment, or tells in a sentence why that cannot be done."""

from convlab.errors import ConvlabError, WeightsError
from convlab.training.events import Params
from convlab.training.moments import Moments


def weights_at(moments: Moments, own: int, told: int) -> Params:
    """Return the weights of iteration ``own`` of a run, which people call ``told``.

    Raises :class:`ConvlabError`.
    """
    if not moments.path(own).exists():
        raise ConvlabError(
            f"Iteration {told:,} of this run cannot be shown: the file with its weights is gone."
        )
    try:
        return moments.load(own)
    except WeightsError as error:
        raise ConvlabError(
            f"Iteration {told:,} of this run cannot be shown: the file with its weights is "
            "damaged, or cannot be read."
        ) from error
    except MemoryError as error:
        raise ConvlabError(
            f"There is not enough memory to show this moment: its weights take "
            f"{moments.size(own) / 1e6:,.0f} MB. Close other programs and try again."
        ) from error
