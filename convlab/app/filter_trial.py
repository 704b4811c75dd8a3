"""What an edited filter makes of a picture, and what the edits cost in accuracy."""

from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot

from convlab.app.background import Background
from convlab.app.filter_edit import FilterEditModel
from convlab.app.fresh import Fresh, Work
from convlab.app.lab import Lab
from convlab.data.picture import read_gray
from convlab.insight.apply_filter import Applied, activation_behind, apply_filter
from convlab.insight.filter_edit import Change, change_by, images_to_test
from convlab.nn.layers.convolution import Convolution

Pixels = NDArray[np.uint8]


class FilterTrial(QObject):
    """Lays the chosen filter on a picture and tests the edited network, both in the background.

    ``picture_changed`` says that the picture is another one; ``applied`` that what was computed is
    there, and ``tested`` that accuracies are, or that newer ones are on their way; ``failed``
    carries a sentence.
    """

    picture_changed = Signal()
    applied = Signal()
    tested = Signal()
    failed = Signal(str)

    def __init__(self, lab: Lab, edit: FilterEditModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lab = lab
        self._edit = edit
        self._picture: tuple[Pixels, str] | None = None
        self._dataset_number = 0  # counts the datasets
        self._base = edit.base
        self._edits = dict(edit.edits)
        self._asked = 1  # counts edits, networks and datasets, but not what training does
        self._testing_for = self._answered = 0
        self._change: tuple[tuple[int, int], Change] | None = None  # and what it was measured on
        self._applying = Fresh(lab.session, self._apply, parent=self)
        self._testing = Fresh(lab.session, self._test, parent=self)
        self._reading = Background(self)
        self._applying.changed.connect(self.applied)
        self._testing.changed.connect(self._on_tested)
        self._testing.failed.connect(self.failed)
        self._reading.returned.connect(self._on_picture_read)
        self._reading.failed.connect(self.failed)
        edit.changed.connect(self._applying.recompute)
        edit.edited.connect(self._on_edited)
        lab.examined.changed.connect(self._on_examined_changed)
        lab.dataset_changed.connect(self._on_dataset_changed)

    @property
    def picture(self) -> Pixels:
        """What the filter is laid on, (C, H, W)."""
        return self._lab.examined.image if self._picture is None else self._picture[0]

    @property
    def picture_title(self) -> str:
        """What the picture is."""
        return self._lab.examined.title if self._picture is None else self._picture[1]

    @property
    def is_own_picture(self) -> bool:
        """Whether the picture is from a file."""
        return self._picture is not None

    @property
    def applied_filter(self) -> Applied | None:
        """What the chosen filter makes of the picture; None before it is known."""
        value = self._applying.value
        return value if isinstance(value, Applied) else None

    @property
    def activation(self) -> str:
        """The activation that directly follows the filters in the network; empty if none does."""
        base, name = self._edit.base, self._edit.layer_name
        return activation_behind(base, name) if base is not None and name else ""

    @property
    def in_the_layer(self) -> str:
        """In which way the layer itself goes over an image otherwise than here; empty if in none.

        Here the filter moves by one pixel and never beyond the edge.
        """
        base, name = self._edit.base, self._edit.layer_name
        layer = None if base is None or not name else base.layers[name]
        if not isinstance(layer, Convolution):
            return ""
        words = [f"pads by {layer.pad}"] if layer.pad else []
        words += [f"moves by {layer.stride} pixels"] if layer.stride > 1 else []
        return f"{name} itself {' and '.join(words)}" if words else ""

    @property
    def test_images(self) -> int:
        """How many test images there are; fewer may be read, so that it takes about a second."""
        return len(self._lab.dataset.test)

    @property
    def change(self) -> Change | None:
        """The accuracies before and after; None before they are known."""
        return None if self._change is None else self._change[1]

    @property
    def can_test(self) -> bool:
        """Whether the network reads images like those of the dataset."""
        base, shape = self._edit.base, self._lab.dataset.test.images.shape[1:]
        return base is not None and bool(self._edit.filters) and base.input_dim == shape

    @property
    def is_testing(self) -> bool:
        """Whether accuracies of other edits or another network are on their way."""
        return self._testing.is_awaited and self._answered != self._asked

    @property
    def class_names(self) -> tuple[str, ...]:
        """The names of the classes of the test images."""
        return self._lab.dataset.class_names

    def set_watched(self, is_watched: bool) -> None:
        """Tell whether results are seen."""
        self._applying.set_watched(is_watched)
        self._testing.set_watched(is_watched)

    def open_picture(self, path: Path) -> None:
        """Read a picture file in the background and lay the filters on it."""
        self._reading.start(lambda: (read_gray(path)[np.newaxis], path.name))

    def use_examined(self) -> None:
        """Lay the filters on the image that the other panels look into."""
        self._picture = None
        self._apply_anew()

    def _apply(self) -> Work | None:
        picture, each = self.picture, self._edit.chosen
        if each is None:
            return None
        activation = self.activation or "ReLU"
        return lambda: apply_filter(picture, each.kernel, each.bias, activation)

    def _test(self) -> Work | None:
        self._testing_for = self._asked
        base, edits, test = self._edit.base, dict(self._edit.edits), self._lab.dataset.test
        measured_on = (self._edit.base_number, self._dataset_number)
        if base is None or not self.can_test:
            return None
        known = self._change
        twin = base.twin()  # the predictor's goes on to get other weights

        def work() -> tuple[tuple[int, int], Change]:
            images = images_to_test(test, twin)
            is_known = known is not None and known[0] == measured_on
            before = known[1].before if known is not None and is_known else None
            return measured_on, change_by(twin, edits, images, before)

        return work

    def _apply_anew(self) -> None:
        self._applying.recompute()
        self.picture_changed.emit()

    @Slot()
    def _on_edited(self) -> None:
        """Test anew; what another network reads right is nothing to compare with."""
        if self._edit.base is not self._base:
            self._base, self._change = self._edit.base, None
            self._asked += 1
        if self._edit.edits != self._edits:
            self._edits = dict(self._edit.edits)
            self._asked += 1
        self._testing.recompute()
        if self.is_testing:
            self.tested.emit()  # what is known is of other edits now

    @Slot()
    def _on_tested(self) -> None:
        self._answered = self._testing_for
        self._change = cast("tuple[tuple[int, int], Change] | None", self._testing.value)
        self.tested.emit()

    @Slot(object)
    def _on_picture_read(self, read: tuple[Pixels, str]) -> None:
        self._picture = read
        self._apply_anew()

    @Slot()
    def _on_examined_changed(self) -> None:
        if self._picture is None:
            self._apply_anew()

    @Slot()
    def _on_dataset_changed(self) -> None:
        self._dataset_number += 1
        self._asked += 1
        self._testing.recompute()
        self.tested.emit()
