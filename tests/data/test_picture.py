"""A picture of a digit is read like a drawing of it, however it was made."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from convlab.data import picture
from convlab.data.digit_image import Drawing, Stroke, digit_image
from convlab.data.picture import read_gray, read_ink, read_picture
from convlab.data.preparation import Preparation
from convlab.errors import DataError

SEVEN = np.array([(0, 0), (60, 0), (20, 100)], float)


def seven(
    paper: object = "white",
    ink: object = "black",
    mode: str = "RGB",
    size: tuple[int, int] = (300, 260),
    width: int = 13,
) -> Image.Image:
    """Draw a seven in the middle of a sheet."""
    sheet = Image.new(mode, size, paper)  # type: ignore[arg-type]
    corner = np.array(size) / 2 - (30, 50)
    path = [(float(x), float(y)) for x, y in SEVEN + corner]
    ImageDraw.Draw(sheet).line(path, fill=ink, width=width, joint="curve")  # type: ignore[arg-type]
    return sheet


def likeness(image: NDArray[np.uint8]) -> float:
    """Correlation with the seven drawn with pen strokes; 1 if they are the same."""
    drawn = digit_image(Drawing((Stroke(SEVEN, 13.0),)))
    return float(np.corrcoef(image.ravel(), drawn.ravel())[0, 1])


def read(image: Image.Image, tmp_path: Path, name: str = "seven.png", **how: object) -> float:
    image.save(tmp_path / name, **how)
    result = read_picture(tmp_path / name)
    assert result.shape == (28, 28)
    assert result.dtype == np.uint8
    return likeness(result)


@pytest.mark.parametrize(
    "image",
    [
        seven(),
        seven("black", "white"),
        seven("#ffeecc", "#2040a0"),
        seven("#102030", "#ffffa0"),
        seven(255, 0, mode="L"),
        seven(1, 0, mode="1"),
        seven((0, 0, 0, 0), "black", mode="RGBA"),
        seven((0, 0, 0, 0), "white", mode="RGBA"),
        seven((255, 255, 255, 0), (0, 0, 0, 255), mode="RGBA"),
        seven().convert("P"),
        seven().convert("CMYK").convert("RGB"),
    ],
    ids=lambda image: image.mode,
)
def test_whatever_the_colors_the_digit_is_the_same(image: Image.Image, tmp_path: Path) -> None:
    assert read(image, tmp_path) > 0.93


@pytest.mark.parametrize("name", ["s.jpg", "s.gif", "s.bmp", "s.tif", "s.webp", "s.ppm", "s.dat"])
def test_common_formats_are_read_whatever_the_ending(name: str, tmp_path: Path) -> None:
    how = {"format": "PNG"} if name == "s.dat" else {}
    assert read(seven(), tmp_path, name, **how) > 0.93


def test_sixteen_bits_a_pixel_are_read(tmp_path: Path) -> None:
    deep = np.asarray(seven().convert("L")).astype(np.uint16) * 4
    assert read(Image.fromarray(deep), tmp_path) > 0.93


def test_a_card_with_a_digit_on_a_transparent_ground_is_read(tmp_path: Path) -> None:
    sheet = Image.new("RGBA", (400, 360))
    sheet.paste(seven(), (50, 50))
    assert read(sheet, tmp_path) > 0.93


def test_uneven_light_grain_and_dust_do_no_harm(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    sheet = seven("#e8e8e0", "#303060", size=(360, 300))
    for x, y in ((20, 20), (340, 30), (60, 270), (300, 250), (180, 20)):
        ImageDraw.Draw(sheet).ellipse((x, y, x + 2, y + 2), fill="black")
    lit = np.asarray(sheet, float) * np.linspace(1, 0.5, 360)[None, :, None]
    grainy = np.clip(lit + rng.normal(0, 8, lit.shape), 0, 255).astype(np.uint8)
    assert read(Image.fromarray(grainy), tmp_path, "seven.jpg", quality=70) > 0.9


def photo(light: NDArray[np.float64], tmp_path: Path, name: str = "photo.jpg") -> float:
    """Read a dark seven on light paper under ``light`` (260, 300), 0 to 1, with some grain."""
    rng = np.random.default_rng(5)
    lit = np.asarray(seven(230, 40, mode="L"), float) * light + rng.normal(0, 3, light.shape)
    return read(Image.fromarray(lit.clip(0, 255).astype(np.uint8)), tmp_path, name, quality=80)


def test_light_that_falls_off_toward_the_edges_is_no_dark_border(tmp_path: Path) -> None:
    rows, columns = np.meshgrid(np.linspace(-1, 1, 260), np.linspace(-1, 1, 300), indexing="ij")
    assert photo(1 / (1 + rows**2 + columns**2), tmp_path) > 0.93


@pytest.mark.parametrize("across", [120, 150, 170])
def test_a_shadow_with_a_sharp_edge_across_the_digit_does_no_harm(
    across: int, tmp_path: Path
) -> None:
    shadow = np.where(np.arange(300) < across, 0.5, 1.0)
    assert photo(np.tile(shadow, (260, 1)), tmp_path) > 0.93


@pytest.mark.parametrize("sides", [2, 4])
def test_a_dark_table_around_the_paper_is_no_ink(sides: int, tmp_path: Path) -> None:
    table = np.ones((260, 300))
    table[:30], table[:, :45] = 0.2, 0.2
    if sides == 4:
        table[-25:], table[:, -35:] = 0.2, 0.2
    assert photo(table, tmp_path) > 0.93


def test_a_digit_that_touches_the_edges_is_kept_whole(tmp_path: Path) -> None:
    sheet = np.asarray(seven(mode="L", paper=255, ink=0))
    rows, columns = np.nonzero(sheet < 128)
    tight = sheet[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    assert read(Image.fromarray(tight), tmp_path) > 0.93
    assert read(Image.fromarray(255 - tight), tmp_path) > 0.93


def test_chalk_on_a_stained_blackboard_is_read(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    board = np.asarray(seven(50, 190, mode="L"), float)
    stains = Image.fromarray(rng.normal(0, 12, (5, 6))).resize((300, 260), Image.Resampling.BICUBIC)
    chalky = board + np.asarray(stains) + rng.normal(0, 6, board.shape)
    assert read(Image.fromarray(chalky.clip(0, 255).astype(np.uint8)), tmp_path) > 0.93


def test_a_marker_is_thinned(tmp_path: Path) -> None:
    seven(width=28).save(tmp_path / "marker.png")
    image = read_picture(tmp_path / "marker.png")
    bar = Drawing((Stroke(np.array([(0, 0), (60, 0), (20, 100)], float), 28.0),))
    assert image.sum(dtype=int) == pytest.approx(digit_image(bar).sum(dtype=int), rel=0.12)


def test_a_hairline_is_thickened(tmp_path: Path) -> None:
    sheet = seven(width=1, size=(900, 900))
    sheet.save(tmp_path / "thin.png")
    image = read_picture(tmp_path / "thin.png")
    assert image.max() > 200
    assert likeness(image) > 0.85


def test_the_camera_held_on_its_side_is_respected(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees
    lying = seven().transpose(Image.Transpose.ROTATE_90)
    assert read(lying, tmp_path, "side.jpg", exif=exif) > 0.93


def test_an_image_like_mnists_is_hardly_changed(tmp_path: Path) -> None:
    drawn = digit_image(Drawing((Stroke(SEVEN, 13.0),)))
    assert read(Image.fromarray(drawn), tmp_path) > 0.97


@pytest.mark.parametrize(
    "blank",
    [
        Image.new("RGB", (50, 50), "white"),
        Image.new("RGBA", (50, 50)),
        Image.new("L", (1, 1), 90),
        Image.new("I;16", (20, 20), 7),
        Image.linear_gradient("L"),
        seven("#808080", "#858585"),
    ],
    ids=["white", "transparent", "one pixel", "deep", "gradient", "faint"],
)
def test_an_image_of_no_digit_is_refused(blank: Image.Image, tmp_path: Path) -> None:
    blank.save(tmp_path / "blank.png")
    with pytest.raises(DataError, match=r"no digit to be seen in blank\.png"):
        read_picture(tmp_path / "blank.png")


def test_what_is_no_picture_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.png").write_text("not a picture")
    with pytest.raises(DataError, match=r"notes\.png is not a picture"):
        read_picture(tmp_path / "notes.png")
    with pytest.raises(DataError, match=r"There is no file"):
        read_picture(tmp_path / "gone.png")


def test_a_page_that_could_start_a_program_is_refused(tmp_path: Path) -> None:
    (tmp_path / "page.eps").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n")
    with pytest.raises(DataError, match="is not a picture that can be read"):
        read_picture(tmp_path / "page.eps")


@pytest.mark.parametrize("name", ["cut.png", "cut.jpg", "cut.gif", "cut.tif", "cut.webp"])
def test_a_picture_cut_off_is_refused(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    seven().save(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * 2 // 3])
    with pytest.raises(DataError, match=r"cut\.\w+ is (damaged|not a picture)"):
        read_picture(path)


@pytest.mark.parametrize("limit", ["LARGEST_PICTURE", "MAX_IMAGE_PIXELS", "half"])
def test_a_decompression_bomb_is_not_unpacked(
    limit: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if limit == "LARGEST_PICTURE":
        monkeypatch.setattr(picture, "LARGEST_PICTURE", 1_000)
    else:  # Pillow warns beyond its own limit and refuses at twice that
        pixels = 300 * 260
        monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", pixels // (4 if limit == "half" else 1) - 1)
    monkeypatch.setattr(Image.Image, "convert", pytest.fail)
    sheet = seven()
    sheet.save(tmp_path / "bomb.png")
    with pytest.raises(DataError, match=r"bomb\.png is too large a picture"):
        read_picture(tmp_path / "bomb.png")


def test_the_stages_of_a_picture_end_with_the_image_that_is_read(tmp_path: Path) -> None:
    seven("#e8e8e0", "#303060").save(tmp_path / "seven.png")
    stages = Preparation().stages_of_ink(read_ink(tmp_path / "seven.png"))
    np.testing.assert_array_equal(stages.image, read_picture(tmp_path / "seven.png"))


def test_any_picture_can_be_had_in_gray_and_not_too_large(tmp_path: Path) -> None:
    ramp = np.tile(np.linspace(0, 255, 300).astype(np.uint8), (200, 1))
    Image.fromarray(ramp).save(tmp_path / "ramp.png")
    assert np.array_equal(read_gray(tmp_path / "ramp.png"), ramp)
    small = read_gray(tmp_path / "ramp.png", longest_side=60)
    assert small.shape == (40, 60)
    assert abs(float(small.mean()) - float(ramp.mean())) < 2
    with pytest.raises(DataError, match="There is no file"):
        read_gray(tmp_path / "none.png")
