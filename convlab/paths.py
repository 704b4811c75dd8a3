"""Where the user's own files lie; the only code that asks platformdirs."""

from pathlib import Path

import platformdirs


def config_dir() -> Path:
    """The folder of the window's layout and the last settings."""
    return Path(platformdirs.user_config_dir("convlab", appauthor=False))


def data_dir() -> Path:
    """The folder of the user's runs."""
    return Path(platformdirs.user_data_dir("convlab", appauthor=False))


def cache_dir() -> Path:
    """The folder of what was fetched and can be fetched again."""
    return Path(platformdirs.user_cache_dir("convlab", appauthor=False))
