"""A confusion matrix and its figures, against counting by hand."""

import numpy as np
import pytest

from convlab.insight.confusion import (
    Answers,
    accuracy,
    class_figures,
    confusion_matrix,
    row_shares,
)

LABELS = np.array([0, 0, 0, 1, 1, 2], np.intp)
PROBABILITIES = np.array(
    [
        [0.8, 0.1, 0.1],
        [0.4, 0.6, 0.0],  # a 0 read as a 1
        [0.05, 0.95, 0.0],  # another, of which it is surer
        [0.1, 0.9, 0.0],
        [0.5, 0.2, 0.3],  # a 1 read as a 0
        [0.2, 0.2, 0.6],
    ],
    np.float32,
)
ANSWERS = Answers.of(PROBABILITIES, LABELS)


def test_rows_are_true_classes_and_columns_answers() -> None:
    np.testing.assert_array_equal(confusion_matrix(ANSWERS, 3), [[1, 2, 0], [1, 1, 0], [0, 0, 1]])


def test_shares_are_of_a_rows_images_and_unknown_without_any() -> None:
    shares = row_shares(np.array([[3, 1], [0, 0]]))
    np.testing.assert_array_equal(shares[0], [0.75, 0.25])
    assert np.isnan(shares[1]).all()


def test_the_most_certain_mistakes_come_first() -> None:
    assert ANSWERS.mistakes().tolist() == [2, 1, 4]
    assert ANSWERS.in_cell(0, 1).tolist() == [2, 1]
    assert ANSWERS.in_cell(2, 0).tolist() == []


def test_accuracy_is_the_share_on_the_diagonal() -> None:
    matrix = confusion_matrix(ANSWERS, 3)
    assert accuracy(matrix) == ANSWERS.is_right.mean() == 0.5
    assert np.isnan(accuracy(np.zeros((2, 2), np.intp)))


@pytest.mark.parametrize("number", range(3))
def test_the_figures_of_a_class_are_those_of_telling_it_from_the_rest(number: int) -> None:
    figures = class_figures(confusion_matrix(ANSWERS, 3))
    is_it, is_read = (classes == number for classes in (LABELS, ANSWERS.answers))
    assert figures.images[number] == is_it.sum()
    assert figures.precision[number] == (is_it & is_read).sum() / is_read.sum()
    assert figures.recall[number] == (is_it & is_read).sum() / is_it.sum()
    assert figures.accuracy[number] == (is_it == is_read).mean()


def test_a_class_that_is_never_answered_has_no_precision() -> None:
    figures = class_figures(np.array([[0, 4], [0, 6]]))
    assert np.isnan(figures.precision[0])
    assert figures.recall[0] == 0
