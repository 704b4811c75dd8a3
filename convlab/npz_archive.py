"""What an ``.npz`` file holds, looked at before any of it is unpacked."""

import math
import zipfile

from numpy.lib import format as npy

_HEADERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}


def array_sizes(archive: zipfile.ZipFile) -> dict[str, int]:
    """Return the bytes of every array by the name of its member.

    Neither the archive's word nor that of an array's header is taken for the size of the other:
    NumPy makes room for what the header announces. Raises ValueError where they disagree, or for
    anything but plain arrays.
    """
    sizes = {}
    for member in archive.infolist():
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ValueError("packed in another way than NumPy does")
        with archive.open(member) as file:
            shape, _, dtype = _HEADERS[npy.read_magic(file)](file)
            size = math.prod(shape) * dtype.itemsize
            if dtype.hasobject or size != member.file_size - file.tell():
                raise ValueError("header and content disagree")
            sizes[member.filename] = size
    return sizes
