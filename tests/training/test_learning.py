from dataclasses import replace

from convlab.data import load_dataset
from convlab.training import Trainer, TrainingConfig

EPOCHS = 20


def test_the_default_settings_reach_95_percent_on_the_bundled_digits_in_20_epochs() -> None:
    trainer = Trainer.from_config(replace(TrainingConfig(), epochs=EPOCHS), load_dataset("bundled"))
    trainer.train()
    assert trainer.test_acc_list[-1] >= 0.95
    assert trainer.train_acc_list[-1] >= trainer.test_acc_list[-1]
    assert trainer.train_loss_list[-1] < trainer.train_loss_list[0] / 10
