"""Where one sleeps and walks: cabin, bed, boardwalk, wheelchair, hikers, islet."""

from demo.drawings.palettes import shade, tint
from demo.drawings.shapes import box, copies, dot, line, lit, oval, path


def cabin(wood: str, roof: str, glow: str) -> str:
    """A cabin on stilts with its porch; foot at the origin, 280 wide."""
    stilts = "".join(box((x, -44, 12, 44), shade(wood, 0.4)) for x in (-104, -40, 30, 96))
    walls = lit("M-104 -150 H104 V-44 H-104Z", wood, "M40 -150 H110 V-40 H40Z", "", line("M-104 -128H104M-104 -106H104M-104 -84H104M-104 -62H104", shade(wood, 0.16), 2.5))
    lights = box((-80, -124, 52, 50), glow, 2) + line("M-54 -124 v50 M-80 -99 h52", shade(wood, 0.4), 4) + box((2, -126, 38, 82), glow, 2) + path("M2 -126 H21 V-44 H2Z", shade(glow, 0.14)) + box((58, -118, 34, 34), shade(glow, 0.1), 2) + line("M75 -118 v34", shade(wood, 0.4), 4)
    deck = box((-136, -50, 272, 12), tint(wood), 2) + box((20, -50, 116, 12), shade(wood, 0.1), 2) + line("M-132 -50 v-30 M-132 -80 h30 M132 -50 v-30 M132 -80 h-28", shade(wood, 0.3), 6)
    top = lit("M-150 -138 L-8 -236 Q0 -242 8 -236 L150 -138 Q0 -152 -150 -138Z", roof, "M0 -244 L160 -130 H40Z", "M-160 -134 L0 -244 L-6 -230 L-136 -140Z", line("M-96 -160 q10 8 20 0 t20 0 20 0 20 0 20 0 20 0 20 0 M-60 -184 q10 8 20 0 t20 0 20 0 20 0 20 0", shade(roof, 0.3), 3))
    steps = path("M-4 -38 H46 L56 0 H-14Z", shade(wood, 0.25)) + line("M-6 -26 H49 M-10 -12 H53", tint(wood), 4)
    return stilts + walls + lights + top + deck + steps


def bed(wood: str, sheet: str, *quilt: str) -> str:
    """A bed from the side, its quilt as art; foot at the origin, 340 wide."""
    ends = box((-176, -150, 18, 150), wood, 6) + box((158, -104, 18, 104), shade(wood), 6) + box((-166, -140, 60, 90), tint(wood, 0.1), 8)
    mattress = box((-160, -66, 320, 34), sheet, 8) + box((-160, -34, 320, 16), shade(wood, 0.15))
    pillow = box((-150, -98, 100, 40), sheet, 18) + path("M-80 -98 H-70 Q-50 -98 -50 -78 T-70 -58 H-90 Q-72 -76 -80 -98Z", shade(sheet, 0.12))
    cover = lit("M-64 -76 Q50 -92 164 -74 V-12 Q60 -2 -64 -14Z", sheet, "", "", *quilt, path("M80 -100 H180 V10 H96Z", "#20131f", opacity=0.16))
    return ends + mattress + pillow + cover


def wheelchair(frame: str, shirt: str, hat: str) -> str:
    """Someone in a wheelchair from behind, under a hat; wheels at the origin."""
    wheel = f'<ellipse cy="-36" rx="9" ry="36" fill="none" stroke="{frame}" stroke-width="6"/>'
    back = lit("M-24 -50 L-22 -92 Q-20 -106 0 -106 Q20 -106 22 -92 L24 -50Z", shirt, "M6 -110 H30 V-40 H6Z")
    seat = box((-27, -84, 54, 50), frame, 6) + box((4, -84, 23, 50), shade(frame, 0.4), 6) + line("M-27 -82 V-96 h-8 M27 -82 V-96 h8", frame, 6)
    brim = oval((0, -116), (26, 7), hat) + path("M-14 -118 Q-13 -136 0 -136 Q13 -136 14 -118Z", tint(hat)) + path("M3 -118 V-136 Q13 -135 14 -118Z", shade(hat))
    return back + seat + f'<g transform="translate(-36 0)">{wheel}</g><g transform="translate(36 0)">{wheel}</g>' + line("M-16 -34 V-8 M16 -34 V-8", frame, 5) + brim


def boardwalk(wood: str) -> str:
    """A walk of planks going away from us, with its handrails; it vanishes at y = -40."""
    planks = "".join(f"M{-24 - i * 15} {-30 + i * i * 2.6 + i * 4}H{24 + i * 15}" for i in range(11))
    deck = lit("M-20 -40 H20 L220 260 H-220Z", wood, "M6 -40 H30 L240 260 H70Z", "", line(planks, shade(wood, 0.3), 3))
    rails = line("M-20 -58 L-270 70 M20 -58 L270 70", shade(wood, 0.1), 9) + line("M-60 -38 V8 M-110 -12 V62 M-176 22 V150 M60 -38 V8 M110 -12 V62 M176 22 V150", shade(wood, 0.3), 8)
    return deck + rails


def hiker(shirt: str, pack: str, trousers: str) -> str:
    """A hiker from behind with a rucksack and a stick; feet at the origin, 116 high."""
    legs = path("M-13 0 L-11 -44 H0 L-2 0Z", trousers) + path("M2 0 L0 -44 H12 L17 0Z", shade(trousers))
    body = path("M-16 -44 L-18 -82 Q-16 -92 0 -92 Q16 -92 18 -82 L16 -44Z", shirt)
    bag = lit("M-15 -50 Q-18 -90 0 -92 Q18 -90 15 -50Z", pack, "M4 -94 H20 V-46 H4Z") + box((-16, -98, 32, 10), tint(pack), 5)
    return legs + body + bag + dot((0, -104), 10, "#6B4636") + oval((0, -106), (17, 5), "#F4DFB0") + path("M-10 -107 Q-9 -120 0 -120 Q9 -120 10 -107Z", "#F4DFB0") + line("M16 -74 L28 -60 M28 -84 L32 0", "#7A4A30", 4)


def islet(sand: str, shallow: str, green: str) -> str:
    """An islet seen from above: rings of ever deeper water, sand, palms as stars."""
    rings = oval((0, 0), (190, 130), shallow, opacity=0.35) + oval((-6, 0), (150, 98), shallow, opacity=0.6) + path("M-110 8 C-120 -50 -40 -76 20 -64 C80 -60 116 -30 104 10 C96 60 20 70 -40 58 C-80 54 -106 36 -110 8Z", tint(shallow, 0.6))
    beach = path("M-92 6 C-100 -40 -34 -60 18 -50 C66 -46 96 -24 88 8 C80 46 16 54 -34 46 C-68 42 -88 28 -92 6Z", sand)
    blade = path("M0 0 Q12 -10 34 0 Q12 4 0 0Z", green) + path("M0 0 Q12 4 34 0 Q14 10 0 0Z", shade(green))
    star = path("M6 6 Q20 -2 40 8 Q22 16 6 6Z", "#20131f", opacity=0.12) + copies(blade, [((0, 0), 1, turn) for turn in range(0, 360, 60)])
    return rings + beach + copies(star, [((-40, -8), 1.2, 10), ((8, -20), 1.35, 40), ((42, 6), 1.1, 20), ((-6, 22), 1, 0), ((-58, 20), 0.8, 50)])


def grater(metal: str, wood: str) -> str:
    holes = copies(dot((0, 0), 3, shade(metal, 0.45)), [((x, y), 1, 0) for x in (-16, 0, 16) for y in (-70, -54, -38, -22)])
    return box((-28, -92, 56, 92), metal, 4) + box((8, -92, 20, 92), shade(metal), 4) + holes + box((-32, -104, 64, 14), wood, 4) + box((-32, -4, 64, 12), wood, 4)
