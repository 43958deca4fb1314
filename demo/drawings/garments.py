"""What is worn and carried: blouse, jacket, rebozo, scarf, bonnet, shoulder bag, purse, strap, braid."""

from demo.drawings.palettes import shade, tint
from demo.drawings.shapes import box, clip, copies, dot, line, lit, oval, path, put
from demo.drawings.weaving import fringe, woven, zigzag

BLOUSE = "M-40 0 Q0 26 40 0 L104 34 L134 120 L88 138 L78 104 L84 236 Q0 248 -84 236 L-78 104 L-88 138 L-134 120 L-104 34Z"
JACKET = "M-44 0 Q0 16 44 0 L98 24 L128 196 L92 204 L82 96 L84 220 H-84 L-82 96 L-92 204 L-128 196 L-98 24Z"


def hanger(wood: str) -> str:
    return line("M0 -16 V-34 q0 -14 12 -14 t12 13", "#6B6460", 4.5) + path("M0 -20 L112 34 V46 L0 -4 L-112 46 V34Z", wood) + path("M0 -20 L112 34 V46 L0 -4Z", shade(wood))


def blouse(ground: str, yoke: str, edge: str) -> str:
    """A square-cut blouse: the yoke comes as art, the hem is trimmed."""
    dark = path("M30 -10 H150 V130 L60 140 L66 260 H20 Q60 120 30 -10Z", "#20131f", opacity=0.13)
    cuffs = path("M-140 104 L-86 124 L-90 142 L-140 128Z M140 104 L86 124 L90 142 L140 128Z", edge)
    return lit(BLOUSE, ground, "", "", yoke, cuffs, box((-100, 214, 200, 9), edge), line("M-78 104 L-72 60 M78 104 L72 60", shade(ground, 0.25), 3), dark) + line(
        "M-40 0 Q0 26 40 0", edge, 7)


def jacket(patches: str, trim: str) -> str:
    """The back of a jacket made of left-over pieces."""
    dark = path("M34 -10 H150 V230 H40 Q70 110 34 -10Z", "#20131f", opacity=0.16)
    seams = line("M-82 96 L-74 44 M82 96 L74 44 M-84 130 H84 M0 16 V220 M-84 70 H84", "#20131f", 1.8, opacity=0.35)
    ends = path("M-132 178 L-90 188 L-90 208 L-132 200Z M132 178 L90 188 L90 208 L132 200Z M-90 202 H90 V224 H-90Z", trim)
    return lit(JACKET, trim, "", "", patches, seams, ends, dark) + path("M-46 2 Q0 20 46 2 L40 -14 Q0 2 -40 -14Z", trim) + path("M8 7 Q30 6 46 2 L40 -14 Q24 -8 8 -6Z", shade(trim))


def bust(linen: str, wood: str) -> str:
    """A dressmaker's form, without a head."""
    stand = box((-5, 150, 10, 120), wood) + path("M-60 274 Q0 244 60 274Z", wood) + path("M4 256 Q40 258 60 274 H4Z", shade(wood))
    body = lit("M-20 -70 H20 L22 -44 Q80 -34 84 -6 Q80 60 62 100 L70 160 H-70 L-62 100 Q-80 60 -84 -6 Q-80 -34 -22 -44Z", linen, "M26 -80 H100 V170 H20 Q50 60 26 -80Z")
    return stand + body + oval((0, -70), (20, 5), wood)


def rebozo(silk: str, figure: str) -> str:
    """A shawl over the form, one end thrown across, its tips knotted."""
    back = lit("M-104 -30 Q-60 -58 0 -50 Q70 -60 106 -26 Q120 70 100 176 L60 176 Q70 60 40 20 Q0 34 -40 20 Q-70 60 -62 196 L-108 196 Q-122 60 -104 -30Z", silk, "M46 -70 H130 V200 H52 Q80 40 46 -70Z",
               "M-130 -70 H-80 Q-96 60 -90 200 H-130Z", figure, line("M-90 -20 Q-96 80 -88 190 M84 -20 Q96 70 80 170 M-60 -40 Q0 -16 60 -40", shade(silk, 0.2), 2.5))
    across = lit("M-60 -52 Q40 20 92 -34 L106 -14 Q40 66 -86 -20Z", tint(silk, 0.2), "M20 30 Q70 10 110 -30 V40 H10Z")
    return back + across + fringe(-108, 194, 48, silk, 46) + fringe(58, 174, 44, shade(silk, 0.15), 46)


def bonnet(wool: str, edge: str) -> str:
    """A baby's bonnet with its ribbons."""
    cap = lit("M-62 0 C-72 -70 -36 -104 6 -104 C56 -104 84 -64 72 -4 Q40 16 4 6 Q-30 14 -62 0Z", wool, "M30 -110 H100 V20 H10 Q60 -40 30 -110Z", "M-80 -110 H-10 Q-50 -80 -46 10 H-80Z",
              line("M-70 -34 Q0 -16 90 -40 M-66 -62 Q0 -44 88 -70", shade(wool, 0.15), 3, stroke_dasharray="6 5"))
    brim = line("M-62 -2 Q-28 12 4 4 Q40 14 72 -4", edge, 12)
    return line("M-56 4 Q-80 40 -52 70 M66 2 Q92 34 62 62", edge, 7) + cap + brim + dot((8, -110), 16, edge) + path("M18 -122 A16 16 0 0 1 0 -96 A20 20 0 0 0 18 -122Z", shade(edge))


def bootie(wool: str, edge: str) -> str:
    shoe = lit("M-26 -62 H18 L20 -34 Q58 -34 62 -12 Q62 0 50 0 H-20 Q-32 0 -30 -14Z", wool, "M-40 -14 H70 V6 H-40Z M4 -66 H26 V-30 H4Z")
    return shoe + box((-31, -68, 54, 14), edge, 7) + line("M-4 -40 q-12 -12 -14 2 t14 -2 q12 -12 14 2 t-14 -2", edge, 4)


def morral(ground: str, band: str, flap: str) -> str:
    """A shoulder bag with flap, buckle and tassels; strap at the origin."""
    strap = line("M-66 130 C-60 20 -24 0 0 0 C24 0 60 20 66 130", shade(band, 0.1), 11) + line("M-66 130 C-60 20 -24 0 0 0", band, 11)
    body = lit("M-92 118 Q-96 108 -84 108 H84 Q96 108 92 118 L98 254 Q98 268 84 268 H-84 Q-98 268 -98 254Z", ground, "M46 100 H110 V280 H54Z", "M-110 100 H-74 L-78 280 H-110Z", box((-110, 232, 220, 10), band))
    cover = lit("M-92 106 H92 L88 190 Q0 222 -88 190Z", flap, "", "", band_of(band), path("M46 100 H110 V230 H50Z", "#20131f", opacity=0.16))
    tassel = line("M-11 232 V262 M-4 232 V266 M4 232 V266 M11 232 V262", flap, 5) + box((-14, 222, 28, 12), band, 3)
    return strap + body + cover + box((-13, 190, 26, 30), "#D9B36A", 4) + box((-5, 196, 10, 16), shade(band)) + put(tassel, (-70, 36)) + put(tassel, (0, 8))


def band_of(colour: str) -> str:
    return line("M-92 122 H92 M-92 186 Q0 216 92 186", colour, 4)


def purse(ground: str, art: str, clasp: str) -> str:
    """A small evening purse, its flap open above."""
    inside = path("M-104 -70 Q0 -150 104 -70Z", shade(ground, 0.4)) + path("M-104 -70 Q0 -138 104 -70 Q0 -112 -104 -70Z", shade(ground, 0.15))
    body = lit("M-110 -76 Q0 -56 110 -76 L98 50 Q98 62 86 62 H-86 Q-98 62 -98 50Z", ground, "", "", art, path("M54 -90 H120 V70 H62Z", "#20131f", opacity=0.18), path("M-120 -90 H-88 L-80 70 H-120Z", "#FFF4DC", opacity=0.18))
    return inside + body + dot((0, -64), 11, clasp) + dot((-3, -67), 4, tint(clasp, 0.6)) + line("M104 -66 Q176 -20 138 74", clasp, 4, stroke_dasharray="1 8")


def guitar(wood: str, dark: str) -> str:
    """A guitar standing on its end pin, its neck up; 360 high."""
    d = "M0 -190 C50 -190 66 -160 54 -124 C48 -106 52 -98 64 -84 C92 -50 80 0 0 0 C-80 0 -92 -50 -64 -84 C-52 -98 -48 -106 -54 -124 C-66 -160 -50 -190 0 -190Z"
    neck = box((-10, -326, 20, 190), dark) + box((2, -326, 8, 190), shade(dark)) + path("M-15 -372 L15 -372 L11 -322 H-11Z", wood) + path("M3 -372 H15 L11 -322 H3Z", shade(wood))
    pegs = line("M-20 -364 H20 M-19 -350 H19 M-18 -336 H18", "#E8DCC4", 5)
    body = lit(d, wood, "M24 -200 H100 V10 H-30 Q90 -40 40 -90 Q20 -130 40 -160Z", "M-100 -200 H-16 Q-60 -160 -36 -118 Q-90 -60 -60 0 H-100Z")
    return pegs + body + dot((0, -118), 27, shade(dark, 0.3)) + f'<circle cy="-118" r="31" fill="none" stroke="{dark}" stroke-width="3"/>' + neck + box((-30, -46, 60, 10), dark, 3) + line("M-5 -320 V-44 M0 -320 V-44 M5 -320 V-44", "#F4E8CF", 1.2)


def braid(hair: str, ribbon: str, spark: str) -> str:
    """A plait with a ribbon wound through it; its upper end at the origin."""
    left = lit("M-34 0 C-44 30 -20 46 14 52 C30 34 20 14 -2 6 C-14 0 -26 -8 -34 0Z", hair, "M-10 56 Q20 40 14 10 L40 20 V60Z", "", line("M-26 8 Q-24 30 4 44 M-16 6 Q-8 24 12 36", tint(hair, 0.2), 2))
    cell = left + tag_mirror(left) + path("M-30 30 Q-4 56 22 62 L30 48 Q4 44 -20 18Z", ribbon) + line("M-22 30 Q0 48 22 54", spark, 3, stroke_dasharray="5 5")
    tail = path("M-22 0 Q-26 50 -4 84 Q0 60 2 84 Q26 50 22 0Z", hair) + path("M4 0 Q10 50 2 84 Q26 50 22 0Z", shade(hair))
    bow = path("M0 4 C-24 -26 -54 -16 -46 4 C-54 26 -24 30 0 4 C24 30 54 26 46 4 C54 -16 24 -26 0 4Z", ribbon) + dot((0, 4), 10, spark) + line("M-4 12 L-26 62 M6 12 L30 56", ribbon, 10)
    return put(tail, (0, 262)) + copies(cell, [((0, i * 50), 1, 0) for i in range(5)]) + put(bow, (0, 262))


def tag_mirror(art: str) -> str:
    return f'<g transform="translate(0 24) scale(-1 1)">{art}</g>'


def strap(colours: tuple[str, ...], d: str) -> str:
    """A woven strap along a path."""
    return line(d, colours[0], 22) + line(d, colours[1], 22, stroke_dasharray="5 12", stroke_linecap="butt") + line(d, colours[2], 9) + line(
        d, colours[3], 9, stroke_dasharray="8 9", stroke_linecap="butt")


def scarf_roll(wool: str, art: str) -> str:
    """A scarf rolled up, its loose end lying towards us."""
    tongue = lit("M-20 -6 H176 L214 74 H40Z", wool, "", "", art, path("M120 -10 H230 V80 H170Z", "#20131f", opacity=0.14))
    spiral = dot((0, -64), 72, wool) + path("M51 -115 A72 72 0 0 1 -51 -13 A90 90 0 0 0 51 -115Z", shade(wool))
    whorl = line("M0 -64 m-4 0 a8 8 0 0 1 14 6 a18 18 0 0 1 -32 4 a26 26 0 0 1 46 -26 a38 38 0 0 1 -62 44 a48 48 0 0 1 84 -48 a58 58 0 0 1 -98 60", shade(wool, 0.32), 4)
    return tongue + spiral + whorl


def clipped(d: str, *art: str) -> str:
    return clip(d, *art)


def trim(y: float, colours: tuple[str, ...]) -> str:
    """The band across a yoke."""
    return woven((-150, y, 300, 48), colours, 4, 6) + zigzag((-150, y + 48, 300, 12), colours[0], colours[1], 8)
