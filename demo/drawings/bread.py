"""Bread of every kind the bakery makes, sweet and salted."""

import math

from demo.drawings.palettes import shade, tint
from demo.drawings.shapes import box, copies, dot, line, lit, n, oval, path, put


def bolillo(crust: str) -> str:
    """A roll with pointed ends and one deep cut."""
    return lit("M-64 2 C-50 -34 50 -34 64 2 C50 30 -50 30 -64 2Z", crust, "M-70 10 Q10 30 60 -20 H80 V40 H-70Z", "M-60 -10 Q-20 -30 20 -26 L0 -16 Q-30 -16 -50 4Z") + line("M-34 -4 Q0 -20 36 -2", tint(crust, 0.6), 8) + line("M-34 1 Q0 -14 36 3", shade(crust, 0.3), 3)


def concha(crumb: str, shell: str) -> str:
    """A concha seen aslant: a round bun, its sugar shell cut in a fan."""
    bun = lit("M-72 -6 C-72 -56 -40 -76 0 -76 C40 -76 72 -56 72 -6 C60 12 -60 12 -72 -6Z", crumb, "M-80 0 Q20 10 60 -60 H90 V20 H-80Z")
    top = "M-62 -20 C-60 -58 -36 -73 0 -73 C36 -73 60 -58 62 -20 C52 -12 46 -22 36 -14 C28 -8 20 -18 8 -11 C-2 -8 -12 -18 -22 -12 C-34 -10 -44 -22 -62 -20Z"
    cuts = line("M-8 -76 C-40 -62 -48 -40 -46 -10 M-4 -76 C-18 -56 -24 -36 -20 -8 M0 -76 C4 -56 8 -36 8 -8 M4 -76 C26 -58 34 -38 34 -8 M10 -76 C46 -62 54 -40 54 -12", shade(shell, 0.24), 4)
    return bun + lit(top, shell, "M30 -80 H80 V0 H20 Q50 -40 30 -80Z", "M-70 -40 C-60 -64 -40 -80 -10 -80 L-14 -68 Q-40 -60 -50 -30Z", cuts)


def croissant(crust: str) -> str:
    """A croissant lying, its tips towards us."""
    d = "M-104 34 C-112 4 -92 -30 -64 -48 C-44 -76 44 -76 64 -48 C92 -30 112 4 104 34 C100 44 90 42 84 32 C70 14 52 12 34 14 C14 22 -14 22 -34 14 C-52 12 -70 14 -84 32 C-90 42 -100 44 -104 34Z"
    ridges = line("M-92 -12C-76 -10 -68 4 -74 20M-64 -48C-44 -40 -36 -14 -44 12M-32 -66C-8 -52 -2 -14 -14 18M8 -70C32 -54 36 -14 26 16M44 -62C64 -46 66 -12 56 12M84 -26C92 -10 86 8 78 24", shade(crust, 0.32), 5)
    gloss = line("M-80 -22q8 -8 14 -12M-46 -48q8 -8 16 -10M-6 -56q8 -4 16 -4M34 -54q6 2 10 4", tint(crust, 0.6), 6)
    return lit(d, crust, "M-120 40 Q-60 -6 0 -4 Q60 -8 100 -60 L120 50 H-120Z", "", ridges) + gloss


def croissant_cut(crust: str, crumb: str) -> str:
    """The cut face of a croissant: a spiral of layers."""
    holes = "".join(line(f"M{n(-r)} 0 A{n(r)} {n(r * .86)} 0 1 1 {n(r * .8)} {n(r * .4)}", shade(crumb, 0.18), 3) for r in (12, 24, 36, 47))
    return oval((0, 0), (64, 58), crust) + path("M45 -41 A64 58 0 0 1 -45 41 A80 70 0 0 0 45 -41Z", shade(crust, 0.25)) + oval((-2, -2), (54, 48), crumb) + holes + oval((-12, 10), (9, 5), shade(crumb, 0.3)) + oval((20, -16), (8, 5), shade(crumb, 0.25)) + oval(
        (-28, -18), (7, 4), shade(crumb, 0.25)) + oval((22, 18), (7, 4), shade(crumb, 0.25))


def palmier(crust: str, caramel: str) -> str:
    """A palmier: two whorls that meet in a point."""
    whorl = lit("M0 52 C-20 20 -84 20 -84 -26 C-84 -66 -22 -74 0 -30Z", crust, "M-84 0 Q-40 40 0 10 V60 H-84Z") + line("M-4 34 C-24 8 -68 10 -68 -26 C-68 -50 -28 -54 -24 -28 C-24 -10 -50 -12 -46 -28", caramel, 6)
    return whorl + f'<g transform="scale(-1 1)">{whorl}</g>' + path("M30 -56 C60 -62 84 -50 84 -26 C84 20 20 20 0 52 L0 36 C30 0 80 0 66 -36Z", "#20131f", opacity=0.12) + line("M-66 -46 q8 -10 20 -10", "#FFF4DC", 5)


def polvoron(crumb: str) -> str:
    """A crumbly round cake with sugar upon it."""
    return lit("M-54 0 Q-58 -30 -40 -38 Q0 -52 40 -38 Q58 -30 54 0 Q0 14 -54 0Z", crumb, "M10 -50 H70 V20 H-20 Q40 0 20 -40Z") + path("M-46 -26 Q-40 -40 0 -44 Q40 -40 46 -26 Q30 -18 18 -24 T-8 -20 T-46 -26Z", "#FFFDF8") + line("M-24 -8 l10 6 M4 -6 l-6 8 M22 -12 l8 6", shade(crumb, 0.35), 3)


def loaf(crust: str, flour: str) -> str:
    """A round country loaf with a wheat cut and flour."""
    ear = line("M-70 -34 Q0 -70 74 -38", tint(flour, 0.2), 9) + line("M-50 -24 q14 -22 30 -30 M-14 -22 q12 -22 28 -32 M24 -22 q10 -18 26 -28", tint(crust, 0.5), 6)
    return lit("M-112 -6 C-118 -70 -60 -108 0 -108 C60 -108 118 -70 112 -6 C96 10 -96 10 -112 -6Z", crust, "M-120 0 Q40 10 90 -90 H130 V20 H-120Z", "M-112 -30 C-104 -80 -60 -104 -10 -106 L-20 -92 Q-70 -80 -92 -26Z", path("M-90 -60 Q-40 -104 40 -96 Q10 -80 -20 -84 T-90 -60Z", flour, opacity=0.5)) + ear


def half_loaf(crust: str, crumb: str) -> str:
    """Half a loaf, the open crumb towards us."""
    holes = copies(oval((0, 0), (9, 6), shade(crumb, 0.16)), [(at, s, t) for at, s, t in (((-50, -40), 1.2, -20), ((-16, -64), 1, 10), ((24, -50), 1.4, -10), ((52, -28), 1, 30), ((-30, -18), 0.9, 0), ((10, -22), 1.2, 20), ((-64, -14), 0.7, 0), ((40, -68), 0.7, -30), ((-40, -72), 0.7, 0), ((72, -46), 0.7, 0))])
    return lit("M-100 -4 C-108 -70 -56 -104 0 -104 C56 -104 108 -70 100 -4 Q0 12 -100 -4Z", crust, "M60 -110 H120 V20 H40Z") + path("M-86 -8 C-92 -62 -48 -90 0 -90 C48 -90 92 -62 86 -8 Q0 4 -86 -8Z", crumb) + holes


def slice_(crust: str, crumb: str, seed: str) -> str:
    """A slice of seeded bread, upright."""
    seeds = copies(path("M-4 0 Q0 -5 4 0 Q0 5 -4 0Z", seed), [(at, 1, t) for at, t in (((-30, -60), 20), ((-8, -76), 70), ((18, -62), 0), ((34, -40), 40), ((-40, -34), 90), ((-14, -44), 10), ((8, -30), 60), ((-26, -14), 30), ((24, -12), 80), ((2, -56), 140), ((-2, -10), 0), ((40, -66), 20))])
    return lit("M-52 0 V-60 C-76 -84 -50 -112 0 -112 C50 -112 76 -84 52 -60 V0 Q0 8 -52 0Z", crust, "M30 -120 H80 V10 H40Z") + path("M-42 -6 V-62 C-62 -84 -40 -102 0 -102 C40 -102 62 -84 42 -62 V-6 Q0 0 -42 -6Z", crumb) + seeds


def focaccia(crust: str, oil: str, pepper: str) -> str:
    """A tray of focaccia from above, 300 by 220, dimpled and with strips of chile."""
    tray = box((-160, -120, 332, 252), "#20131f", 22, opacity=0.22) + box((-168, -126, 336, 252), "#5A5F63", 22) + box((-168, -126, 336, 12), "#7D8488", 8)
    top = lit("M-150 -90 Q-150 -110 -130 -110 H130 Q150 -110 150 -90 V90 Q150 110 130 110 H-130 Q-150 110 -150 90Z", crust, "M-150 80 Q60 100 130 -110 H160 V120 H-150Z", "M-150 -60 V-110 H60 Q-80 -90 -120 -60Z")
    dimple = oval((2, 2), (15, 11), shade(crust, 0.28)) + oval((0, 0), (12, 8), oil) + oval((-4, -3), (4, 2), "#FFF4DC")
    spots = [(x + (y % 3) * 9 - 8, y) for y in (-82, -40, 2, 44, 86) for x in (-120, -64, -4, 54, 114)]
    strip = line("M-22 4 Q0 -16 24 2", pepper, 11) + line("M-18 1 Q0 -15 18 -1", tint(pepper, 0.4), 3)
    strips = copies(strip, [((-92, -62), 1, 10), ((-20, -66), 1, -50), ((76, -58), 1, 30), ((-96, 24), 1, -36), ((16, 22), 1, 60), ((98, 20), 1, -20), ((-40, 68), 1, 16), ((66, 70), 1, -60)])
    return tray + top + copies(dimple, [(at, 1, 0) for at in spots]) + strips


def empanada(crust: str, filling: str) -> str:
    """A turnover broken open at its right, the dark filling shining."""
    crimp = "".join("q7 14 18 4" for _ in range(8))
    left = lit(f"M-120 0 C-116 -70 -60 -100 0 -98 L22 -60 L8 -34 L26 -4 {''} Q-40 18 -120 0Z", crust, "M-120 -10 Q-30 10 10 -100 H40 V30 H-120Z", "M-110 -30 Q-80 -84 -20 -90 L-30 -80 Q-70 -66 -90 -24Z", line(f"M-116 -4 {crimp}", shade(crust, 0.3), 4))
    right = put(lit("M-14 -88 C46 -90 92 -56 96 2 Q40 18 -6 2 L-20 -26 L-2 -54Z", crust, "M40 -100 H110 V20 H0 Q80 -10 40 -100Z", "", line("M-4 2 q10 12 20 4 q8 10 20 2 q8 8 20 0 q8 6 20 -4", shade(crust, 0.3), 4)), (52, 10), 1, 14)
    mole = path("M-6 -94 L16 -62 L2 -36 L20 -6 Q40 10 62 6 Q74 -10 58 -34 L66 -62 L52 -80 Q20 -100 -6 -94Z", filling) + path("M10 -80 Q30 -90 46 -76 L40 -66 Q26 -76 14 -70Z M16 -40 Q30 -50 44 -38 L40 -30 Q28 -38 18 -32Z", tint(filling, 0.4)) + oval((34, -54), (10, 6), "#F3BE5B") + oval((30, -18), (11, 6), "#F3BE5B")
    return mole + left + right


def rosca(crumb: str, fruit: tuple[str, ...]) -> str:
    """A ring cake from above with strips of fruit paste and sugar; 300 wide."""
    ring = f'<circle r="104" fill="none" stroke="{crumb}" stroke-width="84"/><path d="M104 -90 A138 138 0 0 1 -100 96" fill="none" stroke="{shade(crumb)}" stroke-width="22"/><path d="M-84 -66 A107 107 0 0 1 30 -104" fill="none" stroke="{tint(crumb, 0.5)}" stroke-width="9"/>' + f'<path d="M-44 46 A64 64 0 0 0 56 -30" fill="none" stroke="{tint(crumb)}" stroke-width="5"/>'
    pieces = ""
    for i in range(12):
        a, strip = i * 30 + 8, fruit[i % len(fruit)]
        at = (104 * math.cos(math.radians(a)), 104 * math.sin(math.radians(a)))
        piece = box((-34, -9, 68, 18), "#FFFDF6" if i % 3 == 2 else strip, 9) + box((-34, 2, 68, 7), shade(strip if i % 3 != 2 else "#FFFDF6", 0.16), 4)
        pieces += put(piece, at, 1, a)
    return ring + pieces


def dead_bread(crust: str, sugar: str) -> str:
    """The bread of the dead: a dome crossed by bones, with a ball on top and sugar."""
    dome = lit("M-130 -4 C-136 -80 -70 -124 0 -124 C70 -124 136 -80 130 -4 C110 14 -110 14 -130 -4Z", crust, "M-130 0 Q40 12 100 -100 H150 V20 H-130Z", "M-126 -40 C-110 -90 -60 -118 -14 -120 L-24 -106 Q-80 -90 -104 -34Z")
    bone = path("M-9 -100C-6 -78 -14 -66 -6 -52C-18 -34 -12 -26 -4 -24C-8 -8 8 -8 4 -24C12 -26 18 -34 6 -52C14 -66 6 -78 9 -100Z", "#000")
    shapes = ((-44, -16, 1.08, 46), (44, -16, 1.08, -46), (0, 0, 1.15, 0))
    bones = "".join(put(bone.replace("#000", shade(crust, 0.34)), (x + 5, y + 3), s, t) + put(bone.replace("#000", tint(crust, 0.2) if x <= 0 else crust), (x, y), s, t) for x, y, s, t in shapes)
    ball = dot((0, -126), 25, tint(crust, 0.12)) + path("M17 -144 A25 25 0 0 1 -17 -108 A32 32 0 0 0 17 -144Z", shade(crust, 0.15))
    grains = copies(box((-2, -2, 4, 4), sugar), [(at, 1, t) for t, at in enumerate(((-100, -30), (-88, -60), (-60, -96), (-40, -40), (-20, -74), (-30, -14), (22, -60), (40, -96), (62, -36), (90, -60), (70, -12)))])
    return dome + bones + ball + grains
