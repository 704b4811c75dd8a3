"""The one window of the lab."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QActionGroup, QCloseEvent, QIcon, QKeySequence, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMainWindow,
    QMessageBox,
    QSizePolicy,
    QToolBar,
    QWidget,
)

from convlab import __version__
from convlab.app.lab import Lab
from convlab.app.loader import DatasetLoader
from convlab.app.progress import Progress
from convlab.app.session import State
from convlab.resources import resource
from convlab.training.events import RunEnded
from convlab.ui.docks import Docks
from convlab.ui.files import Files
from convlab.ui.panels.setup import SetupPanel
from convlab.ui.run_controls import RunControls
from convlab.ui.status import Status, duration
from convlab.ui.theme import SPACE, Choice, Theme
from convlab.ui.widgets.notice import Kind, Notice
from convlab.ui.window_memory import WindowMemory

_SCHEMES: dict[Choice, str] = {"system": "As the system", "light": "Light", "dark": "Dark"}
_END_KINDS: dict[str, Kind] = {"finished": "good", "stopped": "warning", "diverged": "error"}


class MainWindow(QMainWindow):
    """Holds the panels in docks, the menus, the tool bar and the status bar."""

    def __init__(self, lab: Lab, theme: Theme, memory: WindowMemory) -> None:
        super().__init__()
        self.lab = lab
        self.theme = theme
        self._memory = memory
        self._closing = False
        self.setWindowTitle("convlab")
        self.setWindowIcon(QIcon(str(resource("icons/convlab.svg"))))
        self.resize(1366, 768)
        self.loader = DatasetLoader(self)
        self.progress = Progress(lab.session, self)
        self.controls = RunControls(lab, theme, self)
        self.files = Files(lab, self.loader, self)
        self.notice = Notice(theme)
        self._make_bars()
        self.docks = Docks(self, lab, theme)
        self._make_menus()
        self.status = Status(self.progress, self)
        self.setStatusBar(self.status)
        self._connect()
        self._arranged = memory.restore_layout(self)

    def showEvent(self, event: QShowEvent) -> None:
        """Arrange the docks at the first start; only a window that is shown keeps their sizes."""
        super().showEvent(event)
        if not self._arranged:
            self._arranged = True
            self.docks.arrange()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask while a run is on, and stop it cleanly before the window goes."""
        session = self.lab.session
        if session.is_busy and not self._closing and not self._wants_to_stop():
            event.ignore()
            return
        if session.is_busy:  # it may have ended while the question was open
            self._closing = True
            session.stop()
            event.ignore()
            return
        self._memory.keep_layout(self)
        if self.lab.config is not None:
            self._memory.keep_config(self.lab.config)
        self.loader.wait()
        event.accept()

    def _wants_to_stop(self) -> bool:
        box = QMessageBox(QMessageBox.Icon.Question, "Stop the run?", "A run is on.", parent=self)
        box.setInformativeText("Closing the window stops it; save the weights first to keep them.")
        stop = box.addButton("Stop and close", QMessageBox.ButtonRole.DestructiveRole)
        go_on = box.addButton("Go on training", QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(go_on)
        box.setEscapeButton(go_on)
        box.exec()
        return box.clickedButton() is stop

    def _make_bars(self) -> None:
        bar = QToolBar("Run", self)
        bar.setObjectName("bar-run")
        bar.setMovable(False)
        bar.toggleViewAction().setVisible(False)
        bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.controls.fill(bar)
        self.addToolBar(bar)
        rest = QWidget()
        rest.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        row = QHBoxLayout(rest)
        row.setContentsMargins(SPACE, 0, SPACE, 0)
        row.addWidget(self.notice)
        bar.addWidget(rest)
        # A sentence that takes two lines must not push the panels down.
        bar.setFixedHeight(2 * self.fontMetrics().lineSpacing() + SPACE)

    def _make_menus(self) -> None:
        files, menus = self.files, self.menuBar()
        file = menus.addMenu("&File")
        file.addAction(files.open_dataset)
        file.addSeparator()
        file.addActions([files.open_settings, files.save_settings])
        file.addSeparator()
        file.addActions([files.open_weights, files.save_weights])
        file.addSeparator()
        leave = QAction("&Quit", self)
        leave.setShortcut(QKeySequence.StandardKey.Quit)
        leave.triggered.connect(self.close)
        file.addAction(leave)
        menus.addMenu("&Run").addActions(self.controls.actions)
        view = menus.addMenu("&View")
        view.addActions([dock.toggleViewAction() for dock in self.docks.docks.values()])
        view.addSeparator()
        schemes = view.addMenu("&Colors")
        self._schemes = QActionGroup(self)
        for choice, text in _SCHEMES.items():
            action = QAction(text, self, checkable=True, checked=choice == self.theme.choice)
            action.setData(choice)
            self._schemes.addAction(action)
        schemes.addActions(self._schemes.actions())
        self._schemes.triggered.connect(self._on_scheme_chosen)
        reset = QAction("&Reset layout", self)
        reset.triggered.connect(self._on_reset_layout)
        view.addAction(reset)
        about = QAction("&About convlab", self)
        about.triggered.connect(self._on_about)
        menus.addMenu("&Help").addAction(about)

    def _connect(self) -> None:
        session = self.lab.session
        session.run_started.connect(self._on_run_started)
        session.run_ended.connect(self._on_run_ended)
        session.failed.connect(self._on_failed)
        session.state_changed.connect(self._on_state_changed)
        self.controls.refused.connect(self._on_refused)
        self.files.said.connect(self._on_said)
        setup = self.docks.panels["Setup"]
        assert isinstance(setup, SetupPanel)
        setup.dataset_folder_wanted.connect(self.files.open_dataset.trigger)

    def _on_run_started(self) -> None:
        self.notice.hide()
        if self.lab.config is not None:
            self._memory.keep_config(self.lab.config)

    def _on_run_ended(self, event: RunEnded) -> None:
        text = event.message
        dataset = self.lab.session.dataset  # of the run, whatever was opened meanwhile
        if event.test_accuracy is not None and dataset is not None:
            text = (
                f"Finished in {duration(event.seconds)}: {event.test_accuracy:.2%} of the "
                f"{len(dataset.test):,} test images are read right."
            )
        self.notice.say(_END_KINDS[event.reason], text)

    def _on_failed(self, message: str) -> None:
        self.notice.say("error", message)

    def _on_refused(self, message: str) -> None:
        self.notice.say("error", message)

    def _on_said(self, message: str) -> None:
        self.notice.say("good", message)

    def _on_state_changed(self, state: State) -> None:
        if self._closing and state is State.IDLE:
            self.close()

    def _on_scheme_chosen(self, action: QAction) -> None:
        self.theme.choose(action.data())
        self._memory.keep_scheme(action.data())

    def _on_reset_layout(self) -> None:
        self.docks.arrange()

    def _on_about(self) -> None:
        QMessageBox.about(
            self,
            "About convlab",
            f"<h3>convlab {__version__}</h3><p>A lab for convolutional networks in plain NumPy, "
            "after the book <i>Deep Learning from Scratch</i>.</p><p>The bundled digits are from "
            "MNIST by Yann LeCun, Corinna Cortes and Christopher J. C. Burges, under "
            "CC BY-SA 3.0.</p>",
        )
