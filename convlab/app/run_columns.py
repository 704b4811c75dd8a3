"""What the table of runs shows of a run: texts, and what its columns are sorted by."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from convlab.training.run_store import RunEntry
from convlab.training.setting_labels import label_within

Standing = Literal["training", "interrupted", "finished", "early", "stopped", "diverged", "moved"]
Key = tuple[Any, ...]

STANDINGS: dict[Standing, str] = {
    "training": "Training",
    "interrupted": "Interrupted",
    "finished": "Finished",
    "early": "Ended early",
    "stopped": "Stopped",
    "diverged": "Diverged",
    "moved": "Moved",
}
UNKNOWN = "–"


@dataclass(frozen=True, slots=True)
class RunColumn:
    """A column: its heading, its text for a run, and what it is sorted by.

    ``is_number`` is what stands at the right; ``best_first`` says that the first click on the
    heading puts the largest on top.
    """

    title: str
    about: str
    text: Callable[[RunEntry], str]
    key: Callable[[RunEntry], Key]
    is_number: bool = False
    best_first: bool = False


def standing(entry: RunEntry) -> Standing:
    """Return how a run stands."""
    if entry.info.state == "running":
        return "training" if entry.is_live else "interrupted"
    return "moved" if entry.info.moved_to else entry.info.state


def short_title(entry: RunEntry) -> str:
    """Return the title; that of a folder that is named after a moment without the year."""
    return _without_year(entry.title)


def _without_year(name: str) -> str:
    return re.sub(r"^\d{4}-(?=\d\d-\d\d )", "", name)


def state_words(entry: RunEntry) -> str:
    """Return how a run stands, with how far it is if it is not done."""
    info, state = entry.info, standing(entry)
    words = STANDINGS[state]
    if state in ("training", "interrupted", "stopped") and info.iterations:
        words += f", {100 * info.iteration // info.iterations}%"
    return words


def accuracy_words(accuracy: float | None) -> str:
    """Return an accuracy (0 to 1) in percent; a dash for one that is not known."""
    return UNKNOWN if accuracy is None or accuracy < 0 else f"{accuracy:.2%}"


def time_words(seconds: float) -> str:
    """Return a time such as ``12.3 s``, ``4:05`` or ``1:04:05``."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def settings_words(entry: RunEntry) -> str:
    """Return the optimizer, and the settings that are not the usual ones, its own first."""
    info = entry.info
    changes = sorted(info.changes.items(), key=lambda change: _place(change[0]))
    told = (
        f"{label_within(name, info.network, info.optimizer)} {value_words(value)}"
        for name, value in changes
    )
    return ", ".join((info.optimizer, *told))


def _place(setting: str) -> int:
    """Return where a setting stands: what matters most is read where there is little room."""
    part = setting.partition(".")[0]
    return {"optimizer": 0, "network": 1, "augmentation": 3}.get(part, 2)


def value_words(value: object) -> str:
    """Return the value of a setting as people write it."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, list | tuple):
        return "; ".join(map(str, value))
    if isinstance(value, float):
        return f"{value:g}"
    return UNKNOWN if value is None else str(value)


def origin_words(entry: RunEntry) -> str:
    """Return which run this one began from, and at which iteration; empty for most."""
    info = entry.info
    return f"{info.parent} at {info.branched_at:,}" if info.parent else ""


def short_origin(entry: RunEntry) -> str:
    """Return the same in fewer words, what the row above does not tell first."""
    info = entry.info
    return f"at {info.branched_at:,}, {_without_year(info.parent)}" if info.parent else ""


def about_run(entry: RunEntry) -> str:
    """Return what there may be no room for in the table, line by line.

    A note, what is not as usual, why the run ended, where it came from.
    """
    origin = origin_words(entry)
    came_from = f"Began from {origin}." if origin else ""
    lines = (entry.notes.note, settings_words(entry), entry.info.message, came_from)
    return "\n".join(line for line in lines if line)


def mentions(entry: RunEntry, words: str) -> bool:
    """Whether all of some words are somewhere in what is told of a run."""
    wanted = words.lower().split()
    if not wanted:
        return True
    info = entry.info
    changes = " ".join(f"{name}={value}" for name, value in info.changes.items())
    told = (entry.name, entry.title, entry.notes.note, info.dataset, info.network, info.optimizer,
            changes, settings_words(entry), state_words(entry), info.parent)  # fmt: skip
    text = " ".join(told).lower()
    return all(word in text for word in wanted)


def _words(entry: RunEntry) -> Key:
    return (entry.title.lower(),)


NAME, CURVE = 0, 1

# What differs, and where a branch came from, stands where it is seen without scrolling.
COLUMNS: tuple[RunColumn, ...] = (
    RunColumn("Run", "Tick runs to draw them in the curves", short_title, _words),
    RunColumn(
        "Loss",
        "The loss from the first to the last iteration; sorted by how it ended",
        lambda _: "",
        lambda e: e.info.curve[-1:] or (float("inf"),),
    ),
    RunColumn(
        "State",
        "How the run stands",
        state_words,
        lambda e: (list(STANDINGS).index(standing(e)),),
    ),
    RunColumn(
        "Best",
        "The best test accuracy after an epoch",
        lambda e: accuracy_words(e.info.best_accuracy),
        lambda e: (e.info.best_accuracy,),
        is_number=True,
        best_first=True,
    ),
    RunColumn(
        "From",
        "The iteration, and the run, that a branch began from",
        short_origin,
        lambda e: (e.info.parent.lower(), e.info.branched_at),
    ),
    RunColumn(
        "Settings",
        "The optimizer, and the settings that are not the usual ones",
        settings_words,
        lambda e: (settings_words(e).lower(),),
    ),
    RunColumn(
        "Last",
        "The test accuracy after the last epoch",
        lambda e: accuracy_words(e.info.last_accuracy),
        lambda e: (e.info.last_accuracy,),
        is_number=True,
        best_first=True,
    ),
    RunColumn(
        "Time",
        "How long it has trained",
        lambda e: time_words(e.info.seconds),
        lambda e: (e.info.seconds,),
        is_number=True,
    ),
    RunColumn(
        "Data set",
        "What it was trained on",
        lambda e: e.info.dataset,
        lambda e: (e.info.dataset.lower(),),
    ),
    RunColumn(
        "Network", "What was trained", lambda e: e.info.network, lambda e: (e.info.network.lower(),)
    ),
    RunColumn(
        "Begun",
        "When it began",
        lambda e: e.info.created.replace("T", " ")[:16],
        lambda e: (e.info.created,),
        best_first=True,
    ),
)
BEGUN = next(number for number, column in enumerate(COLUMNS) if column.title == "Begun")
