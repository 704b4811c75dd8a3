"""One grid of small pictures, drawn pixel by pixel."""

from math import ceil, floor

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QCursor, QMouseEvent, QPainter, QTransform
from PySide6.QtWidgets import QFrame, QGraphicsScene, QGraphicsView, QSizePolicy, QWidget

from convlab.insight.color_ranges import Ranges, shares
from convlab.insight.mosaic import TilePixel, Tiling
from convlab.ui.theme import Theme
from convlab.ui.widgets.cell_numbers import draw_numbers
from convlab.ui.widgets.color_map import Lookup, gray_reversed

MARGIN = 1  # pixels around the mosaic, for the frames of tiles at its edge
SMALLEST = QSize(72, 56)


class MosaicView(QGraphicsView):
    """Draws tiles (F, H, W) as one picture; neither smooths nor zooms, scrolls if it must.

    ``pointed`` carries the :class:`TilePixel` under the mouse, or None once the mouse has left;
    ``clicked`` the number of a tile, counted from 0.
    """

    pointed = Signal(object)
    clicked = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._tiles: NDArray[np.floating] | None = None
        self._tiling: Tiling | None = None
        self._shares: NDArray[np.float64] | None = None  # of each tile's range
        self._frames: list[QRectF] = []
        self._lookup = gray_reversed()
        self._outlined: int | None = None
        self._emphasized = False
        self._with_numbers = False
        self._image = pg.ImageItem(axisOrder="row-major")
        scene = QGraphicsScene(self)
        scene.addItem(self._image)
        self.setScene(scene)
        self._make_plain()

    def _make_plain(self) -> None:
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setBackgroundBrush(Qt.BrushStyle.NoBrush)
        self.viewport().setAutoFillBackground(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMouseTracking(True)
        # Frames and numbers change with the picture, which tells the view of its own change.
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)

    @property
    def tiling(self) -> Tiling | None:
        """Where the tiles lie; None before there are any."""
        return self._tiling

    def minimumSizeHint(self) -> QSize:
        """Stay large enough to recognize something."""
        return SMALLEST

    def sizeHint(self) -> QSize:
        """Ask for little; a layout gives what there is."""
        return SMALLEST

    def set_with_numbers(self, with_numbers: bool) -> None:
        """Write each value into its pixel where there is room."""
        self._with_numbers = with_numbers
        self.viewport().update()

    def set_tiles(self, tiles: NDArray[np.floating], ranges: Ranges, lookup: Lookup) -> None:
        """Show ``tiles`` (F, H, W), each with all colors of ``lookup`` in its range of (F, 2)."""
        former, self._shares = self._shares, shares(tiles, ranges)
        is_drawn = np.array_equal(self._lookup, lookup) and _equal(former, self._shares)
        self._tiles = tiles
        self._lookup = lookup
        if self._tiling is not None and (self._with_numbers or not is_drawn):
            self._draw(self._tiling)

    def set_tiling(self, tiling: Tiling, scale: float) -> None:
        """Lay the tiles out anew, each pixel ``scale`` screen pixels wide."""
        self._tiling = tiling
        margin = MARGIN / scale
        self._frames = [
            _tile(tiling, tile).adjusted(-margin, -margin, margin, margin)
            for tile in range(tiling.count)
        ]
        self.setMaximumHeight(ceil(tiling.height * scale) + 2 * MARGIN)
        self.setTransform(QTransform.fromScale(scale, scale))
        self.setSceneRect(
            QRectF(-margin, -margin, tiling.width + 2 * margin, tiling.height + 2 * margin)
        )
        self._draw(tiling)

    def set_outlined(self, tile: int | None, *, emphasized: bool = False) -> None:
        """Draw a line around one tile; a thicker one with ``emphasized``."""
        if (tile, emphasized) != (self._outlined, self._emphasized):
            self._outlined = tile
            self._emphasized = emphasized
            self.viewport().update()

    def _draw(self, tiling: Tiling) -> None:
        shape = (tiling.count, tiling.tile_height, tiling.tile_width)
        if self._shares is None or self._shares.shape != shape:
            return  # tiles and tiling come one after the other
        self._image.setImage(
            tiling.arrange(self._shares), autoLevels=False, levels=(-1.0, 1.0), lut=self._lookup
        )

    def tile_at(self, point: QPoint) -> TilePixel | None:
        """Return what lies at a point of the viewport; None on a gap or outside."""
        if self._tiling is None:
            return None
        at = self.mapToScene(point)
        return self._tiling.tile_at(floor(at.y()), floor(at.x()))

    def tile_rect(self, tile: int) -> QRectF:
        """Return the rectangle of a tile in the viewport, in pixels."""
        if self._tiling is None:
            return QRectF()
        return self.viewportTransform().mapRect(_tile(self._tiling, tile))

    def reveal(self, tile: int) -> None:
        """Scroll until a tile can be seen."""
        if self._tiling is not None:
            self.ensureVisible(_tile(self._tiling, tile), 0, 2 * MARGIN)

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Tell what the mouse points at now, although it has not moved."""
        super().scrollContentsBy(dx, dy)
        if self.viewport().underMouse():
            self.pointed.emit(self.tile_at(self.viewport().mapFromGlobal(QCursor.pos())))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell which pixel is pointed at; between tiles the last one stays."""
        if (pixel := self.tile_at(event.position().toPoint())) is not None:
            self.pointed.emit(pixel)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Wait for the release."""
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Tell which tile was clicked."""
        event.accept()
        pixel = self.tile_at(event.position().toPoint())
        if pixel is not None and event.button() is Qt.MouseButton.LeftButton:
            self.clicked.emit(pixel.tile)

    def leaveEvent(self, event: QEvent) -> None:
        """Tell that nothing is pointed at any more."""
        self.pointed.emit(None)
        super().leaveEvent(event)

    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        """Frame the tiles, so that no color is taken for the gap's; hatch what is not finite."""
        colors = self._theme.colors
        painter.save()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colors.border))
        painter.drawRects(self._frames)
        painter.resetTransform()
        for tile in self._tiles_not_finite():
            inside = self.tile_rect(tile)
            painter.fillRect(inside, QColor(colors.surface))
            painter.fillRect(inside, QBrush(QColor(colors.text), Qt.BrushStyle.BDiagPattern))
        painter.restore()

    def _tiles_not_finite(self) -> list[int]:
        if self._shares is None or self._tiling is None:
            return []
        tiles = np.flatnonzero(np.isnan(self._shares).any(axis=(1, 2)))
        return [int(tile) for tile in tiles if tile < self._tiling.count]

    def drawForeground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        """Outline one tile, and write the numbers."""
        painter.save()
        painter.resetTransform()
        if self._with_numbers and self._tiles is not None and self._shares is not None:
            for tile, (values, own) in enumerate(zip(self._tiles, self._shares, strict=True)):
                draw_numbers(painter, self.tile_rect(tile), values, own, self._lookup)
        if self._outlined is not None:
            inner = self.tile_rect(self._outlined).adjusted(1, 1, -1, -1)
            width = 3 if self._emphasized else 2
            _outline(painter, inner, width, self._theme.colors.accent)
        painter.restore()


def _equal(former: NDArray[np.float64] | None, shares: NDArray[np.float64]) -> bool:
    return former is not None and np.array_equal(former, shares, equal_nan=True)


def _tile(tiling: Tiling, tile: int) -> QRectF:
    """Return the rectangle of a tile in the scene, where each weight is one wide and high."""
    row, column = tiling.corner(tile)
    return QRectF(column, row, tiling.tile_width, tiling.tile_height)


def _outline(painter: QPainter, rect: QRectF, width: int, color: str) -> None:
    outer = rect.adjusted(-width, -width, width, width)
    for side in (
        QRectF(outer.topLeft(), rect.topRight() + QPoint(width, 0)),
        QRectF(rect.bottomLeft() - QPoint(width, 0), outer.bottomRight()),
        QRectF(outer.topLeft(), rect.bottomLeft()),
        QRectF(rect.topRight(), outer.bottomRight()),
    ):
        painter.fillRect(side, QColor(color))
