"""A row at the top of the window that is there while not the run's own network answers."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QToolBar, QToolButton, QWidget

from convlab.app.lab import Lab
from convlab.app.stand_in import TakenStep
from convlab.ui.theme import SPACE, Theme

ANSWERS = "A changed network answers everywhere: {0}."
TIP = (
    "The run, or the opened weights, stay as they are. A run that begins and weights that are "
    "opened set the changes aside; so does another moment of the run once a step was taken."
)


class StandInBar(QToolBar):
    """Says what a person changed in the network that answers, and offers to undo it.

    It says also what was set aside by something else, and offers to bring that back.
    """

    def __init__(self, lab: Lab, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("Changed network", parent)
        self.setObjectName("bar-stand-in")
        self.setMovable(False)
        self.toggleViewAction().setVisible(False)
        self._lab = lab
        self._theme = theme
        self._icon = QLabel()
        self.text = QLabel()
        self.text.setMinimumWidth(1)  # rather cut off than buttons out of sight
        self.undo_step_button = QPushButton("Undo step")
        self.undo_step_button.setToolTip("Answer with the network before the last step")
        self.undo_all_button = QPushButton("Undo all")
        self.undo_all_button.setToolTip("Answer with the network as it was")
        self.bring_back_button = QPushButton("Bring back")
        self.forget_button = QToolButton()
        self.forget_button.setAutoRaise(True)
        self.forget_button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.forget_button.setAccessibleName("Forget the changes")
        self.forget_button.setToolTip("Forget what was set aside, and hide this row")
        self._fill()
        stand_in = lab.stand_in
        self.undo_step_button.clicked.connect(stand_in.undo)
        self.undo_all_button.clicked.connect(stand_in.undo_all)
        self.bring_back_button.clicked.connect(stand_in.bring_back)
        self.forget_button.clicked.connect(stand_in.forget)
        stand_in.changed.connect(self._on_changed)
        lab.predictor.network_opened.connect(self._on_changed)
        lab.session.state_changed.connect(self._on_changed)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    @property
    def has_news(self) -> bool:
        """Whether there is anything to say."""
        return bool(self._lab.stand_in.changes or self._lab.stand_in.lost)

    def setVisible(self, visible: bool) -> None:
        """Be there while there is something to say, whatever a layout of the last time says."""
        super().setVisible(self.has_news)

    def _fill(self) -> None:
        content = QWidget()
        row = QHBoxLayout(content)
        row.setContentsMargins(SPACE, 0, SPACE, 0)
        row.setSpacing(SPACE)
        for widget in (
            self._icon,
            self.text,
            self.undo_step_button,
            self.undo_all_button,
            self.bring_back_button,
            self.forget_button,
        ):
            row.addWidget(widget)
        row.addStretch(1)
        self.addWidget(content)

    @Slot()
    def _on_changed(self) -> None:
        stand_in = self._lab.stand_in
        changes, is_lost = stand_in.changes, bool(stand_in.lost)
        text = stand_in.lost_in_words if is_lost else ANSWERS.format(stand_in.in_words)
        self.text.setText(text)
        self.text.setToolTip(text if is_lost else f"{text}\n{TIP}")
        self.setAccessibleName(text)
        is_step = bool(changes) and isinstance(changes[-1], TakenStep)
        self.undo_step_button.setVisible(is_step)
        self.undo_all_button.setVisible(len(changes) > is_step)
        self.bring_back_button.setVisible(is_lost)
        self.forget_button.setVisible(is_lost)
        why_not = stand_in.why_not_bring_back()
        self.bring_back_button.setEnabled(not why_not)
        self.bring_back_button.setToolTip(why_not or "Answer with what was set aside")
        self.setVisible(self.has_news)

    @Slot()
    def _on_theme_changed(self) -> None:
        icon, colors = self._theme.icon, self._theme.colors
        self._icon.setPixmap(icon("mdi6.pencil-outline", colors.warning).pixmap(20, 20))
        self.undo_step_button.setIcon(icon("mdi6.undo"))
        self.undo_all_button.setIcon(icon("mdi6.restore"))
        self.bring_back_button.setIcon(icon("mdi6.redo"))
        self.forget_button.setIcon(icon("mdi6.close"))
        self._on_changed()
