"""A score split in three columns: hidden units, feature maps, and patches of the image."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from convlab.app.why import Explanation
from convlab.insight.activations import INPUT
from convlab.insight.color_ranges import common_ranges, symmetric_limit
from convlab.insight.contributions import Stage, patch_sums
from convlab.ui.theme import SPACE, Theme
from convlab.ui.widgets.cell_numbers import in_digits
from convlab.ui.widgets.color_bar import ColorBar
from convlab.ui.widgets.color_map import diverging
from convlab.ui.widgets.contribution_bars import ContributionBars
from convlab.ui.widgets.heat_view import HeatView
from convlab.ui.widgets.side_by_side import SideBySide
from convlab.wording import counted

NARROW = 66 * SPACE
PATCHES = 7  # squares along the shorter edge of the image


class ScoreParts(SideBySide):
    """Shows the stages of an :class:`Explanation`; those that the network lacks are left out.

    ``pointed`` carries a sentence on what is pointed at, or an empty one; ``chosen`` a layer and
    its chosen unit, or None.
    """

    pointed = Signal(str)
    chosen = Signal(str, object)

    def __init__(self, theme: Theme) -> None:
        self._explanation: Explanation | None = None
        self._side = 1
        self.units = _BarColumn(theme, "Hidden units", "unit")
        self.maps = _BarColumn(theme, "Feature maps", "map")
        self.patches = _PatchColumn(theme)
        super().__init__((self.units, self.maps, self.patches), NARROW)
        for column in (self.units, self.maps):
            column.bars.pointed.connect(self._on_pointed)
            column.bars.chosen.connect(self._on_chosen)
        self.patches.view.pointed.connect(self._on_patch_pointed)

    def show_explanation(self, explanation: Explanation, through: dict[str, int]) -> None:
        """Show another explanation; ``through`` tells the chosen unit of each stage.

        A choice that is no longer among what is listed is taken back.
        """
        self._explanation = explanation
        stages = {_column_of(stage): stage for stage in explanation.split.stages}
        above, unlisted = "", ""
        for kind, column in (("units", self.units), ("maps", self.maps)):
            stage = stages.get(kind)
            column.setVisible(stage is not None)
            if stage is not None:
                chosen = through.get(stage.layer)
                column.show_stage(stage, above, chosen)
                if chosen is not None:
                    above = f"{'Unit' if kind == 'units' else 'Map'} {chosen + 1}"
                    unlisted = unlisted or ("" if column.bars.lists(chosen) else stage.layer)
        image = explanation.image
        self._side = max(1, round(min(image.shape[1:]) / PATCHES))
        self.patches.show_stage(stages["patches"], above, explanation, self._side)
        self._tell_pointed()
        if unlisted:
            self.chosen.emit(unlisted, None)

    def sentence_of_bar(self, stage: Stage, unit: int) -> str:
        """Return what a unit or a map is and adds, in words."""
        part = in_digits(float(stage.parts_of_units[unit]))
        if stage.parts.ndim == 3:
            mean = in_digits(float(stage.values[unit].mean()))
            return f"Map {unit + 1} of {stage.layer}, {mean} on average, adds {part}."
        value = in_digits(float(stage.values[unit]))
        return f"Unit {unit + 1} of {stage.layer} is {value} and adds {part}."

    def _stage(self, kind: str) -> Stage | None:
        stages = self._explanation.split.stages if self._explanation is not None else ()
        return next((stage for stage in stages if _column_of(stage) == kind), None)

    def _on_pointed(self, unit: int | None) -> None:
        self._tell_unit("units" if self.sender() is self.units.bars else "maps", unit)

    def _tell_pointed(self) -> None:
        """Tell the new numbers of what is still pointed at."""
        for kind, column in (("units", self.units), ("maps", self.maps)):
            unit = column.bars.hovered
            if unit is not None and column.bars.lists(unit):
                self._tell_unit(kind, unit)
        if self.patches.view.current is not None:
            self._on_patch_pointed(self.patches.view.current)

    def _tell_unit(self, kind: str, unit: int | None) -> None:
        stage = self._stage(kind)
        is_there = unit is not None and stage is not None and unit < len(stage.parts)
        self.pointed.emit(self.sentence_of_bar(stage, unit) if is_there else "")  # type: ignore[arg-type]

    def _on_chosen(self, unit: int | None) -> None:
        stage = self._stage("units" if self.sender() is self.units.bars else "maps")
        if stage is not None:
            self.chosen.emit(stage.layer, unit)

    def _on_patch_pointed(self, cell: tuple[int, int] | None) -> None:
        stage = self._stage("patches")
        if cell is None or stage is None:
            self.pointed.emit("")
            return
        _, height, width = stage.parts.shape
        rows, columns = (
            f"{at * self._side + 1}–{min((at + 1) * self._side, size)}"
            for at, size in zip(cell, (height, width), strict=True)
        )
        part = in_digits(float(patch_sums(stage.parts, self._side)[cell]))
        self.pointed.emit(f"The patch at rows {rows}, columns {columns} adds {part}.")


class _Column(QWidget):
    """A title, a line below it, and what is shown."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title
        self._heading = QLabel(title)
        self._heading.setProperty("role", "title")
        self._line = QLabel()
        self._line.setProperty("role", "muted")
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(SPACE // 2)
        self.column.addWidget(self._heading)
        self.column.addWidget(self._line)

    def show_words(self, line: str, above: str, factor: str = "") -> None:
        """Say what is shown, which chosen part of the score it splits, and in which unit."""
        title = self._title.removesuffix(" of the image") if above else self._title
        title = f"{title} of {above.lower()}" if above else title
        self._heading.setText(f"{title} {factor}".strip())
        self._line.setText(line)


class _BarColumn(_Column):
    def __init__(self, theme: Theme, title: str, thing: str) -> None:
        super().__init__(title)
        self.bars = ContributionBars(theme, thing)
        self.bars.setAccessibleName(title)
        self.bars.setToolTip(f"Click a {thing} to follow only what goes through it")
        self.column.addWidget(self.bars, 1)

    def show_stage(self, stage: Stage, above: str, chosen: int | None) -> None:
        size = (
            counted(len(stage.parts), "unit")
            if stage.parts.ndim == 1
            else "{} of {}×{}".format(counted(len(stage.parts), "map"), *stage.parts.shape[1:])
        )
        self.bars.set_parts(stage.parts_of_units, stage.constant, chosen)
        self.show_words(f"{stage.layer} · {size}", above, self.bars.factor)


class _PatchColumn(_Column):
    def __init__(self, theme: Theme) -> None:
        super().__init__("Patches of the image")
        self.view = HeatView(theme, "Patches of the image")
        self.view.setToolTip("A black pixel is 0, so it adds nothing by itself")
        self.bar = ColorBar(theme)
        self._sum = QLabel()
        self._sum.setProperty("role", "muted")
        self._sum.setWordWrap(True)
        self._sum.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.column.addWidget(self.view, 100)
        self.column.addWidget(self.bar)
        self.column.addWidget(self._sum)
        self.column.addStretch()

    def show_stage(self, stage: Stage, above: str, explanation: Explanation, side: int) -> None:
        sums = patch_sums(stage.parts, side)
        limit = symmetric_limit(sums)
        shape = "×".join(map(str, stage.parts.shape[1:]))
        self.show_words(f"{shape} pixels in squares of {side}×{side}", above)
        self.view.set_heat(sums, explanation.image, limit, side)
        self.bar.set_scale(diverging(), common_ranges(limit, 1))
        inside, total = in_digits(float(stage.parts.sum())), in_digits(stage.total)
        self._sum.setText(f"Patches {inside}, biases {in_digits(stage.constant)}, sum {total}")


def _column_of(stage: Stage) -> str:
    if stage.layer == INPUT:
        return "patches"
    return "maps" if stage.parts.ndim == 3 else "units"
