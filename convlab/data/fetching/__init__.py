"""Getting files from mirrors: watched while they arrive, and checked before they are kept."""

from convlab.data.fetching.fetch import MIRROR_VARIABLE, fetch_files
from convlab.data.fetching.remote_file import RemoteFile

__all__ = ["MIRROR_VARIABLE", "RemoteFile", "fetch_files"]
