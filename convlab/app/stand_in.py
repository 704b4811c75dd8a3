"""What answers in place of the run's network: a copy with edited filters, or after a step."""

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot

from convlab.app.predictor import Predictor
from convlab.app.session import Session
from convlab.insight.filter_edit import Edits, can_edit, edited
from convlab.nn.network import Network
from convlab.nn.optimizer import Optimizer
from convlab.wording import counted


@dataclass(frozen=True, slots=True, eq=False)
class EditedFilters:
    """Filters of the first layer that were written by hand, and the network that has them."""

    network: Network
    edits: Edits


@dataclass(frozen=True, slots=True, eq=False)
class TakenStep:
    """The network after one step that was accepted, and what the optimizer remembers then."""

    network: Network
    optimizer: Optimizer


Change = EditedFilters | TakenStep


class StandIn(QObject):
    """The changes that a person made to the network that answers, one upon the other.

    The run, or the opened weights, stay as they are: only a copy is changed, and it answers until
    the changes are undone. A run that begins and weights that are opened set them aside, and so
    does another moment of the run once a step was taken; edited filters alone go along with it.
    ``changed`` says that something else answers, or was set aside; ``base_changed`` that the
    weights are others which the edits of filters are about.
    """

    changed = Signal()
    base_changed = Signal()

    def __init__(
        self, session: Session, predictor: Predictor, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._predictor = predictor
        self._changes: tuple[Change, ...] = ()
        self._lost: tuple[Change, ...] = ()
        self._why_lost = ""
        session.run_started.connect(self._on_run_started)
        session.weights_shown.connect(self._on_weights_shown)
        predictor.network_opened.connect(self._on_network_opened)

    @property
    def changes(self) -> tuple[Change, ...]:
        """What was changed, the last one at the end; empty while the original answers."""
        return self._changes

    @property
    def lost(self) -> tuple[Change, ...]:
        """What was set aside and not brought back."""
        return self._lost

    @property
    def edits(self) -> Edits:
        """The filters that are edited in :attr:`base`, by number; empty if none are."""
        last = self._changes[-1] if self._changes else None
        return last.edits if isinstance(last, EditedFilters) else {}

    @property
    def base(self) -> Network | None:
        """The network whose filters are edited: the one in use, less these edits."""
        beneath = self._without_edits()
        return beneath[-1].network if beneath else self._predictor.original

    @property
    def in_words(self) -> str:
        """What was changed, such as ``2 filters edited, 1 step taken``; empty if nothing was."""
        return _in_words(self._changes)

    @property
    def lost_in_words(self) -> str:
        """What was set aside and by what, in a sentence; empty if nothing was."""
        return f"Set aside when {self._why_lost}: {_in_words(self._lost)}." if self._lost else ""

    def why_not_bring_back(self) -> str:
        """Return why what was set aside cannot be had back now; empty if it can."""
        original = self._predictor.original
        if not self._lost or original is None:
            return "Nothing was set aside."
        if self._session.is_busy:
            return "While a run is on, the network that learns answers; wait for its end."
        if _has_step(self._lost):
            fits = self._lost[-1].network.description == original.description
        else:
            fits = can_edit(original, _edits_of(self._lost))
        return "" if fits else "The network that answers now has other layers."

    def edit_filters(self, edits: Edits) -> None:
        """Answer with other filters in the first layer; with no edits, without any."""
        base, beneath = self.base, self._without_edits()
        if base is not None and (edits or self.edits):
            top = (EditedFilters(edited(base, edits), dict(edits)),) if edits else ()
            self._put((*beneath, *top))

    def take_step(self, network: Network, optimizer: Optimizer) -> None:
        """Answer with the network after a step, which belongs to the lab from now on."""
        self._put((*self._changes, TakenStep(network, optimizer)))
        self.base_changed.emit()

    def undo(self) -> None:
        """Take back the last change: one step, or all edits of filters since the last one."""
        if self._changes:
            self._put(self._changes[:-1])
            if self.edits:
                self.edit_filters(self.edits)  # of the original as it is by now
            self.base_changed.emit()

    def undo_all(self) -> None:
        """Answer with the original again."""
        if self._changes:
            self._put(())
            self.base_changed.emit()

    def bring_back(self) -> None:
        """Answer again with what was set aside, if that can be."""
        if self.why_not_bring_back():
            return
        lost, original = self._lost, self._predictor.original
        if not _has_step(lost) and original is not None:
            edits = _edits_of(lost)
            lost = (EditedFilters(edited(original, edits), edits),)
        self._put(lost)
        self.base_changed.emit()

    def forget(self) -> None:
        """Give up what was set aside."""
        self._lost = ()
        self.changed.emit()

    def _without_edits(self) -> tuple[Change, ...]:
        return self._changes[:-1] if self.edits else self._changes

    def _put(self, changes: tuple[Change, ...]) -> None:
        self._changes = changes
        if changes:
            self._lost = ()  # one row has no room for both
        network = changes[-1].network if changes else None
        self._predictor.stand_in(network, has_learned=_has_step(changes))
        self.changed.emit()

    def _set_aside(self, why: str) -> None:
        if self._changes:
            self._changes, self._lost, self._why_lost = (), self._changes, why
            self._predictor.stand_in(None)
            self.changed.emit()

    @Slot(object)
    def _on_run_started(self, _: object) -> None:
        self._set_aside("a run began" if self._session.is_busy else "a run was opened")
        self.base_changed.emit()

    @Slot(object)
    def _on_network_opened(self, _: object) -> None:
        is_of_run = self._predictor.origin == "run"
        self._set_aside("a moment of the run was shown" if is_of_run else "weights were opened")
        self.base_changed.emit()

    @Slot(object)
    def _on_weights_shown(self, _: object) -> None:
        if _has_step(self._changes):
            self._set_aside("another moment of the run was shown")
        elif self._changes:
            self.edit_filters(self.edits)  # on the weights of this moment
        self.base_changed.emit()


def _has_step(changes: Iterable[Change]) -> bool:
    return any(isinstance(change, TakenStep) for change in changes)


def _edits_of(changes: Iterable[Change]) -> Edits:
    """Return all edits together, later ones in place of earlier ones."""
    found = [change.edits for change in changes if isinstance(change, EditedFilters)]
    return {number: each for edits in found for number, each in edits.items()}


def _in_words(changes: tuple[Change, ...]) -> str:
    filters = len(_edits_of(changes))
    steps = sum(isinstance(change, TakenStep) for change in changes)
    words = [f"{counted(filters, 'filter')} edited"] if filters else []
    words += [f"{counted(steps, 'step')} taken"] if steps else []
    return ", ".join(words)
