"""Why the network answers as it does for the image that is looked into."""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO, StringIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot

from convlab.app.fit import why_not_read
from convlab.app.fresh import Fresh
from convlab.app.lab import Lab
from convlab.errors import ConvlabError
from convlab.files import write_atomically
from convlab.insight.contributions import Contributions, bent_layers, contributions
from convlab.insight.grad_cam import GradCam, grad_cam
from convlab.insight.occlusion import Squares, occlusion
from convlab.insight.saliency import saliency
from convlab.nn.engine import Engine
from convlab.nn.network import Network

MOST_DOUBLED = 1 << 22  # weights; a larger network is not converted to float64
NO_NETWORK = "Press Train, or open weights, to see why the network answers as it does."
NOT_FINITE = "The network gives no scores: its weights are not finite numbers."
CSV_COLUMNS = ("layer", "unit", "row", "column", "value", "part", "total")


@dataclass(frozen=True, slots=True, eq=False)
class Explanation:
    """A split score with two pictures of the same class, for an ``image`` (C, H, W).

    ``class_names`` are those of the network then, one for each of its scores.
    """

    image: NDArray[np.uint8]
    class_names: tuple[str, ...]
    split: Contributions
    gradient: NDArray[np.floating]  # (C, H, W)
    cam: GradCam | None
    bent: tuple[str, ...]
    shape_of: dict[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True, eq=False)
class Covered:
    """How far the score of a class falls under squares that cover ``image`` (C, H, W): (H, W)."""

    image: NDArray[np.uint8]
    class_number: int
    falls: NDArray[np.float64]
    squares: Squares


class WhyModel(QObject):
    """Splits the score of a class, and follows the network, the image and the chosen class.

    ``changed`` says that there is something else to show. A unit of one stage may be chosen:
    the stages before it then split only what goes through it.
    """

    changed = Signal()

    def __init__(self, lab: Lab, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lab = lab
        self._problem = ""
        self._through: dict[str, int] = {}
        self._parts = Fresh(lab.session, self._prepare_parts, self)
        self._covering = Fresh(lab.session, self._prepare_covering, self)
        for fresh in (self._parts, self._covering):
            fresh.changed.connect(self._on_computed)
            fresh.failed.connect(self._on_failed)
        lab.predictor.changed.connect(self._on_changed)
        lab.examined.changed.connect(self._on_changed)
        lab.selection.changed.connect(self._on_changed)
        lab.dataset_changed.connect(self._parts.recompute)  # which may have other names

    @property
    def explanation(self) -> Explanation | None:
        """What is known; None before anything is, and where there is nothing to split."""
        value = self._parts.value
        return value if isinstance(value, Explanation) and not self._problem else None

    @property
    def covered(self) -> Covered | None:
        """What occlusion found for what is explained; None while it is not known."""
        value, explanation = self._covering.value, self.explanation
        if explanation is None or not isinstance(value, Covered):
            return None
        is_same_class = value.class_number == explanation.split.class_number
        is_same = is_same_class and np.array_equal(value.image, explanation.image)
        return value if is_same else None

    @property
    def problem(self) -> str:
        """A sentence about why nothing is shown; empty if nothing is wrong."""
        return self._problem

    @property
    def chosen_class(self) -> int | None:
        """The class that was chosen, if the network has it; None for the one it answers."""
        number, network = self._lab.selection.class_number, self._lab.predictor.answering
        fits = number is not None and network is not None and number < network.output_size
        return number if fits else None

    @property
    def through(self) -> dict[str, int]:
        """The chosen unit or map of each stage that has one, by the stage's layer."""
        return dict(self._through)

    def set_watched(self, parts: bool, covering: bool) -> None:
        """Tell which of the two is seen: the split score, or what is found by covering."""
        self._parts.set_watched(parts or covering)
        self._covering.set_watched(covering)

    def choose_class(self, number: int | None) -> None:
        """Explain one class, or with None the one that the network answers."""
        self._lab.selection.choose_class(number)

    def choose_unit(self, layer: str, unit: int | None) -> None:
        """Split, in the stages before ``layer``, only what goes through one of its units."""
        if unit == self._through.get(layer):
            return
        if unit is None:
            del self._through[layer]
        else:
            self._through[layer] = unit
        self._parts.recompute()

    def to_csv(self, path: Path) -> None:
        """Write what every unit and every pixel adds; numbers count from 1. Raises OSError."""
        text = StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(CSV_COLUMNS)
        explanation = self.explanation
        for stage in explanation.split.stages if explanation is not None else ():
            writer.writerow((stage.layer, "total", "", "", "", "", stage.total))
            writer.writerow((stage.layer, "biases", "", "", "", stage.constant, ""))
            places = np.indices(stage.parts.shape).reshape(stage.parts.ndim, -1).T + 1
            for place, value, part in zip(
                places.tolist(), stage.values.flat, stage.parts.flat, strict=True
            ):
                writer.writerow((stage.layer, *(*place, "", "")[:3], value, part, ""))
        write_atomically(path, text.getvalue())

    def to_npz(self, path: Path, with_occlusion: bool) -> None:
        """Write the image, the parts of every stage and the maps as arrays. Raises OSError.

        What occlusion found may be missing or old while nobody watches it, so it is to be asked
        for: then it is among the maps if it is known.
        """
        arrays: dict[str, NDArray[np.generic]] = {}
        explanation, covered = self.explanation, self.covered if with_occlusion else None
        if explanation is not None:
            arrays = {"image": explanation.image, "scores": explanation.split.scores}
            arrays["class_number"] = np.asarray(explanation.split.class_number)
            for stage in explanation.split.stages:
                arrays[f"{stage.layer}_values"] = stage.values
                arrays[f"{stage.layer}_parts"] = stage.parts
                arrays[f"{stage.layer}_biases"] = np.asarray(stage.constant)
            arrays["gradient"] = explanation.gradient
            if explanation.cam is not None:
                arrays["grad_cam"] = explanation.cam.heat
        if covered is not None:
            arrays["occlusion"] = covered.falls
        file = BytesIO()
        np.savez_compressed(file, allow_pickle=False, **arrays)
        write_atomically(path, file.getvalue())

    def _checked(self) -> Network | None:
        """Return the network if it can read the image; otherwise say why not."""
        network, shape = self._lab.predictor.answering, self._lab.examined.image.shape
        self._problem = NO_NETWORK if network is None else why_not_read(network, shape)
        return None if self._problem else network

    def _prepare_parts(self) -> Callable[[], object] | None:
        network = self._checked()
        if network is None:
            return None
        size = sum(array.size for array in network.params.values())
        twin, dtype = network.twin(), np.float64 if size <= MOST_DOUBLED else None
        image, number = self._lab.examined.image, self.chosen_class
        layer, through = self._lab.selection.layer, self.through
        names = self._lab.predictor.class_names(self._lab.dataset)
        return lambda: _explain(twin.copy(dtype), image, names, number, layer, through)

    def _prepare_covering(self) -> Callable[[], object] | None:
        network = self._checked()
        if network is None:
            return None
        twin, image, number = network.twin(), self._lab.examined.image, self.chosen_class
        return lambda: _cover(twin, image, number)

    @Slot()
    def _on_changed(self) -> None:
        self._parts.recompute()
        self._covering.recompute()

    @Slot()
    def _on_computed(self) -> None:
        explanation = self.explanation
        if explanation is not None:  # of another network, whose layers have other names or sizes
            sizes = {stage.layer: len(stage.parts) for stage in explanation.split.stages}
            fitting = {n: u for n, u in self._through.items() if u < sizes.get(n, 0)}
            if fitting != self._through:
                self._through = fitting
                self._parts.recompute()
        self.changed.emit()

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        self._problem = sentence
        self.changed.emit()


def _explain(
    network: Network,
    image: NDArray[np.uint8],
    names: tuple[str, ...],
    number: int | None,
    layer: str,
    through: dict[str, int],
) -> Explanation:
    with np.errstate(all="ignore"):  # weights that are not finite are told, not warned about
        split = contributions(network, image, number, through)
        if not np.isfinite(split.scores).all():
            raise ConvlabError(NOT_FINITE)
        gradient = saliency(network, image, split.class_number)
        cam = grad_cam(network, image, split.class_number, layer)
    shapes = {shape.name: shape.output_shape for shape in network.layer_shapes}
    return Explanation(image, names, split, gradient, cam, bent_layers(network), shapes)


def _cover(network: Network, image: NDArray[np.uint8], number: int | None) -> Covered:
    engine = Engine(network)
    with np.errstate(all="ignore"):
        scores = engine.predict(image[np.newaxis])[0]
        if not np.isfinite(scores).all():
            raise ConvlabError(NOT_FINITE)
        number = int(scores.argmax()) if number is None else number
        squares = Squares.for_network(network)
        return Covered(image, number, occlusion(engine.predict, image, number, squares), squares)
