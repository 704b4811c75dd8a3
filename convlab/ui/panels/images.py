"""The images of the dataset in use, to look at and to try the network on."""

from typing import ClassVar

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from convlab.app.images import ImageBrowser, Part
from convlab.app.lab import Lab
from convlab.ui.panel import Panel
from convlab.ui.panels import PANELS
from convlab.ui.theme import SPACE, Theme
from convlab.ui.widgets.class_balance import WIDTH, ClassBalance
from convlab.ui.widgets.image_grid import ImageGrid
from convlab.ui.widgets.image_view import ImageView

HINT = "Click an image to let the network read it."
MEAN_SIDE = 56  # pixels
NARROWEST = 40 * SPACE
NARROW = 62 * SPACE  # below, there is room for the images alone


@PANELS.register("Images")
class ImagesPanel(Panel):
    """A grid of the chosen images; beside it how many there are of each class, and their mean."""

    title = "Images"
    area = "center"
    order = 3

    _PARTS: ClassVar[dict[Part, str]] = {
        "all": "Training and test",
        "train": "Training",
        "test": "Test",
    }

    def __init__(self, lab: Lab, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(lab, theme, parent)
        self.model = ImageBrowser(lab, parent=self)
        self.part_choice = QComboBox()
        self.class_choice = QComboBox()
        self.count = _muted()
        self.grid = ImageGrid(theme)
        self.balance = ClassBalance(theme)
        self.mean = ImageView(theme, MEAN_SIDE)
        self.status = _muted(HINT)
        self._fill_choices()
        self._lay_out()
        self.part_choice.activated.connect(self._on_part_chosen)
        self.class_choice.activated.connect(self._on_class_chosen)
        self.balance.chosen.connect(self._on_bar_chosen)
        self.grid.pointed.connect(self._on_pointed)
        self.grid.chosen.connect(self.model.send)
        self.model.changed.connect(self._on_changed)
        self.model.mean_changed.connect(self._on_mean_changed)
        self._on_changed()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Compute the mean image only where it is really seen."""
        super().paintEvent(event)
        self.model.compute_mean()

    def minimumSizeHint(self) -> QSize:
        """Leave the choices their room; the rest may go."""
        return QSize(NARROWEST, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the images the room where there is little."""
        super().resizeEvent(event)
        self._side.setVisible(self.width() >= NARROW)
        self.count.setVisible(self.width() >= NARROW)

    def _fill_choices(self) -> None:
        for part, title in self._PARTS.items():
            self.part_choice.addItem(title, part)
        self.part_choice.setAccessibleName("Part of the dataset")
        self.part_choice.setToolTip("Which part of the dataset to show")
        self.class_choice.setAccessibleName("Class")
        self.class_choice.setToolTip("Which class to show")
        self.class_choice.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.class_choice.setMinimumContentsLength(12)
        self.mean.setAccessibleName("Mean image")
        self.mean.setToolTip("The mean of all images that are shown")

    def _lay_out(self) -> None:
        header = QHBoxLayout()
        header.setSpacing(SPACE)
        header.addWidget(self.part_choice)
        header.addWidget(self.class_choice)
        header.addStretch(1)
        header.addWidget(self.count)
        middle = QHBoxLayout()
        middle.setSpacing(2 * SPACE)
        middle.addWidget(self.grid, 1)
        middle.addWidget(self._beside())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * SPACE, SPACE, 2 * SPACE, SPACE)
        layout.setSpacing(SPACE)
        layout.addLayout(header)
        layout.addLayout(middle, 1)
        layout.addWidget(self.status)

    def _beside(self) -> QWidget:
        mean = QHBoxLayout()
        mean.setSpacing(SPACE)
        mean.addWidget(self.mean)
        mean.addWidget(_muted("Mean image"), 1)
        self._side = QWidget()
        self._side.setFixedWidth(WIDTH)
        side = QVBoxLayout(self._side)
        side.setContentsMargins(0, 0, 0, 0)
        side.setSpacing(SPACE // 2)
        side.addWidget(_muted("Images of each class"))
        side.addWidget(self.balance)
        side.addSpacing(SPACE)
        side.addLayout(mean)
        side.addStretch(1)
        return self._side

    @Slot()
    def _on_changed(self) -> None:
        model = self.model
        names = [self.class_choice.itemText(n) for n in range(1, self.class_choice.count())]
        if names != list(model.class_names) or not self.class_choice.count():
            self.class_choice.clear()
            self.class_choice.addItems(["All classes", *model.class_names])
        chosen = model.class_number
        self.class_choice.setCurrentIndex(0 if chosen is None else chosen + 1)
        self.part_choice.setCurrentIndex(list(self._PARTS).index(model.part))
        self.count.setText(_how_many(model))
        self.balance.set_counts(model.class_names, model.counts.tolist(), chosen)
        _, height, width = model.image_shape
        self.grid.set_images(model.count, height, width, model.images, model.in_words)
        self.status.setText(HINT if model.count else "There are no such images; choose others.")
        self.update()  # which has the mean computed, if the panel is seen

    @Slot()
    def _on_mean_changed(self) -> None:
        self.mean.set_image(self.model.mean)

    @Slot(int)
    def _on_part_chosen(self, index: int) -> None:
        self.model.choose_part(self.part_choice.itemData(index))

    @Slot(int)
    def _on_class_chosen(self, index: int) -> None:
        self.model.choose_class(None if index == 0 else index - 1)

    @Slot(int)
    def _on_bar_chosen(self, number: int) -> None:
        self.model.choose_class(None if number < 0 else number)

    @Slot(int)
    def _on_pointed(self, position: int) -> None:
        self.status.setText(HINT if position < 0 else f"{self.model.in_words(position)}.")


def _how_many(model: ImageBrowser) -> str:
    if model.count == model.total:
        return f"{model.total:,} images of {model.title}"
    return f"{model.count:,} of {model.total:,} images of {model.title}"


def _muted(text: str = "") -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "muted")
    label.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    return label
