"""Land and growing things: ridges, mist, sun, trees, palms, fronds and the shadows of leaves."""

import random

from demo.drawings.palettes import shade, tint
from demo.drawings.shapes import Point, copies, dot, line, lit, n, oval, path, put


def ridge(seed: int, top: float, rise: float, colour: str, foot: float = 260, steps: int = 6) -> str:
    """A range of hills from one side to the other, its profile drawn by the seed."""
    chance, width = random.Random(seed), 640 / steps
    d, x, last = f"M-320 {n(foot)}V{n(top)}", -320.0, top
    for i in range(steps):
        y = top - (rise * chance.uniform(0.5, 1) if i % 2 == 0 else rise * chance.uniform(0, 0.3))
        d += f"C{n(x + width * .45, last, x + width * .55, y, x + width, y)}"
        x, last = x + width, y
    return path(d + f"V{n(foot)}Z", colour)


def peak(at: Point, size: Point, colour: str) -> str:
    """A mountain with its shaded side to the right."""
    (x, y), (w, h) = at, size
    d = f"M{n(x - w)} {n(y)}L{n(x - w * .2)} {n(y - h * .86)}Q{n(x, y - h * 1.08, x + w * .2, y - h * .86)}L{n(x + w)} {n(y)}Z"
    dark = (f"M{n(x, y - h * 1.1)}L{n(x + w * .12, y - h * .6)}L{n(x - w * .06, y - h * .44)}L{n(x + w * .16, y - h * .1)}"
            f"L{n(x + w * .04)} {n(y)}H{n(x + w * 1.1)}V{n(y - h * 1.1)}Z")
    return lit(d, colour, dark)


def haze(y: float, colour: str, seed: int, opacity: float = 0.8) -> str:
    """Banks of mist: long rounded strokes that drift across."""
    chance, out = random.Random(seed), ""
    for i in range(4):
        x, w = chance.uniform(-300, 60), chance.uniform(120, 300)
        out += f"M{n(x)} {n(y + i * 13)}h{n(w)}"
    return line(out, colour, 12, opacity=opacity)


def sun(at: Point, r: float, colour: str, halo: float = 0.35) -> str:
    return dot(at, r * 1.5, colour, opacity=halo * 0.6) + dot(at, r * 1.24, colour, opacity=halo) + dot(at, r, colour)


def palm(trunk: str, green: str) -> str:
    """A palm leaning to the right, its foot at the origin."""
    frond = path("M0 0 C30 -34 78 -34 104 6 C70 -12 36 -10 0 0Z", green) + path("M0 0 C36 -10 70 -12 104 6 C66 -4 34 0 0 0Z", shade(green))
    crown = copies(frond, [((34, -170), 1, turn) for turn in (-150, 172, -100, -58, -12, 26)])
    stem = path("M-9 0 C-4 -60 8 -120 30 -170 L40 -168 C22 -116 10 -60 9 0Z", trunk) + path(
        "M4 0 C8 -60 18 -116 36 -169 L40 -168 C22 -116 12 -60 9 0Z", shade(trunk))
    return stem + crown + dot((30, -162), 7, shade(trunk)) + dot((42, -160), 7, shade(trunk, 0.35))


def tree(trunk: str, green: str) -> str:
    """A round tree."""
    crown = lit("M0 -150 C44 -156 66 -120 58 -92 C78 -60 40 -40 0 -46 C-40 -40 -78 -60 -58 -92 C-66 -120 -44 -156 0 -150Z", green,
                "M30 -160 H90 V-30 H-30 Q60 -60 30 -160Z", "M-90 -160 H-10 Q-60 -120 -44 -76 H-90Z")
    return box_trunk(trunk) + crown


def box_trunk(trunk: str) -> str:
    return path("M-8 0 L-5 -60 H5 L8 0Z", trunk) + path("M1 0 L1 -60 H5 L8 0Z", shade(trunk))


def ceiba(bark: str, green: str) -> str:
    """The giant with its buttress roots, crown cut by the edge of the picture."""
    trunk = ("M-34 -300 C-30 -160 -40 -90 -64 -50 C-88 -14 -130 -4 -168 0 H-62 C-40 -8 -30 -20 -24 -40 C-22 -20 -22 -8 -26 0 H48"
             " C34 -16 30 -28 28 -44 C40 -20 58 -6 84 0 H176 C130 -8 92 -20 70 -56 C44 -100 32 -170 36 -300Z")
    grooves = line("M-14 -300 C-12 -170 -20 -100 -34 -60 M12 -300 C8 -170 12 -110 26 -60", shade(bark, 0.25), 5)
    return lit(trunk, bark, "M4 -310 C6 -180 0 -110 10 -40 L20 6 H190 V-310Z", "M-60 -310 H-22 C-22 -160 -36 -80 -80 -30 L-180 4 V-310Z") + grooves


def fern(green: str) -> str:
    """Five fronds from one foot."""
    frond = path("M0 0 C-14 -30 -10 -70 16 -100 C18 -66 14 -30 0 0Z", green) + path("M0 0 C2 -34 8 -66 16 -100 C18 -66 14 -30 0 0Z", shade(green))
    return copies(frond, [((0, 0), 0.8, -68), ((0, 0), 0.8, 56), ((0, 0), 0.95, -38), ((0, 0), 0.95, 26), ((0, 0), 1.05, -8)])


def bank(green: str, seed: int, side: int) -> str:
    """A wall of jungle at one side of the picture: rounded crowns, lighter above."""
    chance, out = random.Random(seed), ""
    for i in range(7):
        x, y, r = side * (300 - chance.uniform(0, 110)), -130 + i * 34 + chance.uniform(-12, 12), chance.uniform(44, 72)
        out += dot((x, y), r, tint(green, 0.14) if i < 2 else green if i % 2 else shade(green, 0.14))
    return out


def mangrove(bark: str, green: str) -> str:
    """A mangrove on its arched roots."""
    roots = line("M0 -66 C-34 -56 -46 -30 -50 4 M0 -66 C-18 -50 -24 -26 -24 4 M0 -66 C18 -50 22 -26 24 4 M0 -66 C36 -56 50 -30 56 4"
                 " M0 -60 V4", bark, 7)
    stem = line("M0 -60 C-4 -90 6 -110 2 -130 M0 -100 L-26 -128", bark, 10)
    crown = lit("M-80 -128 C-90 -170 -40 -190 -10 -180 C20 -206 80 -186 76 -150 C100 -120 50 -104 10 -112 C-30 -100 -80 -104 -80 -128Z",
                green, "M20 -210 H110 V-90 H-40 Q50 -130 20 -210Z", "M-100 -210 H-20 Q-60 -170 -50 -130 H-100Z")
    return roots + stem + crown


def waves(y: float, colour: str, seed: int, rows: int = 4) -> str:
    """Short strokes of light upon water."""
    chance, out = random.Random(seed), ""
    for i in range(rows * 3):
        w = chance.uniform(14, 34)
        out += f"M{n(chance.uniform(-290, 250))} {n(y + (i % rows) * 26 + chance.uniform(-6, 6))}q{n(w / 2)} -6 {n(w)} 0"
    return line(out, colour, 4, opacity=0.7)


def cloud(at: Point, colour: str, size: float = 1) -> str:
    return put(path("M-60 0 A22 22 0 0 1 -40 -34 A34 34 0 0 1 20 -40 A24 24 0 0 1 58 0Z", colour), at, size)


def tuft(green: str) -> str:
    return path("M-22 0 L-14 -22 L-8 -2 L0 -34 L6 -2 L16 -20 L22 0Z", green)


def bush(green: str, red: str) -> str:
    """A coffee bush with a few ripe cherries."""
    crown = lit("M-44 0 C-60 -26 -40 -56 -16 -58 C0 -74 26 -66 32 -52 C56 -44 56 -14 44 0Z", green,
                "M18 -80 H70 V10 H-10 Q30 -30 18 -80Z", "M-70 -80 H4 Q-36 -54 -34 -16 H-70Z")
    return crown + copies(dot((0, 0), 4.5, red), [(at, 1, 0) for at in ((-20, -20), (-6, -40), (12, -18), (26, -36), (-30, -34))])


def walker(shirt: str, trousers: str, hat: str) -> str:
    """Someone seen from behind, under a broad hat, with a basket at the side."""
    legs = path("M-13 0 L-11 -44 H0 L-2 0Z", trousers) + path("M2 0 L0 -44 H12 L15 0Z", shade(trousers))
    body = lit("M-15 -44 L-18 -84 Q-16 -96 0 -96 Q16 -96 18 -84 L15 -44Z", shirt, "M4 -100 H30 V-40 H4Z")
    brim = oval((0, -102), (24, 6.5), hat) + path("M-13 -104 Q-12 -120 0 -120 Q12 -120 13 -104Z", tint(hat)) + path("M3 -104 V-120 Q12 -119 13 -104Z", shade(hat))
    basket = path("M14 -62 H38 L34 -40 H18Z", "#B9794A") + oval((26, -62), (12, 3.5), "#8A5236")
    return legs + body + basket + brim
