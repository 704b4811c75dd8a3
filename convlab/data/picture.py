"""From a picture file of one digit to a 28x28 image, the way MNIST was made."""

import warnings
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter, ImageOps, UnidentifiedImageError

from convlab.data.background import Levels, standing_out, threshold, without_table
from convlab.data.digit_image import BOX, THICKEST, THINNEST, bounds, image_from_ink
from convlab.errors import DataError

# Only these: some other readers of Pillow start programs that a file asks for.
FORMATS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM")
LARGEST_PICTURE = 50_000_000  # pixels
WORKING_SIDE = 800  # pixels; more would only cost time
DIGIT_SIDE = 200  # pixels of the digit alone
FAINTEST = 30  # gray levels between paper and ink; below, nothing can be told apart


def read_picture(path: str | Path) -> NDArray[np.uint8]:
    """Return the digit in a picture as a (28, 28) image, white on black.

    The digit may be dark on light or light on dark, gray or in color, on paper under uneven light
    or on a transparent background. Raises :class:`DataError` with one sentence if the file is not
    a picture, is damaged or too large, or shows nothing that stands out from its background.
    """
    return image_from_ink(read_ink(path))


def read_ink(path: str | Path) -> NDArray[np.uint8]:
    """Return the ink in a picture (H, W), 0 to 255, as thick as MNIST's; raises as above."""
    path = Path(path)
    picture = _opened(path)
    picture.thumbnail((WORKING_SIDE, WORKING_SIDE), Image.Resampling.BOX)
    ink = _ink(standing_out(without_table(np.asarray(picture))))
    if ink is None:
        raise DataError(
            f"There is no digit to be seen in {path.name}; give a picture of one digit that stands "
            "out clearly from its background."
        )
    return _evenly_thick(_without_specks(ink))


def read_gray(path: str | Path, longest_side: int = 1024) -> NDArray[np.uint8]:
    """Return any picture in gray (H, W), made smaller where a side has more than so many pixels.

    Raises :class:`DataError` with one sentence if the file is not a picture, damaged or too large.
    """
    picture = _opened(Path(path))
    picture.thumbnail((longest_side, longest_side), Image.Resampling.BOX)
    return np.array(picture.convert("L"))


def _opened(path: Path) -> Image.Image:
    """Return the picture in gray, upright, on an opaque background."""
    if not path.is_file():
        what = f"{path} is a folder" if path.is_dir() else f"There is no file {path}"
        raise DataError(f"{what}; give a picture file of one digit.")
    too_large = (
        f"{path.name} is too large a picture; give one of at most "
        f"{LARGEST_PICTURE // 1_000_000} million pixels."
    )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path, formats=FORMATS) as picture:
                if picture.width * picture.height > LARGEST_PICTURE:
                    raise DataError(too_large)
                return _on_paper(ImageOps.exif_transpose(picture))
    except DataError:
        raise
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise DataError(too_large) from error
    except UnidentifiedImageError as error:
        raise DataError(
            f"{path.name} is not a picture that can be read; give one as {', '.join(FORMATS)}."
        ) from error
    except Exception as error:  # a damaged file can make a decoder raise anything
        raise DataError(
            f"{path.name} is damaged and cannot be read as a picture; save it anew."
        ) from error


def _on_paper(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith(("I", "F")):  # more than 8 bits a pixel, of unknown range
        deep = np.nan_to_num(np.asarray(picture, np.float32), posinf=0.0, neginf=0.0)
        return Image.fromarray(np.uint8((deep - deep.min()) * (255 / (np.ptp(deep) or 1.0))))
    colored = picture.convert("RGBA")
    gray, alpha = colored.convert("L"), colored.getchannel("A")
    seen = np.asarray(gray)[np.asarray(alpha) > 127]
    return Image.composite(gray, Image.new("L", gray.size, _paper_behind(seen)), alpha)


def _paper_behind(seen: NDArray[np.uint8]) -> int:
    """Return the gray of paper on which the pixels that are not transparent can be made out."""
    if seen.size == 0:
        return 255
    darkest, middle, lightest = np.percentile(seen, (2, 50, 98))
    if lightest - darkest > 127:  # paper and ink are both there already
        return int(middle)
    return 255 if middle < 128 else 0


def _ink(gray: Levels) -> NDArray[np.uint8] | None:
    """Return ink (H, W), 0 to 255 with soft edges, or None where nothing stands out."""
    between = threshold(gray)
    below, above = gray[gray <= between], gray[gray > between]
    if above.size == 0 or np.median(above) - np.median(below) < FAINTEST:
        return None
    paper, full = np.median(below), np.median(above)
    grain = 1.5 * np.median(np.abs(below - paper))  # about the standard deviation of its noise
    empty = paper + max(4 * grain, 0.05 * (full - paper))
    strength = np.clip((gray - empty) / max(full - empty, 1.0), 0, 1)
    ink: NDArray[np.uint8] = (strength * 255).astype(np.uint8)
    return ink if ink.any() else None


def _without_specks(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Drop grain, which is faint and not at the edge of a stroke, and dust, which lies alone."""
    edge = 2 * max(1, max(ink.shape) // 200) + 1
    strong = Image.fromarray(np.where(ink > 100, ink, 0).astype(np.uint8))
    at_strokes = np.asarray(strong.filter(ImageFilter.MaxFilter(edge))) > 0
    if at_strokes.any():
        ink = np.where(at_strokes, ink, 0).astype(np.uint8)
    if max(ink.shape) < 75:  # too coarse to tell dust from strokes
        return ink
    around = np.asarray(Image.fromarray(ink).filter(ImageFilter.BoxBlur(max(ink.shape) // 25)))
    return np.where(around >= 0.1 * around.max(), ink, 0).astype(np.uint8)


def _evenly_thick(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Thicken hairlines, which would all but vanish in 20x20 pixels, and thin what is too thick."""
    top, bottom, left, right = bounds(ink)
    digit = Image.fromarray(ink[top:bottom, left:right])
    digit.thumbnail((DIGIT_SIDE, DIGIT_SIDE), Image.Resampling.BOX)
    ink = np.pad(np.asarray(digit), 1)
    outline = sum(np.abs(np.diff(ink.astype(float), axis=axis)).sum() for axis in (0, 1))
    thickness = 2 * ink.sum() / (outline * np.pi / 4)
    pixel = max(digit.size) / BOX
    if (reach := round((THINNEST * pixel - thickness) / 2)) > 0:
        wide = Image.fromarray(np.pad(ink, reach)).filter(ImageFilter.MaxFilter(2 * reach + 1))
        return np.asarray(wide)
    if (reach := round((thickness - THICKEST * pixel) / 2)) > 0:
        thin = np.asarray(Image.fromarray(ink).filter(ImageFilter.MinFilter(2 * reach + 1)))
        return thin if thin.any() else ink
    return ink
