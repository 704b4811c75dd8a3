"""The outputs of layers one below the other, in which units can be pointed at and chosen."""

from collections.abc import Mapping, Sequence

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from convlab.insight.receptive_field import Unit, is_unit_of
from convlab.ui.theme import SPACE, Theme
from convlab.ui.widgets.map_colors import MapColors, colors_for, picture_of_maps
from convlab.ui.widgets.map_sections import Output, Section, sections_of
from convlab.ui.widgets.number_grid import exact
from convlab.ui.widgets.section_painter import paint_bars, paint_maps, paint_title

WHEEL = 24  # pixels of a step of the scroll bar

Place = tuple[str, Unit]


class FeatureMapView(QAbstractScrollArea):
    """Shows layers by name: maps as pictures, units as bars around zero.

    ``pointed`` says that :attr:`place` is another one, ``chosen`` carries a layer's name and a
    unit of it that was clicked or reached with the keys: the arrows go to the next number, Page
    up and Page down to the next map, and with Ctrl the arrows go to the next layer.
    """

    pointed = Signal()
    chosen = Signal(str, object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._outputs: Mapping[str, Output] = {}
        self._shown: tuple[str, ...] = ()
        self._own_scales = False
        self._labels: tuple[str, ...] = ()
        self._sections: tuple[Section, ...] = ()
        self._pictures: dict[str, tuple[QImage | None, MapColors]] = {}  # of layers seen so far
        self._place: Place | None = None
        self._marked: tuple[str, Unit | None] = ("", None)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.verticalScrollBar().setSingleStep(WHEEL)
        self.viewport().setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Feature maps")
        theme.changed.connect(self._on_theme_changed)

    @property
    def place(self) -> Place | None:
        """The layer and the unit under the mouse."""
        return self._place

    @property
    def sections(self) -> tuple[Section, ...]:
        """Where each layer lies, from the top of the whole."""
        return self._sections

    def minimumSizeHint(self) -> QSize:
        """Stay large enough to see some maps."""
        return QSize(200, 80)

    def set_outputs(
        self,
        outputs: Mapping[str, Output],
        shown: Sequence[str],
        labels: Sequence[str],
        *,
        own_scales: bool,
    ) -> None:
        """Show the outputs of the layers ``shown``; ``labels`` stand below the last layer's."""
        shapes = {name: output.shape for name, output in self._outputs.items()}
        is_same = shapes == {name: output.shape for name, output in outputs.items()}
        is_same = is_same and (self._shown, self._labels) == (tuple(shown), tuple(labels))
        self._outputs, self._shown, self._labels = outputs, tuple(shown), tuple(labels)
        self._own_scales = own_scales
        self._pictures.clear()
        if not is_same:
            self._place = None
            self._arrange()
        self.viewport().update()

    def set_marked(self, layer: str, unit: Unit | None) -> None:
        """Outline a unit, or none; a layer that is not in view is scrolled to."""
        if (layer, unit) == self._marked:
            return
        self._marked = (layer, unit)
        self._reveal()
        self.viewport().update()

    def reading(self, place: Place) -> str:
        """Return which unit that is and its exact value, counted from 1."""
        layer, unit = place
        value = exact(float(self._outputs[layer][unit]))
        if len(unit) == 1:
            return f"{layer}, unit {unit[0] + 1}: {value}"
        channel, row, column = (n + 1 for n in unit)
        return f"{layer}, map {channel}, row {row}, column {column}: {value}"

    def whole(self) -> QWidget:
        """Return a widget as high as everything that there is to see, for a file."""
        twin = FeatureMapView(self._theme)
        twin.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        height = int(self._sections[-1].bottom) if self._sections else self.height()
        twin.resize(self.viewport().width(), max(1, height))
        twin.set_outputs(self._outputs, self._shown, self._labels, own_scales=self._own_scales)
        return twin

    @property
    def _last(self) -> str:
        """The layer whose units are the classes."""
        return list(self._outputs)[-1] if self._outputs else ""

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay everything out for the new width."""
        super().resizeEvent(event)
        self._arrange()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the layers in view."""
        painter = QPainter(self.viewport())
        top = self.verticalScrollBar().value()
        painter.translate(0, -top)
        for section in self._sections:
            if section.bottom >= top and section.top <= top + self.viewport().height():
                self._paint_section(painter, section)

    def _paint_section(self, painter: QPainter, section: Section) -> None:
        values, colors = self._outputs[section.name], self._theme.colors
        picture, scale = self._picture(section)
        width = self.viewport().width()
        is_marked = section.name == self._marked[0]
        paint_title(painter, section, scale, width, colors, stands_out=is_marked)
        if picture is not None:
            paint_maps(painter, section, picture, colors)
        else:
            is_last = section.name == self._last
            paint_bars(painter, section, values, scale, colors, self._labels if is_last else ())
        if self._place is not None and self._place[0] == section.name:
            painter.setPen(QPen(QColor(colors.text), 1))
            painter.drawRect(section.unit_rect(self._place[1]).adjusted(-1, -1, 0, 0))
        unit = self._marked[1]
        if is_marked and is_unit_of(unit, section.shape):
            painter.setPen(QPen(QColor(colors.accent), 3 if self.hasFocus() else 2))
            painter.drawRect(section.tile_rect(unit[0]).adjusted(-1, -1, 1, 1))
            painter.setPen(QPen(QColor(colors.accent), 2))
            painter.drawRect(section.unit_rect(unit).adjusted(-1, -1, 1, 1))

    def _picture(self, section: Section) -> tuple[QImage | None, MapColors]:
        """Return the maps as a picture, made when they are seen, and their colors."""
        if section.name not in self._pictures:
            values = self._outputs[section.name]
            maps = values if values.ndim == 3 else values.reshape(1, 1, -1)
            own = self._own_scales and values.ndim == 3
            colors = colors_for(section.name, maps, own=own)
            picture = None
            if section.tiling is not None:
                picture = picture_of_maps(maps, section.tiling, colors)
            self._pictures[section.name] = (picture, colors)
        return self._pictures[section.name]

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell what is pointed at; between maps the last one stays."""
        if (place := self._place_at(event.position())) is not None:
            self._point(place)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the unit that is clicked."""
        place = self._place_at(event.position())
        if place is not None and event.button() is Qt.MouseButton.LeftButton:
            self.chosen.emit(*place)

    def viewportEvent(self, event: QEvent) -> bool:
        """Tell that the mouse has left."""
        if event.type() == QEvent.Type.Leave:
            self._point(None)
        return super().viewportEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the choice."""
        place = self._target(event)
        if place is None:
            super().keyPressEvent(event)
        else:
            self.chosen.emit(*place)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show what the keys act on."""
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show that they act elsewhere."""
        super().focusOutEvent(event)
        self.viewport().update()

    def _target(self, event: QKeyEvent) -> Place | None:
        """Return where a key leads; None for other keys."""
        names = [section.name for section in self._sections]
        if not names:
            return None
        layer, unit = self._marked
        number = names.index(layer) if layer in names else 0
        section, key = self._sections[number], event.key()
        if not is_unit_of(unit, section.shape):
            unit = (0,) * len(section.shape)
        keys = Qt.Key
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            step = {keys.Key_Up: -1, keys.Key_Down: 1}.get(keys(key), 0)
            other = self._sections[min(max(number + step, 0), len(names) - 1)]
            return (other.name, (0,) * len(other.shape)) if step else None
        is_flat = len(section.shape) == 1
        steps: dict[Qt.Key, Unit] = {
            keys.Key_Left: (-1,) if is_flat else (0, 0, -1),
            keys.Key_Right: (1,) if is_flat else (0, 0, 1),
            keys.Key_Up: (-section.per_row,) if is_flat else (0, -1, 0),
            keys.Key_Down: (section.per_row,) if is_flat else (0, 1, 0),
            keys.Key_PageUp: (-1,) if is_flat else (-1, 0, 0),
            keys.Key_PageDown: (1,) if is_flat else (1, 0, 0),
        }
        if keys(key) not in steps:
            return None
        moved = np.clip(np.add(unit, steps[keys(key)]), 0, np.subtract(section.shape, 1))
        return section.name, tuple(moved.tolist())

    def _place_at(self, point: QPointF) -> Place | None:
        at = point + QPointF(0, self.verticalScrollBar().value())
        for section in self._sections:
            if (unit := section.unit_at(at)) is not None:
                return section.name, unit
        return None

    def _point(self, place: Place | None) -> None:
        if place != self._place:
            self._place = place
            self.viewport().update()
            self.pointed.emit()

    def _arrange(self) -> None:
        size = self.viewport().size()
        self._sections = sections_of(
            self._outputs, self._shown, size.width(), size.height(), self.devicePixelRatio(),
            self._last,
        )  # fmt: skip
        self._pictures.clear()
        bottom = int(self._sections[-1].bottom) + SPACE // 2 if self._sections else 0
        self.verticalScrollBar().setRange(0, max(0, bottom - size.height()))
        self.verticalScrollBar().setPageStep(size.height())
        self.viewport().update()

    def _reveal(self) -> None:
        """Scroll until the marked unit, or its layer's title, can be seen."""
        layer, unit = self._marked
        for section in self._sections:
            if section.name == layer:
                rect = QRectF(0, section.top, 1, section.bottom - section.top)
                if is_unit_of(unit, section.shape):
                    rect = section.unit_rect(unit).adjusted(0, -SPACE, 0, SPACE)
                bar, height = self.verticalScrollBar(), self.viewport().height()
                if rect.top() < bar.value() or rect.height() > height:
                    bar.setValue(int(rect.top()))
                elif rect.bottom() > bar.value() + height:
                    bar.setValue(int(rect.bottom() - height) + 1)

    @Slot()
    def _on_theme_changed(self) -> None:
        self.viewport().update()
