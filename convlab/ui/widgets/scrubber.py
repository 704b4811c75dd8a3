"""One slider for all moments of a run, with play, live, branch and the film to keep."""

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QPalette, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QToolButton, QWidget

from convlab.app.session import Session
from convlab.app.time_machine import TimeMachine
from convlab.ui.theme import SPACE, Theme
from convlab.ui.widgets.elided_label import ElidedLabel
from convlab.ui.widgets.moment_slider import MomentSlider
from convlab.ui.widgets.plot_style import blend

ICON = QSize(20, 20)
WIDEST = "Iteration 1,000,000"  # which fits even into a narrow panel
NOTHING_KEPT = "Train to be able to go back: the moments of a run are kept as it goes on."


class Scrubber(QWidget):
    """Moves a time machine through the run of ``session``; all that shows the network follows.

    ``branch_wanted`` and ``film_wanted`` pass on what is to be done at, or with, the moments.
    """

    branch_wanted = Signal()
    film_wanted = Signal()

    def __init__(
        self, machine: TimeMachine, session: Session, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._machine = machine
        self._session = session
        self._theme = theme
        self.play_button = self._tool("Play", self._on_play_clicked)
        self.slider = MomentSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName("Moment of the run")
        self.slider.setMinimumWidth(6 * SPACE)
        self.where = ElidedLabel()
        self.where.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.where.setProperty("role", "muted")
        self._widest = 0  # of the texts so far, in pixels
        self.best_button = self._tool("Go to the best moment", machine.go_to_best)
        self.live_button = QPushButton("Live")
        self.live_button.setCheckable(True)
        self.branch_button = self._tool("Branch here", self.branch_wanted.emit)
        self.film_button = self._tool("Export film", self.film_wanted.emit)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE // 2)
        row.addWidget(self.play_button)
        row.addWidget(self.slider, 1)
        row.addSpacing(SPACE // 2)
        row.addWidget(self.where)
        row.addWidget(self.best_button)
        row.addWidget(self.live_button)
        row.addWidget(self.branch_button)
        row.addWidget(self.film_button)
        self.slider.valueChanged.connect(self._on_slid)
        self.slider.sliderPressed.connect(machine.pause)
        self.live_button.clicked.connect(self._on_live_clicked)
        machine.moments_changed.connect(self._show)
        machine.moved.connect(self._show)
        machine.playing_changed.connect(self._on_playing_changed)
        session.state_changed.connect(self._on_state_changed)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def _tool(self, name: str, act: object) -> QToolButton:
        button = QToolButton()
        button.setAutoRaise(True)
        button.setIconSize(ICON)
        button.setAccessibleName(name)
        button.clicked.connect(act)
        return button

    @Slot()
    def _show(self) -> None:
        machine = self._machine
        count = len(machine.moments)
        self.slider.blockSignals(True)  # it is told, it does not tell
        self.slider.setRange(0, max(count, 1))
        self.slider.setPageStep(max(1, count // 10))
        self.slider.setValue(machine.position if count else 1)
        self.slider.blockSignals(False)
        self.where.setText(self._in_words())
        self._make_room()
        self.live_button.setChecked(count > 0 and machine.is_live and not machine.is_aside)
        for widget in (self.slider, self.play_button, self.film_button, self.live_button):
            widget.setEnabled(count > 0)
        self.best_button.setEnabled(machine.best is not None)
        self.branch_button.setEnabled(
            not (machine.is_live or machine.is_loading or self._session.is_busy)
        )
        self._explain()
        self._show_whether_live()

    def _in_words(self) -> str:
        machine = self._machine
        if not machine.moments:
            return ""
        if machine.is_loading:
            return "Loading…"
        if machine.is_aside:
            return "Opened weights"
        at, whole = machine.iteration, machine.whole_iteration
        if at is None or whole is None:
            return "The present"
        return f"Iteration {at:,}" if at == whole else f"Filters at {at:,}, network at {whole:,}"

    def _make_room(self) -> None:
        """Let the place of the text grow, but not shrink: else the slider's length would change."""
        self._widest = max(self._widest, self.where.sizeHint().width())
        others = self._row.minimumSize().width() - self.where.minimumWidth()
        room = self.width() - others - self.slider.minimumWidth()  # which is left twice as much
        usual = self.where.fontMetrics().horizontalAdvance(WIDEST)
        self.where.setFixedWidth(max(usual, min(self._widest, room)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the slider room beside the text."""
        super().resizeEvent(event)
        self._make_room()

    def _explain(self) -> None:
        machine = self._machine
        kept = len(machine.moments)
        hint = "" if kept else NOTHING_KEPT
        self.slider.setToolTip(
            hint or f"Go back to one of {kept} moments; filters, answers and all views follow"
        )
        self.play_button.setToolTip(hint or "Show the whole run as a film of ten seconds")
        self.best_button.setToolTip(
            self._why_no_best()
            if machine.best is None
            else f"Go to the best moment, iteration {machine.moments[machine.best]:,}: its network "
            "reads most test images right"
        )
        self.where.setToolTip(self._why_not_all())
        self.live_button.setToolTip(hint or "Show the present, and follow the run")
        self.film_button.setToolTip(hint or "Save the film as an animated GIF")
        self.branch_button.setToolTip(self._about_branch())

    def _about_branch(self) -> str:
        whole = self._machine.whole_iteration
        if self._session.is_busy:
            return "Stop the run first, or wait for its end; a new one can begin at a moment of it"
        if whole is None:
            return "Go back to a moment first; a new run with the present settings can begin there"
        return f"Begin a new run at iteration {whole:,}, with the settings in Setup"

    def _why_no_best(self) -> str:
        best = self._machine.best_told
        if best is None:
            return "Train for an epoch first; then it is known which moment is the best"
        return f"The best moment, iteration {best:,}, is not kept yet; it can be shown once it is"

    def _why_not_all(self) -> str:
        at, whole = self._machine.iteration, self._machine.whole_iteration
        if at is None or whole is None or at == whole:
            return ""
        return (
            f"Of iteration {at:,} the filters of the first convolution are kept; all else shows "
            f"the network of iteration {whole:,}, the last before it that is kept whole"
        )

    @Slot(object)
    def _on_state_changed(self, _: object) -> None:
        self._show()

    @Slot(int)
    def _on_slid(self, position: int) -> None:
        self._machine.pause()
        self._machine.go_to(position)

    @Slot()
    def _on_play_clicked(self) -> None:
        if self._machine.is_playing:
            self._machine.pause()
        else:
            self._machine.play()

    @Slot()
    def _on_live_clicked(self) -> None:
        self._machine.go_live()
        self._show()

    @Slot(bool)
    def _on_playing_changed(self, is_playing: bool) -> None:
        name = "pause" if is_playing else "play"
        self.play_button.setIcon(self._theme.icon(f"mdi6.{name}"))
        self.play_button.setAccessibleName(name.capitalize())

    def _show_whether_live(self) -> None:
        palette = QPalette()
        if self.live_button.isChecked() and self.live_button.isEnabled():
            colors = self._theme.colors
            palette.setColor(QPalette.ColorRole.Button, blend(colors.accent, colors.raised, 0.25))
        self.live_button.setPalette(palette)

    @Slot()
    def _on_theme_changed(self) -> None:
        self.best_button.setIcon(self._theme.icon("mdi6.trophy-outline"))
        self.branch_button.setIcon(self._theme.icon("mdi6.source-branch"))
        self.film_button.setIcon(self._theme.icon("mdi6.filmstrip"))
        self._on_playing_changed(self._machine.is_playing)
        self._show()
