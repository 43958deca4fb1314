"""Pictures: decoded from a few safe formats, turned upright, stripped, made anew as WebP in several widths."""

import io
import struct
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
MOST_PIXELS = 40_000_000  # a phone's camera has 12 to 50 million; more is a bomb
TALLEST = 16_000  # WebP holds no more: a long screenshot is made smaller
ENOUGH = 3200  # twice the largest width that is kept
BAND = 128  # rows
QUALITY = 82
BROKEN = (  # what decoders say about bytes that lie
    UnidentifiedImageError, OSError, ValueError, SyntaxError, Warning, Image.DecompressionBombError,
    struct.error, EOFError, LookupError, TypeError, ArithmeticError, MemoryError,
)  # fmt: skip


class Unreadable(ValueError):
    """Not a picture of a known format, broken, or too large to decode."""


@dataclass(frozen=True)
class Drawn:
    """A picture in WebP, by width, with its own size and mean colour."""

    parts: dict[int, bytes]
    width: int
    height: int
    tint: str


def opened(data: bytes) -> Image.Image:
    """The first frame of a picture, upright, in RGB or RGBA, without anything else that came with it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            ImageFile.LOAD_TRUNCATED_IMAGES = False  # WeasyPrint turns it on for the whole process
            picture: Image.Image = Image.open(io.BytesIO(data), formats=FORMATS)
            if picture.width * picture.height > MOST_PIXELS or min(picture.size) < 1:
                raise Unreadable("too large")
            picture.draft("RGB", (ENOUGH, ENOUGH))  # a JPEG is decoded at a fraction of its size
            picture.load()
            picture = _shrunk(picture)
            ImageOps.exif_transpose(picture, in_place=True)
            transparent = picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info
            wanted = "RGBA" if transparent else "RGB"
            return picture if picture.mode == wanted else picture.convert(wanted)
    except BROKEN as error:
        raise Unreadable(str(error)) from error


def _shrunk(picture: Image.Image) -> Image.Image:
    """Much smaller, when its shorter side is twice as long as any page needs; by bands: so large a one takes 160 MB as
    it is, and each copy of the whole as much again."""
    part = min(picture.size) // (ENOUGH // 2)
    if part < 2 or picture.mode not in {"RGB", "RGBA"}:
        return picture
    small = Image.new(picture.mode, (picture.width // part, picture.height // part))
    for top in range(0, picture.height, BAND * part):
        band = picture.crop((0, top, picture.width, min(picture.height, top + BAND * part)))
        small.paste(band.reduce(part), (0, top // part))
    small.info = dict(picture.info)
    return small


def webps(data: bytes, widths: Sequence[int]) -> Drawn:
    """The picture in every width that it fills, and in its own up to the largest."""
    picture = _short(opened(data))
    sizes = [width for width in widths if width < picture.width] + [min(picture.width, widths[-1])]
    parts = {}
    largest = picture
    for width in sorted(sizes, reverse=True):
        largest = _narrow(largest, width)
        parts[width] = _webp(largest)
    return Drawn(parts, sizes[-1], largest_height(picture, sizes[-1]), tint(largest))


def largest_height(picture: Image.Image, width: int) -> int:
    """The height that belongs to `width`."""
    return max(1, round(picture.height * width / picture.width))


def _short(picture: Image.Image) -> Image.Image:
    if picture.height <= TALLEST:
        return picture
    return picture.resize((max(1, picture.width * TALLEST // picture.height), TALLEST), Image.Resampling.LANCZOS)


def _narrow(picture: Image.Image, width: int) -> Image.Image:
    if picture.width == width:
        return picture
    return picture.resize((width, largest_height(picture, width)), Image.Resampling.LANCZOS)


def _webp(picture: Image.Image) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, "WEBP", quality=QUALITY, method=4)
    return stream.getvalue()


def tint(picture: Image.Image) -> str:
    """The mean colour of a picture, as `#rrggbb`."""
    flat = Image.new("RGB", picture.size, "white")
    flat.paste(picture, mask=picture.getchannel("A") if picture.mode == "RGBA" else None)
    red, green, blue = flat.resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))  # type: ignore[misc]
    return f"#{red:02x}{green:02x}{blue:02x}"
