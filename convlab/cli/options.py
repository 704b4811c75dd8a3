"""Command-line options made from the settings classes, so that the two cannot disagree."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Annotated, Any

import typer

from convlab.data.augmentation import Augmentation
from convlab.errors import ConvlabError
from convlab.nn.network_settings import NETWORKS
from convlab.nn.optimizer import OPTIMIZERS
from convlab.registry import Registry
from convlab.settings import About, Setting, settings_of
from convlab.threads import usable_cores
from convlab.training.config import TrainingConfig

_THREADS = Setting("threads", About("Threads", ""), int, None, lowest=1, highest=256)

ThreadsOption = Annotated[
    str | None,
    typer.Option(
        "--threads",
        help="Compute on so many cores; all if not given. It changes no number.",
        metavar="N",
        show_default=False,
    ),
]

_KINDS: dict[str, Registry[Any]] = {"network": NETWORKS, "optimizer": OPTIMIZERS}
_SHORT = {"mini_batch_size": "--batch", "evaluate_sample_num_per_epoch": "--evaluate"}


def with_setting_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give ``command`` an option for every setting; it receives them in ``**settings``.

    Options that were not given are None, so that a settings file can stand behind them.
    """
    own = [
        parameter
        for parameter in inspect.signature(command).parameters.values()
        if parameter.kind is not inspect.Parameter.VAR_KEYWORD
    ]
    command.__signature__ = inspect.Signature(own + _parameters())  # type: ignore[attr-defined]
    return command


def chosen_settings(base: TrainingConfig, given: Mapping[str, Any]) -> TrainingConfig:
    """Return ``base`` with the options that were given put over it.

    Another network or optimizer than the base's starts from its own defaults. Raises
    :class:`ConvlabError` for a value that is none, and :class:`SettingsError`, also for a setting
    that the chosen network does not have.
    """
    values = base.to_dict()
    options = {name: value for name, value in given.items() if value is not None}
    for kind, registry in _KINDS.items():
        name = options.pop(kind, None)
        if name is not None and name.lower() != values[kind]["name"].lower():
            values[kind] = {"name": name}
        values[kind] |= _taken(options, _settings_of_kind(registry, values[kind]["name"]))
    values["augmentation"] |= _taken(options, settings_of(Augmentation))
    values |= _taken(options, settings_of(TrainingConfig))
    return TrainingConfig.from_dict(values)


def option_value(option: str, setting: Setting, text: str) -> Any:
    """Return what the text of an option means; raises :class:`ConvlabError` if it is no value."""
    value: Any = text
    if setting.type is list:
        value = [line for part in text.split(";") if (line := part.strip())]
    elif setting.type in (int, float):
        with suppress(ValueError):
            value = setting.type(text)
    if not setting.allows(value):
        named = replace(setting, about=About(option, ""))
        raise ConvlabError(named.refusal(value))
    return value


def option_name(setting: str) -> str:
    """Return the option of a setting, by its own name or its dotted one."""
    return f"--{setting.rpartition('.')[2].replace('_', '-')}"


def _taken(options: dict[str, Any], settings: Iterable[Setting]) -> dict[str, Any]:
    """Take the options of these settings out of ``options`` and return their values."""
    return {
        setting.name: option_value(option_name(setting.name), setting, options.pop(setting.name))
        for setting in settings
        if setting.name in options
    }


def _settings_of_kind(registry: Registry[Any], chosen: str) -> Iterable[Setting]:
    """Return every setting of a kind once; of those of one name, that of the chosen class."""
    classes = sorted(registry, key=lambda cls: registry.name_of(cls).lower() == chosen.lower())
    return {setting.name: setting for cls in classes for setting in settings_of(cls)}.values()


def _parameters() -> list[inspect.Parameter]:
    run = {setting.name: (setting, "The run") for setting in settings_of(TrainingConfig)}
    run |= {setting.name: (setting, "Augmentation") for setting in settings_of(Augmentation)}
    kinds: dict[str, tuple[Setting, str]] = {}
    for kind, registry in _KINDS.items():
        for cls in registry:
            name = registry.name_of(cls)
            for setting in settings_of(cls):
                others = (
                    kinds[setting.name][1].split(": ")[1] + ", " if setting.name in kinds else ""
                )
                kinds[setting.name] = (setting, f"{kind.capitalize()}: {others}{name}")
    choices = [_choice_parameter(kind, registry) for kind, registry in _KINDS.items()]
    return choices + [_parameter(setting, panel) for setting, panel in (run | kinds).values()]


def _choice_parameter(kind: str, registry: Registry[Any]) -> inspect.Parameter:
    option = typer.Option(
        f"--{kind}", help=f"Which {kind}: {', '.join(registry.names())}.", rich_help_panel="The run"
    )
    return _keyword(kind, Annotated[str | None, option])


def _parameter(setting: Setting, panel: str) -> inspect.Parameter:
    names = [option_name(setting.name)]
    if setting.name in _SHORT:
        names.append(_SHORT[setting.name])
    limits = f" \\[{setting.range_text}]" if setting.range_text else ""
    lines = " Semicolons separate the lines." if setting.type is list else ""
    option = typer.Option(
        *names,
        help=f"{setting.about.help}{lines}{limits}",
        rich_help_panel=panel,
        metavar={int: "N", float: "X", str: "TEXT"}.get(setting.type, "TEXT"),
    )
    # As text, so that a wrong value is refused in the same words as one in a settings file.
    return _keyword(setting.name, Annotated[str | None, option])


def _keyword(name: str, annotation: Any) -> inspect.Parameter:
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation
    )


def chosen_threads(text: str | None) -> int:
    """Return how many threads ``--threads`` asks for, all cores without it.

    Raises :class:`SettingsError` for what is no such number.
    """
    return usable_cores() if text is None else int(option_value("--threads", _THREADS, text))
