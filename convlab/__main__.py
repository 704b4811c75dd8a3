"""The entry point, and the only place where the parts are wired together."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from convlab.errors import ConvlabError, SettingsError

FAILED = 1
BAD_INPUT = 2
INTERRUPTED = 130


def main() -> None:
    """Run the command line; without a command, open the lab."""
    with _ctrl_c_ends_it():
        code = _run()
    sys.exit(code)


def open_lab(dataset: str | None) -> int:
    """Open the window, on ``dataset`` if one is named, and return the exit code."""
    if not _has_screen():
        raise ConvlabError(
            "There is no screen to open a window on (neither DISPLAY nor WAYLAND_DISPLAY is set). "
            "Train without a window instead: convlab train --help"
        )
    from convlab.ui.app import run_app  # imports Qt, which the other commands do without

    return run_app(dataset)


def _run() -> int:
    """Run the command line and return the exit code, whatever happens."""
    # Only here, because it takes a while, during which Ctrl+C may come.
    from convlab.cli import app
    from convlab.cli.usage import usage_sentence

    try:
        code = app(obj={"open_lab": open_lab}, standalone_mode=False)
        sys.stdout.flush()
        return int(code or 0)
    except SettingsError as error:
        return _complain(*error.sentences)
    except ConvlabError as error:
        return _complain(str(error))
    except MemoryError:
        return _complain("There is not enough memory for this.", code=FAILED)
    except BrokenPipeError:  # whoever read the output has seen enough
        _drop_output()
        return FAILED
    except OSError as error:
        _drop_output()
        place = error.filename or "The output"
        return _complain(f"{place} cannot be written: {error.strerror or error}.", code=FAILED)
    except Exception as error:
        sentence = usage_sentence(error)
        if sentence is None:
            raise
        return _complain(*sentence)


@contextmanager
def _ctrl_c_ends_it() -> Iterator[None]:
    """Let Ctrl+C end the program quietly wherever a command does not see to it itself.

    An exception would not do: it is lost where it comes in a callback, as imports have them.
    """
    kept = signal.getsignal(signal.SIGINT)
    if kept is not signal.default_int_handler:  # such as of a job in the background
        yield
        return
    signal.signal(signal.SIGINT, _end_at_once)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, kept)


def _end_at_once(*_: object) -> None:
    with suppress(OSError):
        os.write(2, b"convlab: Ended by Ctrl+C.\n")
    os._exit(INTERRUPTED)


def _has_screen() -> bool:
    if sys.platform in ("win32", "darwin") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _complain(*sentences: str, code: int = BAD_INPUT) -> int:
    with suppress(OSError):  # nobody listens
        for sentence in sentences:
            print(f"convlab: {sentence}", file=sys.stderr, flush=True)  # noqa: T201
    return code


def _drop_output() -> None:
    """Let what Python still holds of the output go nowhere, or it would complain at the end."""
    with suppress(OSError):
        output = sys.stdout.fileno()
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, output)
        os.close(nowhere)


if __name__ == "__main__":
    main()
