"""What the filters of a convolution look for: patches that excite them, images that would most."""

import csv
from collections import OrderedDict
from hashlib import blake2b
from io import StringIO
from operator import is_
from pathlib import Path
from threading import Event
from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from convlab.app.filter_search import Finding, Resting, find
from convlab.app.fit import why_not_read_all
from convlab.app.lab import Lab
from convlab.app.long_work import LongWork
from convlab.app.shown_picture import ShownPicture
from convlab.data.dataset import ImageSet
from convlab.files import write_atomically
from convlab.insight.exciting_patches import multiply_adds
from convlab.insight.filter_layers import FilterLayer, filter_layers
from convlab.nn.types import Array

MOST_UNASKED = 3e10  # multiply-adds of a search that begins by itself, some seconds
IDLE = 700  # milliseconds in which nothing changes before a search begins by itself
SHOW_EVERY = 0.3  # seconds; drawing takes time from the search
MOST_KEPT = 16  # findings
NO_NETWORK = "Press Train, or open weights, to see what the filters look for."
NO_FILTERS = "This network has no convolution, so it has no filters."
Pixels = NDArray[np.uint8]
CSV_COLUMNS = (
    "filter_from_1", "rank", "output", "training_image_from_1", "label", "map_row_from_1",
    "map_column_from_1",
)  # fmt: skip


class LookedForModel(QObject):
    """Searches on demand, or by itself where it is quick, no run is on and somebody watches.

    What began by itself ends when a run begins, the weights change or nobody watches any more;
    what was asked for goes on, with rests while a run is on.

    Findings are kept for each state of the weights, each layer and each dataset. ``changed`` says
    that there is something else to show, ``progressed`` that a search has come further;
    ``failed`` carries a sentence.
    """

    changed = Signal()
    progressed = Signal()
    failed = Signal(str)

    def __init__(self, lab: Lab, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lab = lab
        self._is_watched = False
        self._findings: OrderedDict[str, Finding] = OrderedDict()
        self._partial: Finding | None = None
        self._shown: Finding | None = None
        self._progress = (0, 0)
        self._told_at = 0.0
        self._key = ""  # of the weights as they are now
        self._digested: tuple[list[Array], str] | None = None  # the last weights that were hashed
        self._searched: tuple[FilterLayer, ImageSet] | None = None
        self._searched_key = ""
        self._was_asked = False  # for the search that is on
        self._is_idle = Event()  # set while no run is on; for the thread of the search
        self._is_idle.set()
        self._declined = ""  # the key of what was canceled, so that it does not begin by itself
        self._work = LongWork(self)
        lab.left.connect(self._work.wait)
        self._work.progressed.connect(self._on_progressed)
        self._work.returned.connect(self._on_returned)
        self._work.failed.connect(self._on_failed)
        self._work.busy_changed.connect(self._on_busy_changed)
        self._idle = QTimer(self)
        self._idle.setSingleShot(True)
        self._idle.setInterval(IDLE)
        self._idle.timeout.connect(self._on_idle)
        lab.predictor.changed.connect(self._on_changed)
        lab.selection.changed.connect(self._on_changed)
        lab.dataset_changed.connect(self._on_changed)
        lab.session.state_changed.connect(self._on_state_changed)
        self._on_state_changed(lab.session.state)

    @property
    def layers(self) -> tuple[FilterLayer, ...]:
        """The layers with filters of the network that answers."""
        network = self._lab.predictor.answering
        return () if network is None else filter_layers(network.description)

    @property
    def layer(self) -> FilterLayer | None:
        """The chosen layer; the first where the network has no filters in the chosen one."""
        layers, wanted = self.layers, self._lab.selection.layer
        return next((each for each in layers if each.name == wanted), next(iter(layers), None))

    @property
    def problem(self) -> str:
        """A sentence about why nothing can be searched; empty if something can."""
        network, dataset = self._lab.predictor.answering, self._lab.dataset
        if network is None:
            return NO_NETWORK
        if not self.layers:
            return NO_FILTERS
        return why_not_read_all(network, dataset)

    @property
    def finding(self) -> Finding | None:
        """What is known of the chosen layer, perhaps by earlier weights, perhaps not all yet."""
        shown, layer = self._partial or self._shown, self.layer
        if shown is None or shown.layer != layer or shown.among is not self._lab.dataset.train:
            return None
        return shown

    @property
    def is_current(self) -> bool:
        """Whether the finding is of the weights as they are now."""
        finding = self.finding
        return finding is not None and finding.key == self._key

    @property
    def is_busy(self) -> bool:
        """Whether a search is on."""
        return self._work.is_busy

    @property
    def is_resting(self) -> bool:
        """Whether a search is on that goes slowly, for the sake of a run."""
        return self.is_busy and self._lab.session.is_busy

    @property
    def progress(self) -> tuple[int, int]:
        """What is done of the search, and what there is in all."""
        return self._progress

    @property
    def image_count(self) -> int:
        """Among how many images the search goes on."""
        return len(self._lab.dataset.train)

    def in_words(self, number: int) -> str:
        """Return which training image has a number, counted from 0, and what it shows."""
        dataset = self._lab.dataset
        label = dataset.class_names[dataset.train.labels[number]]
        return f"Training image {number + 1:,}, labeled {label}"

    def send(self, number: int) -> None:
        """Let the network read a training image."""
        image = self._lab.dataset.train.images[number]
        self._lab.show_picture(ShownPicture(image, self.in_words(number)))

    def send_image(self, image: Pixels, title: str) -> None:
        """Let the network read an image (C, H, W) that was made for a filter."""
        self._lab.show_picture(ShownPicture(image, title))

    def choose_layer(self, name: str) -> None:
        """Look at the filters of another layer, in other panels, too."""
        self._lab.selection.choose_layer(name)

    def set_watched(self, is_watched: bool) -> None:
        """Tell whether the findings are seen."""
        self._is_watched = is_watched
        if not is_watched:
            self._give_up_unasked()
        self._look_up()

    def search(self) -> None:
        """Search with the weights as they are now."""
        self._search(was_asked=True)

    def _search(self, *, was_asked: bool) -> None:
        network, layer = self._lab.predictor.answering, self.layer
        if self.problem or network is None or layer is None:
            return
        self._declined = ""
        self._partial = None
        self._progress = (0, 0)
        self._key = key = self._fingerprint()
        twin, among = network.twin(), self._lab.dataset.train
        self._searched, self._searched_key = (layer, among), key
        self._was_asked, is_idle = was_asked, self._is_idle
        self._work.start(lambda report: find(key, twin, layer, among, Resting(report, is_idle)))
        self.changed.emit()

    def cancel(self) -> None:
        """Give up the search that is on."""
        self._declined = self._key
        self._give_up()
        self.changed.emit()

    def to_csv(self, path: Path) -> None:
        """Write a row a patch; all numbers count from 1. Raises OSError."""
        text = StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(CSV_COLUMNS)
        finding = self.finding
        if finding is not None:
            patches, labels = finding.patches, finding.among.labels
            for number, rank in np.ndindex(patches.values.shape):
                image = int(patches.images[number, rank])
                place = patches.rows[number, rank] + 1, patches.columns[number, rank] + 1
                value = patches.values[number, rank]
                writer.writerow((number + 1, rank + 1, value, image + 1, labels[image], *place))
        write_atomically(path, text.getvalue())

    def _fingerprint(self) -> str:
        """Return a fingerprint of all that the finding depends on."""
        network, layer = self._lab.predictor.answering, self.layer
        if network is None or layer is None:
            return ""
        weights: list[Array] = []
        for name, settings in network.layer_settings:
            weights += [getattr(network.layers[name], key) for key in settings.parameters]
            if name == layer.name:
                break
        if self._digested is None or not _are_same(weights, self._digested[0]):
            of_weights = blake2b(digest_size=16)
            for array in weights:
                of_weights.update(array.tobytes())
            self._digested = weights, of_weights.hexdigest()
        train = id(self._lab.dataset.train)
        return repr((network.description, layer.name, train, self._digested[1]))

    def _look_up(self) -> None:
        """Show what is known of the weights as they are now; soon search what is not."""
        if not self._is_watched:
            self._idle.stop()
            return
        self._key = key = self._fingerprint()
        known = self._findings.get(key)
        if known is not None and known.among is self._lab.dataset.train:
            self._shown = known
        elif not (self._lab.session.takes_time or self.is_busy or key == self._declined):
            self._idle.start()
        self.changed.emit()

    def _is_searching_this(self) -> bool:
        """Tell whether the search is of the chosen layer, by other weights perhaps."""
        if self._searched is None:
            return False
        layer, among = self._searched
        return layer == self.layer and among is self._lab.dataset.train

    def _give_up(self) -> None:
        self._work.cancel()
        self._partial = None

    def _give_up_unasked(self) -> None:
        if self.is_busy and not self._was_asked:
            self._give_up()

    @Slot(object)
    def _on_state_changed(self, _: object) -> None:
        if self._lab.session.takes_time:
            self._is_idle.clear()
            self._give_up_unasked()
        else:
            self._is_idle.set()
        self._look_up()

    @Slot()
    def _on_changed(self) -> None:
        if self.is_busy and not self._is_searching_this():
            self._give_up()
        elif self.is_busy and self._fingerprint() != self._searched_key:
            self._give_up_unasked()  # else moving the time machine would go by jerks
        self._look_up()

    @Slot()
    def _on_idle(self) -> None:
        network, layer = self._lab.predictor.answering, self.layer
        if self._lab.session.takes_time or self.is_busy or not self._is_watched or self.problem:
            return
        if network is None or layer is None or self._key in (*self._findings, self._declined):
            return
        if multiply_adds(network, layer.name) * self.image_count <= MOST_UNASKED:
            self._search(was_asked=False)

    @Slot(int, int, object)
    def _on_progressed(self, done: int, total: int, seen: object) -> None:
        self._progress = (done, total)
        if isinstance(seen, Finding):
            self._partial = seen
        self.progressed.emit()
        if perf_counter() - self._told_at >= SHOW_EVERY:
            self._told_at = perf_counter()
            self.changed.emit()

    @Slot(object)
    def _on_returned(self, finding: Finding) -> None:
        self._partial = None
        self._shown = finding
        self._findings[finding.key] = finding
        while len(self._findings) > MOST_KEPT:
            self._findings.popitem(last=False)
        self._look_up()  # the weights may have changed meanwhile
        self.changed.emit()

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        self._declined = self._key
        self._partial = None
        self.failed.emit(sentence)
        self.changed.emit()

    @Slot()
    def _on_busy_changed(self) -> None:
        self.changed.emit()


def _are_same(weights: list[Array], others: list[Array]) -> bool:
    """Tell whether these are the very arrays, which nobody changes in place."""
    return len(weights) == len(others) and all(map(is_, weights, others))
