"""What the panels share: the settings being edited, the dataset, the session and the predictor."""

from PySide6.QtCore import QObject, Signal

from convlab.app.predictor import Predictor
from convlab.app.session import Session
from convlab.data.dataset import Dataset
from convlab.training.config import TrainingConfig


class Lab(QObject):
    """The state behind one window.

    ``config`` is the settings of the next run; None while the form holds something invalid.
    """

    config_changed = Signal()
    dataset_changed = Signal()

    def __init__(self, dataset: Dataset, config: TrainingConfig) -> None:
        super().__init__()
        self._dataset = dataset
        self._config: TrainingConfig | None = config
        self.session = Session(parent=self)
        self.predictor = Predictor(self.session, parent=self)

    @property
    def dataset(self) -> Dataset:
        """The images that the next run will train on."""
        return self._dataset

    def set_dataset(self, dataset: Dataset) -> None:
        """Use another dataset from the next run on."""
        self._dataset = dataset
        self.dataset_changed.emit()

    @property
    def config(self) -> TrainingConfig | None:
        """The settings of the next run, or None while they cannot be used."""
        return self._config

    def set_config(self, config: TrainingConfig | None) -> None:
        """Replace the settings of the next run; None while the form is invalid."""
        if config != self._config:
            self._config = config
            self.config_changed.emit()
