"""Cakes, the tin, bowls, the oven's tools: what stands beside the bread."""

from demo.drawings.palettes import shade, tint
from demo.drawings.shapes import box, copies, dot, line, lit, oval, path, put


def stand(china: str) -> str:
    return path("M-22 0 L-12 -34 H12 L22 0Z", shade(china, 0.1)) + oval((0, 0), (44, 8), china) + oval((0, -38), (150, 18), china) + path("M-150 -38 A150 18 0 0 0 150 -38 L140 -30 Q0 -6 -140 -30Z", shade(china, 0.16))


def milk_cake(cream: str, sponge: str, peach: str) -> str:
    """A cream cake with a fan of peaches and a candle; foot at the origin, 230 wide."""
    side = lit("M-115 -100 V-8 Q0 18 115 -8 V-100Z", cream, "M50 -110 H130 V20 H50Z", "M-115 -100 H-86 V0 H-115Z", box((-120, -56, 240, 14), sponge))
    drips = path("M-115 -100 V-74 q10 14 20 0 t20 0 20 0 20 4 20 0 20 4 20 0 20 -4 20 0 20 -4 20 0 14 0 V-100Z", tint(cream, 0.7))
    top = oval((0, -100), (115, 26), tint(cream, 0.8))
    wedge = path("M0 0 C-8 -18 10 -40 34 -40 C40 -26 24 -4 0 0Z", peach) + path("M0 0 C14 -6 30 -24 34 -40 C40 -26 24 -4 0 0Z", shade(peach, 0.14))
    fan = "".join(put(wedge, (-58 + i * 21, -96 + (i - 2.5) ** 2 * -0.6), 0.86, -34 + i * 14) for i in range(6))
    pearls = copies(dot((0, 0), 7, "#FFFFFF"), [((x, -2 + 8 - abs(x) ** 2 / 1500), 1, 0) for x in range(-108, 110, 18)])
    candle = box((-5, -196, 10, 76), "#E8A0A3", 2) + line("M-5 -182 l10 8 M-5 -164 l10 8 M-5 -146 l10 8", "#FFF8EE", 3) + path("M0 -232 C12 -216 10 -202 0 -200 C-10 -202 -12 -216 0 -232Z", "#F3BE5B") + path("M0 -220 C5 -212 5 -204 0 -203 C-5 -204 -5 -212 0 -220Z", "#FFF4DC")
    return side + drips + top + candle + fan + pearls


def cake_slice(dark: str, cream: str, gloss: str) -> str:
    """A slice of layer cake, its point towards the left."""
    face = lit("M-120 -60 L60 -92 V16 L-120 40Z", dark, "", "", path("M-120 -26 L60 -56 V-44 L-120 -14Z M-120 6 L60 -22 V-10 L-120 18Z", cream))
    back = lit("M60 -92 L112 -70 V34 L60 16Z", shade(gloss, 0.1), "", "")
    top = path("M-120 -60 L60 -92 L112 -70 Q20 -48 -120 -60Z", tint(gloss, 0.1)) + path("M-120 -60 L60 -92 V-74 q-12 18 -22 4 q-12 20 -26 4 q-12 24 -28 6 q-14 22 -28 4 q-14 22 -30 4 q-12 14 -46 4Z", gloss)
    return back + face + top + line("M-70 -66 L40 -84", tint(gloss, 0.4), 4)


def talavera(white: str, blue: str) -> str:
    """A painted plate lying down."""
    leafs = copies(path("M0 -9 Q9 0 0 9 Q-9 0 0 -9Z", blue), [((x, y), 1, t) for x, y, t in ((-146, 0, 0), (-118, 20, 50), (-66, 32, 70), (0, 37, 90), (66, 32, 110), (118, 20, 130), (146, 0, 0), (-110, -22, 130), (110, -22, 50))])
    return oval((0, 4), (172, 50), shade(white, 0.2)) + oval((0, 0), (172, 46), white) + f'<ellipse rx="162" ry="42" fill="none" stroke="{blue}" stroke-width="4"/>' + oval((0, 0), (124, 30), shade(white, 0.07)) + f'<ellipse rx="124" ry="30" fill="none" stroke="{blue}" stroke-width="3"/>' + leafs


def tin(body: str, band: str, sun: str) -> str:
    """A round tin with the bakery's sun, open; foot at the origin."""
    rays = "".join(put(path("M-6 -26 L0 -42 L6 -26Z", sun), (0, 0), 1, t) for t in range(0, 360, 30))
    wall = lit("M-104 -110 V-8 Q0 20 104 -8 V-110Z", body, "M44 -120 H120 V20 H44Z", "M-104 -120 H-78 V10 H-104Z", put(rays + dot((0, 0), 21, sun), (-14, -50), 0.9), path("M-110 -22 Q0 6 110 -22 V-12 Q0 16 -110 -12Z M-110 -98 Q0 -70 110 -98 V-90 Q0 -62 -110 -90Z", band))
    return wall + oval((0, -110), (104, 24), tint(body, 0.35)) + oval((0, -108), (95, 19), shade(body, 0.45))


def biscuit(crumb: str) -> str:
    marks = copies(dot((0, 0), 2.6, shade(crumb, 0.35)), [((x, y), 1, 0) for x in (-12, 0, 12) for y in (-9, 5)])
    return dot((0, 0), 32, shade(crumb, 0.25)) + dot((-1, -3), 31, crumb) + path("M21 -26 A31 31 0 0 1 -22 20 A40 40 0 0 0 21 -26Z", shade(crumb, 0.12)) + marks


def jar(dough: str, lid: str) -> str:
    """A jar of sourdough starter, bubbling, its cloth tied down; foot at the origin."""
    d = "M-48 -126 C-60 -118 -62 -108 -62 -92 V-14 Q-62 0 -48 0 H48 Q62 0 62 -14 V-92 C62 -108 60 -118 48 -126Z"
    bubbles = copies(oval((0, 0), (8, 7), shade(dough, 0.14)), [((x, y), s, 0) for x, y, s in ((-36, -50, 1.2), (-10, -30, 0.8), (20, -56, 1), (36, -22, 1.2), (-30, -16, 0.7), (6, -62, 0.7), (44, -62, 0.7), (-46, -30, 0.6), (8, -12, 0.8))])
    glass = lit(d, "#E6EEEA", "", "", path("M-70 -76 Q-44 -90 -20 -78 T30 -80 T70 -74 V10 H-70Z", dough), bubbles, path("M28 -130 H80 V10 H32Z", "#20131f", opacity=0.14), box((-52, -112, 9, 100), "#FFFFFF", 4, opacity=0.6))
    cover = path("M-56 -150 Q0 -168 56 -150 L54 -128 L66 -112 Q52 -106 44 -114 Q20 -104 0 -112 Q-24 -104 -44 -114 Q-54 -106 -66 -112 L-54 -128Z", lid) + path("M14 -160 Q40 -158 56 -150 L54 -128 L66 -112 Q52 -106 44 -114 Q34 -110 22 -110Z", shade(lid))
    return glass + cover + line("M-54 -128 Q0 -116 54 -128", "#B9794A", 5) + line("M-62 -46 H-40", "#D9553A", 5)


def dough(body: str) -> str:
    return lit("M-116 0 C-128 -60 -70 -96 -6 -94 C70 -96 124 -56 114 0 Q0 16 -116 0Z", body, "M-110 4 Q50 10 84 -90 H130 V20 H-110Z", "M-110 -30 Q-90 -80 -30 -88 L-40 -76 Q-80 -66 -92 -24Z", line("M-30 -60 Q0 -46 34 -62 M-10 -40 Q6 -34 22 -40", shade(body, 0.14), 4))


def flour(colour: str = "#FFFFFF") -> str:
    """Dust of flour in the light."""
    return copies(dot((0, 0), 2.4, colour), [((x, y), s, 0) for x, y, s in ((-90, -60, 1.2), (-60, -100, 0.9), (-20, -84, 1.4), (10, -130, 1), (44, -96, 1.2), (80, -120, 0.8), (96, -70, 1.3), (-110, -110, 0.7), (-40, -140, 0.8), (64, -50, 0.9))])


def rolling_pin(wood: str) -> str:
    """A rolling pin along the x axis."""
    return box((-140, -8, 280, 16), shade(wood, 0.2), 8) + box((-96, -24, 192, 48), wood, 12) + path("M-96 6 H96 V12 Q96 24 84 24 H-84 Q-96 24 -96 12Z", shade(wood)) + box((-88, -18, 150, 6), tint(wood), 3)


def cutter(wood: str, tin_: str) -> str:
    """The stamp that cuts the fan of a concha."""
    return box((-14, -96, 28, 64), wood, 12) + box((2, -96, 12, 64), shade(wood), 6) + path("M-44 -34 Q0 -52 44 -34 V-8 H-44Z", tin_) + path("M12 -43 Q30 -41 44 -34 V-8 H12Z", shade(tin_)) + line("M-30 -8 V2 M-10 -8 V2 M10 -8 V2 M30 -8 V2", shade(tin_, 0.3), 5)


def marigold(petal: str) -> str:
    """A cempasúchil from above: three rings of petals."""
    def ring(r: float, many: int, colour: str) -> str:
        one = dot((0, -r), r * 0.42, colour)
        return copies(one, [((0, 0), 1, i * 360 / many + 1) for i in range(many)])
    return ring(26, 10, shade(petal, 0.2)) + ring(17, 8, petal) + ring(8, 6, tint(petal, 0.4)) + dot((0, 0), 4, tint(petal, 0.4))


def wicker(reed: str, lining: str, checked: str) -> str:
    """A shallow bread basket lined with a cloth; foot at the origin, 260 wide. What lies in it goes behind."""
    front = lit("M-136 -70 Q0 -40 136 -70 L112 0 Q0 16 -112 0Z", reed, "M50 -80 H150 V20 H40Z", "M-150 -80 H-104 L-84 10 H-150Z", line("M-130 -48 Q0 -18 130 -48 M-124 -26 Q0 4 124 -26", shade(reed, 0.24), 4), line("M-100 -64 L-84 0 M-66 -56 L-56 6 M-30 -52 L-26 8 M8 -50 L8 10 M46 -54 L40 8 M84 -60 L72 4", shade(reed, 0.18), 5))
    cloth = clip_cloth(lining, checked)
    return front + cloth


def clip_cloth(lining: str, checked: str) -> str:
    d = "M-140 -74 Q0 -44 140 -74 L150 -60 L108 -34 L84 -50 L30 -10 L-20 -44 L-70 -24 L-104 -50 L-150 -56Z"
    return lit(d, lining, "", "", checked, path("M40 -80 H160 V0 H30Z", "#20131f", opacity=0.12))
