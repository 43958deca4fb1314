"""Sharing: what is written when a product is shared, and share cards drawn as JPEG for link previews."""

import hashlib
import io
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from kernel import atomic, settings
from kernel.settings import ROOT

SIZE = (1200, 630)
LEFT = 560  # the picture's share of the card
LIMIT = 300 * 1024
DRAWN = "1"  # moves when the drawing changes, so that old cards are left behind


@dataclass(frozen=True)
class Card:
    """What a share card says."""

    title: str
    price: str
    shop: str
    line: str
    font: str
    surface: str
    ink: str
    accent: str
    soft: str
    picture: str = ""  # the picture's sha256

    @property
    def digest(self) -> str:
        """What names the drawn card."""
        told = "|".join((DRAWN, *(str(getattr(self, name)) for name in self.__dataclass_fields__)))
        return hashlib.sha256(told.encode()).hexdigest()[:16]


def product_text(name: str, price: str, url: str) -> str:
    """What is written when a product is shared: name, price, address; a long name gives way."""
    room = 300 - len(price) - len(url) - 6
    return f"{name if len(name) <= room else name[: room - 1] + '…'} · {price}\n{url}"


def draw(card: Card, picture: bytes | None) -> bytes:
    """The card as a JPEG of at most 300 KB."""
    image = Image.new("RGB", SIZE, card.surface)
    begin = 80
    if picture:
        with Image.open(io.BytesIO(picture)) as opened:
            image.paste(_covered(opened.convert("RGB"), (LEFT, SIZE[1])), (0, 0))
        begin = LEFT + 64
    _write_all(ImageDraw.Draw(image), card, begin)
    return _packed(image)


def _covered(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    scale = max(size[0] / image.width, size[1] / image.height)
    grown = image.resize((max(size[0], round(image.width * scale)), max(size[1], round(image.height * scale))))
    left, top = (grown.width - size[0]) // 2, (grown.height - size[1]) // 2
    return grown.crop((left, top, left + size[0], top + size[1]))


def _packed(image: Image.Image) -> bytes:
    for quality in (86, 76, 64, 50, 35):
        out = io.BytesIO()
        image.save(out, "JPEG", quality=quality, optimize=True, progressive=True)
        if out.tell() <= LIMIT:
            break
    return out.getvalue()


def _write_all(pen: ImageDraw.ImageDraw, card: Card, begin: int) -> None:
    width = SIZE[0] - begin - 64
    size = next((size for size in (76, 64, 54, 46) if len(_lines(card.title, font(card.font, size), width)) <= 3), 40)
    lines = _lines(card.title, font(card.font, size), width)[:4]
    pen.rectangle((begin, 84, begin + 72, 92), fill=card.accent)
    write(pen, (begin, 112), card.shop, font("figtree", 32, 600), fill=card.soft)
    top = 190
    for line in lines:
        write(pen, (begin, top), line, font(card.font, size), fill=card.ink)
        top += round(size * 1.12)
    for line in _lines(card.line, font("figtree", 30, 400), width)[:2] if top < 420 else []:
        write(pen, (begin, top + 20), line, font("figtree", 30, 400), fill=card.soft)
        top += 40
    write(pen, (begin, 500), card.price, font("figtree", 60, 700), fill=card.ink)


def _lines(text: str, font: Any, width: int) -> list[str]:
    found: list[str] = []
    for word in text.split():
        if found and font.getlength(f"{found[-1]} {word}") <= width:
            found[-1] += f" {word}"
        else:
            found.append(word)
    return found


def write(pen: ImageDraw.ImageDraw, at: tuple[float, float], text: str, font: Any, *, fill: str) -> None:
    """Draw a line of text; the faces have no colón sign, so it is a C with two strokes."""
    clean, left = text.replace("\u202f", "\u00a0"), at[0]
    for place, part in enumerate(clean.split("₡")):
        if place:
            wide, (_, top, _, bottom) = font.getlength("C"), font.getbbox("C")
            pen.text((left, at[1]), "C", font=font, fill=fill)
            for share in (0.34, 0.6):
                foot = (left + wide * share, at[1] + bottom + 6)
                pen.line((*foot, foot[0] + wide * 0.2, at[1] + top - 6), fill=fill, width=max(2, font.size // 16))
            left += wide
        pen.text((left, at[1]), part, font=font, fill=fill)
        left += font.getlength(part)


@lru_cache(maxsize=32)
def font(name: str, size: int, weight: int = 0) -> Any:
    """One of our faces in that size, to draw with."""
    places = (settings.current().instance / "vendor/fonts", ROOT / "instance/vendor/fonts")
    found = next((folder / f"{name}.woff2" for folder in places if (folder / f"{name}.woff2").exists()), None)
    if found is None:
        return ImageFont.load_default(size)
    face = ImageFont.truetype(str(found), size)
    face.set_variation_by_axes([weight or {"fraunces": 500}.get(name, 680)])
    return face


def kept(folder: Path, card: Card, picture: bytes | None) -> bytes:
    """The card from disk, drawn when nobody asked for it before."""
    path = folder / "cards" / f"{card.digest}.jpg"
    if not path.exists():
        atomic.write(path, draw(card, picture))
    return path.read_bytes()
