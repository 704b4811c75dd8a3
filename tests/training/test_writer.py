"""What waits to be written takes no more than a stated part of the memory."""

import threading
from collections.abc import Iterator

import pytest

from convlab.training.writer import LARGEST_WAITING, MOST_WAITING, Writer


@pytest.fixture
def hold() -> threading.Event:
    """Lets the jobs that wait for it be done."""
    return threading.Event()


@pytest.fixture
def writer(hold: threading.Event) -> Iterator[Writer]:
    writer = Writer()
    yield writer
    hold.set()
    writer.close()


def test_one_job_may_be_of_any_size_and_the_others_must_fit(
    writer: Writer, hold: threading.Event
) -> None:
    assert writer.do(hold.wait, 10 * LARGEST_WAITING)
    assert not writer.do(hold.wait, 1)
    assert writer.do(hold.wait, 1, even_if_busy=True)
    hold.set()
    is_done = threading.Event()
    writer.do(is_done.set, even_if_busy=True)
    assert is_done.wait(10)
    assert writer.do(hold.wait, LARGEST_WAITING), "what is done takes no room any more"


def test_small_jobs_are_limited_by_their_number(writer: Writer, hold: threading.Event) -> None:
    accepted = [writer.do(hold.wait, LARGEST_WAITING // 100) for _ in range(2 * MOST_WAITING)]
    assert MOST_WAITING <= sum(accepted) <= MOST_WAITING + 1  # one may be under way
    assert not accepted[-1]


def test_a_lack_of_memory_is_told_in_words() -> None:
    def fail() -> None:
        raise MemoryError

    done: list[int] = []
    writer = Writer()
    writer.do(fail)
    writer.do(lambda: done.append(1))
    writer.close()
    assert writer.take_problem() == "there was not enough memory"
    assert done == [1]
