"""A line that does not fit is painted with an ellipsis, and says the whole text all the same."""

import pytest
from pytestqt.qtbot import QtBot

from convlab.ui.widgets.elided_label import ElidedLabel


def test_what_does_not_fit_ends_with_an_ellipsis(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    label = ElidedLabel("Adam, learning rate 0.1, epochs 3, seed 5")
    qtbot.addWidget(label)
    painted: list[str] = []
    style = label.style()
    monkeypatch.setattr(label, "style", lambda: style)
    monkeypatch.setattr(style, "drawItemText", lambda *given: painted.append(given[5]))
    label.resize(120, 20)
    label.grab()
    (text,) = painted
    assert text.startswith("Adam")
    assert text.endswith("…")
    label.resize(2000, 20)
    label.grab()
    assert len(painted) == 1
    assert label.text().endswith("seed 5")
