"""Where a session's run is kept, and what went wrong with that."""

from convlab.errors import ConvlabError
from convlab.training.config import TrainingConfig
from convlab.training.events import Event, RunEnded, Warned
from convlab.training.recorder import Recorder
from convlab.training.run_folder import RunFolder
from convlab.training.run_store import RunStore


class Keeping:
    """The folder of one run after another, in ``store`` if there is one.

    A run is trained also if it cannot be kept; :attr:`unkept` then says why.
    """

    def __init__(self, store: RunStore | None) -> None:
        self._store = store
        self._recorder: Recorder | None = None
        self._past: RunFolder | None = None
        self._unkept = ""
        self._last_warning = ""  # if nothing has happened since

    @property
    def folder(self) -> RunFolder | None:
        """The folder of the run, which may be moved until its end; None if it is not kept."""
        return self._past if self._recorder is None else self._recorder.folder

    @property
    def unkept(self) -> str:
        """A sentence on why the run is not kept, though there is a store; else empty."""
        return self._unkept

    @property
    def trouble(self) -> str:
        """What to tell at the end of a run that could not be kept where it belongs."""
        if self._unkept:
            return f"This run was not kept: {self._unkept[0].lower()}{self._unkept[1:]}"
        return self._last_warning

    def begin(self, config: TrainingConfig, parent: str = "") -> Recorder | None:
        """Make the folder of a new run; ``parent`` is the name of that which it leaves."""
        self._set(None)
        if self._store is not None:
            try:
                self._recorder = Recorder(self._store.create(config), config, parent)
            except ConvlabError as error:
                self._unkept = str(error)
        return self._recorder

    def go_on(self, folder: RunFolder, config: TrainingConfig) -> Recorder:
        """Keep what is new of a run where its beginning is."""
        recorder = Recorder(folder, config)
        self._set(recorder)
        return recorder

    def show(self, folder: RunFolder) -> None:
        """Take the folder of a run that was over before."""
        self._set(None)
        self._past = folder

    def hear(self, event: Event) -> None:
        """Note a warning; what is told right before the end still matters then."""
        if not isinstance(event, RunEnded):
            self._last_warning = event.sentence if isinstance(event, Warned) else ""

    def _set(self, recorder: Recorder | None) -> None:
        self._recorder, self._past = recorder, None
        self._unkept = self._last_warning = ""
