"""Set convlab up in this checkout, then run it.

    python3 -m convlab.start               open the lab
    python3 -m convlab.start train ...     run a command of convlab
    python3 -m convlab.start test ...      check and test everything; options go to pytest

It runs on a bare Python, so it imports the standard library only, and its syntax is old enough
for a Python that is too old to be told so.
"""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import importlib
import importlib.util
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

OLDEST_PYTHON = (3, 11)
ROOT = Path(__file__).resolve().parent.parent

# Debian and Ubuntu packages, each with the shared library by which its absence shows.
QT_LIBRARIES = {
    "libglib2.0-0": "libglib-2.0.so.0",
    "libgl1": "libGL.so.1",
    "libegl1": "libEGL.so.1",
    "libxkbcommon0": "libxkbcommon.so.0",
    "libfontconfig1": "libfontconfig.so.1",
    "libdbus-1-3": "libdbus-1.so.3",
}
X11_LIBRARIES = {
    "libxcb-cursor0": "libxcb-cursor.so.0",
    "libxcb-icccm4": "libxcb-icccm.so.4",
    "libxcb-keysyms1": "libxcb-keysyms.so.1",
    "libxcb-shape0": "libxcb-shape.so.0",
    "libxkbcommon-x11-0": "libxkbcommon-x11.so.0",
}
WAYLAND_LIBRARIES = {
    "libwayland-cursor0": "libwayland-cursor.so.0",
    "libwayland-egl1": "libwayland-egl.so.1",
}
APT_INSTALL = ("apt-get", "install", "-y", "--no-install-recommends")

CHECKS = (
    ("ruff", "check"),
    ("ruff", "format", "--check"),
    ("mypy",),
    ("lint-imports",),
)
UNFINISHED = "unfinished\n"


def main(arguments: list[str]) -> NoReturn:
    """Do what is missing, then become the program that was asked for; exit code 2 if in vain."""
    _check_python(sys.version_info[:2])
    _check_place()
    is_test = arguments[:1] == ["test"]
    extra = "dev" if is_test else ""
    checkout = Checkout(ROOT)
    try:
        needs_venv = not checkout.is_ready(extra) and not checkout.is_usable()
        libraries = _libraries_for(arguments)
        install_system_packages(libraries, needs_venv, is_urgent=is_test or _has_screen())
        checkout.install(extra)
        if is_test:
            run_tests(checkout, arguments[1:])
        _become([checkout.script("convlab"), *arguments])
    except OSError as error:
        _fail(f"convlab could not be set up: {error}. Delete its folder .venv and start again.")
    except KeyboardInterrupt:
        _fail("Interrupted; start again to go on.")


def _check_python(version: tuple[int, ...]) -> None:
    if version < OLDEST_PYTHON:
        needed, found = (".".join(map(str, v)) for v in (OLDEST_PYTHON, version))
        _fail(f"convlab needs Python {needed} or newer; this is Python {found}.")


def _check_place() -> None:
    if not (ROOT / "pyproject.toml").exists():
        _fail("This convlab is installed already and needs no set-up; run: convlab")
    if os.name == "nt":
        _fail("On Windows, use uv or pipx, as README.md says; this script is for Linux and macOS.")


def _libraries_for(arguments: list[str]) -> dict[str, str]:
    """Which libraries Qt will load: none for a headless command, few without a screen."""
    is_test = arguments[:1] == ["test"]
    is_headless = bool(arguments) and not arguments[0].startswith("-") and not is_test
    if not sys.platform.startswith("linux") or is_headless:
        return {}
    libraries = dict(QT_LIBRARIES)
    if os.environ.get("DISPLAY") and not is_test:
        libraries.update(X11_LIBRARIES)
    if os.environ.get("WAYLAND_DISPLAY") and not is_test:
        libraries.update(WAYLAND_LIBRARIES)
    return libraries


def _has_screen() -> bool:
    names = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return sys.platform == "darwin" or any(os.environ.get(name) for name in names)


def install_system_packages(
    libraries: dict[str, str], needs_venv: bool, is_urgent: bool = True
) -> None:
    """Install what is missing, as root on Debian or Ubuntu; elsewhere say what to do, and exit.

    Libraries that are not urgent, because this start will not load them, are no reason to exit.
    """
    missing = _missing(libraries, needs_venv)
    has_apt = shutil.which("apt-get") is not None
    if missing and has_apt and os.geteuid() == 0:
        output = _apt_get_install(list(missing))
        missing = _missing(libraries, needs_venv)
        if missing:
            _fail(f"apt-get could not install {' '.join(missing)}; it ended with:", output)
    elif missing:
        tell = _say if not is_urgent and missing.keys() <= libraries.keys() else _fail
        tell(_apt_advice(list(missing)) if has_apt else _advice(list(missing.values())))


def _apt_get_install(packages: list[str]) -> str:
    _say(f"Installing system packages: {' '.join(packages)}")
    quietly = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    # A list that cannot be refreshed may still be good enough: the installation decides.
    _run(["apt-get", "update"], env=quietly)
    return _run([*APT_INSTALL, "-o", "DPkg::Lock::Timeout=60", *packages], env=quietly).stdout


def _apt_advice(packages: list[str]) -> str:
    return (
        "Some packages of the system are missing. Run this line, then start again:\n"
        f"    sudo apt-get update && sudo {shlex.join([*APT_INSTALL, *packages])}"
    )


def _advice(names: list[str]) -> str:
    return (
        f"These parts of the system are missing: {', '.join(names)}. "
        "Install them with the package manager of your system, then start again."
    )


def _missing(libraries: dict[str, str], needs_venv: bool) -> dict[str, str]:
    """Return the Debian packages that are missing, each with what they would have brought."""
    missing = {package: name for package, name in libraries.items() if not _loads(name)}
    if needs_venv and not _can_make_venv():
        major, minor = sys.version_info[:2]
        missing[f"python{major}.{minor}-venv"] = "Python's module ensurepip"
    return missing


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _can_make_venv() -> bool:
    """Whether Python is complete: Debian keeps this module in a package of its own."""
    importlib.invalidate_caches()
    return importlib.util.find_spec("ensurepip") is not None


class Checkout:
    """A checkout of convlab and the virtual environment in its folder ``.venv``.

    A stamp in the environment says for what it was made, so that the next start has nothing to
    do; while it is being made the stamp says so, and an interrupted one is made again.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.venv = root / ".venv"
        self._stamp = self.venv / "convlab-stamp"

    def script(self, name: str) -> str:
        """Return the path of an installed command."""
        return str(self.venv / "bin" / name)

    def install(self, extra: str) -> None:
        """Install the package, editable, with ``extra`` (dev or nothing), unless that is done."""
        if self.is_ready(extra):
            return
        if not os.access(self.venv if self.venv.exists() else self.root, os.W_OK):
            _fail(f"The folder {self.root} cannot be written to; start from a copy of your own.")
        if not self.is_usable():
            self._make_venv()
        _say(f"Installing convlab{' and its tests' * bool(extra)} (a minute or two)")
        self._write_stamp(UNFINISHED)
        package = f"{self.root}[{extra}]" if extra else str(self.root)
        result = _run([*self._pip(), "install", "--quiet", "--editable", package])
        if result.returncode != 0:
            # pip changes nothing before it has fetched everything, so the rest is still good.
            self._stamp.unlink()
            _fail(
                "convlab's packages could not be installed; is the network reachable? pip says:",
                # The end of pip's output is often general; what went wrong stands further up.
                "\n".join(line for line in result.stdout.splitlines() if "ERROR:" in line)
                or result.stdout,
            )
        self._write_stamp(self._stamp_for(extra))

    def is_ready(self, extra: str) -> bool:
        """Whether the environment holds what this version of pyproject.toml asks for."""
        stamps = (self._stamp_for(extra), self._stamp_for("dev"))
        return os.path.exists(self.script("python")) and self._read_stamp() in stamps

    def is_usable(self) -> bool:
        """Whether pip can work in the environment: not half-made, not moved, Python not gone."""
        stamp = self._read_stamp()
        if stamp and not stamp.startswith(f"{self.root}\n"):
            return False
        has_python = os.path.exists(self.script("python"))
        return has_python and _run([*self._pip(), "--version"]).returncode == 0

    def _make_venv(self) -> None:
        _say(f"Making a virtual environment in {self.venv}")
        if self.venv.exists():
            shutil.rmtree(self.venv)
        self.venv.mkdir()
        self._write_stamp(UNFINISHED)
        result = _run([sys.executable, "-m", "venv", str(self.venv)])
        if result.returncode != 0:
            _fail("Python could not make a virtual environment; it ended with:", result.stdout)

    def _pip(self) -> list[str]:
        return [self.script("python"), "-m", "pip", "--disable-pip-version-check"]

    def _stamp_for(self, extra: str) -> str:
        """The path is part of it because the scripts of a virtual environment cannot be moved."""
        pyproject = hashlib.sha256((self.root / "pyproject.toml").read_bytes()).hexdigest()
        python = ".".join(map(str, sys.version_info[:2]))
        return f"{self.root}\nPython {python}\n{pyproject}\n{extra}\n"

    def _read_stamp(self) -> str:
        with contextlib.suppress(FileNotFoundError):
            return self._stamp.read_text(encoding="utf-8", errors="surrogateescape")
        return ""

    def _write_stamp(self, text: str) -> None:
        self._stamp.write_text(text, encoding="utf-8", errors="surrogateescape")


def run_tests(checkout: Checkout, pytest_arguments: list[str]) -> NoReturn:
    """Run the checks and then the tests, without a screen; exit at the first that fails."""
    os.chdir(checkout.root)
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    for name, *options in CHECKS:
        print("==>", name, *options, flush=True)
        code = subprocess.call([checkout.script(name), *options], stdin=subprocess.DEVNULL)
        if code != 0:
            sys.exit(code)
    print("==> pytest", *pytest_arguments, flush=True)
    _become([checkout.script("pytest"), *pytest_arguments])


def _run(command: list[str], env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command without showing what it prints: that is only of interest if it fails."""
    return subprocess.run(
        command,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )


def _become(command: list[str]) -> NoReturn:
    os.execv(command[0], command)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _fail(text: str, output: str = "") -> NoReturn:
    """Print why it cannot go on, with the last lines of a failed command, and exit with 2."""
    last_lines = [f"    {line.strip()}" for line in output.strip().splitlines()[-8:]]
    _say("\n".join([text, *last_lines]))
    sys.exit(2)


if __name__ == "__main__":
    main(sys.argv[1:])
