"""Opening the lab where there is no screen that Qt could use."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize(
    "screen",
    [
        {"QT_QPA_PLATFORM": "xcb", "DISPLAY": ":99"},
        {"QT_QPA_PLATFORM": "no-such-platform"},
    ],
    ids=["nobody answers there", "Qt knows no such platform"],
)
def test_a_screen_that_cannot_be_reached_is_told_in_a_sentence(
    screen: dict[str, str], tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "convlab"],
        cwd=tmp_path,
        env={**os.environ, **screen},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith("convlab: The window cannot be opened; Qt says: ")
    assert line.endswith(". Train without a window instead: convlab train --help")
