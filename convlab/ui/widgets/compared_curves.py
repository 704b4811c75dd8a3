"""The curves of two runs, in one plot each for accuracy and loss."""

import numpy as np
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from convlab.app.curves import DEFAULT_SMOOTHING
from convlab.app.smoothing import MovingAverage
from convlab.training.history import History
from convlab.ui.theme import SPACE, Theme
from convlab.ui.widgets.curve_plot import CurvePlot
from convlab.ui.widgets.look import COMPARED, run_look
from convlab.ui.widgets.plot_axis import number_text, percent_text

MARGIN = 0.05  # around what is shown


class ComparedCurves(QWidget):
    """Test accuracy above the smoothed loss; both have the iterations in common."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.accuracy = CurvePlot(theme, percent_text)
        self.loss = CurvePlot(theme, number_text)
        self.accuracy.setAccessibleName("Test accuracy of both runs over the iterations")
        self.loss.setAccessibleName("Smoothed loss of both runs over the iterations")
        self.accuracy.getAxis("bottom").setStyle(showValues=False)
        self.loss.setXLink(self.accuracy)
        self._accuracies = [self.accuracy.add_curve(run_look(n, symbol="o")) for n in COMPARED]
        self._losses = [self.loss.add_curve(run_look(n)) for n in COMPARED]
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE)
        for title, plot in (("Test accuracy", self.accuracy), ("Loss, smoothed", self.loss)):
            heading = QLabel(title)
            heading.setProperty("role", "title")
            layout.addWidget(heading)
            layout.addWidget(plot, 1)

    def set_histories(self, left: History | None, right: History | None) -> None:
        """Draw both runs as a whole; None for one that cannot be read."""
        first, last, top = [], [1], [0.0]
        for number, history in enumerate((left, right)):
            if history is None or not len(history.losses):
                continue
            at = np.array([e.iteration for e in history.evaluations])
            test = np.array([e.test_accuracy for e in history.evaluations])
            smoothed = MovingAverage(DEFAULT_SMOOTHING).extend(history.losses)
            finite = np.isfinite(smoothed)
            self.accuracy.set_points(self._accuracies[number], at, test)
            self.loss.set_points(self._losses[number], history.iterations[finite], smoothed[finite])
            first.append(int(history.iterations[0]) - 1)
            last.append(int(history.iterations[-1]))
            top.append(float(smoothed[finite].max(initial=0.0)))
        self.accuracy.setXRange(min(first, default=0), max(last), padding=0.02)
        self.accuracy.setYRange(-MARGIN, 1 + MARGIN, padding=0)
        self.loss.setYRange(-MARGIN * max(top), (1 + MARGIN) * (max(top) or 1.0), padding=0)
