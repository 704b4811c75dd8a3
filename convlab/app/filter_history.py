"""The edits of a network's filters, each of which can be undone and done again."""

from convlab.insight.filter_edit import Edits, Filter


class FilterHistory:
    """What filters have been changed into, and every state before that."""

    def __init__(self) -> None:
        self._states: list[dict[int, Filter]] = [{}]
        self._position = 0

    @property
    def edits(self) -> Edits:
        """The filters that are not as the network has them now."""
        return self._states[self._position]

    @property
    def can_undo(self) -> bool:
        """Whether there is anything to undo."""
        return self._position > 0

    @property
    def can_redo(self) -> bool:
        """Whether there is anything to do again."""
        return self._position < len(self._states) - 1

    def change(self, number: int, each: Filter) -> None:
        """Put another filter in a place; what had been undone is forgotten."""
        self._add({**self._states[self._position], number: each})

    def reset(self) -> None:
        """Take back all edits, as one step that can be undone."""
        self.replace({})

    def replace(self, edits: Edits) -> None:
        """Put other edits in place of all there are, as one step that can be undone."""
        if edits != self.edits:
            self._add(dict(edits))

    def undo(self) -> None:
        """Go back by one step."""
        self._position = max(0, self._position - 1)

    def redo(self) -> None:
        """Do the step again that was undone last."""
        self._position = min(len(self._states) - 1, self._position + 1)

    def clear(self) -> None:
        """Forget everything."""
        self._states, self._position = [{}], 0

    def _add(self, state: dict[int, Filter]) -> None:
        del self._states[self._position + 1 :]
        self._states.append(state)
        self._position += 1
