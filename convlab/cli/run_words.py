"""What is told of runs, in words, in tables and for JSON."""

from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from convlab.training.run_store import RunEntry
from convlab.wording import counted

_WIDTH = 160  # characters, where no terminal tells its own

_STATES = {
    "running": "is being trained",
    "interrupted": "interrupted",
    "finished": "finished",
    "early": "ended early",
    "stopped": "stopped",
    "diverged": "diverged",
    "moved": "moved elsewhere",
}


def state_of(entry: RunEntry) -> str:
    """Return how a run stands: that of its info, ``interrupted`` or ``moved``."""
    if entry.was_interrupted:
        return "interrupted"
    return "moved" if entry.info.moved_to else entry.info.state


def described(entry: RunEntry) -> dict[str, Any]:
    """Return what is known of a run without its history, ready for JSON."""
    info, notes = entry.info, entry.notes
    return {
        "name": entry.name,
        "title": entry.title,
        "note": notes.note,
        "starred": notes.starred,
        "state": state_of(entry),
        "message": info.message,
        "created": info.created,
        "dataset": info.dataset,
        "network": info.network,
        "optimizer": info.optimizer,
        "changes": info.changes,
        "epochs": info.epochs,
        "steps": info.iteration,
        "planned_steps": info.iterations,
        "seconds": round(info.seconds, 3),
        "best_accuracy": known(info.best_accuracy),
        "best_step": info.best_iteration if info.best_accuracy >= 0 else None,
        "last_accuracy": known(info.last_accuracy),
        "test_accuracy": known(info.test_accuracy),
        "parent": info.parent or None,
        "branched_at": info.branched_at if info.parent else None,
        "path": str(entry.folder.path.resolve()),
    }


def known(accuracy: float) -> float | None:
    """Return an accuracy, or None if it is not known."""
    return accuracy if accuracy >= 0 else None


def ids(names: Iterable[str]) -> dict[str, str]:
    """Return the shortest beginning of each folder's name that is no other's.

    It has at least the two words that are the date and the time, and ends with a word.
    """
    every = sorted(names)
    short = {}
    for number, name in enumerate(every):
        # Who else begins so stands beside it in the order.
        others = [*every[max(0, number - 1) : number], *every[number + 1 : number + 2]]
        words = name.split(" ")
        beginnings = (" ".join(words[:count]) for count in range(2, len(words)))
        alone = (b for b in beginnings if not any(other.startswith(b) for other in others))
        short[name] = next(alone, name)
    return short


def runs_table(entries: Iterable[RunEntry], ids: Mapping[str, str]) -> Table:
    """Return a row for each run, with its id first; ``ids`` has those of the folders' names."""
    table = new_table("Id", "Name", "Data set", "Network", "Optimizer", "Not as usual")
    table.columns[0].no_wrap = True
    for heading in ("Best", "Last", "Steps", "Time"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("State")
    for entry in entries:
        info = entry.info
        add_row(
            table,
            ids[entry.name],
            f"{'★ ' if entry.notes.starred else ''}{entry.notes.name}",
            info.dataset,
            info.network,
            info.optimizer,
            _differences(entry),
            percent(info.best_accuracy),
            percent(info.last_accuracy),
            f"{info.branched_at + info.iteration:,}",
            duration(info.seconds),
            _STATES[state_of(entry)],
        )
    return table


def heading(entry: RunEntry) -> list[str]:
    """Return lines about a run: what it is, how it stands and what is not as usual."""
    info, notes = entry.info, entry.notes
    lines = [f"{'★ ' if notes.starred else ''}{entry.title}"]
    lines += notes.note.splitlines()
    lines.append(f"{info.network} on {info.dataset} with {info.optimizer}, begun {info.created}")
    before = info.branched_at  # people count a branch's steps on from those of its parent
    steps = f"{before + info.iteration:,} of {counted(before + info.iterations, 'step')}"
    lines.append(f"{_STATES[state_of(entry)]}: {steps} in {duration(info.seconds)}")
    if info.message:
        lines.append(info.message)
    if info.parent:
        lines.append(f"began from {info.parent} at step {info.branched_at:,}")
    lines += [f"{name} = {value}" for name, value in info.changes.items()]
    if info.best_accuracy >= 0:
        lines.append(
            f"test accuracy: best {percent(info.best_accuracy)} after step "
            f"{before + info.best_iteration:,}, last {percent(info.last_accuracy)}"
        )
    if info.test_accuracy >= 0:
        lines.append(
            f"{percent(info.test_accuracy)} of the whole test set with the weights in use, those "
            f"of step {before + info.weights_iteration:,}"
        )
    return [*lines, f"in {entry.folder.path}"]


def percent(accuracy: float | None) -> str:
    """Return an accuracy (0 to 1) as percent; a dash if it is not known."""
    return "–" if accuracy is None or accuracy < 0 else f"{accuracy:.2%}"


def duration(seconds: float) -> str:
    """Return a time such as ``12.3 s``, ``4:05`` or ``1:04:05``."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def new_table(*headings: str) -> Table:
    """Return a table with columns of text."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for text in headings:
        table.add_column(text, overflow="fold")
    return table


def add_row(table: Table, *cells: str) -> None:
    """Add a row of plain text, in which nothing is taken for a style."""
    table.add_row(*(Text(plain(cell)) for cell in cells))


def print_table(table: Table) -> None:
    """Print a table as wide as the terminal; wide enough where there is none."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=_WIDTH)
    console.print(table)


def plain(text: str) -> str:
    """Return a text that may come from elsewhere without what would steer the terminal."""
    return "".join(sign if sign.isprintable() else " " for sign in text)


def _differences(entry: RunEntry) -> str:
    info = entry.info
    parts = [f"{name.rpartition('.')[2]} {value}" for name, value in info.changes.items()]
    if info.parent:
        parts.append(f"from {info.parent} at {info.branched_at:,}")
    return ", ".join(parts)
