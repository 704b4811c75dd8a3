"""What the panels share: the settings being edited, the dataset, the session and the predictor."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from convlab.app.background import Background
from convlab.app.examined import Examined
from convlab.app.fetcher import Fetcher
from convlab.app.loader import DatasetLoader
from convlab.app.past_runs import PastRuns
from convlab.app.predictor import Predictor
from convlab.app.run_overlays import RunOverlays
from convlab.app.run_queue import RunQueue
from convlab.app.selection import Selection
from convlab.app.session import Session
from convlab.app.shown_picture import ShownPicture
from convlab.app.stand_in import StandIn
from convlab.app.time_machine import TimeMachine
from convlab.data.dataset import Dataset
from convlab.data.loading import load_dataset
from convlab.errors import ConvlabError
from convlab.nn.network_settings import open_network
from convlab.resources import shipped_weights
from convlab.training.config import TrainingConfig
from convlab.training.events import RunStarted
from convlab.training.run_store import RunEntry, RunStore, read_entry


class Lab(QObject):
    """The state behind one window.

    ``config`` is the settings of the next run; None while the form holds something invalid.
    Runs are kept in ``store``, if there is one; ``past_runs`` opens them again, and
    ``time_machine`` shows any moment of the one that is on or open; ``overlays`` are those that
    are drawn over its curves. ``queue`` trains several, one after another.
    What ``loader`` reads becomes the dataset; ``fetcher`` gets datasets that are not here.
    ``stand_in`` holds what a person changed in the network that answers, beside the run.
    ``examined`` is the image that panels look into, ``selection`` what was pointed out in one.
    ``picture_shown`` carries a :class:`ShownPicture` that someone wants to be read.
    ``left`` says that the program ends: whoever has long work on must give it up.
    """

    config_changed = Signal()
    dataset_changed = Signal()
    picture_shown = Signal(object)
    left = Signal()

    def __init__(
        self, dataset: Dataset, config: TrainingConfig, store: RunStore | None = None
    ) -> None:
        super().__init__()
        self._dataset = dataset
        self._config: TrainingConfig | None = config
        self.loader = DatasetLoader(parent=self)
        self.loader.loaded.connect(self._on_dataset_loaded)
        self.fetcher = Fetcher(parent=self)
        self.store = store
        self.session = Session(store, parent=self)
        self.queue = RunQueue(self.session, parent=self)
        self.past_runs = PastRuns(self.session, self.loader, parent=self)
        self.past_runs.opened.connect(self.set_config)
        self.time_machine = TimeMachine(self.session, parent=self)
        self.overlays = RunOverlays(parent=self)
        self._origin = Background(self)  # reads the run that the present one left
        self._origin.returned.connect(self._on_origin_read)
        self.session.run_started.connect(self._on_run_started)
        self.predictor = Predictor(self.session, parent=self)
        self.predictor.network_opened.connect(self._on_network_opened)
        self.stand_in = StandIn(self.session, self.predictor, parent=self)
        self.examined = Examined(dataset, parent=self)
        self.selection = Selection(parent=self)

    @property
    def dataset(self) -> Dataset:
        """The images that the next run will train on."""
        return self._dataset

    def set_dataset(self, dataset: Dataset) -> None:
        """Use another dataset from the next run on."""
        self._dataset = dataset
        self.examined.set_dataset(dataset)
        self.dataset_changed.emit()

    def open_run(self, entry: RunEntry) -> None:
        """Show a stored run; ``past_runs`` tells if that cannot be done."""
        self.past_runs.open(entry)

    def resume_run(
        self, entry: RunEntry, *, at_best: bool = False, epochs: int | None = None
    ) -> None:
        """Go on with a stored run; ``past_runs`` tells if that cannot be done."""
        self.past_runs.go_on(entry, self._dataset, at_best=at_best, epochs=epochs)

    def branch_run(self) -> None:
        """Begin a run with the lab's settings and the network that the time machine shows."""
        iteration = self.time_machine.whole_iteration
        if self._config is not None and iteration is not None:
            self.past_runs.branch(self._config, self._dataset, iteration)

    def use_shipped_weights(self) -> None:
        """Read with the trained weights that come with the lab, if they do and are sound.

        They learned from more than the bundled digits, which are a fair sample of the rest.
        """
        path = shipped_weights()
        if path is None:
            return
        try:
            network = open_network(path)
            here = self._dataset.name == "bundled"
            digits = self._dataset if here else load_dataset("bundled")
        except ConvlabError:  # the lab works without; what cannot be read is no fault of a person
            return
        self.predictor.use(network, trained=True, origin="lab", learned_from=digits.train)

    @property
    def config(self) -> TrainingConfig | None:
        """The settings of the next run, or None while they cannot be used."""
        return self._config

    def set_config(self, config: TrainingConfig | None) -> None:
        """Replace the settings of the next run; None while the form is invalid."""
        if config != self._config:
            self._config = config
            self.config_changed.emit()

    def show_picture(self, picture: ShownPicture) -> None:
        """Let the network read a picture in place of the drawing."""
        self.picture_shown.emit(picture)

    def leave(self) -> None:
        """Give up what is on beside the window, and block until it has ended."""
        self.left.emit()
        self.fetcher.wait()
        self.loader.wait()

    @Slot(object)
    def _on_run_started(self, event: RunStarted) -> None:
        """Draw the run that the present one left, if it is still there."""
        parent = self.session.parent_name
        if self.store is None or not parent or Path(parent).name != parent:
            self._origin.drop()
            self.overlays.show_origin(None)
            return
        path, branched_at = self.store.root / parent, event.branched_at
        self._origin.start(lambda: (read_entry(path), branched_at))

    @Slot(object)
    def _on_origin_read(self, origin: tuple[RunEntry | None, int]) -> None:
        self.overlays.show_origin(*origin)

    @Slot(object)
    def _on_network_opened(self, _: object) -> None:
        if self.predictor.origin != "run":
            self.time_machine.set_aside()

    @Slot(object)
    def _on_dataset_loaded(self, dataset: Dataset) -> None:
        self.set_dataset(dataset)
