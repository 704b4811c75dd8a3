"""What the commands have in common on a terminal."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer


def complain(sentence: str) -> None:
    """Tell on stderr what is wrong."""
    typer.echo(f"convlab: {sentence}", err=True)


@contextmanager
def interrupts_call(function: Callable[[], None]) -> Iterator[None]:
    """Let Ctrl+C and a polite kill call ``function``, and do nothing else, inside the ``with``."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for number in kept:
        signal.signal(number, lambda *_: function())
    try:
        yield
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)
