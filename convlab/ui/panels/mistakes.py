"""Which test images the network misreads, and whether it knows when it may be wrong."""

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import (
    QKeyEvent,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QBoxLayout,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from convlab.app.lab import Lab
from convlab.app.mistakes import MistakesModel, Reading
from convlab.files import write_atomically
from convlab.ui.panel import WatchingPanel
from convlab.ui.panels import PANELS
from convlab.ui.theme import SPACE, Theme
from convlab.ui.widgets.calibration_plot import CalibrationPlot
from convlab.ui.widgets.class_table import ClassTable
from convlab.ui.widgets.confusion_view import ConfusionView
from convlab.ui.widgets.elided_label import ElidedLabel
from convlab.ui.widgets.image_grid import ImageGrid
from convlab.ui.widgets.mistakes_picture import png_of
from convlab.ui.widgets.panel_parts import ExportButton, muted_label
from convlab.ui.widgets.save_dialog import ask_and_export, export_or_complain
from convlab.wording import counted

EMPTY = "Press Train, or open weights, to see which test images the network misreads."
WAITING = "The network is reading the test images…"
HINT = "Point at a cell for its numbers; click it for its images."
UNKNOWN = "Opened weights may have learned these very images. Point at a cell for its numbers."
LEARNED = "These weights have learned these very images before, so this is no test of them."
NARROWEST = 38 * SPACE
WIDE = 64 * SPACE  # pixels, from which on the table and its details stand side by side
TALL = 42 * SPACE  # pixels, from which on there is room for whole sentences
PAGES = ("Images", "Classes", "Calibration")
Direction = QBoxLayout.Direction


@PANELS.register("Mistakes")
class MistakesPanel(WatchingPanel):
    """A confusion matrix; beside it the images of a cell, figures of the classes, calibration."""

    title = "Mistakes"
    area = "center"
    order = 16
    is_inside = True
    about = "Which test images are misread and for what, and how far the network can be believed."

    def __init__(self, lab: Lab, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(lab, theme, parent)
        self.model: MistakesModel = MistakesModel(lab, parent=self)
        self._drawn: Reading | None = None  # what the table and the figures show
        self.summary = ElidedLabel()
        self.summary.setProperty("role", "title")
        self.unit_choice = QComboBox()
        self.unit_choice.addItems(["Counts", "Row shares (%)"])
        self.unit_choice.setAccessibleName("Numbers in the cells")
        self.unit_choice.setToolTip("Numbers of images, or what percentage of a row's images")
        self.view = ConfusionView(theme)
        self.grid = ImageGrid(theme)
        self.grid.setMinimumHeight(7 * SPACE)  # a row, so that low docks need not scroll
        self.caption = QLabel()
        self.caption.setWordWrap(True)
        self.all_button = QPushButton("All mistakes")
        self.all_button.setToolTip("Show the images of all mistakes again (Esc)")
        self.classes = ClassTable(theme)
        self.plot = CalibrationPlot(theme)
        self.calibration_caption = QLabel()
        self.calibration_caption.setWordWrap(True)
        self.tabs = QTabBar()
        self.status = muted_label(HINT)
        self.export_button = ExportButton(
            theme,
            {
                "Picture (PNG)…": self._on_png_wanted,
                "Confusion matrix (CSV)…": self._on_matrix_wanted,
                "Answer to every image (CSV)…": self._on_answers_wanted,
            },
        )
        self._lay_out()
        self._connect()
        self._on_changed()

    def choices(self) -> dict[str, str]:
        """Return the unit of the numbers and the page beside the table."""
        unit = "shares" if self.unit_choice.currentIndex() else "counts"
        return {"unit": unit, "page": PAGES[self.tabs.currentIndex()]}

    def restore_choices(self, choices: Mapping[str, str]) -> None:
        """Choose the unit and the page of the last time."""
        self.unit_choice.setCurrentIndex(1 if choices.get("unit") == "shares" else 0)
        if choices.get("page") in PAGES:
            self.tabs.setCurrentIndex(PAGES.index(choices["page"]))

    def export_png(self, path: Path) -> None:
        """Write the table and the calibration curve to a PNG file."""
        export_or_complain(
            self,
            "mistakes",
            path,
            lambda: write_atomically(
                path, png_of(self.view, self.plot, self.summary.toolTip(), self.theme)
            ),
        )

    def export_matrix(self, path: Path) -> None:
        """Write the confusion matrix to a CSV file."""
        export_or_complain(self, "mistakes", path, lambda: self.model.matrix_to_csv(path))

    def export_answers(self, path: Path) -> None:
        """Write the answer to every test image to a CSV file."""
        export_or_complain(self, "mistakes", path, lambda: self.model.answers_to_csv(path))

    def showEvent(self, event: QShowEvent) -> None:
        """Read the images anew if they were not while nobody looked."""
        super().showEvent(event)
        self._on_changed()

    def minimumSizeHint(self) -> QSize:
        """Narrow docks are allowed; what does not fit in one row takes two."""
        return QSize(NARROWEST, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put table and details side by side where there is room, else one below the other."""
        super().resizeEvent(event)
        is_wide = self.width() >= WIDE
        self._halves.setDirection(Direction.LeftToRight if is_wide else Direction.TopToBottom)
        self._ask_for_height()
        self._show_summary()
        self._show_calibration_error()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Show all mistakes again with Escape."""
        if event.key() == Qt.Key.Key_Escape and self.model.cell is not None:
            self.model.choose_cell(None)
        else:
            super().keyPressEvent(event)

    def _lay_out(self) -> None:
        header = QHBoxLayout()
        header.setSpacing(SPACE)
        header.addWidget(self.unit_choice)
        header.addWidget(self.summary, 1)
        header.addWidget(self.export_button)
        self._halves = QBoxLayout(Direction.LeftToRight)
        self._halves.setSpacing(2 * SPACE)
        self._halves.addWidget(self.view, 1)
        self._halves.addWidget(self._details(), 1)
        filled = QWidget()
        column = QVBoxLayout(filled)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        column.addLayout(self._halves, 1)
        column.addWidget(self.status)
        self.hint = muted_label(EMPTY, Qt.AlignmentFlag.AlignCenter)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.hint)
        self._stack.addWidget(filled)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * SPACE, SPACE, 2 * SPACE, SPACE)
        layout.setSpacing(SPACE)
        layout.addLayout(header)
        layout.addWidget(self._stack, 1)

    def _details(self) -> QWidget:
        for page in PAGES:
            self.tabs.addTab(page)
        self.tabs.setAccessibleName("Details")
        self.tabs.setExpanding(False)
        self.tabs.setDrawBase(False)
        self._pages = QStackedWidget()
        row = QHBoxLayout()
        row.setSpacing(SPACE)
        row.addWidget(self.caption, 1)
        row.addWidget(self.all_button, 0, Qt.AlignmentFlag.AlignTop)
        self._pages.addWidget(_column(row, self.grid))
        self._pages.addWidget(_column(None, self.classes))
        self._pages.addWidget(_column(self.calibration_caption, self.plot))
        return _column(self.tabs, self._pages)

    def _connect(self) -> None:
        self.model.changed.connect(self._on_changed)
        self.unit_choice.currentIndexChanged.connect(self._on_unit_chosen)
        self.view.pointed.connect(self._on_cell_pointed)
        self.view.chosen.connect(self._on_cell_chosen)
        self.grid.pointed.connect(self._on_image_pointed)
        self.grid.chosen.connect(self.model.send)
        self.plot.pointed.connect(self._on_bin_pointed)
        self.all_button.clicked.connect(self._on_all_wanted)
        self.classes.row_chosen.connect(self.lab.selection.choose_class)
        self.tabs.currentChanged.connect(self._pages.setCurrentIndex)

    @Slot()
    def _on_changed(self) -> None:
        if not self.isVisible():
            return
        reading = self.model.reading
        self._stack.setCurrentIndex(0 if reading is None else 1)
        self._ask_for_height()
        self.unit_choice.setEnabled(reading is not None)
        self.export_button.setEnabled(reading is not None)
        if reading is None:
            self._drawn = None
            self._show_summary()
            has_network = self.lab.predictor.answering is not None
            self.hint.setText(self.model.problem or (WAITING if has_network else EMPTY))
            return
        if reading is not self._drawn:
            self._drawn = reading
            self._show_reading(reading)
        self._show_images(reading)

    def _ask_for_height(self) -> None:
        """Rather scroll than squeeze what stands one below the other."""
        is_tall = self.model.reading is not None and self.width() < WIDE
        self._stack.setMinimumHeight(58 * SPACE if is_tall else 0)

    def _show_reading(self, reading: Reading) -> None:
        self._show_summary()
        self.view.set_matrix(reading.matrix, reading.class_names, reading.answer_names)
        self.classes.set_figures(reading.class_names, reading.figures)
        self.plot.set_calibration(reading.calibration)
        self._show_calibration_error()
        self.status.setText(self._hint())

    def _show_calibration_error(self) -> None:
        if (reading := self.model.reading) is None:
            return
        error = f"{reading.calibration.error:.2%}"
        whole = (
            f"Expected calibration error {error}: so far apart are certainty (orange) and share "
            "of right answers (blue)."
        )
        short = f"Calibration error {error}, from orange to blue"
        self.calibration_caption.setText(whole if self.height() >= TALL else short)
        self.calibration_caption.setToolTip(whole)

    def _hint(self) -> str:
        reading = self.model.reading
        if reading is not None and reading.is_learned:
            return LEARNED
        return UNKNOWN if self.model.may_be_learned else HINT

    def _show_summary(self) -> None:
        reading = self.model.reading
        text = "" if reading is None else self._in_short(reading)
        self.summary.setText(text if self.width() >= WIDE else text.split(" ")[0])
        self.summary.setToolTip(text)

    def _in_short(self, reading: Reading) -> str:
        count = len(reading.answers)
        text = f"{reading.accuracy:.2%} right: {counted(reading.mistakes, 'mistake')} "
        text += f"in {counted(count, 'test image')}"
        if count < len(reading.dataset.test):
            text += f" of {len(reading.dataset.test):,}"
        if reading.is_learned:
            return f"{text}, learned before"
        return text + (f", iteration {reading.iteration:,}" if reading.iteration else "")

    def _show_images(self, reading: Reading) -> None:
        cell, count = self.model.cell, len(self.model.numbers)
        self.view.set_selected(cell)
        self.all_button.setVisible(cell is not None)
        order = ", the most certain first" if count > 1 else ""
        if cell is None:
            text = f"{counted(count, 'mistake')}{order}. Click one to edit it on the canvas."
            text = text if count else "No mistakes. Click a cell of the matrix for its images."
        else:
            text = f"{self._cell_in_words(reading, *cell)}{order}."
        self.caption.setText(text)
        _, height, width = reading.dataset.image_shape
        self.grid.set_images(count, height, width, self.model.images, self.model.in_words)

    def _cell_in_words(self, reading: Reading, row: int, column: int) -> str:
        count = counted(int(reading.matrix[row, column]), "image")
        return f"{reading.class_names[row]} read as {reading.answer_names[column]}: {count}"

    @Slot(int)
    def _on_unit_chosen(self, index: int) -> None:
        self.view.set_with_shares(index == 1)

    @Slot(object)
    def _on_cell_pointed(self, cell: tuple[int, int] | None) -> None:
        reading = self.model.reading
        if reading is None or cell is None:
            self.status.setText(self._hint())
            return
        row, column = cell
        total = int(reading.matrix[row].sum())
        share = f", {reading.matrix[row, column] / total:.1%} of {total:,}" if total else ""
        self.status.setText(f"{self._cell_in_words(reading, row, column)}{share}.")
        self.view.setAccessibleDescription(self.status.text())

    @Slot(object)
    def _on_cell_chosen(self, cell: tuple[int, int]) -> None:
        self.model.choose_cell(None if cell == self.model.cell else cell)
        self.tabs.setCurrentIndex(0)

    @Slot(int)
    def _on_image_pointed(self, position: int) -> None:
        is_there = 0 <= position < len(self.model.numbers)
        self.status.setText(f"{self.model.in_words(position)}." if is_there else self._hint())

    @Slot(int)
    def _on_bin_pointed(self, number: int) -> None:
        self.status.setText(self.plot.in_words(number) if number >= 0 else self._hint())

    @Slot()
    def _on_all_wanted(self) -> None:
        self.model.choose_cell(None)

    @Slot()
    def _on_png_wanted(self) -> None:
        ask_and_export(self, "mistakes", "png", "PNG pictures", self.export_png)

    @Slot()
    def _on_matrix_wanted(self) -> None:
        ask_and_export(self, "confusion matrix", "csv", "CSV tables", self.export_matrix)

    @Slot()
    def _on_answers_wanted(self) -> None:
        ask_and_export(self, "answers", "csv", "CSV tables", self.export_answers)


def _column(above: QWidget | QHBoxLayout | None, below: QWidget) -> QWidget:
    page = QWidget()
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(SPACE // 2)
    if isinstance(above, QWidget):
        column.addWidget(above)
    elif above is not None:
        column.addLayout(above)
    column.addWidget(below, 1)
    return page
