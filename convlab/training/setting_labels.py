"""What settings are called in sentences and tables: as in the form, whose labels these are."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from convlab.data.augmentation import Augmentation
from convlab.nn.network_settings import NETWORKS
from convlab.nn.optimizer import OPTIMIZERS
from convlab.registry import Registry
from convlab.settings import settings_of
from convlab.training.config import TrainingConfig

_KINDS: dict[str, Registry[Any]] = {"network": NETWORKS, "optimizer": OPTIMIZERS}


@cache
def setting_label(name: str, *kinds: str) -> str:
    """Return the label of a setting by its dotted name, such as ``optimizer.lr``: Learning rate.

    ``kinds`` are the networks or optimizers that are spoken of: some give a setting of one name
    labels of their own. A name that nobody knows, such as one of a later program, is its own label.
    """
    part, _, setting = name.rpartition(".")
    if name in _KINDS:
        return name.capitalize()
    labels = (
        known.about.label
        for cls in _classes(part, kinds)
        for known in settings_of(cls)
        if known.name == setting
    )
    return next(labels, name)


def label_within(name: str, *kinds: str) -> str:
    """Return a label as it stands within a sentence."""
    label = setting_label(name, *kinds)
    return label[:1].lower() + label[1:]


def _classes(part: str, kinds: tuple[str, ...]) -> Iterator[type[Any]]:
    """Yield the classes that may have a setting, those that are spoken of first."""
    if part == "":
        yield TrainingConfig
    elif part == "augmentation":
        yield Augmentation
    elif part in _KINDS:
        registry = _KINDS[part]
        yield from sorted(registry, key=lambda cls: registry.name_of(cls) not in kinds)
