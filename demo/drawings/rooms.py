"""Where things stand: walls, tables, shelves, windows, tiles and light."""

from demo.drawings.nature import haze, peak, ridge, sun
from demo.drawings.palettes import mix, shade, tint
from demo.drawings.shapes import Frame, box, clip, copies, dot, fade, line, n, oval, path, pattern

ALL: Frame = (-320, -260, 640, 520)


def wall(colour: str) -> str:
    return box(ALL, colour)


def table(top: str, y: float = 96) -> str:
    """A table from edge to edge: a bright far edge, a darker front."""
    return box((-320, y, 640, 260 - y), top) + box((-320, y, 640, 5), tint(top, 0.5)) + fade((-320, y, 640, 260 - y), shade(top, 0.35), 0, 0.45)


def planks(top: str, y: float = 96) -> str:
    """The same in wood: three boards with a little grain."""
    grain = f"M-320 {y + 44}H320M-320 {y + 100}H320"
    fine = f"M-250 {y + 24}h90m60 4h150m60 -8h120M-180 {y + 74}h130m110 0h150M-290 {y + 128}h140m140 2h120"
    return table(top, y) + line(grain, shade(top, 0.2), 3) + line(fine, shade(top, 0.1), 2.5)


def disc(at: tuple[float, float], r: float, colour: str) -> str:
    return dot(at, r, colour)


def arch(frame: Frame, colour: str) -> str:
    return path(arched(frame), colour)


def arched(frame: Frame) -> str:
    x, y, w, h = frame
    return f"M{n(x)} {n(y + h)}V{n(y + w / 2)}a{n(w / 2)} {n(w / 2)} 0 0 1 {n(w)} 0V{n(y + h)}Z"


def window(frame: Frame, sky: str, hill: str, trim: str) -> str:
    """An arched window onto the mountain, with mist lying in the valley."""
    x, y, w, h = frame
    view = (box(frame, sky) + sun((x + w * 0.3, y + h * 0.42), w * 0.11, "#FFF3D6", 0.4) + peak((x + w * 0.62, y + h), (w * 0.62, h * 0.56), hill)
            + peak((x + w * 0.18, y + h), (w * 0.5, h * 0.36), shade(hill, 0.16))
            + line(f"M{n(x + w * .3)} {n(y + h * .72)}h{n(w * .8)}M{n(x)} {n(y + h * .81)}h{n(w * .6)}M{n(x + w * .4)} {n(y + h * .9)}h{n(w * .7)}",
                   "#FFFFFF", h * 0.055, opacity=0.7))
    frame_ = line(arched(frame), trim, 9) + line(f"M{n(x + w / 2)} {n(y)}V{n(y + h)}", trim, 5)
    return clip(arched(frame), view) + frame_ + box((x - 14, y + h - 4, w + 28, 12), trim, 2) + box((x - 14, y + h + 4, w + 28, 4), shade(trim), 2)


def shelf(y: float, wood: str, span: Frame = (-320, 0, 640, 0)) -> str:
    x, _, w, _ = span
    return box((x, y, w, 14), wood, 2) + box((x, y + 9, w, 5), shade(wood, 0.25)) + fade((x, y + 14, w, 26), "#20131f", 0.2, 0)


def tiles(colour: str, joint: str, y: float = 96) -> str:
    """A wall of old tiles: one rhomb and four corners in each."""
    tile = box((0, 0, 62, 62), colour) + path("M31 9 L53 31 L31 53 L9 31Z", joint) + dot((31, 31), 7, colour) + path(
        "M0 0H13A13 13 0 0 1 0 13Z M62 0V13A13 13 0 0 1 49 0Z M0 62V49A13 13 0 0 1 13 62Z M62 62H49A13 13 0 0 1 62 49Z", joint)
    grid = pattern("§t", (-32, y, 64, 64), tile)
    return box((-320, -260, 640, 260 + y), mix(colour, joint, 0.35)) + grid + box((-320, -260, 640, 260 + y), "url(#§t)")


def beam(colour: str = "#FFF3D6", opacity: float = 0.35) -> str:
    """Morning light that falls from the upper left."""
    return path("M-320 -260 H-180 L170 260 H-120Z", colour, opacity=opacity)


def valley(sky: str, far: str, near: str, seed: int) -> str:
    """Hills behind hills, with mist between."""
    return (box(ALL, sky) + fade((-320, -80, 640, 160), tint(sky, 0.8), 0, 0.9) + ridge(seed, 20, 110, far) + haze(24, "#FFFFFF", seed, 0.6)
            + ridge(seed + 1, 90, 70, mix(far, near, 0.6)) + haze(84, "#FFFFFF", seed + 2, 0.45))


def pendants(colour: str, spots: tuple[float, ...]) -> str:
    lamp = line("M0 -300 V-24", shade(colour, 0.4), 3) + path("M-34 0 C-34 -26 -12 -34 0 -34 C12 -34 34 -26 34 0Z", colour) + path(
        "M6 -34 C20 -32 34 -24 34 0 H12Z", shade(colour)) + oval((0, 0), (34, 5), "#FFE9B8")
    return copies(lamp, [((x, -110), 1, 0) for x in spots])


def checks(frame: Frame, one: str, two: str, size: float = 24) -> str:
    """A checked cloth."""
    x, y, w, h = frame
    half = round(size / 2)
    cell = box((0, 0, size, size), one) + box((0, 0, size / 2, size), two, opacity=0.5) + box((0, 0, size, size / 2), two, opacity=0.5)
    return pattern(f"§c{half}", (0, 0, size, size), cell) + box((x, y, w, h), f"url(#§c{half})")


def hook(colour: str) -> str:
    return dot((0, 0), 9, colour) + line("M0 0 V22 Q0 34 12 30", colour, 5)


def board(wood: str) -> str:
    """A cutting board lying down, its handle to the left."""
    return (path("M-150 -14 L-120 -34 H134 L160 0 V10 H-140 L-196 10 Q-210 0 -196 -10Z", shade(wood, 0.3)) + path(
        "M-150 -14 L-120 -34 H134 L160 0 H-140 L-196 2 Q-212 -6 -196 -14Z", wood) + line("M-90 -24 H60 M-60 -12 H110", shade(wood, 0.14), 2.5)
        + oval((-184, -6), (9, 4), shade(wood, 0.45)))
