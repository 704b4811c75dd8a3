"""Writing files so that a crash, a full disk or a kill never leaves half of one."""

import errno
import os
import tempfile
from contextlib import suppress
from pathlib import Path


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


_UMASK = _umask()  # read once: to read it is to change it, for all threads, for a moment


def write_atomically(path: Path, content: bytes | str) -> None:
    """Write ``content`` beside ``path`` and move it there in one step; raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data = content.encode() if isinstance(content, str) else content
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o666 & ~_UMASK)
        os.replace(temporary, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise


def append_lines(path: Path, lines: str) -> None:
    """Add whole lines to the end of ``path``, all or nothing; raises OSError.

    They go out in one call, so that whoever reads meanwhile sees all of a line or none of it. A
    file that is gone is not made anew: it would lack what was in it.
    """
    with path.open("r+b", buffering=0) as file:
        end = file.seek(0, os.SEEK_END)
        data = lines.encode()
        try:
            if file.write(data) != len(data):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(file.fileno())
        except BaseException:
            with suppress(OSError):
                file.truncate(end)
            raise
