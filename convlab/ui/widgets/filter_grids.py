"""Filters before, after and their difference, side by side in grids of the same layout."""

from collections.abc import Sequence
from itertools import zip_longest

from PySide6.QtCore import QSize, QSizeF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QScrollBar, QWidget

from convlab.insight.mosaic import TilePixel
from convlab.ui.theme import SPACE, Theme
from convlab.ui.widgets.captioned_grid import CaptionedGrid
from convlab.ui.widgets.filter_arrangement import GridRoom
from convlab.ui.widgets.filter_pictures import FilterPicture
from convlab.ui.widgets.mosaic_view import MARGIN, SMALLEST, MosaicView

GAP = 2 * SPACE  # pixels between grids
GRIDS = 3


class FilterGrids(QWidget):
    """Up to three grids of filters, which scroll together where there is no room for all.

    What is pointed at in one is outlined in all.
    ``pointed`` says that ``current`` or ``pixel`` has changed; ``activated`` carries the number
    (from 0) of a filter that was clicked, or chosen with the arrow keys and Enter. With
    ``enlarged``, each value is written into its pixel, and there is nothing to choose.
    """

    pointed = Signal()
    activated = Signal(int)

    def __init__(
        self, theme: Theme, parent: QWidget | None = None, *, enlarged: bool = False
    ) -> None:
        super().__init__(parent)
        self._pictures: tuple[FilterPicture, ...] = ()
        self._enlarged = enlarged
        self._current: int | None = None
        self._pixel: TilePixel | None = None
        self._grids = [CaptionedGrid(theme, self, enlarged=enlarged) for _ in range(GRIDS)]
        self.scroll_bar = QScrollBar(Qt.Orientation.Vertical, self)
        self._lay_out()
        for grid in self._grids:
            grid.view.pointed.connect(self._on_pointed)
            if not enlarged:
                grid.view.clicked.connect(self.activated)
            grid.view.verticalScrollBar().valueChanged.connect(self.scroll_bar.setValue)
            self.scroll_bar.valueChanged.connect(grid.view.verticalScrollBar().setValue)
        self._grids[0].view.verticalScrollBar().rangeChanged.connect(self._on_range_changed)
        self.setAccessibleName("Filters")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus if enlarged else Qt.FocusPolicy.StrongFocus)

    def _lay_out(self) -> None:
        self._layout = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._layout.setSpacing(GAP)
        for grid in self._grids:
            self._layout.addWidget(grid, 1)
        self.scroll_bar.setAccessibleName("Scroll the filters")
        self.scroll_bar.hide()
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(SPACE)
        outer.addLayout(self._layout, 1)
        outer.addWidget(self.scroll_bar)

    @property
    def current(self) -> int | None:
        """The filter that is pointed at or chosen with the keys, counted from 0."""
        return self._current

    @property
    def pixel(self) -> TilePixel | None:
        """The pixel under the mouse."""
        return self._pixel

    @property
    def views(self) -> tuple[MosaicView, ...]:
        """The grids that are in use, in the order of their pictures."""
        return tuple(grid.view for grid, _ in zip(self._grids, self._pictures, strict=False))

    @property
    def scrolls(self) -> bool:
        """Whether only a part of the filters can be seen."""
        return self.scroll_bar.isVisibleTo(self)

    @property
    def text_height(self) -> int:
        """The height of a caption and a color bar, in pixels."""
        return self._grids[0].text_height()

    def minimumSizeHint(self) -> QSize:
        """Hold three small grids in a row, whichever way they are stacked now."""
        width = GRIDS * SMALLEST.width() + (GRIDS - 1) * GAP
        return QSize(width, SMALLEST.height() + self.text_height)

    def sizeHint(self) -> QSize:
        """Ask for little; a layout gives what there is."""
        return self.minimumSizeHint()

    def set_pictures(self, pictures: Sequence[FilterPicture]) -> None:
        """Show one to three pictures of the same filters."""
        former = [picture.tiles.shape for picture in self._pictures]
        self._pictures = tuple(pictures)
        for grid, picture in zip_longest(self._grids, pictures):
            grid.setVisible(picture is not None)
            if picture is not None:
                grid.set_picture(picture)
        if former != [picture.tiles.shape for picture in pictures]:
            self._pixel = None
            self.set_current(None)
            self._arrange()

    def set_current(self, current: int | None) -> None:
        """Outline one filter in all grids; None outlines none."""
        changed = current != self._current
        self._current = current
        for grid in self._grids:
            grid.view.set_outlined(None if self._enlarged else current, emphasized=self.hasFocus())
        if changed:
            self.pointed.emit()

    def reading(self) -> str:
        """Return the values under the mouse in words; empty if there are none."""
        pixel = self._pixel
        if pixel is None or not self._pictures:
            return ""
        values = (
            picture.text(float(picture.tiles[pixel.tile, pixel.row, pixel.column]))
            for picture in self._pictures
        )
        return f"row {pixel.row + 1}, column {pixel.column + 1}: {', '.join(values)}"

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Find the layout with the largest pixels for the new size."""
        super().resizeEvent(event)
        self._arrange()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the choice with the arrow keys; enlarge it with Enter."""
        if not self._pictures or self._enlarged:
            super().keyPressEvent(event)
            return
        current = self._current or 0
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.activated.emit(current)
        elif (target := self._target(event.key(), current)) is not None:
            self._pixel = None
            self.set_current(target)
            self._grids[0].view.reveal(target)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show which filter the keys act on."""
        super().focusInEvent(event)
        if self._pictures:
            self.set_current(self._current or 0)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Outline only what the mouse points at."""
        super().focusOutEvent(event)
        self.set_current(None if self._pixel is None else self._pixel.tile)

    def _target(self, key: int, current: int) -> int | None:
        """Return the filter that a key leads to from ``current``; None for other keys."""
        tiling = self._grids[0].view.tiling
        if tiling is None:
            return None
        targets = {
            Qt.Key.Key_Left: current - 1,
            Qt.Key.Key_Right: current + 1,
            Qt.Key.Key_Up: current - tiling.columns,
            Qt.Key.Key_Down: current + tiling.columns,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: tiling.count - 1,
        }
        target = targets.get(Qt.Key(key))
        if target is None:
            return None
        return target if 0 <= target < tiling.count else current

    def _on_pointed(self, pixel: TilePixel | None) -> None:
        if pixel == self._pixel:
            return
        self._pixel = pixel
        former = self._current
        if pixel is not None:
            self.set_current(pixel.tile)
        elif not self.hasFocus():
            self.set_current(None)
        if self._current == former:
            self.pointed.emit()

    def _on_range_changed(self, lowest: int, highest: int) -> None:
        view_bar = self._grids[0].view.verticalScrollBar()
        self.scroll_bar.setRange(lowest, highest)
        self.scroll_bar.setPageStep(view_bar.pageStep())
        self.scroll_bar.setSingleStep(view_bar.singleStep())

    def _arrange(self) -> None:
        if not self._pictures:
            return
        room = GridRoom(
            len(self._pictures),
            QSizeF(self.contentsRect().size()),
            QSizeF(2 * MARGIN, 2 * MARGIN + self.text_height),
            GAP,
            SPACE + self.scroll_bar.sizeHint().width(),
            self.devicePixelRatio(),
        )
        arrangement = room.arrange(*self._pictures[0].tiles.shape)
        directions = QBoxLayout.Direction
        stacked = arrangement.stacked
        self._layout.setDirection(directions.TopToBottom if stacked else directions.LeftToRight)
        self.scroll_bar.setVisible(arrangement.scrolls)
        for view in self.views:
            view.set_tiling(arrangement.tiling, arrangement.scale)
