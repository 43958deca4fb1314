"""Coffee as it is sold: the bag, the bean, the cherry, the cup and its steam."""

import random

from demo.drawings.palettes import mix, shade, tint
from demo.drawings.shapes import Frame, box, clip, copies, dot, line, lit, oval, path, put

KRAFT = "#C9986A"
BAG = "M-64 0 Q-70 -90 -66 -156 L-58 -204 H58 L66 -156 Q70 -90 64 0 Q0 6 -64 0Z"
BEAN = "M-13 0 C-13 -12 13 -12 13 0 C13 12 -13 12 -13 0Z"


def mist(colour: str, width: float = 6) -> str:
    """The house's own mark: three curves of mist, one under the other."""
    return "".join(line(f"M{x} {y}q{w} -9 {2 * w} 0t{2 * w} 0 {2 * w} 0", colour, width)
                   for x, y, w in ((-32, 0, 9), (-22, 14, 9), (-32, 28, 7)))


def label(ground: str, ink: str) -> str:
    """The label of a bag: a mountain, three curves of mist and two tiny lines where the lot is written."""
    mountain = lit("M-36 -6 L-10 -44 L4 -26 L13 -36 L36 -6Z", mix(ground, ink, 0.82), "M-10 -44 L-2 -20 L-12 -6 H4 V-26Z"
                   "M13 -36 L10 -6 H40Z")
    return (box((-44, -54, 88, 104), ground, 3) + box((0, -54, 44, 104), shade(ground, 0.09), 3) + mountain
            + put(mist(ink, 4.5), (0, 6)) + line("M-22 38 H22 M-12 44 H12", ink, 2))


def bag(body: str, ground: str, ink: str = "#FBF6EF") -> str:
    """A side-folded bag with its tie: light on the left, the fold in shade on the right."""
    fold = lit("M-60 -206 H60 L62 -176 H-62Z", shade(body, 0.1), "M22 -210 H66 V-170 H18Z", "M-62 -210 H-44 L-46 -170 H-66Z")
    crease = line("M-40 -168 L-47 -84 M40 -168 L46 -60", shade(body, 0.3), 2, opacity=0.6)
    return (lit(BAG, body, "M38 -206 H80 V10 H44 Q50 -90 38 -206Z", "M-80 -206 H-46 Q-56 -90 -54 10 H-80Z")
            + crease + fold + box((-66, -186, 132, 9), ink, 3) + box((20, -186, 46, 9), shade(ink), 3)
            + put(label(ground, ink), (0, -78)))


def bean(fill: str) -> str:
    return lit(BEAN, fill, "M-13 3 Q0 12 13 -2 V14 H-13Z") + line("M-10 2 Q-4 -5 0 0 T10 -2", shade(fill, 0.5), 2)


def scatter(art: str, area: Frame, many: int, seed: int, *, turned: bool = True) -> str:
    """The same small thing strewn over an oval area, never two in the same place."""
    chance, spots = random.Random(seed), list[tuple[float, float]]()
    x, y, w, h = area
    for _ in range(many * 30):
        at = (round(x + w * chance.random()), round(y + h * chance.random()))
        apart = all((at[0] - a) ** 2 + (2.4 * (at[1] - b)) ** 2 > 520 for a, b in spots)
        if apart and (at[0] - x - w / 2) ** 2 / w**2 + (at[1] - y - h / 2) ** 2 / h**2 < 0.25 and len(spots) < many:
            spots.append(at)
    spots.sort(key=lambda spot: spot[1])
    return copies(art, [(at, 1, chance.randrange(10, 180) if turned else 0) for at in spots])


def cherry(fill: str) -> str:
    return (dot((0, 0), 15, fill) + path("M9 -12 A15 15 0 1 1 -12 9 A16 16 0 0 0 9 -12Z", shade(fill, 0.26))
            + oval((-5, -6), (4, 3), tint(fill, 0.6)) + dot((3, 12), 2.2, shade(fill, 0.5)))


def leaf(fill: str) -> str:
    """A leaf along the x axis, one half in the light."""
    return (path("M0 0 C22 -34 72 -34 104 0 C72 34 22 34 0 0Z", fill) + path("M0 0 C22 34 72 34 104 0Z", shade(fill))
            + line("M6 0 H92 M30 0 L46 -16 M52 0 L68 -15 M34 0 L50 17 M56 0 L70 15", tint(fill, 0.4), 2))


def branch(green: str, red: str) -> str:
    """A twig of the coffee tree with ripe cherries."""
    fruit = copies(cherry(red), [((14, 6), 1, 0), ((40, 10), 1, 20), ((27, 28), 1, -10), ((-10, 22), 0.9, 8)])
    return (put(leaf(green), (0, 0), 0.95, -34) + put(leaf(shade(green, 0.12)), (4, 0), 0.9, 14)
            + put(leaf(tint(green, 0.16)), (0, 0), 0.8, 200) + line("M-30 -6 Q0 -8 46 4", shade(green, 0.5), 5) + fruit)


def blossom(white: str, gold: str) -> str:
    """A coffee flower: five narrow petals."""
    petal = path("M0 0 C-10 -12 -9 -30 0 -38 C9 -30 10 -12 0 0Z", white) + path("M0 0 C9 -12 8 -30 0 -38Z", shade(white, 0.1))
    return copies(petal, [((0, 0), 1, turn) for turn in range(0, 360, 72)]) + dot((0, 0), 6, gold)


def steam(colour: str = "#FFFFFF") -> str:
    return (line("M-14 0 C-30 -22 2 -34 -14 -62", colour, 7, opacity=0.55)
            + line("M12 -6 C-4 -32 28 -46 12 -84", colour, 7, opacity=0.75))


def mug(body: str, drink: str = "#4A2A1B") -> str:
    """A cup seen a little from above."""
    handle = line("M40 -66 C78 -70 78 -18 32 -22", shade(body, 0.3), 11)
    wall = lit("M-46 -82 C-47 -30 -40 0 -22 0 H22 C40 0 47 -30 46 -82Z", body, "M14 -90 H60 V10 H0 Q22 -30 14 -90Z",
               "M-60 -90 H-34 Q-36 -30 -22 4 H-60Z")
    return (handle + wall + oval((0, -82), (46, 11), tint(body, 0.45)) + oval((0, -81), (40, 8.5), drink)
            + oval((-10, -79), (24, 4.5), mix(drink, "#D9A066", 0.4)))


def book(cover: str, page: str) -> str:
    """An open book lying on the table."""
    lines = line("M-78 -26 L-20 -18 M-74 -17 L-24 -10 M-70 -8 L-28 -2 M22 -18 L78 -26 M26 -10 L74 -17", mix(page, cover, 0.3), 2.5)
    return (path("M-100 4 L-88 -38 H88 L100 4 L0 16Z", cover)
            + path("M0 8 C-24 -6 -64 -8 -94 -2 L-84 -42 C-56 -46 -20 -44 0 -32Z", page)
            + path("M0 8 C24 -6 64 -8 94 -2 L84 -42 C56 -46 20 -44 0 -32Z", shade(page, 0.1)) + lines)


def bowl(body: str, fill: str, rim: float = 90) -> str:
    """A clay bowl; what lies in it is put on top by the scene."""
    d = f"M{-rim} -62 C{-rim} -14 -44 0 -30 0 H30 C44 0 {rim} -14 {rim} -62Z"
    return (lit(d, body, "M20 -70 H120 V10 H0 Q50 -20 20 -70Z", "M-120 -70 H-64 Q-60 -20 -20 4 H-120Z")
            + oval((0, -62), (rim, 20), tint(body, 0.3)) + oval((0, -60), (rim - 8, 15), fill))


def heap(art: str, at: tuple[float, float], many: int, seed: int) -> str:
    """A heap of small things in a bowl: rows that narrow upwards."""
    chance, places, row, width = random.Random(seed), [], 0, many
    while width > 0:
        for i in range(width):
            x = at[0] + (i - (width - 1) / 2) * 19 + chance.uniform(-3, 3)
            places.append(((x, at[1] - row * 11 + chance.uniform(-2, 2)), 1, chance.randrange(-50, 50)))
        row, width = row + 1, width - 2
    return copies(art, places)


def inside(d: str, *art: str) -> str:
    return clip(d, *art)
