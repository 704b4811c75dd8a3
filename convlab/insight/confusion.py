"""Which classes a network takes for which others."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.intp]
Shares = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Answers:
    """What a network said about N images: all arrays are (N,).

    ``labels`` are the true classes, ``answers`` the likeliest ones, ``certainty`` the
    probabilities of these, 0 to 1.
    """

    labels: NDArray[np.intp]
    answers: NDArray[np.intp]
    certainty: NDArray[np.float64]

    @classmethod
    def of(cls, probabilities: NDArray[Any], labels: NDArray[np.intp]) -> "Answers":
        """Return the answers of probabilities (N, K)."""
        answers = probabilities.argmax(axis=1)
        return cls(labels, answers, probabilities.max(axis=1).astype(np.float64))

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def is_right(self) -> NDArray[np.bool_]:
        """Whether each answer is the true class."""
        return np.equal(self.labels, self.answers)

    def mistakes(self) -> Counts:
        """Return the numbers of the images that were misread, the most certain first."""
        return self._by_certainty(np.flatnonzero(~self.is_right))

    def in_cell(self, true: int, answer: int) -> Counts:
        """Return the numbers of the images of class ``true`` that were read as ``answer``."""
        is_there = (self.labels == true) & (self.answers == answer)
        return self._by_certainty(np.flatnonzero(is_there))

    def _by_certainty(self, numbers: Counts) -> Counts:
        """Sort from the most certain to the least; of equally certain ones keep the order."""
        return numbers[np.argsort(-self.certainty[numbers], kind="stable")]


def confusion_matrix(answers: Answers, classes: int) -> Counts:
    """Count images by their true class (row) and by the answer (column): (K, K)."""
    cells = answers.labels * classes + answers.answers
    return np.bincount(cells, minlength=classes**2).reshape(classes, classes)


def row_shares(matrix: Counts) -> Shares:
    """Divide each row by its sum: how the images of a class were read. NaN where there are none."""
    return _share(matrix, matrix.sum(axis=1, keepdims=True))


def accuracy(matrix: Counts) -> float:
    """Return the share of all images that were read right, 0 to 1; NaN without any."""
    return float(_share(np.trace(matrix), matrix.sum()))


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """How well each of K classes is told from the others: all arrays are (K,), shares 0 to 1.

    With TP, FP, FN, TN the numbers of images that were rightly or wrongly (true, false) taken for
    the class or for another (positive, negative): precision TP / (TP + FP), recall
    TP / (TP + FN), accuracy (TP + TN) / N. NaN where there is nothing to divide by.
    """

    images: Counts
    accuracy: Shares
    precision: Shares
    recall: Shares


def class_figures(matrix: Counts) -> ClassFigures:
    """Return the figures of every class of a confusion matrix (K, K)."""
    right = matrix.diagonal()
    images, answered = matrix.sum(axis=1), matrix.sum(axis=0)
    total = matrix.sum()
    wrong = (images - right) + (answered - right)
    return ClassFigures(
        images, _share(total - wrong, total), _share(right, answered), _share(right, images)
    )


def _share(part: Any, whole: Any) -> Shares:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.true_divide(part, whole), dtype=np.float64)
