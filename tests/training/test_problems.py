import pytest

from convlab.training.problems import chance_hint


@pytest.mark.parametrize(
    ("accuracy", "classes"), [(0.1, 10), (0.0, 10), (0.14, 10), (0.5, 2), (0.04, 26)]
)
def test_a_network_that_reads_no_more_than_a_guess_gets_a_hint(
    accuracy: float, classes: int
) -> None:
    hint = chance_hint(accuracy, classes, 0.5)
    assert hint is not None
    assert f"no better than a guess among {classes} classes" in hint
    assert "smaller learning rate (it was 0.5)" in hint


@pytest.mark.parametrize(("accuracy", "classes"), [(0.2, 10), (0.6, 2), (0.1, 26), (1.0, 1)])
def test_a_network_that_learned_something_gets_none(accuracy: float, classes: int) -> None:
    assert chance_hint(accuracy, classes, 0.5) is None
