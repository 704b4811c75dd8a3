"""Which datasets there are, and getting and using them."""

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from convlab.app.datasets import Datasets
from convlab.app.lab import Lab
from convlab.ui.panel import Panel
from convlab.ui.panels import PANELS
from convlab.ui.theme import SPACE, Theme
from convlab.ui.widgets.dataset_row import DatasetRow

OWN = (
    "Images of your own: drop a folder, an .npz or a .csv file onto the window, or choose one in "
    "the File menu."
)


@PANELS.register("Datasets")
class DatasetsPanel(Panel):
    """A row for every dataset, with samples of those that are here."""

    title = "Datasets"
    area = "center"
    order = 2

    def __init__(self, lab: Lab, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(lab, theme, parent)
        self.model = Datasets(lab, parent=self)
        self._rows: dict[str, DatasetRow] = {}
        self._is_sampled = False
        self._fetched = ""  # the dataset whose row is to be seen
        # The row has made room for its progress only when the event loop has run.
        self._reveal_timer = QTimer(self)
        self._reveal_timer.setSingleShot(True)
        self._reveal_timer.timeout.connect(self._on_layout_settled)
        self._lay_out()
        self.model.listed.connect(self._on_listed)
        self.model.changed.connect(self._on_changed)
        self.model.progressed.connect(self._on_progressed)
        self.model.sampled.connect(self._on_sampled)
        self._on_listed()

    def row(self, name: str) -> DatasetRow:
        """Return the row of a dataset."""
        return self._rows[name]

    def paintEvent(self, event: QPaintEvent) -> None:
        """Read the samples the first time that the panel is really seen."""
        super().paintEvent(event)
        if not self._is_sampled:
            self._is_sampled = True
            self.model.sample()

    def _lay_out(self) -> None:
        content = QWidget()
        self._list = QVBoxLayout(content)
        self._list.setContentsMargins(2 * SPACE, SPACE, 2 * SPACE, SPACE)
        self._list.setSpacing(0)
        own = QLabel(OWN)
        own.setWordWrap(True)
        own.setProperty("role", "muted")
        own.setContentsMargins(0, SPACE, 0, SPACE)
        self._list.addWidget(own)
        self._list.addStretch(1)
        self._scroll = QScrollArea()
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(content)
        self._scroll.setAccessibleName("Datasets")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._scroll)

    @Slot()
    def _on_listed(self) -> None:
        """Keep the rows of what is still listed, so that the list does not jump."""
        entries = {entry.name: entry for entry in self.model.entries}
        for name in self._rows.keys() - entries.keys():
            row = self._rows.pop(name)
            self._list.removeWidget(row)
            row.deleteLater()
        for number, (name, entry) in enumerate(entries.items()):
            if name not in self._rows:
                row = DatasetRow(entry, self.theme)
                row.fetch_wanted.connect(self._on_fetch_wanted)
                row.cancel_wanted.connect(self._on_cancel_wanted)
                row.use_wanted.connect(self.model.use)
                row.set_samples(self.model.samples(name))
                self._rows[name] = row
                self._list.insertWidget(number, row)
        self._on_changed()

    @Slot()
    def _on_changed(self) -> None:
        model = self.model
        for name, row in self._rows.items():
            row.set_state(
                model.state(name), is_fetching=model.is_fetching, is_canceling=model.is_canceling
            )
            row.set_problem(model.problems.get(name, ""))

    @Slot()
    def _on_progressed(self) -> None:
        for name, row in self._rows.items():
            if self.model.state(name) == "fetching":
                row.set_progress(self.model.progress)

    @Slot(str)
    def _on_sampled(self, name: str) -> None:
        if name in self._rows:
            self._rows[name].set_samples(self.model.samples(name))

    @Slot(str)
    def _on_fetch_wanted(self, name: str) -> None:
        self.model.fetch(name)
        self._fetched = name
        self._reveal_timer.start()

    @Slot()
    def _on_layout_settled(self) -> None:
        if self._fetched in self._rows:
            self._scroll.ensureWidgetVisible(self._rows[self._fetched], 0, 0)

    @Slot(str)
    def _on_cancel_wanted(self, _: str) -> None:
        self.model.cancel()
