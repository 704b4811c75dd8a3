from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from convlab.ui.widgets.save_dialog import asked_path


@pytest.mark.parametrize("replace", [True, False])
def test_an_ending_that_makes_it_another_file_is_asked_about(
    replace: bool, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    (tmp_path / "mine.toml").write_text("kept")
    buttons = QMessageBox.StandardButton
    typed = (str(tmp_path / "mine"), "")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: typed)
    monkeypatch.setattr(QMessageBox, "question", lambda *_: buttons.Yes if replace else buttons.No)

    path = asked_path(parent, "Save", tmp_path / "settings.toml", "Settings (*.toml)")

    assert path == (tmp_path / "mine.toml" if replace else None)


def test_a_new_name_and_one_with_an_ending_are_not_asked_about(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    monkeypatch.setattr(QMessageBox, "question", lambda *_: pytest.fail("asked"))
    for typed, expected in (("new", "new.toml"), ("other.txt", "other.txt"), ("", None)):
        name = str(tmp_path / typed) if typed else ""
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, n=name: (n, ""))
        path = asked_path(parent, "Save", tmp_path / "settings.toml", "Settings (*.toml)")
        assert path == (tmp_path / expected if expected else None)
