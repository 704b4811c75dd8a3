"""Why a moment cannot be shown is told in words that fit."""

from collections.abc import Callable

import pytest

from convlab.app.moment_reading import weights_at
from convlab.errors import ConvlabError
from convlab.training.moments import Moments
from convlab.training.run_folder import RunFolder


def test_damaged_weights_are_not_called_something_else_to_open(
    make_run: Callable[..., RunFolder],
) -> None:
    moments = Moments(make_run("a"))
    at = moments.iterations[0]
    moments.path(at).write_bytes(b"no weights")
    with pytest.raises(ConvlabError, match=r"Iteration 57 .* damaged, or cannot be read\.$"):
        weights_at(moments, at, 57)
    moments.path(at).unlink()
    with pytest.raises(ConvlabError, match=r"Iteration 57 .* is gone\.$"):
        weights_at(moments, at, 57)
