"""Wooden and clay things of the house: chair, stool, pitcher, ball of yarn, bench, bed."""

from demo.drawings.palettes import shade, tint
from demo.drawings.shapes import box, dot, line, lit, oval, path


def chair(wood: str) -> str:
    """A chair from behind, so that something may hang from it; foot at the origin."""
    posts = box((-96, -330, 18, 330), tint(wood, 0.14), 6) + box((78, -330, 18, 330), shade(wood), 6)
    rails = box((-90, -318, 180, 22), wood, 8) + box((-86, -250, 172, 14), wood) + box((-86, -60, 172, 12), shade(wood, 0.1))
    seat = path("M-104 -140 H104 L112 -118 H-112Z", shade(wood, 0.1)) + box((-112, -120, 224, 10), shade(wood, 0.3))
    return line("M-74 -110 V-30 M74 -110 V-30", shade(wood, 0.35), 12) + posts + rails + seat


def stool(wood: str) -> str:
    legs = line("M-34 -60 L-46 0 M34 -60 L46 0 M0 -60 V0", shade(wood, 0.25), 9)
    return legs + box((-52, -74, 104, 16), wood, 6) + path("M10 -74 H46 Q52 -74 52 -66 T46 -58 H0Z", shade(wood)) + oval((0, -74), (50, 8), tint(wood))


def pitcher(clay: str) -> str:
    """A round clay jug with its handle."""
    handle = line("M26 -104 C66 -104 66 -54 42 -46", shade(clay, 0.25), 10)
    body = lit("M-24 -112 H26 L22 -90 C46 -80 56 -60 52 -36 C50 -10 36 0 26 0 H-26 C-36 0 -52 -10 -54 -36 C-56 -60 -44 -80 -22 -90Z", clay, "M10 -120 H70 V6 H-4 Q40 -40 10 -120Z", "M-70 -120 H-14 Q-40 -60 -34 4 H-70Z",
               line("M-60 -52 Q0 -40 60 -52", tint(clay, 0.5), 4))
    return handle + body + oval((1, -112), (25, 6), shade(clay, 0.35))


def yarn(colour: str) -> str:
    return dot((0, -30), 30, colour) + path("M21 -51 A30 30 0 0 1 -21 -9 A38 38 0 0 0 21 -51Z", shade(colour)) + line(
        "M-24 -42 Q0 -50 20 -22 M-28 -30 Q-6 -36 8 -2 M-14 -54 Q10 -50 28 -32 M-10 -4 Q-4 -30 22 -46", tint(colour, 0.4), 2.5)


def bench(wood: str, w: float = 120) -> str:
    return box((-w, -36, 2 * w, 12), wood, 3) + box((-w, -28, 2 * w, 4), shade(wood)) + path(f"M{-w + 14} -24 h12 v24 h-12Z M{w - 26} -24 h12 v24 h-12Z", shade(wood, 0.25))


def seat(wood: str, cloth: str) -> str:
    """A low garden chair from behind; foot at the origin."""
    slats = "".join(box((x, -96, 12, 62), cloth if i % 2 else tint(cloth), 4) for i, x in enumerate(range(-34, 30, 14)))
    return line("M-40 -30 L-46 0 M40 -30 L46 0", shade(wood, 0.3), 8) + slats + box((-46, -44, 92, 14), wood, 4) + line("M-46 -38 V-62 h-10 M46 -38 V-62 h10", wood, 7)
