"""Labeled drawings as thumbnails."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QColor, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QWidget

from convlab.data.digit_image import SIDE, Drawing, digit_image
from convlab.ui.theme import SPACE, Theme
from convlab.ui.widgets.image_pictures import picture_of

THUMBNAIL = 2 * SIDE  # pixels
Index = QModelIndex | QPersistentModelIndex


class _Thumbnails(QAbstractListModel):
    """Makes a picture of a drawing when it is first seen."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._drawings: tuple[Drawing, ...] = ()
        self._answers: tuple[int, ...] | None = None
        self._pictures: dict[int, QPixmap] = {}

    def set_drawings(
        self, drawings: Sequence[Drawing], answers: Sequence[int] | None = None
    ) -> None:
        self.beginResetModel()
        self._drawings = tuple(drawings)
        self._answers = None if answers is None else tuple(answers)
        self._pictures.clear()
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._drawings)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._text(index.row())
            case Qt.ItemDataRole.DecorationRole:
                return self._picture(index.row())
            case Qt.ItemDataRole.ForegroundRole if self._is_wrong(index.row()):
                return QColor(self._theme.colors.error)
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"Drawing {index.row() + 1}: {self._text(index.row())}"
        return None

    def _text(self, number: int) -> str:
        label = self._drawings[number].label
        meant = "–" if label is None else str(label)
        if self._answers is not None and self._is_wrong(number):
            return f"{meant}, read {self._answers[number]}"
        return meant

    def _is_wrong(self, number: int) -> bool:
        label = self._drawings[number].label
        return self._answers is not None and label not in (None, self._answers[number])

    def _picture(self, number: int) -> QPixmap:
        if number not in self._pictures:
            picture = picture_of(digit_image(self._drawings[number]))
            larger = picture.scaled(2 * THUMBNAIL, 2 * THUMBNAIL)
            larger.setDevicePixelRatio(2)
            self._pictures[number] = QPixmap.fromImage(larger)
        return self._pictures[number]


class DrawingGallery(QListView):
    """Drawings with their labels, in rows; after an evaluation, wrong answers stand out."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._thumbnails = _Thumbnails(theme, self)
        self.setModel(self._thumbnails)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setIconSize(QSize(THUMBNAIL, THUMBNAIL))
        room = self.fontMetrics().horizontalAdvance("0, read 0") + 2 * SPACE
        height = THUMBNAIL + self.fontMetrics().height() + 2 * SPACE
        self.setGridSize(QSize(max(room, THUMBNAIL + 2 * SPACE), height))
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setAccessibleName("My drawings")
        theme.changed.connect(self.viewport().update)

    def set_drawings(
        self, drawings: Sequence[Drawing], answers: Sequence[int] | None = None
    ) -> None:
        """Show drawings, and what a network read in them if it has."""
        self._thumbnails.set_drawings(drawings, answers)

    def chosen(self) -> list[int]:
        """Return the numbers of the selected drawings, counted from 0."""
        return sorted(index.row() for index in self.selectionModel().selectedIndexes())
