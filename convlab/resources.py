"""The only code that knows where resources/ lies."""

from pathlib import Path


def resource(name: str) -> Path:
    """Return the path of a bundled file or folder, such as ``digits/digits.npz``.

    An installed wheel carries the folder inside the package; a checkout has it beside the package.
    """
    package = Path(__file__).parent
    for folder in (package / "resources", package.parent / "resources"):
        if (path := folder / name).exists():
            return path
    raise FileNotFoundError(f"resources/{name} of convlab is missing; install it again")


def shipped_weights() -> Path | None:
    """Return the file of the trained weights that come with the lab, or None if they do not."""
    try:
        return resource("weights/simpleconvnet.safetensors")
    except FileNotFoundError:
        return None
