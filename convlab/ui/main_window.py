"""The one window of the lab."""

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import (
    QAction,
    QActionGroup,
    QCloseEvent,
    QIcon,
    QKeySequence,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QMainWindow,
    QMessageBox,
    QSizePolicy,
    QToolBar,
    QWidget,
)

from convlab import __version__
from convlab.app.lab import Lab
from convlab.app.progress import Progress
from convlab.app.session import State
from convlab.resources import resource
from convlab.training.events import RunEnded
from convlab.ui.docks import Docks
from convlab.ui.dropping import Dropping
from convlab.ui.files import Files
from convlab.ui.film import Film
from convlab.ui.interrupted import InterruptedRun
from convlab.ui.loading_status import LoadingStatus
from convlab.ui.panel_actions import PanelAction
from convlab.ui.panels.curves import CurvesPanel
from convlab.ui.panels.setup import SetupPanel
from convlab.ui.preset_menu import PresetMenu
from convlab.ui.run_controls import RunControls
from convlab.ui.run_end import end_in_words, kind_of_end
from convlab.ui.stand_in_bar import StandInBar
from convlab.ui.status import Status
from convlab.ui.theme import SPACE, Choice, Theme
from convlab.ui.widgets.notice import Notice, NoticeRow
from convlab.ui.widgets.save_dialog import ask_and_export
from convlab.ui.window_memory import WindowMemory

USUAL_SIZE = QSize(1366, 768)

_SCHEMES: dict[Choice, str] = {"system": "As the system", "light": "Light", "dark": "Dark"}


class MainWindow(QMainWindow):
    """Holds the panels in docks, the menus, the tool bar and the status bar."""

    def __init__(self, lab: Lab, theme: Theme, memory: WindowMemory) -> None:
        super().__init__()
        self.lab = lab
        self.theme = theme
        self._memory = memory
        self._closing = self._was_shown = False
        self.setWindowTitle("convlab")
        self.setWindowIcon(QIcon(str(resource("icons/convlab.svg"))))
        self._take_usual_size()
        self.progress = Progress(lab.session, self)
        self.controls = RunControls(lab, theme, self)
        self.files = Files(lab, self)
        self.notice = Notice(theme, NoticeRow(self), self)
        self._make_bar()
        self.docks = Docks(self, lab, theme)
        self._make_menus()
        self.status = Status(self.progress, self)
        for loader in (lab.loader, lab.queue.loader):
            self.status.addPermanentWidget(LoadingStatus(loader))
        self.setStatusBar(self.status)
        Dropping(self, self.files.open_path)
        self.film = Film(self, lab.time_machine)
        self.interrupted = InterruptedRun(lab, self)
        self._connect()
        self.docks.restore_layouts(memory.restore_layout(self))
        self.docks.size_timer.timeout.connect(self._on_size_settled)

    def showEvent(self, event: QShowEvent) -> None:
        """Arrange the docks; only a window that is shown keeps their sizes."""
        super().showEvent(event)
        self.docks.fit()
        if not self._was_shown:
            self._was_shown = True
            self.interrupted.look()

    def _place_notice(self) -> None:
        """Put the notice beside the controls, or below the panels if it is too long."""
        bar, rest = self._bar, self._beside_controls
        room = QRect(rest.x() + SPACE, bar.y() + 2, rest.width() - 2 * SPACE, bar.height() - 4)
        self.notice.place(room, self.width())

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask while a run is on, and stop it cleanly before the window goes."""
        session = self.lab.session
        if session.is_busy and not self._closing and not self._wants_to_stop():
            event.ignore()
            return
        if session.is_busy:  # it may have ended while the question was open
            self._closing = True
            self.presets.queue.cancel()
            session.stop()
            event.ignore()
            return
        self.presets.queue.cancel()  # else the next run would begin
        self._memory.keep_layout(self, self.docks.layouts())
        if self.lab.config is not None:
            self._memory.keep_config(self.lab.config)
        self.lab.leave()
        event.accept()

    def _take_usual_size(self) -> None:
        """Be as large as is comfortable, or as large as the screen."""
        room = self.screen().availableSize()
        self.resize(USUAL_SIZE.boundedTo(room))
        if self.size() != USUAL_SIZE:
            self.setWindowState(Qt.WindowState.WindowMaximized)

    def _wants_to_stop(self) -> bool:
        box = QMessageBox(QMessageBox.Icon.Question, "Stop the run?", "", parent=self)
        box.setText("The network is still training.")
        box.setInformativeText(
            "Closing the window ends the run. It is kept, and can go on later from the Runs panel."
        )
        stop = box.addButton("Stop and close", QMessageBox.ButtonRole.DestructiveRole)
        save = box.addButton("Save weights…", QMessageBox.ButtonRole.ActionRole)
        go_on = box.addButton("Keep training", QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(go_on)
        box.setEscapeButton(go_on)
        box.exec()
        if box.clickedButton() is save:
            self.files.save_weights.trigger()
        return box.clickedButton() is stop

    def _make_bar(self) -> None:
        bar = QToolBar("Run", self)
        bar.setObjectName("bar-run")
        bar.setMovable(False)
        bar.toggleViewAction().setVisible(False)
        bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.controls.fill(bar)
        self.addToolBar(bar)
        self.addToolBarBreak()
        self.stand_in_bar = StandInBar(self.lab, self.theme, self)
        self.addToolBar(self.stand_in_bar)
        rest = QWidget()  # whose place the notice takes
        rest.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        bar.addWidget(rest)
        bar.setFixedHeight(2 * self.fontMetrics().lineSpacing() + SPACE)
        self._bar, self._beside_controls = bar, rest

    def _make_menus(self) -> None:
        files, menus = self.files, self.menuBar()
        file = menus.addMenu("&File")
        file.addActions([files.open_dataset, files.open_dataset_file, files.open_picture])
        file.addSeparator()
        file.addActions([files.open_settings, files.save_settings])
        file.addSeparator()
        file.addActions([files.open_weights, files.save_weights])
        file.addSeparator()
        leave = QAction("&Quit", self)
        leave.setShortcut(QKeySequence.StandardKey.Quit)
        leave.triggered.connect(self.close)
        file.addAction(leave)
        run = menus.addMenu("&Run")
        run.addActions(self.controls.actions)
        run.addSeparator()
        self.presets = PresetMenu(self.lab, self)
        run.addMenu(self.presets)
        view = menus.addMenu("&View")
        inside = menus.addMenu("&Inside")
        inside.setToolTipsVisible(True)
        for title, panel in self.docks.panels.items():
            menu = inside if panel.is_inside else view
            menu.addAction(PanelAction(title, self.docks, self))
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
        session.learning_rate_changed.connect(self._on_learning_rate_changed)
        session.failed.connect(self._on_failed)
        session.warned.connect(self._on_warned)
        self.lab.past_runs.failed.connect(self._on_failed)
        session.state_changed.connect(self._on_state_changed)
        self.controls.refused.connect(self._on_refused)
        self.files.said.connect(self._on_said)
        self.notice.said.connect(self._place_notice)
        self.lab.picture_shown.connect(self._on_picture_shown)
        self.lab.time_machine.failed.connect(self._on_failed)
        self.presets.said.connect(self._on_said)
        self.presets.warned.connect(self._on_warned)
        self.presets.refused.connect(self._on_refused)
        self.film.written.connect(self._on_said)
        self.film.failed.connect(self._on_failed)
        curves = self.docks.panels["Curves"]
        assert isinstance(curves, CurvesPanel)
        curves.scrubber.film_wanted.connect(self._on_film_wanted)
        setup = self.docks.panels["Setup"]
        assert isinstance(setup, SetupPanel)
        setup.dataset_folder_wanted.connect(self.files.open_dataset.trigger)

    def _on_run_started(self) -> None:
        self.notice.hide()
        if self.lab.config is not None:
            self._memory.keep_config(self.lab.config)

    def _on_run_ended(self, event: RunEnded) -> None:
        dataset = self.lab.session.dataset  # of the run, whatever was opened meanwhile
        images = None if dataset is None else len(dataset.test)
        kind, trouble = kind_of_end(event), self.lab.session.trouble
        text = f"{end_in_words(event, images)} {trouble}".rstrip()
        self.notice.say("warning" if trouble and kind == "good" else kind, text)

    def _on_learning_rate_changed(self) -> None:
        if self.notice.kind == "error":  # it may be about a rate that was not taken
            self.notice.hide()

    def _on_failed(self, message: str) -> None:
        self.notice.say("error", message)

    def _on_film_wanted(self) -> None:
        ask_and_export(self, "film", "gif", "Animated GIF pictures", self.film.export)

    def _on_warned(self, message: str) -> None:
        self.notice.say("warning", message)

    def _on_refused(self, message: str) -> None:
        self.notice.say("error", message)

    def _on_said(self, message: str) -> None:
        self.notice.say("good", message)

    def _on_picture_shown(self) -> None:
        self.docks.bring("Draw")

    def _on_state_changed(self, state: State) -> None:
        if self._closing and state is State.IDLE:
            self.close()

    def _on_scheme_chosen(self, action: QAction) -> None:
        self.theme.choose(action.data())
        self._memory.keep_scheme(action.data())

    def _on_size_settled(self) -> None:
        if self.isVisible():
            self.docks.fit()
            self._place_notice()

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
