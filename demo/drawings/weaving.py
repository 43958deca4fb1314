"""The woven pattern, computed: stepped rhombs, zigzags and little figures counted thread by thread."""

from demo.drawings.palettes import shade
from demo.drawings.shapes import Frame, box, key, n, path, pattern

QUETZAL = ("...11....", "..1111...", ".11.1....", "..111..2.", "..13311.2", "...3331.2", "....11..2", "....1.222", "...11....")
COLIBRI = ("....22......", "...222...11.", "..2222..1131", ".22222.111.3", ".222211111..", "..2211111...", "...11111....", "..1111......", ".11.........", "11..........")
VOLCAN = (".....11.....", "....1111....", "....1221....", "...112211...", "..11222211..", ".1122222211.", "112222222211")
MILPA = ("....1....", "..1.1.1..", "..1.1.1..", "...111...", ".2..1..2.", ".22.1.22.", "..2.1.2..", "...212...", "....1....")


def rhomb(r: int) -> str:
    """A stepped rhomb of `r` rows up and down, around the origin."""
    half = r - 1
    return (f"M-1 {-r}h2v1" + "h1v1" * half + "v1" + "h-1v1" * half + "h-2v-1" + "h-1v-1" * half + "v-1" + "h1v-1" * half + "Z")


def rhombs(colours: tuple[str, ...], r: int) -> str:
    """Rhomb within rhomb, from the outer colour to the inner."""
    step = max(1, r // len(colours))
    return "".join(path(rhomb(size), colour) for colour, size in zip(colours, range(r, 0, -step), strict=False))


def stitched(rows: tuple[str, ...], colours: tuple[str, ...]) -> str:
    """A figure from its rows of threads; each digit is a colour, a dot is the ground."""
    out = ""
    for i, colour in enumerate(colours, 1):
        d = ""
        for y, row in enumerate(rows):
            x = 0
            while x < len(row):
                run = len(row[x:]) - len(row[x:].lstrip(str(i)))
                d += f"M{x} {y}h{run}v1h-{run}Z" if run else ""
                x += run or 1
        out += path(d, colour)
    return out


def woven(frame: Frame, colours: tuple[str, ...], unit: float = 4, r: int = 6) -> str:
    """A field of rhombs: the first colour is the ground, the last the small rhomb at the corners."""
    ground, *rings, corner = colours
    cell = box((0, 0, 2 * r, 2 * r), ground) + place(rhombs(tuple(rings), r - 1), r, r) + "".join(
        place(path(rhomb(1), corner), x, y) for x in (0, 2 * r) for y in (0, 2 * r))
    name = key(f"{colours}{unit}{r}")
    return pattern(name, (0, 0, 2 * r, 2 * r), cell, f"translate({n(*frame[:2])}) scale({unit:g})") + box(frame, f"url(#{name})")


def figures(frame: Frame, ground: str, art: str, size: tuple[int, int, float]) -> str:
    """A field of one stitched figure; `size` is the columns and rows of the cell and the width of a thread."""
    columns, rows, unit = size
    cell = box((0, 0, columns, rows), ground) + place(art, 1, 1)
    name = key(f"{art}{size}{ground}")
    return pattern(name, (0, 0, columns, rows), cell, f"translate({n(*frame[:2])}) scale({unit:g})") + box(frame, f"url(#{name})")


def zigzag(frame: Frame, one: str, two: str, unit: float = 6) -> str:
    """A row of teeth, the darker colour below."""
    x, y, w, h = frame
    teeth = "".join(f"l{n(unit)} {n(-h)}l{n(unit)} {n(h)}" for _ in range(int(w / unit / 2) + 1))
    return box(frame, one) + path(f"M{n(x)} {n(y + h)}{teeth}Z", two)


def fringe(x: float, y: float, w: float, colour: str, drop: float = 16) -> str:
    """Knotted threads at the end of a cloth."""
    d = "".join(f"M{n(x + i * 8 + 4)} {n(y)}v{n(drop)}" for i in range(int(w / 8)))
    return f'<path d="{d}" fill="none" stroke="{colour}" stroke-width="4"/>' + path(
        "".join(f"M{n(x + i * 16 + 8)} {n(y + 3)}h8v5h-8Z" for i in range(int(w / 16))), shade(colour, 0.25))


def place(art: str, x: float, y: float) -> str:
    return f'<g transform="translate({n(x, y)})">{art}</g>'
