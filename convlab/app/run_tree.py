"""Puts branches below the runs that they began from, whatever the runs are sorted by."""

from collections.abc import Callable, Iterable
from typing import Any

from convlab.training.run_store import RunEntry


def in_tree_order(
    entries: Iterable[RunEntry], key: Callable[[RunEntry], Any], *, descending: bool = False
) -> list[tuple[RunEntry, int]]:
    """Return the runs by ``key``, each followed by its branches, with how deep they are.

    Branches of one run are sorted among themselves. A run whose parent is not among ``entries``
    stands by itself, 0 deep.
    """
    known = {entry.name: entry for entry in sorted(entries, key=key, reverse=descending)}
    branches: dict[str, list[RunEntry]] = {}
    for entry in known.values():
        parent = entry.info.parent if entry.info.parent in known else ""
        branches.setdefault(parent, []).append(entry)
    ordered: dict[str, tuple[RunEntry, int]] = {}
    # Runs that a damaged file makes their own ancestors hang on no root; they come last.
    for root in [*branches.get("", []), *known.values()]:
        waiting = [(root, 0)]
        while waiting:
            entry, depth = waiting.pop()
            if entry.name not in ordered:
                ordered[entry.name] = (entry, depth)
                below = branches.get(entry.name, [])
                waiting += [(branch, depth + 1) for branch in reversed(below)]
    return list(ordered.values())
