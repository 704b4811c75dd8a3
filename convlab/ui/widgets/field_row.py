"""One line of a form: a label, an editor and, if need be, what is wrong with its value."""

from html import escape

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QEnterEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget

from convlab.settings import About
from convlab.ui.theme import SPACE, Theme
from convlab.ui.widgets.lines_field import LinesField
from convlab.ui.widgets.setting_editors import Editor

LABEL_SHARE, EDITOR_SHARE = 9, 10  # of the width of a row
MARK_WIDTH = 3  # pixels of the bar beside a value that was changed
ROW_MARGINS = (SPACE, 2, 2, 2)  # pixels: the bar on the left, the frame around the editor


class FieldRow(QWidget):
    """Label and editor share the width as in every row, so that the rows of a form line up.

    Lines of text need all of the width and stand below their label.

    ``pointed`` carries the help of the field when the mouse or the keyboard comes to it;
    ``left`` tells that the mouse went away.
    """

    changed = Signal()
    pointed = Signal(str)
    left = Signal()

    def __init__(
        self,
        about: About,
        editor: Editor,
        theme: Theme,
        help_text: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.editor = editor
        self._help_text = help_text or about.help
        self.help = f"<b>{escape(about.label)}.</b> {escape(self._help_text)}"  # as rich text
        self._theme = theme
        self._is_marked = False
        unit = f" ({about.unit})" if about.unit else ""
        self.label = QLabel(about.label + unit)
        self.label.setWordWrap(True)
        self.label.setBuddy(editor)
        self._problem = QLabel()
        self._problem.setWordWrap(True)
        self._problem.setProperty("role", "error")
        self._problem.hide()
        for widget in (self.label, editor, self._problem):
            policy = widget.sizePolicy()
            policy.setHorizontalPolicy(QSizePolicy.Policy.Ignored)
            widget.setSizePolicy(policy)
        self._arrange()
        editor.setMinimumHeight(3 * SPACE)
        editor.setAccessibleName(self.label.text())
        editor.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        editor.installEventFilter(self)
        editor.changed.connect(self.changed)
        theme.changed.connect(self.update)
        self._describe()

    @property
    def problem(self) -> str:
        """What is wrong with the value; empty if nothing is."""
        return self._problem.text()

    def set_problem(self, sentence: str) -> None:
        """Frame the editor and say under it what is wrong; an empty sentence means nothing."""
        if sentence != self.problem:
            self._problem.setText(sentence)
            self._problem.setVisible(bool(sentence))
            self._describe()
            self.update()

    @property
    def is_marked(self) -> bool:
        """Whether the value is marked as another one than the default."""
        return self._is_marked

    def set_marked(self, is_marked: bool) -> None:
        """Mark the value as changed from its default, or not."""
        if is_marked != self._is_marked:
            self._is_marked = is_marked
            self._describe()
            self.update()

    def eventFilter(self, editor: QObject, event: QEvent) -> bool:
        """Tell when the keyboard comes; let the wheel scroll the form unless it is this field's."""
        if event.type() is QEvent.Type.FocusIn:
            self.pointed.emit(self.help)
        elif isinstance(event, QWheelEvent) and not self.editor.hasFocus():
            event.ignore()
            return True
        return super().eventFilter(editor, event)

    def enterEvent(self, event: QEnterEvent) -> None:
        """Tell that the mouse has come."""
        self.pointed.emit(self.help)
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Tell that the mouse went away."""
        self.left.emit()
        super().leaveEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the bar of a changed value and the frame of a wrong one."""
        painter = QPainter(self)
        if self._is_marked:
            bar = QRectF(0, self.editor.y(), MARK_WIDTH, self.editor.height())
            painter.fillRect(bar, QColor(self._theme.colors.accent))
        if self.problem:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(self._theme.colors.error), 2))
            painter.drawRoundedRect(QRectF(self.editor.geometry()).adjusted(-1, -1, 1, 1), 3, 3)

    def _arrange(self) -> None:
        layout = QGridLayout(self)
        layout.setContentsMargins(*ROW_MARGINS)
        layout.setHorizontalSpacing(SPACE)
        layout.setVerticalSpacing(SPACE // 2)
        if isinstance(self.editor, LinesField):
            layout.addWidget(self.label, 0, 0)
            layout.addWidget(self.editor.add_button, 0, 1)
            layout.addWidget(self.editor, 1, 0, 1, 2)
            self.setTabOrder(self.editor.add_button, self.editor)
        else:
            layout.addWidget(self.label, 0, 0)
            layout.addWidget(self.editor, 0, 1)
        layout.addWidget(self._problem, 2, 0, 1, 2)
        layout.setColumnStretch(0, LABEL_SHARE)
        layout.setColumnStretch(1, EDITOR_SHARE)

    @Slot()
    def _describe(self) -> None:
        changed = " Changed from the default." if self._is_marked else ""
        problem = f"<p>{escape(self.problem)}</p>" if self.problem else ""
        self.setToolTip(f"<qt>{self.help}{changed}{problem}</qt>")
        described = f"{self.problem} {self._help_text}{changed}"
        self.editor.setAccessibleDescription(described.strip())
