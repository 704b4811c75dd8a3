"""The settings of the next run while they are being edited, and what they would mean."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from convlab.app.lab import Lab
from convlab.data.augmentation import Augmentation
from convlab.data.datasets import DATASETS
from convlab.data.own_drawings import SETTING, refusal
from convlab.errors import ConvlabError, SettingsError
from convlab.insight.memory import (
    TrainingMemory,
    machine_memory,
    memory_problems,
    size_text,
    training_memory,
)
from convlab.nn.network import LayerShape
from convlab.training.config import TrainingConfig
from convlab.wording import counted

_UNLIMITED = 1 << 62  # images; more than any mini-batch


class Setup(QObject):
    """Checks a draft of the settings on the lab's images, and gives the lab what can be used.

    The draft is plain values like those of :meth:`TrainingConfig.to_dict`, right or wrong.
    ``checked`` follows every change of the draft or of the images; ``replaced`` says that the
    draft was changed from elsewhere, such as by an opened file.
    """

    checked = Signal()
    replaced = Signal()

    def __init__(
        self,
        lab: Lab,
        machine_bytes: int | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._lab = lab
        self._machine_bytes = machine_bytes or machine_memory()
        self._refused: tuple[str, str] = ("", "")  # a dataset's name, and why it cannot be used
        self._seen: dict[str, str] = {source.name: source.title for source in DATASETS}
        self._values = (lab.config or TrainingConfig()).to_dict()
        self._values["dataset"] = lab.dataset.name
        self._config: TrainingConfig | None = lab.config
        self._augmentation = Augmentation()
        self._problems: dict[str, str] = {}
        self._named_network = ""  # whose layers have the names below
        self._layer_names: tuple[str, ...] = ()
        self._layers: tuple[LayerShape, ...] = ()
        self._memory: TrainingMemory | None = None
        lab.config_changed.connect(self._on_config_changed)
        lab.dataset_changed.connect(self._on_dataset_changed)
        lab.loader.failed.connect(self._on_dataset_failed)
        lab.loader.canceled.connect(self._on_loading_canceled)
        self._check()

    @property
    def values(self) -> Mapping[str, Any]:
        """The draft."""
        return self._values

    @property
    def problems(self) -> Mapping[str, str]:
        """A sentence for every setting that cannot be used, by its dotted name."""
        return self._problems

    @property
    def augmentation(self) -> Augmentation:
        """How images would be distorted; what cannot be used of it is left out."""
        return self._augmentation

    @property
    def layer_names(self) -> tuple[str, ...]:
        """The layers of the network in order, whether it can be built or not."""
        return self._layer_names

    @property
    def layers(self) -> tuple[LayerShape, ...]:
        """What every layer would be; empty if the network cannot be built."""
        return self._layers

    @property
    def memory(self) -> TrainingMemory | None:
        """What a run would take; None if the network cannot be built."""
        return self._memory

    @property
    def is_opening(self) -> bool:
        """Whether the dataset of the draft is still being read."""
        is_another = self._values["dataset"] != self._lab.dataset.name
        return self._lab.loader.is_loading and is_another

    @property
    def datasets(self) -> dict[str, str]:
        """The titles of the datasets to choose from, by name; a folder's title is its path."""
        return dict(self._seen)

    @property
    def dataset_text(self) -> str:
        """How many images there are and of which size; empty while those chosen are not open."""
        dataset = self._lab.dataset
        if self._values["dataset"] != dataset.name:
            return ""
        channels, height, width = dataset.image_shape
        size = f"{channels}×{height}×{width}" if channels > 1 else f"{height}×{width}"
        return (
            f"{counted(len(dataset.train), 'image')} to train on and {len(dataset.test):,} to "
            f"test, each {size}."
        )

    @property
    def summary(self) -> str:
        """The size of the network and the memory of a run, in a sentence."""
        if self.is_opening:
            return f"Opening {self._seen[self._values['dataset']]} …"
        if self._memory is None:
            return ""
        count = sum(layer.parameter_count for layer in self._layers)
        return (
            f"{counted(count, 'parameter')}: {size_text(self._memory.weights)} of weights, about "
            f"{size_text(self._memory.total)} while training."
        )

    def edit(self, values: Mapping[str, Any]) -> None:
        """Take over a draft from the form."""
        wanted = _proper_name(values["dataset"])
        if wanted != self._values["dataset"]:
            self._refused = ("", "")
            self._values["dataset"] = wanted
            if wanted == self._lab.dataset.name:
                self._lab.loader.cancel()
            else:
                self._lab.loader.load(wanted)
        self._values = {**values, "dataset": wanted}
        self._check()

    def _check(self) -> None:
        for name in (self._lab.dataset.name, self._values["dataset"]):
            self._seen.setdefault(name, name)
        self._problems = self._dataset_problems()
        try:
            config = TrainingConfig.from_dict(self._values)
        except SettingsError as error:
            self._problems |= error.problems
            # Defaults stand in, so that problems of shape are told at the same time.
            config = TrainingConfig.from_dict(_without(self._values, error.problems))
        self._augmentation = config.augmentation
        if config.own_drawings and (sentence := refusal(self._lab.dataset)):
            self._problems.setdefault(SETTING, sentence)
        self._look_ahead(config)
        is_open = self._values["dataset"] == self._lab.dataset.name
        self._config = config if is_open and not self._problems else None
        self._lab.set_config(self._config)
        self.checked.emit()

    def _dataset_problems(self) -> dict[str, str]:
        name, sentence = self._refused
        if name and name == self._values["dataset"]:
            return {"dataset": sentence}
        return {}

    def _look_ahead(self, config: TrainingConfig) -> None:
        """Work out the layers and the memory of ``config``; add what stands in the way."""
        dataset = self._lab.dataset
        classes = len(dataset.class_names)
        is_refused = any(name.startswith("network.") for name in self._problems)
        # While a setting is being typed the table keeps its rows, so that nothing jumps.
        if not is_refused or self._named_network != config.network.name:
            named_layers = config.network_settings().named_layers(classes)
            self._layer_names = tuple(name for name, _ in named_layers)
            self._named_network = config.network.name
        self._layers, self._memory = (), None
        # The second time only to get past a mini-batch that is too large.
        for images in (config.learned_images(len(dataset.train)), _UNLIMITED):
            try:
                self._layers = tuple(config.layer_shapes(dataset.image_shape, classes, images))
            except SettingsError as error:
                self._problems = error.problems | self._problems
        if is_refused:  # what stands in for the network is not what was meant
            self._layers = ()
        if self._layers:
            self._memory = training_memory(config, self._layers, dataset.image_bytes)
            self._problems = memory_problems(self._memory, self._machine_bytes) | self._problems

    @Slot()
    def _on_config_changed(self) -> None:
        config = self._lab.config
        if config is None or config == self._config:
            return
        self.edit(config.to_dict())
        self.replaced.emit()

    @Slot()
    def _on_dataset_changed(self) -> None:
        self._values["dataset"] = self._lab.dataset.name
        self._check()
        self.replaced.emit()

    @Slot(str)
    def _on_loading_canceled(self, name: str) -> None:
        if self._values["dataset"] == name:
            self._values["dataset"] = self._lab.dataset.name
            self._check()
            self.replaced.emit()

    @Slot(str, str)
    def _on_dataset_failed(self, name: str, sentence: str) -> None:
        self._refused = (name, sentence)
        self._check()


def _proper_name(dataset: str) -> str:
    try:
        return DATASETS.proper_name(dataset)
    except ConvlabError:
        return dataset


def _without(values: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Return ``values`` without the settings of those dotted names."""
    kept: dict[str, Any] = {}
    for key, value in values.items():
        if isinstance(value, Mapping):
            kept[key] = {k: v for k, v in value.items() if f"{key}.{k}" not in names}
        elif key not in names:
            kept[key] = value
    return kept
