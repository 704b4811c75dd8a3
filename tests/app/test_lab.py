from dataclasses import replace

from pytestqt.qtbot import QtBot

from convlab.app.lab import Lab


def test_another_config_is_told_once(lab: Lab, qtbot: QtBot) -> None:
    config = lab.config
    assert config is not None
    with qtbot.assertNotEmitted(lab.config_changed):
        lab.set_config(replace(config))
    with qtbot.waitSignal(lab.config_changed):
        lab.set_config(None)
    assert lab.config is None
    with qtbot.waitSignal(lab.config_changed):
        lab.set_config(replace(config, epochs=7))
    assert lab.config is not None
    assert lab.config.epochs == 7


def test_another_dataset_is_told(lab: Lab, qtbot: QtBot) -> None:
    other = replace(lab.dataset, name="other")
    with qtbot.waitSignal(lab.dataset_changed):
        lab.set_dataset(other)
    assert lab.dataset is other


def test_a_new_lab_is_idle_and_untrained(lab: Lab) -> None:
    assert not lab.session.is_busy
    assert lab.predictor.network is None
