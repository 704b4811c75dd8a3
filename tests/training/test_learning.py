from dataclasses import replace

from convlab.data import load_dataset
from convlab.training import Trainer, TrainingConfig

EPOCHS = 20
FEW_EPOCHS = 3


def test_the_default_settings_reach_95_percent_on_the_bundled_digits_in_20_epochs() -> None:
    trainer = Trainer.from_config(replace(TrainingConfig(), epochs=EPOCHS), load_dataset("bundled"))
    trainer.train()
    assert trainer.test_acc_list[-1] >= 0.95
    assert trainer.train_acc_list[-1] >= trainer.test_acc_list[-1]
    assert trainer.train_loss_list[-1] < trainer.train_loss_list[0] / 10


def test_the_layers_to_begin_with_reach_90_percent_in_3_epochs() -> None:
    config = TrainingConfig.from_dict({"network": "OwnNetwork", "epochs": FEW_EPOCHS})
    trainer = Trainer.from_config(config, load_dataset("bundled"), threads=2)
    trainer.train()
    assert trainer.test_acc_list[-1] >= 0.9
