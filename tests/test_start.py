"""The set-up, on a machine and a network that exist in these tests only."""

import ast
import os
import sys
from pathlib import Path
from subprocess import CompletedProcess
from typing import NoReturn

import pytest

from convlab import start
from convlab.start import Checkout


class Machine:
    """Stands in for the commands that the set-up runs, and keeps what they did."""

    def __init__(self) -> None:
        self.libraries: set[str] = set()
        self.repository = {**start.QT_LIBRARIES, **start.X11_LIBRARIES, **start.WAYLAND_LIBRARIES}
        self.commands: list[list[str]] = []
        self.pip_output = ""
        self.is_interrupted = False

    def run(self, command: list[str], env: dict[str, str] | None = None) -> CompletedProcess[str]:
        self.commands.append(command)
        code, output = 0, ""
        if command[:2] == ["apt-get", "install"]:
            assert env is not None
            assert env["DEBIAN_FRONTEND"] == "noninteractive"
            found = [self.repository[name] for name in command if name in self.repository]
            self.libraries.update(found)
            output = "E: Unable to locate package" if not found else ""
        elif command[1:3] == ["-m", "venv"]:
            (Path(command[3]) / "bin").mkdir()
            (Path(command[3]) / "bin" / "python").touch()
        elif "install" in command:
            if self.is_interrupted:
                raise KeyboardInterrupt
            code, output = int(bool(self.pip_output)), self.pip_output
        return CompletedProcess(command, code, output)

    def runs(self, word: str) -> list[list[str]]:
        return [command for command in self.commands if word in command]


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    machine = Machine()
    monkeypatch.setattr(start, "_run", machine.run)
    monkeypatch.setattr(start, "_loads", lambda library: library in machine.libraries)
    monkeypatch.setattr(start, "_can_make_venv", lambda: True)
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    return machine


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    root = tmp_path / "my lab"
    root.mkdir()
    (root / "pyproject.toml").write_text("[project]\n")
    return Checkout(root)


def messages_of_failure(
    capsys: pytest.CaptureFixture[str], exit_info: pytest.ExceptionInfo[SystemExit]
) -> str:
    assert exit_info.value.code == 2
    return capsys.readouterr().err


# The system's packages


def test_root_on_debian_gets_the_missing_packages_and_no_others(machine: Machine) -> None:
    machine.libraries.update(start.QT_LIBRARIES.values())
    machine.libraries -= {"libEGL.so.1", "libGL.so.1"}
    start.install_system_packages(start.QT_LIBRARIES, needs_venv=False)
    update, install = machine.commands
    assert update == ["apt-get", "update"]
    assert [word for word in install if word.startswith("lib")] == ["libgl1", "libegl1"]
    assert "--no-install-recommends" in install


def test_anyone_else_is_told_the_line_to_run(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(SystemExit) as exit_info:
        start.install_system_packages({"libegl1": "libEGL.so.1"}, needs_venv=False)
    line = messages_of_failure(capsys, exit_info).splitlines()[-1].strip()
    assert line.endswith("sudo apt-get install -y --no-install-recommends libegl1")
    assert machine.commands == []


def test_without_a_screen_the_advice_does_not_keep_the_lab_from_saying_so(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    start.install_system_packages({"libegl1": "libEGL.so.1"}, needs_venv=False, is_urgent=False)
    assert "sudo apt-get install" in capsys.readouterr().err
    monkeypatch.setattr(start, "_can_make_venv", lambda: False)
    with pytest.raises(SystemExit):
        start.install_system_packages({"libegl1": "libEGL.so.1"}, needs_venv=True, is_urgent=False)


def test_another_system_is_told_which_libraries_are_missing(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(SystemExit) as exit_info:
        start.install_system_packages(start.QT_LIBRARIES, needs_venv=False)
    message = messages_of_failure(capsys, exit_info)
    assert all(library in message for library in start.QT_LIBRARIES.values())
    assert machine.commands == []


def test_a_package_that_apt_does_not_know_is_named(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as exit_info:
        start.install_system_packages({"libnowhere0": "libnowhere.so.0"}, needs_venv=False)
    message = messages_of_failure(capsys, exit_info)
    assert "could not install libnowhere0" in message
    assert "E: Unable to locate package" in message


def test_debians_package_for_environments_is_asked_for_where_it_is_missing(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(start, "_can_make_venv", lambda: False)
    start.install_system_packages({}, needs_venv=False)
    with pytest.raises(SystemExit) as exit_info:
        start.install_system_packages({}, needs_venv=True)
    package = f"python3.{sys.version_info.minor}-venv"
    assert messages_of_failure(capsys, exit_info).rstrip().endswith(package)


@pytest.mark.parametrize(
    ("arguments", "screen", "expected"),
    [
        ([], None, {"libegl1"}),
        ([], "DISPLAY", {"libegl1", "libxcb-cursor0"}),
        ([], "WAYLAND_DISPLAY", {"libegl1", "libwayland-egl1"}),
        (["--dataset", "bundled"], "DISPLAY", {"libegl1", "libxcb-cursor0"}),
        (["test", "-x"], "DISPLAY", {"libegl1"}),
        (["train"], "DISPLAY", set()),
    ],
)
def test_only_what_this_start_will_load_is_asked_for(
    arguments: list[str],
    screen: str | None,
    expected: set[str],
    machine: Machine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    if screen:
        monkeypatch.setenv(screen, ":0")
    telling = {"libegl1", "libxcb-cursor0", "libwayland-egl1"}
    assert set(start._libraries_for(arguments)) & telling == expected


# The virtual environment


def test_the_second_start_has_nothing_to_do(machine: Machine, checkout: Checkout) -> None:
    checkout.install("")
    assert len(machine.runs("venv")) == len(machine.runs("--editable")) == 1
    assert machine.commands[-1][-1] == str(checkout.root)
    machine.commands.clear()
    checkout.install("")
    assert machine.commands == []


def test_the_tests_need_more_than_the_lab_and_contain_it(
    machine: Machine, checkout: Checkout
) -> None:
    checkout.install("")
    checkout.install("dev")
    assert machine.commands[-1][-1] == f"{checkout.root}[dev]"
    assert len(machine.runs("venv")) == 1
    assert checkout.is_ready("")


def test_a_changed_pyproject_is_installed_into_the_same_environment(
    machine: Machine, checkout: Checkout
) -> None:
    checkout.install("")
    (checkout.root / "pyproject.toml").write_text("[project]\ndependencies = []\n")
    checkout.install("")
    assert len(machine.runs("venv")) == 1
    assert len(machine.runs("--editable")) == 2


def test_an_interrupted_set_up_is_done_again_from_the_beginning(
    machine: Machine, checkout: Checkout
) -> None:
    machine.is_interrupted = True
    with pytest.raises(KeyboardInterrupt):
        checkout.install("")
    assert not checkout.is_ready("")
    leftover = checkout.venv / "half a package"
    leftover.touch()
    machine.is_interrupted = False
    checkout.install("")
    assert checkout.is_ready("")
    assert not leftover.exists()


def test_a_moved_checkout_gets_a_new_environment(machine: Machine, checkout: Checkout) -> None:
    checkout.install("")
    moved = Checkout(checkout.root.rename(checkout.root.with_name("elsewhere")))
    assert not moved.is_ready("")
    moved.install("")
    assert len(machine.runs("venv")) == 2


def test_an_environment_whose_python_is_gone_is_made_again(
    machine: Machine, checkout: Checkout
) -> None:
    checkout.install("")
    Path(checkout.script("python")).unlink()
    checkout.install("")
    assert checkout.is_ready("")
    assert len(machine.runs("venv")) == 2


def test_a_failed_pip_is_reported_by_its_errors_and_tried_again(
    machine: Machine, checkout: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    machine.pip_output = "Collecting\n  ERROR: No matching distribution\n" + "note: general\n" * 20
    with pytest.raises(SystemExit) as exit_info:
        checkout.install("")
    message = messages_of_failure(capsys, exit_info)
    assert message.endswith("pip says:\n    ERROR: No matching distribution\n")
    machine.pip_output = ""
    checkout.install("")
    assert checkout.is_ready("")
    assert len(machine.runs("venv")) == 1


def test_a_folder_that_cannot_be_written_to_is_named(
    machine: Machine,
    checkout: Checkout,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(SystemExit) as exit_info:
        checkout.install("")
    assert f"{checkout.root} cannot be written to" in messages_of_failure(capsys, exit_info)
    assert machine.commands == []


# From the command to the program


@pytest.fixture
def programs(
    machine: Machine, checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> list[list[str]]:
    """What the set-up, done in ``checkout``, ran and finally became."""
    programs: list[list[str]] = []

    def become(command: list[str]) -> NoReturn:
        programs.append(command)
        sys.exit(0)

    def call(command: list[str], stdin: int) -> int:
        programs.append(command)
        return 1 if "mypy" in command[0] else 0

    monkeypatch.setattr(start, "ROOT", checkout.root)
    monkeypatch.setattr(start, "_become", become)
    monkeypatch.setattr("subprocess.call", call)
    monkeypatch.setattr(os, "chdir", lambda folder: None)
    monkeypatch.setenv("QT_QPA_PLATFORM", "xcb")
    return programs


@pytest.mark.parametrize("arguments", [[], ["train", "--epochs", "3"], ["--version"]])
def test_the_lab_gets_all_arguments(
    arguments: list[str], programs: list[list[str]], checkout: Checkout
) -> None:
    with pytest.raises(SystemExit, match="0"):
        start.main(arguments)
    assert programs == [[checkout.script("convlab"), *arguments]]


def test_the_tests_come_last_and_get_the_options(
    programs: list[list[str]],
    checkout: Checkout,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("subprocess.call", lambda command, stdin: 0)
    with pytest.raises(SystemExit, match="0"):
        start.main(["test", "-x"])
    assert programs == [[checkout.script("pytest"), "-x"]]
    assert os.environ["QT_QPA_PLATFORM"] == "offscreen"
    assert capsys.readouterr().out.splitlines() == [
        "==> ruff check",
        "==> ruff format --check",
        "==> mypy",
        "==> lint-imports",
        "==> pytest -x",
    ]


def test_the_first_check_that_fails_ends_it(programs: list[list[str]]) -> None:
    with pytest.raises(SystemExit, match="1"):
        start.main(["test"])
    assert [Path(program[0]).name for program in programs] == ["ruff", "ruff", "mypy"]


def test_an_interruption_is_a_sentence(
    programs: list[list[str]], machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    machine.is_interrupted = True
    with pytest.raises(SystemExit) as exit_info:
        start.main([])
    assert "Interrupted" in messages_of_failure(capsys, exit_info)


def test_an_error_of_the_system_is_a_sentence(
    programs: list[list[str]], checkout: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    checkout.venv.write_text("a file where the folder should be")
    with pytest.raises(SystemExit) as exit_info:
        start.main([])
    assert "could not be set up: " in messages_of_failure(capsys, exit_info)


def test_an_installed_convlab_needs_no_set_up(
    programs: list[list[str]], checkout: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    (checkout.root / "pyproject.toml").unlink()
    with pytest.raises(SystemExit) as exit_info:
        start.main([])
    assert "installed already" in messages_of_failure(capsys, exit_info)
    assert not checkout.venv.exists()


# A Python that is too old, or bare


def test_an_old_python_is_told_so(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_info:
        start._check_python((3, 9))
    message = messages_of_failure(capsys, exit_info)
    assert message == "convlab needs Python 3.11 or newer; this is Python 3.9.\n"


def test_an_old_and_bare_python_can_read_the_script() -> None:
    tree = ast.parse(Path(start.__file__).read_text(), feature_version=(3, 7))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import)]
    modules = {alias.name for node in imports for alias in node.names}
    modules |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {module.split(".")[0] for module in modules} <= sys.stdlib_module_names
