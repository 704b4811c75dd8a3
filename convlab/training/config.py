"""The settings of a run: one frozen, validated class for the form, the command line and TOML."""

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Annotated, Any, Literal, get_type_hints

import numpy as np
import pydantic
import tomli_w
from annotated_types import Ge, Le
from pydantic import ConfigDict, ValidationError

from convlab.data.augmentation import Augmentation
from convlab.errors import ConvlabError, SettingsError
from convlab.files import write_atomically
from convlab.nn.layer import ShapeError
from convlab.nn.network import LayerShape, Network
from convlab.nn.network_settings import NETWORKS, NetworkSettings
from convlab.nn.optimizer import OPTIMIZERS, Optimizer
from convlab.registry import Registry
from convlab.settings import About, settings_of
from convlab.training.problems import problems_of

_LARGEST_FILE = 1 << 20  # bytes; a settings file has a few hundred


@dataclass(frozen=True)
class Choice:
    """One registered kind of network or optimizer with all of its settings."""

    name: str
    settings: Mapping[str, Any] = field(default_factory=dict)


def choose(registry: Registry[Any], name: str, settings: Mapping[str, Any]) -> Choice:
    """Return a choice with every setting filled in; raises :class:`SettingsError`.

    The problems are named after the setting alone, such as ``lr``.
    """
    try:
        proper = registry.proper_name(name)
    except ConvlabError as error:
        raise SettingsError({"name": str(error)}) from error
    cls = registry.get(proper)
    values = checked(cls, settings)
    cls(**values)  # which may refuse more than a type or a bound can tell
    return Choice(proper, values)


def checked(cls: type[Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``values`` and the defaults of ``cls``, checked against types and bounds.

    ``cls`` is a dataclass of settings. Raises :class:`SettingsError` with every problem at once.
    """
    hints = get_type_hints(cls, include_extras=True)
    definitions: dict[str, Any] = {
        setting.name: (hints[setting.name], setting.default) for setting in settings_of(cls)
    }
    config = ConfigDict(extra="forbid", allow_inf_nan=False, strict=True)
    model = pydantic.create_model(cls.__name__, __config__=config, **definitions)
    # A script may well compute a learning rate, and so pass one of NumPy's numbers.
    plain = {k: v.item() if isinstance(v, np.generic) else v for k, v in values.items()}
    try:
        return model.model_validate(plain).model_dump()
    except ValidationError as error:
        raise SettingsError(problems_of(error, cls)) from error


@dataclass(frozen=True)
class TrainingConfig:
    """Everything that decides the numbers of a run.

    Make one with :meth:`from_dict`, :meth:`from_toml` or :meth:`load`, which check every value.
    """

    dataset: Annotated[
        str,
        About(
            "Dataset",
            "The images: the name of a dataset, or a folder, an .npz or a .csv file of your own.",
        ),
    ] = "bundled"
    own_drawings: Annotated[
        int,
        Ge(0),
        Le(100),
        About(
            "Own drawings",
            "How often each of your own drawings is learned in an epoch, among the training "
            "images; 0 leaves them out.",
            "times",
        ),
    ] = 0
    train_images: Annotated[
        int,
        Ge(0),
        Le(1_000_000),
        About(
            "Training images",
            "How many of the training images are learned; 0 means all.",
            "images",
        ),
    ] = 0
    network: Choice = field(default_factory=lambda: choose(NETWORKS, "SimpleConvNet", {}))
    optimizer: Choice = field(default_factory=lambda: choose(OPTIMIZERS, "Adam", {}))
    augmentation: Augmentation = field(default_factory=Augmentation)
    epochs: Annotated[
        int, Ge(1), Le(10_000), About("Epochs", "How often every training image is seen.")
    ] = 10
    mini_batch_size: Annotated[
        int, Ge(1), Le(10_000), About("Mini-batch", "Images that share one step.", "images")
    ] = 100
    seed: Annotated[
        int,
        Ge(0),
        Le(2**31 - 1),
        About("Seed", "The same seed and settings give the same numbers, to the bit."),
    ] = 0
    evaluate_sample_num_per_epoch: Annotated[
        int,
        Ge(0),
        Le(1_000_000),
        About(
            "Evaluation",
            "Images of each part on which accuracy is measured after an epoch; 0 means all.",
            "images",
        ),
    ] = 1000
    early_stopping: Annotated[
        int,
        Ge(0),
        Le(10_000),
        About(
            "Early stopping",
            "End the run when the test accuracy was not surpassed for so many epochs; 0 means "
            "never.",
            "epochs",
        ),
    ] = 0
    weights_kept: Annotated[
        Literal["last", "best"],
        About(
            "Weights kept",
            "Which weights are in use when the run ends: the last ones, or those that read most "
            "test images right after an epoch.",
        ),
    ] = "last"
    sampling: Annotated[
        Literal["shuffled", "replacement"],
        About(
            "Sampling",
            "Every image once an epoch, shuffled; or each mini-batch drawn anew, like the book.",
        ),
    ] = "shuffled"
    dtype: Annotated[
        Literal["float32", "float64"],
        About("Precision", "float32 is twice as fast; float64 is what the book computes in."),
    ] = "float32"

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "TrainingConfig":
        """Check plain values, such as those of a TOML file, and return the settings.

        ``network`` and ``optimizer`` are names, or tables with a ``name`` and their settings;
        ``augmentation`` is a table of settings.
        Raises :class:`SettingsError` that names every problem at once.
        """
        problems: dict[str, str] = {}
        plain = dict(values)
        chosen: dict[str, Any] = {}
        for key, registry in (("network", NETWORKS), ("optimizer", OPTIMIZERS)):
            if key not in plain:
                continue
            try:
                chosen[key] = _choice_from(plain.pop(key), registry)
            except SettingsError as error:
                problems |= {f"{key}.{name}": text for name, text in error.problems.items()}
        try:
            chosen["augmentation"] = _augmentation_from(plain.pop("augmentation", {}))
        except SettingsError as error:
            problems |= error.problems
        try:
            chosen |= checked(cls, plain)
        except SettingsError as error:
            problems |= error.problems
        if problems:
            raise SettingsError(problems)
        return cls(**chosen)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values that :meth:`from_dict` turns into equal settings."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        for key in ("network", "optimizer"):
            choice: Choice = values.pop(key)
            values[key] = {"name": choice.name, **choice.settings}
        values["augmentation"] = asdict(self.augmentation)
        return values

    @classmethod
    def from_toml(cls, text: str) -> "TrainingConfig":
        """Return the settings in ``text``, or raise :class:`SettingsError`."""
        return cls.from_dict(_parsed(text, "This"))

    def to_toml(self) -> str:
        """Return the settings as a TOML document."""
        return tomli_w.dumps(self.to_dict())

    @classmethod
    def load(cls, path: Path) -> "TrainingConfig":
        """Read settings from a TOML file; raises :class:`SettingsError`."""
        try:
            return cls.from_dict(values_in(path))
        except SettingsError as error:
            raise SettingsError(error.problems, path.name) from error

    def save(self, path: Path) -> None:
        """Write the settings to a TOML file, all or nothing; raises OSError."""
        write_atomically(path, self.to_toml())

    def network_settings(self) -> NetworkSettings:
        """Return the settings object of the chosen network."""
        return NETWORKS.get(self.network.name)(**self.network.settings)

    def make_optimizer(self) -> Optimizer:
        """Return a new optimizer of the chosen kind."""
        return OPTIMIZERS.get(self.optimizer.name)(**self.optimizer.settings)

    def learned_images(self, images: int) -> int:
        """Return how many of so many training images are learned."""
        return min(self.train_images or images, images)

    def layer_shapes(
        self, image_shape: tuple[int, int, int], classes: int, images: int
    ) -> list[LayerShape]:
        """Return what every layer will be, for ``images`` training images of that shape.

        Raises :class:`SettingsError` at the setting that makes the run impossible.
        """
        if self.mini_batch_size > images:
            raise SettingsError(
                {
                    "mini_batch_size": f"A mini-batch of {self.mini_batch_size} is larger than the "
                    f"training set of {images} images; use at most {images}."
                }
            )
        try:
            return self.network_settings().shapes(image_shape, classes)
        except ShapeError as error:
            raise SettingsError(self._shape_problem(error, image_shape)) from error

    def _shape_problem(
        self, error: ShapeError, image_shape: tuple[int, int, int]
    ) -> dict[str, str]:
        """Put a problem down to a setting of the network, or to the network if it has no such."""
        if error.setting in self.network.settings:
            return {f"network.{error.setting}": str(error)}
        size = "×".join(map(str, image_shape))
        return {
            "network": f"{self.network.name} cannot be built for images of {size}; choose another "
            f"network or other images. {error}"
        }

    def build_network(
        self, image_shape: tuple[int, int, int], classes: int, rng: np.random.Generator
    ) -> Network:
        """Return the chosen network with random weights."""
        return self.network_settings().build(image_shape, classes, rng, self.dtype)


def values_in(path: Path) -> dict[str, Any]:
    """Return what a TOML file of settings says, unchecked; raises :class:`SettingsError`."""
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise SettingsError(
                {"": f"{path.name} is larger than a settings file can be; open a TOML file."}
            )
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise SettingsError({"": f"{path} cannot be read: {error.strerror or error}."}) from error
    except UnicodeDecodeError as error:
        raise SettingsError(
            {"": f"{path.name} is not text; open a TOML file of settings."}
        ) from error
    return _parsed(text, path.name)


def _parsed(text: str, name: str) -> dict[str, Any]:
    """Return the values in a TOML document that is called ``name`` in what is said of it."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        reason = str(error)
    except RecursionError:
        reason = "it is nested too deeply"
    except ValueError:  # Python reads no number of thousands of digits
        reason = "a number in it is too long"
    raise SettingsError({"": f"{name} is not a TOML file of settings: {reason}."})


def _choice_from(value: Any, registry: Registry[Any]) -> Choice:
    if isinstance(value, Choice):
        return choose(registry, value.name, value.settings)
    if isinstance(value, str):
        return choose(registry, value, {})
    if isinstance(value, Mapping) and isinstance(value.get("name"), str):
        settings = {key: setting for key, setting in value.items() if key != "name"}
        return choose(registry, value["name"], settings)
    raise SettingsError(
        {"name": f"A table with a name was expected, one of {', '.join(registry.names())}."}
    )


def _augmentation_from(value: Any) -> Augmentation:
    if isinstance(value, Augmentation):
        value = asdict(value)
    if not isinstance(value, Mapping):
        raise SettingsError({"augmentation": "A table such as { shift = 2 } was expected."})
    try:
        return Augmentation(**checked(Augmentation, value))
    except SettingsError as error:
        problems = {f"augmentation.{name}": text for name, text in error.problems.items()}
        raise SettingsError(problems) from error
