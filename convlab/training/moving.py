"""A run whose folder can no longer be written is put into another one."""

import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from convlab.errors import ConvlabError
from convlab.training.config import TrainingConfig
from convlab.training.run_files import files_of
from convlab.training.run_folder import CHECKPOINTS_KEPT, RunFolder, unused_folder


def moved(
    old: RunFolder, config: TrainingConfig, write_end: Callable[[RunFolder], None]
) -> tuple[RunFolder, bool] | None:
    """Put a run into a new folder among the user's runs, or a temporary one.

    ``write_end`` writes what is known of it at its end; what was written before is copied.
    Returns the folder, and whether all of that could be copied; None if no folder has room.
    """
    for place in (lambda: None, lambda: temporary_folder(config)):
        try:
            new = RunFolder.create(config, place())
        except (ConvlabError, OSError):
            continue
        try:
            write_end(new)
        except (OSError, MemoryError):
            shutil.rmtree(new.path, ignore_errors=True)
            continue
        is_whole = _copy(old, new)
        _leave(old, new, is_whole=is_whole)
        return new, is_whole
    return None


def told_of_move(old: RunFolder, place: tuple[RunFolder, bool] | None) -> str:
    """Return a sentence that says where the run in ``old`` is, which :func:`moved` returned."""
    if place is None:
        return "No other folder has room for it; save its weights elsewhere."
    new, is_whole = place
    if not old.path.is_dir():
        return (
            f"Its history, weights and last checkpoint were put into {new.path} instead; its "
            "earlier snapshots are gone with the folder."
        )
    if is_whole:
        return f"The whole run was put into {new.path} instead."
    return (
        f"Its history, weights and last checkpoint were put into {new.path} instead; not all of "
        f"its snapshots could be, which are still in {old.path}."
    )


def _copy(old: RunFolder, new: RunFolder) -> bool:
    """Copy what ``new`` does not have; return whether that went well."""
    is_whole = True
    for name in files_of(old.path):
        target = new.path / name
        if target.exists():
            continue
        try:
            target.parent.mkdir(exist_ok=True)
            shutil.copyfile(old.path / name, target)
        except OSError:
            is_whole = False
            with suppress(OSError):
                target.unlink(missing_ok=True)  # half of it
    with suppress(OSError):
        new.drop_checkpoints(CHECKPOINTS_KEPT)
    return is_whole


def _leave(old: RunFolder, new: RunFolder, *, is_whole: bool) -> None:
    """Write down that the run is elsewhere, so that nobody takes it for an interrupted one."""
    info = old.info()
    if info is None:
        return
    message, place = f"The run was put into {new.path}.", str(new.path)
    info = replace(info, state="stopped", message=message, moved_to=place)
    try:
        old.save_info(info)
    except OSError:
        with suppress(OSError):
            if is_whole:  # then one checkpoint here is enough, and its room may do
                old.drop_checkpoints(1)
            old.save_info(info)


def temporary_folder(config: TrainingConfig) -> Path:
    """Return the path of a new run among the temporary files; raises OSError."""
    return unused_folder(Path(tempfile.mkdtemp(prefix="convlab-run-")), config.network.name)
