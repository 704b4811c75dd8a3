"""Named settings to begin with: those that come with the lab, and a person's own.

A preset is a TOML file of settings with a ``title`` and a sentence ``about`` what it shows. It may
ask for several runs, each a table ``[[runs]]`` with a ``title`` and the settings in which it
differs from the others.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomli_w

from convlab.data.datasets import DATASETS
from convlab.errors import ConvlabError, SettingsError
from convlab.files import write_atomically
from convlab.paths import config_dir
from convlab.resources import resource
from convlab.training.config import TrainingConfig, values_in
from convlab.training.run_info import flat

LONGEST_TITLE = 60  # characters, as many as a menu shows
LONGEST_ABOUT = 300
MOST_RUNS = 50

_FILE = "[!.]*.toml"


@dataclass(frozen=True, slots=True)
class PresetRun:
    """One run of a preset; ``title`` tells it from the others, and is empty if there is one."""

    title: str
    config: TrainingConfig


@dataclass(frozen=True, slots=True)
class Preset:
    """Settings of one run or more; ``name`` is that of the file, without number and ending."""

    name: str
    title: str
    about: str
    runs: tuple[PresetRun, ...]
    is_own: bool = False

    def title_of(self, run: PresetRun) -> str:
        """Return what one of several runs is called in a list of all runs."""
        return f"{self.title}: {run.title}" if run.title else self.title


def shipped_presets() -> tuple[Preset, ...]:
    """Return the presets that come with the lab, in the order of their files' numbers."""
    return tuple(load_preset(path) for path in sorted(resource("presets").glob(_FILE)))


def own_presets() -> tuple[tuple[Preset, ...], tuple[str, ...]]:
    """Return a person's own presets by title, and a sentence for each file that is none."""
    presets, problems = [], []
    for path in _own_files():
        try:
            presets.append(load_preset(path, is_own=True))
        except SettingsError as error:
            problems.append(f"The preset {path.name} cannot be used. {error.sentences[0]}")
    return tuple(sorted(presets, key=lambda preset: preset.title.lower())), tuple(problems)


def find_preset(name: str) -> Preset:
    """Return the preset of a name or title, in any case; raises :class:`ConvlabError`.

    A person's own goes before one of the lab's. A file of the name that is damaged raises
    :class:`SettingsError`.
    """
    wanted = name.strip().lower()
    for path in _own_files():
        if _name_of(path) == wanted:
            return load_preset(path, is_own=True)
    known = (*own_presets()[0], *shipped_presets())
    for preset in known:
        if wanted in (preset.name.lower(), preset.title.lower()):
            return preset
    names = ", ".join(preset.name for preset in known)
    raise ConvlabError(f"There is no preset called {name!r}. Known: {names}.")


def load_preset(path: Path, *, is_own: bool = False) -> Preset:
    """Read a preset; raises :class:`SettingsError` that names the file."""
    try:
        values = values_in(path)
        title = _text(values, "title", LONGEST_TITLE)
        about = _text(values, "about", LONGEST_ABOUT)
        tables = values.pop("runs", None)
        if tables is None:
            runs = [PresetRun("", TrainingConfig.from_dict(values))]
        else:
            runs = list(_runs(values, tables))
    except SettingsError as error:
        raise SettingsError(error.problems, path.name) from error
    return Preset(_name_of(path), title, about, tuple(runs), is_own)


def own_presets_folder() -> Path:
    """Return where a person's own presets lie."""
    return config_dir() / "presets"


def own_preset_file(title: str) -> Path:
    """Return where a preset of that title is saved; raises :class:`ConvlabError` for no title."""
    name = "-".join(re.findall(r"\w+", title.lower()))[:40]
    if not name:
        raise ConvlabError("A preset needs a name with a letter or a digit in it.")
    return own_presets_folder() / f"{name}.toml"


def save_own_preset(title: str, about: str, config: TrainingConfig) -> Preset:
    """Save settings among a person's own presets, in place of one of the same name.

    Raises :class:`ConvlabError` for a title or a sentence that cannot be, or if the file cannot be
    written.
    """
    values = {"title": " ".join(title.split()), "about": " ".join(about.split())}
    path = own_preset_file(values["title"])
    document = tomli_w.dumps({**values, **config.to_dict()})
    _text(values, "title", LONGEST_TITLE)
    _text(values, "about", LONGEST_ABOUT)
    try:
        write_atomically(path, document)
    except OSError as error:
        raise ConvlabError(
            f"The preset cannot be saved: {path}: {error.strerror or error}."
        ) from error
    return load_preset(path, is_own=True)


def missing_dataset(preset: Preset) -> str:
    """Return the name of a dataset that a preset wants and that is not here; empty if none."""
    for run in preset.runs:
        name = run.config.dataset.lower()
        if name in DATASETS.names() and not DATASETS.get(name)().is_here:
            return name
    return ""


def differing_settings(preset: Preset) -> tuple[str, ...]:
    """Return the settings that not all runs of a preset have in common, by dotted name.

    Those that only some of its networks or optimizers have at all are left out.
    """
    every = [flat(run.config.to_dict()) for run in preset.runs]
    shared = (name for name in every[0] if all(name in values for values in every))
    return tuple(n for n in shared if any(values[n] != every[0][n] for values in every))


def _own_files() -> list[Path]:
    return sorted(own_presets_folder().glob(_FILE))


def _name_of(path: Path) -> str:
    """Return the name of a file without the number that only orders it."""
    return re.sub(r"^\d+-", "", path.stem)


def _text(values: dict[str, Any], key: str, longest: int) -> str:
    """Take a line of text out of ``values``; raises :class:`SettingsError`."""
    text = values.pop(key, None)
    if not isinstance(text, str) or not 0 < len(text.strip()) <= longest or not text.isprintable():
        raise SettingsError({key: f"A line of at most {longest} characters was expected."})
    return text.strip()


def _runs(shared: Mapping[str, Any], tables: Any) -> Iterator[PresetRun]:
    is_list = isinstance(tables, list) and all(isinstance(table, dict) for table in tables)
    if not is_list or not 0 < len(tables) <= MOST_RUNS:
        raise SettingsError({"runs": f"1 to {MOST_RUNS} tables [[runs]] were expected."})
    titles = set()
    for number, table in enumerate(tables, start=1):
        own = dict(table)
        try:
            title = _text(own, "title", LONGEST_TITLE)
            config = TrainingConfig.from_dict(_merged(shared, own))
        except SettingsError as error:
            problems = {f"run {number}, {key}": text for key, text in error.problems.items()}
            raise SettingsError(problems) from error
        if title in titles:
            raise SettingsError({f"run {number}, title": f"Two runs are called {title!r}."})
        titles.add(title)
        yield PresetRun(title, config)


def _merged(shared: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Return shared settings with a run's own over them.

    A network or an optimizer of the same kind keeps the shared settings; one of another does not.
    """
    values = dict(shared)
    for key, value in own.items():
        before = values.get(key)
        if isinstance(before, Mapping) and isinstance(value, Mapping):
            kind = before.get("name")
            value = {**before, **value} if value.get("name", kind) == kind else value
        values[key] = value
    return values
