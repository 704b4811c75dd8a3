"""The command line, one file a command; what it does, the window does too."""

from convlab.cli.app import app

__all__ = ["app"]
