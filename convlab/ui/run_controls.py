"""Train, Pause, Step and Stop, and the learning rate while it trains."""

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QSizePolicy, QToolBar, QWidget

from convlab.app.lab import Lab
from convlab.app.session import State
from convlab.errors import ConvlabError
from convlab.training.events import LearningRateChanged, RunStarted
from convlab.ui.theme import SPACE, Theme

HIGHEST_RATE = 100.0
TRAIN, GO_ON = "Train", "Go on"


class RunControls(QObject):
    """The actions of a run, each enabled when it makes sense, and the widgets that offer them.

    ``refused`` says in a sentence why a run could not start or a learning rate was not taken.
    """

    refused = Signal(str)

    def __init__(self, lab: Lab, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._lab = lab
        self._theme = theme
        self.train = self._action(TRAIN, "F5", "Train the network with these settings", parent)
        self.pause = self._action("Pause", "F6", "Pause before the next mini-batch", parent)
        self.step = self._action("Step", "F7", "Learn one mini-batch, then pause", parent)
        self.stop = self._action("Stop", "Shift+F5", "End the run; what it learned stays", parent)
        self.train.triggered.connect(self._on_train_triggered)
        self.pause.triggered.connect(self._on_pause_triggered)
        self.step.triggered.connect(self._on_step_triggered)
        self.stop.triggered.connect(self._on_stop_triggered)
        self.rate = QLineEdit()
        self.rate.setFixedWidth(96)
        self.rate.setAccessibleName("Learning rate of the run")
        self.rate.setToolTip("Learning rate of the run that is on; press Enter to change it")
        self.rate.setPlaceholderText("no run")
        self._rate_text = ""  # what holds, whatever is being typed
        self.rate.returnPressed.connect(self._on_rate_entered)
        self.rate.editingFinished.connect(self._on_rate_left)
        lab.session.run_started.connect(self._on_rate_known)
        lab.session.learning_rate_changed.connect(self._on_rate_known)
        lab.session.state_changed.connect(self._on_state_changed)
        lab.config_changed.connect(self._on_state_changed)
        lab.queue.changed.connect(self._on_state_changed)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()
        self._on_state_changed()

    @property
    def actions(self) -> tuple[QAction, ...]:
        """The actions, in the order of a menu or tool bar."""
        return self.train, self.pause, self.step, self.stop

    def fill(self, bar: QToolBar) -> None:
        """Put the actions and the learning rate into a tool bar."""
        bar.addActions(self.actions)
        button = bar.widgetForAction(self.train)
        widths = []
        for text in (GO_ON, TRAIN):
            self.train.setText(text)
            widths.append(button.sizeHint().width())
        button.setFixedWidth(max(widths))  # or the others would move at every pause
        bar.addSeparator()
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(SPACE, 0, SPACE, 0)
        row.setSpacing(SPACE)
        label = QLabel("&Learning rate")
        label.setBuddy(self.rate)
        row.addWidget(label)
        row.addWidget(self.rate)
        holder.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        bar.addWidget(holder)

    @staticmethod
    def _action(text: str, shortcut: str, tip: str, parent: QWidget) -> QAction:
        action = QAction(text, parent)
        action.setShortcut(QKeySequence(shortcut))
        action.setToolTip(f"{tip} ({shortcut})")
        action.setStatusTip("")
        return action

    def _start(self, *, paused: bool) -> None:
        if self._lab.config is None or self._lab.queue.is_active:
            return
        try:
            self._lab.session.start(self._lab.config, self._lab.dataset, paused=paused)
        except ConvlabError as error:
            self.refused.emit(str(error))
        except MemoryError:
            self.refused.emit("There is not enough memory for this network; make it smaller.")

    def _on_train_triggered(self) -> None:
        if self._lab.session.state is State.IDLE:
            self._start(paused=False)
        else:
            self._lab.session.resume()

    def _on_pause_triggered(self) -> None:
        self._lab.session.pause()

    def _on_step_triggered(self) -> None:
        if self._lab.session.state is State.IDLE:
            self._start(paused=True)
        else:
            self._lab.session.step()

    def _on_stop_triggered(self) -> None:
        self._lab.queue.cancel()  # which may be reading images, with no run on yet
        self._lab.session.stop()

    def _on_rate_entered(self) -> None:
        try:
            rate = float(self.rate.text().replace(",", "."))
        except ValueError:
            rate = 0.0
        if 0 < rate <= HIGHEST_RATE:
            self._rate_text = self.rate.text()
            self._lab.session.set_learning_rate(rate)
        else:
            self.refused.emit(
                f"The learning rate must be a number above 0 and at most {HIGHEST_RATE:g}; "
                f"received {self.rate.text()!r}, so the run goes on as before."
            )

    def _on_rate_left(self) -> None:
        self.rate.setText(self._rate_text)

    def _on_rate_known(self, event: RunStarted | LearningRateChanged) -> None:
        if not self._lab.session.is_busy:  # a run that is over was opened
            return
        self._rate_text = f"{event.learning_rate:g}"
        self.rate.setText(self._rate_text)

    def _on_state_changed(self) -> None:
        state = self._lab.session.state
        idle, paused = state is State.IDLE, state is State.PAUSED
        is_queued = self._lab.queue.is_active
        startable = idle and not is_queued and self._lab.config is not None
        self.train.setEnabled(startable or paused)
        self.train.setText(GO_ON if paused else TRAIN)
        self.pause.setEnabled(state is State.RUNNING)
        self.step.setEnabled(startable or paused)
        stoppable = state in (State.STARTING, State.RUNNING, State.PAUSED)
        self.stop.setEnabled(stoppable or (idle and is_queued))
        self.rate.setEnabled(state in (State.RUNNING, State.PAUSED))
        if idle:
            self._rate_text = ""
            self.rate.clear()

    def _on_theme_changed(self) -> None:
        colors = self._theme.colors
        self.train.setIcon(self._theme.icon("mdi6.play", colors.good))
        self.pause.setIcon(self._theme.icon("mdi6.pause"))
        self.step.setIcon(self._theme.icon("mdi6.skip-next"))
        self.stop.setIcon(self._theme.icon("mdi6.stop", colors.error))
