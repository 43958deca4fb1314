"""Everything that turns beans into a cup: dripper, mill, press, pitcher, machine."""

from demo.drawings.palettes import mix, shade, tint
from demo.drawings.shapes import box, copies, dot, line, lit, oval, path

STEEL = "#B9BFC2"
WOOD = "#B9794A"


def chorreador(wood: str, cloth: str, coffee: str) -> str:
    """The wooden stand with its cloth filter."""
    arm = box((-64, -262, 128, 18), wood, 4) + box((0, -262, 64, 18), shade(wood, 0.12), 4)
    posts = box((-58, -250, 15, 236), tint(wood, 0.12)) + box((43, -250, 15, 236), shade(wood, 0.2))
    base = lit("M-84 -18 H84 V0 H-84Z", wood, "M-84 -7 H84 V0 H-84Z", "M-84 -18 H84 V-14 H-84Z")
    sock = lit("M-38 -240 H38 C36 -190 20 -150 0 -136 C-20 -150 -36 -190 -38 -240Z", cloth,
               "M10 -244 H44 V-130 H-2 Q18 -180 10 -244Z", "", path("M-30 -196 Q0 -180 32 -196 L10 -120 H-10Z", mix(coffee, cloth, 0.35)))
    drip = path("M0 -128 C5 -120 5 -114 0 -112 C-5 -114 -5 -120 0 -128Z", coffee)
    return posts + base + sock + oval((0, -241), (40, 8), shade(wood, 0.35)) + oval((0, -242), (33, 5), coffee) + arm + drip


def jug(body: str, rim: str) -> str:
    """An enamelled jug with its coloured rim."""
    handle = line("M34 -70 C66 -70 64 -20 36 -20", rim, 8)
    spout = path("M-34 -84 L-54 -94 L-40 -62Z", shade(body, 0.06))
    wall = lit("M-36 -86 C-34 -70 -46 -60 -46 -34 C-46 -8 -38 0 -30 0 H30 C38 0 46 -8 46 -34 C46 -60 34 -70 36 -86Z", body,
               "M16 -90 H60 V6 H4 Q34 -36 16 -90Z", "")
    return handle + spout + wall + oval((0, -86), (36, 7), rim) + oval((0, -86), (30, 4.5), shade(rim, 0.45))


def filter_bag(cloth: str, peg: str) -> str:
    """A cloth filter hung from a line by a peg; the ring of wire above."""
    sock = lit("M-40 10 H40 C38 80 24 120 0 142 C-24 120 -38 80 -40 10Z", cloth, "M12 6 H50 V150 H-2 Q22 80 12 6Z",
               "M-50 6 H-28 Q-26 80 -8 136 H-50Z", line("M-12 30 Q-10 70 -4 104 M16 30 Q14 60 8 84", shade(cloth, 0.24), 2))
    ring = oval((0, 10), (41, 8), shade(cloth, 0.14)) + oval((0, 10), (34, 5), shade(cloth, 0.45))
    pin = box((-6, -22, 12, 36), peg, 3) + box((1, -22, 5, 36), shade(peg), 2) + line("M-6 -6 H6", shade(peg, 0.45), 3)
    return sock + ring + pin


def mill(steel: str, knob: str) -> str:
    """A hand mill of steel with its crank."""
    body = lit("M-38 -150 H38 V-6 Q38 0 30 0 H-30 Q-38 0 -38 -6Z", steel, "M14 -160 H50 V10 H14Z", "M-30 -160 H-18 V10 H-30Z")
    grip = box((-38, -112, 76, 58), knob) + box((14, -112, 24, 58), shade(knob)) + line(
        "M-38 -100 H38 M-38 -88 H38 M-38 -76 H38 M-38 -64 H38", shade(knob, 0.3), 2)
    top = lit("M-38 -150 C-38 -176 -16 -184 0 -184 C16 -184 38 -176 38 -150Z", tint(steel), "M8 -190 H50 V-140 H18Z")
    crank = line("M0 -184 V-198 L92 -212", shade(steel, 0.35), 8) + box((80, -244, 24, 34), knob, 10) + box(
        (93, -244, 11, 34), shade(knob), 6)
    return body + grip + top + crank + dot((0, -198), 7, shade(steel, 0.45)) + line("M-38 -50 H38", shade(steel, 0.35), 3)


def press(glass: str, coffee: str, metal: str) -> str:
    """A French press, half pressed."""
    handle = line("M50 -150 H88 Q96 -150 96 -140 V-50 Q96 -40 86 -40 H50", metal, 12)
    jar = lit("M-54 -176 H54 V-8 H-54Z", glass, "", "", path("M-54 -116 H54 V0 H-54Z", coffee), path(
        "M-54 -116 Q0 -106 54 -116 V-98 H-54Z", mix(coffee, "#E2A658", 0.45)), box((20, -116, 40, 116), shade(coffee, 0.3)),
        box((-42, -170, 9, 160), "#FFFFFF", 4, opacity=0.5))
    plunger = box((-3, -236, 6, 100), metal) + box((-52, -136, 104, 9), shade(metal, 0.2), 3)
    frame = box((-59, -186, 118, 14), metal, 3) + box((-59, -70, 118, 7), metal) + box((-64, -12, 128, 12), metal, 3)
    lid = path("M-50 -186 C-46 -208 46 -208 50 -186Z", metal) + path("M12 -202 C34 -200 48 -194 50 -186 H18Z", shade(metal, 0.3))
    return handle + jar + plunger + frame + lid + dot((0, -238), 12, shade(metal, 0.4)) + dot((-3, -241), 4, tint(metal, 0.5))


def glass_cup(coffee: str, crema: str) -> str:
    return lit("M-40 -94 H40 L32 0 H-32Z", "#EDF3F2", "", "", path("M-40 -52 H40 V-6 H-40Z", coffee), path(
        "M-40 -58 H40 V-44 Q0 -36 -40 -44Z", crema), path("M18 -100 H50 V6 H14Z", "#20131f", opacity=0.16), box(
        (-32, -90, 8, 82), "#FFFFFF", 4, opacity=0.55), box((-40, -6, 80, 6), "#D7E2E0"))


def portafilter(metal: str, grip: str) -> str:
    """The handle of an espresso machine with two thin streams."""
    spout = path("M-22 24 H22 L16 44 H6 L0 36 L-6 44 H-16Z", shade(metal, 0.2))
    cup = lit("M-46 -6 H46 L36 26 H-36Z", metal, "M14 -10 H60 V30 H8Z", "M-60 -10 H-30 L-24 30 H-60Z")
    return box((40, -6, 120, 20), grip, 9) + box((40, 6, 120, 8), shade(grip, 0.4), 4) + box((34, -4, 22, 14), shade(metal, 0.35)) + cup + spout


def pitcher(steel: str) -> str:
    """A milk pitcher."""
    handle = line("M44 -92 C92 -96 86 -26 46 -24", shade(steel, 0.3), 10)
    wall = lit("M-40 -116 C-36 -80 -54 -60 -54 -26 C-54 -4 -46 0 -38 0 H38 C50 0 54 -6 54 -26 C54 -60 40 -80 44 -116Z", steel,
               "M20 -120 H70 V6 H8 Q44 -40 20 -120Z", "M-44 -40 Q-36 -70 -26 -90 L-18 -88 Q-34 -50 -30 -10 H-44Z")
    return handle + wall + path("M-40 -116 L-64 -128 Q-50 -104 -38 -96 L-10 -112Z", tint(steel, 0.4)) + oval(
        (2, -116), (42, 8), shade(steel, 0.25)) + oval((0, -115), (35, 5), "#FFF8EC")


def machine(body: str, trim: str, coffee: str) -> str:
    """An office coffee maker with its glass pot."""
    shell = lit("M-70 -170 Q-70 -184 -56 -184 H62 Q74 -184 74 -170 V-128 H-18 V-16 H80 V0 H-70Z", body,
                "M-18 -128 H-4 V-16 H-18Z M40 -190 H90 V-128 H40Z M-70 -8 H90 V4 H-70Z", "M-70 -190 H-56 V10 H-70Z")
    pot = lit("M-2 -96 H60 C74 -70 74 -34 64 -18 H-4 C-12 -40 -12 -74 -2 -96Z", "#E8EFEE", "", "", path(
        "M-20 -62 H90 V0 H-20Z", coffee), path("M44 -100 H90 V0 H44Z", "#20131f", opacity=0.2))
    return (shell + pot + line("M66 -84 C94 -84 92 -40 70 -38", trim, 8) + box((-6, -104, 70, 10), trim, 3)
            + box((6, -128, 48, 14), shade(body, 0.4)) + dot((-44, -150), 7, trim) + line("M-24 -150 H36", shade(body, 0.3), 4))


def spoon(metal: str) -> str:
    """A spoon standing along the y axis, its bowl up."""
    return line("M0 -60 V20", metal, 6) + oval((0, -76), (13, 20), metal) + oval((3, -74), (7, 13), shade(metal))


def latte(cup: str, drink: str, milk: str) -> str:
    """A cup from above with a fern of milk."""
    fern = "".join(line(f"M{-w} {y} Q0 {y + w * 0.9:.0f} {w} {y}", milk, 8) for w, y in ((40, -26), (36, -8), (28, 10), (18, 26)))
    ear = line("M74 34 L112 54", shade(cup, 0.25), 20)
    return (ear + dot((0, 0), 92, cup) + path("M72 -58 A92 92 0 1 1 -58 72 A100 100 0 0 0 72 -58Z", shade(cup))
            + dot((0, 0), 76, shade(drink, 0.3)) + dot((2, 3), 71, drink) + fern + path("M0 54 L-7 40 H7Z", milk)
            + path("M0 -34 C-18 -56 -30 -40 0 -22 C30 -40 18 -56 0 -34Z", milk))


def cups(colour: str, drink: str, spots: list[tuple[float, float]]) -> str:
    """Tasting cups in a row, each with its rim of light."""
    cup = (lit("M-26 -34 C-26 -8 -16 0 -12 0 H12 C16 0 26 -8 26 -34Z", colour, "M8 -40 H40 V6 H2Z", "")
           + oval((0, -34), (26, 7), tint(colour, 0.6)) + oval((0, -34), (21, 5), drink))
    return copies(cup, [(at, 1, 0) for at in spots])
