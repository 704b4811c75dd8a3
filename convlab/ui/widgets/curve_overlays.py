"""The ticked runs over the curves: test accuracy and smoothed loss, each run in its own color."""

import numpy as np
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from convlab.app.curves import CurvesModel
from convlab.app.run_overlays import RunOverlays
from convlab.app.smoothing import MovingAverage
from convlab.ui.theme import Theme
from convlab.ui.widgets.curve_section import CurveSection
from convlab.ui.widgets.loss_section import LossSection
from convlab.ui.widgets.run_legend import RunLegend

ABOUT = "Test accuracy and smoothed loss of the runs that are ticked in the Runs panel:"


class CurveOverlays(RunLegend):
    """Names the runs that are drawn, and draws them; hidden while there are none.

    ``drawn`` says that there are others in the plots.
    """

    drawn = Signal()

    def __init__(
        self,
        overlays: RunOverlays,
        model: CurvesModel,
        sections: tuple[CurveSection, LossSection],
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, parent)
        self._overlays = overlays
        self._model = model
        self._accuracy, self._loss = sections
        self._span: tuple[int, int] | None = None
        self.hide()
        overlays.changed.connect(self._on_changed)
        self._loss.smoothing_changed.connect(self._on_changed)

    @property
    def span(self) -> tuple[int, int] | None:
        """The first and the last iteration that is drawn; None without any runs."""
        return self._span

    @Slot()
    def _on_changed(self) -> None:
        overlays = [o for o in self._overlays.overlays if len(o.history.losses)]
        accuracies, losses = [], []
        for overlay in overlays:
            history = overlay.history
            at = np.array([e.iteration for e in history.evaluations], dtype=np.int64)
            test = np.array([e.test_accuracy for e in history.evaluations], dtype=np.float64)
            smoothed = MovingAverage(self._model.smoothing).extend(history.losses)
            color = (overlay.color, overlay.is_origin)
            accuracies.append((color, at, test))
            losses.append((color, history.iterations, smoothed))
        self._accuracy.plot.set_overlays(accuracies)
        self._loss.set_overlays(losses)
        ends = [(int(at[0]) - 1, int(at[-1])) for _, at, _ in losses]
        firsts, lasts = zip(*ends, strict=True) if ends else ((), ())
        self._span = (min(firsts), max(lasts)) if ends else None
        self.set_runs([(overlay.title, overlay.color) for overlay in overlays])
        self.setToolTip("\n".join([ABOUT, *(name for name, _ in self.runs)]))
        self.setVisible(bool(overlays))
        self.drawn.emit()
