"""Colours as OKLCH numbers: contrast, and moving a colour until text on it or in it can be read."""

import math
import re
from dataclasses import dataclass, replace

AA = 4.5
EDGE = 3.0


@dataclass(frozen=True, slots=True)
class Colour:
    """Lightness 0–1, chroma 0–0.4, hue in degrees."""

    light: float
    chroma: float
    hue: float

    def at(self, light: float | None = None, chroma: float | None = None) -> "Colour":
        """The same hue with another lightness or chroma."""
        return replace(
            self,
            light=self.light if light is None else min(max(light, 0.0), 1.0),
            chroma=self.chroma if chroma is None else chroma,
        )

    @property
    def hex(self) -> str:
        """`#rrggbb`, brought into sRGB by lowering the chroma only."""
        return "#" + "".join(f"{round(255 * _gamma(part)):02x}" for part in _inside(self))


def parse(text: str) -> Colour:
    """A Colour from `#rrggbb` or `#rgb`; ValueError for anything else."""
    digits = text.strip().lstrip("#")
    if re.fullmatch(r"[0-9a-fA-F]{3}", digits):
        digits = "".join(digit * 2 for digit in digits)
    if not re.fullmatch(r"[0-9a-fA-F]{6}", digits):
        raise ValueError(f"{text!r} is not a colour: write it like #C8553D")
    return _from_linear(*(_linear(int(digits[at : at + 2], 16) / 255) for at in (0, 2, 4)))


def contrast(one: str, other: str) -> float:
    """WCAG contrast ratio of two `#rrggbb`, from 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def readable(colour: Colour, grounds: list[str], ratio: float = AA) -> str:
    """`colour` moved in lightness, as little as possible, until it has `ratio` on every ground."""
    lightness = (colour.light + step * sign for step in _steps() for sign in (-1, 1))
    for light in lightness:
        if 0 <= light <= 1:
            moved = colour.at(light).hex
            if all(contrast(moved, ground) >= ratio for ground in grounds):
                return moved
    return max(("#000000", "#ffffff"), key=lambda end: min(contrast(end, ground) for ground in grounds))


def fill(colour: Colour, *, ground: str, inks: tuple[str, str], edge: float = 1.0) -> tuple[str, str]:
    """A ground near `colour` and the one of two inks that is read on it at AA; seen on `ground` at `edge`."""
    for step in _steps():
        for sign in (-1, 1):
            light = colour.light + step * sign
            if not 0 <= light <= 1:
                continue
            moved = colour.at(light).hex
            ink = max(inks, key=lambda each: contrast(each, moved))
            if contrast(ink, moved) >= AA and contrast(moved, ground) >= edge:
                return moved, ink
    return readable(colour.at(0.3), [inks[0]]), inks[0]


def _steps() -> list[float]:
    return [step / 200 for step in range(201)]


def _luminance(text: str) -> float:
    red, green, blue = (_linear(int(text[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def _gamma(part: float) -> float:
    return 12.92 * part if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055


def _from_linear(red: float, green: float, blue: float) -> Colour:
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    middle = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    light = 0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short
    return Colour(light, math.hypot(a, b), math.degrees(math.atan2(b, a)) % 360)


def _to_linear(colour: Colour) -> tuple[float, float, float]:
    a = colour.chroma * math.cos(math.radians(colour.hue))
    b = colour.chroma * math.sin(math.radians(colour.hue))
    long = (colour.light + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (colour.light - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (colour.light - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )


def _inside(colour: Colour) -> tuple[float, float, float]:
    """Linear sRGB parts within 0–1: the most chroma that fits, found by halving."""
    low, high = 0.0, colour.chroma
    parts = _to_linear(colour)
    if not _fits(parts):
        for _ in range(14):
            middle = (low + high) / 2
            low, high = (middle, high) if _fits(_to_linear(colour.at(chroma=middle))) else (low, middle)
        parts = _to_linear(colour.at(chroma=low))
    red, green, blue = (min(max(part, 0.0), 1.0) for part in parts)
    return red, green, blue


def _fits(parts: tuple[float, float, float]) -> bool:
    return all(-1e-4 <= part <= 1 + 1e-4 for part in parts)
