"""The other ticked runs over the curves: test accuracy and smoothed loss, a color a run."""

import numpy as np
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from convlab.app.curves import CurvesModel
from convlab.app.run_overlays import Overlay, RunOverlays
from convlab.app.session import Session
from convlab.app.smoothing import MovingAverage
from convlab.ui.theme import Theme
from convlab.ui.widgets.curve_section import CurveSection
from convlab.ui.widgets.loss_section import LossSection
from convlab.ui.widgets.run_legend import PRESENT, RunLegend

ABOUT = "Test accuracy and smoothed loss of the runs that are ticked in the Runs panel:"


class CurveOverlays(RunLegend):
    """Names the runs that are drawn beside that of ``session``, and draws them.

    It is hidden while there are none. The run of the session is in the plots anyway; if it is
    ticked among others, it is named with the colors that it has there. ``drawn`` says that there
    are others in the plots.
    """

    drawn = Signal()

    def __init__(
        self,
        overlays: RunOverlays,
        session: Session,
        model: CurvesModel,
        sections: tuple[CurveSection, LossSection],
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, parent)
        self._overlays = overlays
        self._session = session
        self._model = model
        self._accuracy, self._loss = sections
        self._span: tuple[int, int] | None = None
        self.hide()
        overlays.changed.connect(self._on_changed)
        model.reset.connect(self._on_changed)
        self._loss.smoothing_changed.connect(self._on_changed)

    @property
    def span(self) -> tuple[int, int] | None:
        """The first and the last iteration that is drawn; None without any runs."""
        return self._span

    @Slot()
    def _on_changed(self) -> None:
        ticked = [o for o in self._overlays.overlays if len(o.history.losses)]
        overlays = [overlay for overlay in ticked if not self._is_present(overlay)]
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
        self.set_runs([(o.title, PRESENT if self._is_present(o) else o.color) for o in ticked])
        self.setToolTip("\n".join([ABOUT, *(name for name, _ in self.runs)]))
        self.setVisible(bool(overlays))
        self._pass_on_losses()
        self.drawn.emit()

    def _is_present(self, overlay: Overlay) -> bool:
        folder = self._session.run_folder
        return folder is not None and folder.path.name == overlay.name

    def _pass_on_losses(self) -> None:
        """Let the smoothed loss of a branch go on where that of its parent was left."""
        parent, left_at = self._session.parent_name, self._session.branched_at
        for overlay in self._overlays.overlays:
            if overlay.name == parent:
                self._model.set_losses_before(overlay.history.up_to(left_at).losses)
