"""The program as a whole: its entry point, its help, and a machine without a screen."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import convlab as package
from convlab import __main__ as entry


@pytest.fixture
def no_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr("sys.platform", "linux")


@pytest.mark.usefixtures("no_screen")
def test_without_a_screen_it_points_at_the_headless_command(refused: Any) -> None:
    sentence = refused()
    assert "There is no screen to open a window on" in sentence
    assert "convlab train --help" in sentence


@pytest.mark.parametrize("variable", ["DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"])
@pytest.mark.usefixtures("no_screen")
def test_with_a_screen_it_opens_the_lab(
    variable: str, convlab: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str | None] = []

    def run_app(dataset: str | None) -> int:
        opened.append(dataset)
        return 0

    monkeypatch.setenv(variable, "something")
    monkeypatch.setattr("convlab.ui.app.run_app", run_app)
    assert convlab().code == 0
    assert convlab("--dataset", "mnist").code == 0
    assert opened == [None, "mnist"]


def test_the_exit_code_of_the_lab_is_that_of_the_program(
    convlab: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entry, "open_lab", lambda dataset: 3)
    assert convlab().code == 3


def test_it_says_its_version(convlab: Any) -> None:
    assert convlab("--version").out == f"convlab {package.__version__}\n"


@pytest.mark.parametrize("command", [(), ("train",), ("evaluate",), ("predict",)])
@pytest.mark.parametrize("option", ["--help", "-h"])
def test_every_command_has_help(command: tuple[str, ...], option: str, convlab: Any) -> None:
    result = convlab(*command, option)
    assert result.code == 0
    assert "Usage:" in result.out


def test_the_help_tells_every_setting_with_its_range(
    convlab: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    text = " ".join(convlab("train", "--help").out.split())
    for option in ("--epochs", "--batch", "--seed", "--lr", "--beta1", "--filter-num", "--dtype"):
        assert option in text
    assert "How often every training image is seen. [1 to 10,000]" in text


@pytest.mark.parametrize(
    "arguments",
    [("training",), ("train", "--epoch", "3"), ("train", "--epochs", "many"), ("evaluate",)],
)
def test_a_command_line_that_makes_no_sense_is_refused(
    arguments: tuple[str, ...], convlab: Any
) -> None:
    result = convlab(*arguments)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("convlab: ")
    assert result.err.count("\n") == 1


def test_datasets_without_a_command_get_help(convlab: Any) -> None:
    result = convlab("data")
    assert (result.code, result.err) == (2, "")
    assert "Usage:" in result.out


FULL = Path("/dev/full")


@pytest.mark.skipif(not FULL.exists(), reason="only Linux has a device that is always full")
@pytest.mark.parametrize("arguments", [("--version",), ("train", "--help")])
def test_an_output_that_takes_nothing_is_told(arguments: tuple[str, ...]) -> None:
    with FULL.open("w") as full:
        done = started(*arguments, stdout=full)
        _, err = done.communicate(timeout=60)
    assert done.returncode == 1
    assert err == "convlab: The output cannot be written: No space left on device.\n"


def test_ctrl_c_during_the_start_ends_it_quietly() -> None:
    program = (
        "import signal, sys\n"
        "from convlab.__main__ import main\n"
        "class Interrupting:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'numpy':\n"
        "            signal.raise_signal(signal.SIGINT)\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "sys.meta_path.insert(0, Interrupting())\n"
        "sys.argv = ['convlab', 'train']\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr == "convlab: Ended by Ctrl+C.\n"


def started(*arguments: str, stdout: Any) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "convlab", *arguments]
    return subprocess.Popen(command, stdout=stdout, stderr=subprocess.PIPE, text=True)


def test_no_command_but_the_lab_imports_qt(tmp_path: Path) -> None:
    """They run where Qt's libraries are not installed."""
    program = (
        "import sys\n"
        "sys.modules['PySide6'] = None\n"
        "sys.argv = ['convlab', 'evaluate', 'nothing.safetensors']\n"
        "from convlab.__main__ import main\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "there is no such file" in done.stderr
    assert "Traceback" not in done.stderr
