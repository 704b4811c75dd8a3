"""The entry point, and the only place where the parts are wired together."""

import os
import sys

import typer

from convlab.cli import app
from convlab.errors import ConvlabError, SettingsError

BAD_INPUT = 2


def main() -> None:
    """Run the command line; without a command, open the lab."""
    try:
        app(obj={"open_lab": open_lab})
    except SettingsError as error:
        lines = [f"{name}: {text}" if name else text for name, text in error.problems.items()]
        _fail("\n".join(f"convlab: {line}" for line in lines))
    except ConvlabError as error:
        _fail(f"convlab: {error}")


def open_lab(dataset: str | None) -> int:
    """Open the window, on ``dataset`` if one is named, and return the exit code."""
    if not _has_screen():
        _fail(
            "convlab: There is no screen to open a window on (neither DISPLAY nor WAYLAND_DISPLAY "
            "is set). Train without a window instead: convlab train --help"
        )
    from convlab.ui.app import run_app  # imports Qt, which the other commands do without

    return run_app(dataset)


def _has_screen() -> bool:
    if sys.platform in ("win32", "darwin") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _fail(message: str) -> None:
    typer.echo(message, err=True)
    sys.exit(BAD_INPUT)


if __name__ == "__main__":
    main()
