"""The steps from a drawing to what the network sees, as pictures; each can be left out."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLabel, QWidget

from convlab.data.preparation import Preparation, Stages
from convlab.settings import settings_of
from convlab.ui.theme import SPACE, Theme
from convlab.ui.widgets.image_view import ImageView

PICTURE = 54  # pixels
# The field of each step, what its picture is called and, in a word that fits below, what it does.
_STEPS = (
    ("even_pen", "Drawing", "Pen"),
    ("crop", "Crop", "Crop"),
    ("fit", "20×20", "Fit"),
    ("center", "28×28", "Center"),
)


class PreparationView(QWidget):
    """A picture of every stage above the check box of its step.

    ``changed`` follows a click; :meth:`value` is what was chosen.
    """

    changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Preprocessing")
        self._boxes: dict[str, QCheckBox] = {}
        self._pictures: list[ImageView] = []
        abouts = {setting.name: setting.about for setting in settings_of(Preparation)}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(SPACE // 2)
        grid.setVerticalSpacing(SPACE // 2)
        for column, (name, caption, word) in enumerate(_STEPS):
            picture = ImageView(theme, PICTURE)
            picture.setAccessibleName(caption)
            box = QCheckBox(word)
            box.setChecked(True)
            box.setAccessibleName(abouts[name].label)
            box.setAccessibleDescription(abouts[name].help)
            box.setToolTip(f"{abouts[name].label}: {abouts[name].help}")
            box.toggled.connect(self._on_toggled)
            title = QLabel(caption)
            title.setProperty("role", "muted")
            for row, widget in enumerate((title, picture, box)):
                grid.addWidget(widget, row, column, Qt.AlignmentFlag.AlignLeft)
            grid.setColumnStretch(column, 1)
            self._pictures.append(picture)
            self._boxes[name] = box

    def value(self) -> Preparation:
        """Return the steps that are taken."""
        return Preparation(**{name: box.isChecked() for name, box in self._boxes.items()})

    def take_all_steps(self) -> None:
        """Take every step again."""
        for box in self._boxes.values():
            box.setChecked(True)

    def set_stages(self, stages: Stages | None) -> None:
        """Show what every step leaves; None empties the pictures."""
        images = (
            (None,) * len(_STEPS)
            if stages is None
            else (stages.drawing, stages.cropped, stages.fitted, stages.image)
        )
        for picture, image in zip(self._pictures, images, strict=True):
            picture.set_image(image)

    @Slot()
    def _on_toggled(self) -> None:
        self.changed.emit()
