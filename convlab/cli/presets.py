"""``convlab presets``: named settings to begin with."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from convlab.cli.options import chosen_settings, option_name
from convlab.cli.run_words import plain
from convlab.cli.terminal import complain
from convlab.data.datasets import DATASETS
from convlab.errors import ConvlabError, DataError
from convlab.training.config import TrainingConfig
from convlab.training.presets import (
    Preset,
    PresetRun,
    differing_settings,
    find_preset,
    missing_dataset,
    own_presets,
    shipped_presets,
)
from convlab.wording import counted

presets = typer.Typer(help="Show the presets for convlab train --preset.", no_args_is_help=True)


@presets.command("list")
def list_presets(
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the result as one line of JSON.")
    ] = False,
) -> None:
    """List the presets, your own last: name, title, and what each shows."""
    own, problems = own_presets()
    every = (*shipped_presets(), *own)
    if as_json:
        typer.echo(json.dumps({"presets": [_described(preset) for preset in every]}))
    else:
        for preset in every:
            runs = f", {counted(len(preset.runs), 'run')}" if len(preset.runs) > 1 else ""
            mark = ", your own" if preset.is_own else ""
            typer.echo(f"{preset.name:<18} {plain(preset.title)}{runs}{mark}")
            typer.echo(f"{'':<18} {plain(preset.about)}")
    for problem in problems:
        complain(problem)


def planned_runs(
    config: Path | None, preset: str | None, settings: Mapping[str, Any]
) -> list[PresetRun]:
    """Return the runs that options ask for: that of a file, or those of a preset.

    The title is that of a run in a list, empty if it has none of its own. Raises
    :class:`ConvlabError` for settings or options that cannot be used.
    """
    if config is not None and preset is not None:
        raise ConvlabError("Settings come from --config or from --preset; leave one of them out.")
    if preset is None:
        base = TrainingConfig.load(config) if config else TrainingConfig()
        return [PresetRun("", chosen_settings(base, settings))]
    found = find_preset(preset)
    _refuse_contradiction(found, settings)
    missing = missing_dataset(found)
    if missing and settings.get("dataset") is None:
        title = DATASETS.get(missing).title
        raise DataError(
            f"The preset {found.name} wants {title}, which is not here. Fetch it with convlab data "
            f"fetch {missing}, or add --dataset bundled."
        )
    return [
        PresetRun(
            found.title_of(run) if len(found.runs) > 1 else "",
            chosen_settings(run.config, settings),
        )
        for run in found.runs
    ]


def folder_of(run: PresetRun, out: Path | None) -> Path | None:
    """Return the folder of one run below ``out``, or ``out`` itself for a run without a title."""
    if out is None or not run.title:
        return out
    return out / re.sub(r"[^\w ()+,=-]", "_", run.title.rpartition(": ")[2])


def _refuse_contradiction(preset: Preset, settings: Mapping[str, Any]) -> None:
    """Raise :class:`ConvlabError` for an option in whose setting the runs of a preset differ."""
    differing = differing_settings(preset)
    for name in (name for name, value in settings.items() if value is not None):
        # Another network or optimizer begins from its own settings, whatever those were.
        if any(
            name in (setting.partition(".")[0], setting.rpartition(".")[2]) for setting in differing
        ):
            options = " and ".join(map(option_name, differing))
            raise ConvlabError(
                f"The runs of {preset.title} differ in {options}, so {option_name(name)} cannot be "
                "the same for all; leave it out, or train one run without --preset."
            )


def _described(preset: Preset) -> dict[str, Any]:
    return {
        "name": preset.name,
        "title": preset.title,
        "about": preset.about,
        "own": preset.is_own,
        "runs": [{"title": run.title, "settings": run.config.to_dict()} for run in preset.runs],
    }
