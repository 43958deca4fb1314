"""The few shapes every drawing is made of, written as compact SVG text."""

import re
import zlib
from collections.abc import Iterable
from typing import Any

from demo.drawings.palettes import shade, tint

Point = tuple[float, float]
Frame = tuple[float, float, float, float]
DEFINED = re.compile("⟦([^⟦⟧|]*)\\|([^⟦⟧]*)⟧")


def n(*values: float) -> str:
    """Numbers as short as they can be written; a tenth of a unit is finer than any screen shows."""
    return " ".join(f"{v:.1f}".rstrip("0").rstrip(".").replace("-0.", "-.") or "0" for v in values)


def key(text: str) -> str:
    """An id made from what it names: equal parts share it, and `document` puts the drawing's own name before it."""
    return "§" + format(zlib.crc32(text.encode()) % 1679616, "x")


def define(name: str, markup: str) -> str:
    """A definition, marked so that `document` can move it to the front and keep it only once."""
    return f"⟦{name}|{markup}⟧"


def tag(name: str, inside: str = "", **attributes: Any) -> str:
    words = "".join(f' {k.strip("_").replace("_", "-")}="{v}"' for k, v in attributes.items())
    return f"<{name}{words}>{inside}</{name}>" if inside else f"<{name}{words}/>"


def path(d: str, fill: str, **more: Any) -> str:
    return tag("path", d=d, fill=fill, **more) if d else ""


def line(d: str, colour: str, width: float = 3, **more: Any) -> str:
    return tag("path", d=d, fill="none", stroke=colour, stroke_width=n(width), **more)


def box(frame: Frame, fill: str, r: float = 0, **more: Any) -> str:
    x, y, w, h = frame
    round_ = {"rx": n(r)} if r else {}
    return tag("rect", x=n(x), y=n(y), width=n(w), height=n(h), fill=fill, **round_, **more)


def dot(at: Point, r: float, fill: str, **more: Any) -> str:
    return tag("circle", cx=n(at[0]), cy=n(at[1]), r=n(r), fill=fill, **more)


def oval(at: Point, radii: Point, fill: str, **more: Any) -> str:
    return tag("ellipse", cx=n(at[0]), cy=n(at[1]), rx=n(radii[0]), ry=n(radii[1]), fill=fill, **more)


def veil(art: str, opacity: float) -> str:
    return tag("g", art, opacity=n(opacity) if opacity >= 0.1 else opacity)


def put(art: str, at: Point = (0, 0), size: float = 1, turn: float = 0) -> str:
    """The same art, moved, scaled and turned."""
    return tag("g", art, transform=place(at, size, turn)) if art else ""


def place(at: Point, size: float = 1, turn: float = 0) -> str:
    words = f"translate({n(*at)})"
    words += f" rotate({n(turn)})" if turn else ""
    return words + (f" scale({fine(size)})" if size != 1 else "")


def fine(value: float) -> str:
    """A hundredth is enough for sizes."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def flip(art: str, at: Point = (0, 0), size: float = 1) -> str:
    return tag("g", art, transform=f"translate({n(*at)}) scale({fine(-size)} {fine(size)})")


def copies(art: str, places: Iterable[tuple[Point, float, float]]) -> str:
    """One piece of art at many places: written once, then referred to."""
    name, out = key(art), ""
    for at, size, turn in places:
        still = size == 1 and turn == 0
        where = {"x": n(at[0]), "y": n(at[1])} if still else {"transform": place(at, size, turn)}
        out += tag("use", href=f"#{name}", **where)
    return define(name, tag("g", art, id=name)) + out


def clip(d: str, *inside: str) -> str:
    """What lies within an outline."""
    name = key(d)
    return (define(name, f'<clipPath id="{name}"><path id="{name}p" d="{d}"/></clipPath>')
            + tag("g", "".join(inside), clip_path=f"url(#{name})"))


def lit(d: str, fill: str, dark: str = "", glow: str = "", *extra: str) -> str:
    """A solid: its outline in one tone, the side away from the light darker, the side towards it lighter."""
    inside = path(dark, shade(fill)) + path(glow, tint(fill)) + "".join(extra)
    if not inside:
        return path(d, fill)
    return tag("use", href=f"#{key(d)}p", fill=fill) + clip(d, inside)


def pattern(name: str, frame: Frame, cell: str, turn: str = "") -> str:
    """A cell that repeats wherever it is used as a fill."""
    x, y, w, h = frame
    more = {"patternTransform": turn} if turn else {}
    return define(name, tag("pattern", cell, id=name, x=n(x), y=n(y), width=n(w), height=n(h),
                            patternUnits="userSpaceOnUse", **more))


def shadow(at: Point, rx: float, ry: float = 0, strength: float = 0.34) -> str:
    """The soft shadow on the ground, thrown to the lower right."""
    ry = ry or rx * 0.17
    name = f"§s{round(strength * 100)}"
    stops = (f'<stop stop-color="#20131f" stop-opacity="{strength}"/>'
             f'<stop offset=".55" stop-color="#20131f" stop-opacity="{strength * 0.55:.2f}"/>'
             '<stop offset="1" stop-color="#20131f" stop-opacity="0"/>')
    return (define(name, tag("radialGradient", stops, id=name))
            + oval((at[0] + rx * 0.22, at[1] + ry * 0.2), (rx * 1.25, ry * 1.25), f"url(#{name})"))


def fade(frame: Frame, colour: str, start: float = 0, end: float = 1) -> str:
    """A band of colour that comes up out of nothing: light, haze, depth."""
    name = key(f"{colour}{start}{end}")
    stops = (f'<stop stop-color="{colour}" stop-opacity="{start}"/>'
             f'<stop offset="1" stop-color="{colour}" stop-opacity="{end}"/>')
    return (define(name, tag("linearGradient", stops, id=name, x2=0, y2=1))
            + box(frame, f"url(#{name})"))


def standing(art: str, at: Point, width: float, size: float = 1) -> str:
    """Art upon the ground with the shadow it throws."""
    return shadow((at[0] + 10, at[1]), width * size) + put(art, at, size)


def hoisted(art: str) -> tuple[str, str]:
    """Every definition once, taken out of the art."""
    once = dict[str, str]()

    def keep(found: re.Match[str]) -> str:
        once.setdefault(found.group(1), found.group(2))
        return ""

    while DEFINED.search(art):
        art = DEFINED.sub(keep, art)
    return "".join(once.values()), art


ALONE = re.compile(r'<g (transform="[^"]*")><(path|rect|circle|ellipse|use) ((?:(?!transform=)[^<>])*)/></g>')
LIMIT = 6144  # bytes of one drawing


def tight(markup: str) -> str:
    """The same markup without the characters that mean nothing."""
    markup = re.sub(r' d="([^"]*)"', lambda found: f' d="{closer(found.group(1))}"', markup)
    markup = re.sub(r"(?<=[ \"(-])0(?=\.\d)", "", markup)
    markup = re.sub(r' [xy]="0"| transform="translate\(0 0\)"|(?<=")translate\(0 0\) (?=[rs])', "", markup)
    markup = re.sub(r"(?<=\d)\.0(?=\D)", "", ALONE.sub(r"<\2 \1 \3/>", markup))
    markup = re.sub(r"#([0-9a-fA-F])\1([0-9a-fA-F])\2([0-9a-fA-F])\3(?=\")", r"#\1\2\3", markup)
    return markup if len(markup.encode()) < LIMIT - 200 else rounder(markup)


def rounder(markup: str) -> str:
    """The same with whole units where a drawing has too many fine ones to stay light."""
    whole = re.compile(r"\d{2,}\.\d+")
    return re.sub(r' d="([^"]*)"', lambda d: f' d="{whole.sub(lambda v: str(round(float(v.group()))), d.group(1))}"', markup)


def closer(d: str) -> str:
    d = re.sub(r"\s*([A-Za-z])\s*", r"\1", d.strip())
    return re.sub(r"\s+(?=-)", "", re.sub(r"[\s,]+", " ", d))


def document(name: str, title: str, frame: Frame, art: str) -> str:
    """A whole SVG: definitions once and first, ids short and shared with no other drawing on the page."""
    definitions, art = hoisted(art)
    body = tag("title", title) + (tag("defs", definitions) if definitions else "") + art
    short = {old: f"{chr(97 + i % 26)}{i // 26 or ''}" for i, old in enumerate(dict.fromkeys(re.findall(r"§\w+", body)))}
    body = tight(re.sub(r"§\w+", lambda found: short[found.group()], body))
    return tag("svg", body, xmlns="http://www.w3.org/2000/svg", viewBox=n(*frame), role="img",
               stroke_linecap="round")
