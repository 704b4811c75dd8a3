"""One registry for layers, networks, optimizers, datasets and panels.

A registry belongs to a folder. The first look-up imports every module of that folder, so a new
kind of thing is one new file whose class carries ``@THINGS.register``; nothing else is edited.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from difflib import get_close_matches
from typing import Generic, TypeVar

from convlab.errors import ConvlabError

T = TypeVar("T")


class Registry(Generic[T]):
    """The classes found in one package, by name; names are looked up in any case."""

    def __init__(self, kind: str, package: str) -> None:
        self.kind = kind
        self._package = package
        self._classes: dict[str, type[T]] = {}
        self._searched = False

    def register(self, name: str) -> Callable[[type[T]], type[T]]:
        """Return a decorator that files a class under ``name``."""

        def file_under_name(cls: type[T]) -> type[T]:
            if name.lower() in (known.lower() for known in self._classes):
                raise ValueError(f"two classes want to be the {self.kind} {name!r}")
            self._classes[name] = cls
            return cls

        return file_under_name

    def names(self) -> tuple[str, ...]:
        """Return the registered names, in alphabetical order."""
        self._search()
        return tuple(sorted(self._classes, key=str.lower))

    def get(self, name: str) -> type[T]:
        """Return the class called ``name``, in any case, or raise :class:`ConvlabError`."""
        return self._classes[self.proper_name(name)]

    def proper_name(self, name: str) -> str:
        """Return ``name`` spelled as it was registered, or raise :class:`ConvlabError`."""
        self._search()
        by_lower = {known.lower(): known for known in self._classes}
        if (proper := by_lower.get(name.lower())) is not None:
            return proper
        close = get_close_matches(name.lower(), by_lower, n=1)
        hint = f"Did you mean {by_lower[close[0]]}? " if close else ""
        raise ConvlabError(
            f"There is no {self.kind} called {name!r}. {hint}Known: {', '.join(self.names())}."
        )

    def name_of(self, cls: type[T]) -> str:
        """Return the name under which ``cls`` was registered."""
        self._search()
        return next(name for name, known in self._classes.items() if known is cls)

    def __iter__(self) -> Iterator[type[T]]:
        return (self._classes[name] for name in self.names())

    def _search(self) -> None:
        if self._searched:
            return
        self._searched = True
        package = importlib.import_module(self._package)
        for module in pkgutil.iter_modules(package.__path__, self._package + "."):
            importlib.import_module(module.name)
