"""The tours, cabins and small shop of the river, one scene each."""

from demo.drawings import cabins, coffee, furniture, nature, paper, river, rooms, weaving, wildlife
from demo.drawings.palettes import SELVA as P
from demo.drawings.palettes import shade, tint
from demo.drawings.shapes import box, clip, copies, dot, fade, line, lit, oval, path, put, shadow, standing, veil

WATER, DEEP, YELLOW, DUSK = "#5FB3BF", "#2F7F94", "#F6C244", "#F3A36B"
WOOD, SEA = "#A5734A", "#3FA7B5"


def water(top: float, colour: str, seed: int) -> str:
    return box((-320, top, 640, 260 - top), colour) + fade((-320, top, 640, 260 - top), shade(colour, 0.4), 0, 0.6) + nature.waves(top + 20, tint(colour, 0.5), seed, 6)


def jungle(sky: str, seed: int) -> str:
    """A river valley: pale hills, then the green that closes it on both sides."""
    return (rooms.wall(sky) + nature.ridge(seed, 0, 110, tint(P.third, 0.45)) + nature.ridge(seed + 1, 20, 60, tint(P.third, 0.15)) + nature.bank(P.main, seed, -1) + nature.bank(P.main, seed + 5, 1))


def rapids() -> str:
    crew = put(river.paddler(P.gold, YELLOW), (-62, -56), 0.95) + put(river.paddler(P.gold, "#F4FAF7"), (62, -56), 0.95) + put(river.paddler(P.gold, P.third), (0, -66), 0.95)
    oars = put(river.oar("#F4DFB0", P.gold), (-112, -96), 0.95, 34) + put(river.oar("#F4DFB0", P.gold), (112, -100), 0.95, -30)
    rocks = lit("M-300 150 Q-280 80 -220 96 Q-180 110 -176 160Z", "#5B6B66", "M-240 90 H-170 V170 H-260Z") + lit("M190 110 Q214 60 262 74 Q300 90 310 130Z", "#5B6B66", "M250 70 H320 V140 H240Z")
    return (jungle("#CFE8EE", 61) + water(46, WATER, 4) + path("M-320 90 Q-160 50 0 84 T320 70 V130 Q160 100 0 130 T-320 140Z", tint(WATER, 0.5), opacity=0.7) + rocks
            + put(river.raft_back(YELLOW) + crew + river.raft(YELLOW, P.main) + oars, (0, 140), 1.14, -4) + put(river.foam("#FFFFFF"), (0, 154), 1.15) + put(river.foam(tint(WATER, 0.6)), (40, 190), 1.3))


def family() -> str:
    crew = put(river.paddler(P.gold, "#F4DFB0"), (-52, -56), 0.74) + put(river.paddler(P.accent, P.third), (30, -58), 0.92)
    arm = line("M40 -98 L86 -122", "#A86B4C", 7)
    return (jungle("#E4F1E4", 71) + nature.sun((-40, -110), 38, "#FBE9B8") + water(60, "#7CC2BC", 8) + put(river.raft_back(P.accent) + crew + river.raft(P.accent, P.main), (-88, 152), 0.9)
            + path("M90 130 Q190 96 320 108 V150 Q200 160 90 130Z", P.sand) + copies(nature.tuft(P.leaf), [((226, 122), 1, 0), ((262, 132), 1.2, 0), ((120, 136), 0.8, 0)]) + veil(put(river.foam("#FFFFFF"), (-88, 164), 0.8), 0.5) + put(arm, (-94, 152), 0.9)
            + put(wildlife.heron("#FFFFFF", P.accent), (158, 138), 1.06))


def birds() -> str:
    return (rooms.wall("#F8CF9A") + fade((-320, -260, 640, 360), "#F08A5B", 0.9, 0) + nature.sun((-96, 10), 76, "#FDEBBB") + nature.ridge(81, 60, 90, "#C9785E") + nature.haze(46, "#FFE9CF", 3, 0.6) + nature.ridge(83, 110, 60, "#7F5A57")
            + nature.ridge(84, 170, 50, P.main) + line("M-60 118 C60 96 160 110 330 60", "#4A3A30", 17) + line("M-60 115 C60 92 160 106 330 56", "#6B5444", 6) + put(coffee.leaf(P.third), (180, 84), 0.9, -60) + put(coffee.leaf(P.third), (230, 84), 0.8, 30)
            + put(wildlife.toucan("#1C2B2B", P.accent, "#FFF4DC"), (66, 92), 1.36) + put(cabins.hiker(P.gold, P.main, "#33424A"), (-150, 196), 0.9) + copies(line("M-16 0 Q-8 -12 0 0 Q8 -12 16 0", "#7F4A45", 4), [((-190, -120), 1, 0), ((-140, -150), 0.8, 0), ((-230, -160), 0.7, 0)]))


def old_ceiba() -> str:
    ferns = copies(nature.fern(P.third), [((-236, 196), 1.1, 0), ((238, 200), 1.2, 0), ((-150, 236), 0.9, 0), ((176, 244), 0.9, 0)])
    return (rooms.wall("#CDE6D2") + nature.bank(tint(P.third, 0.35), 91, -1) + nature.bank(tint(P.third, 0.35), 92, 1) + fade((-320, -260, 640, 300), "#FBF3CF", 0.7, 0) + rooms.table("#6FA05A", 120) + path("M-40 260 Q40 190 118 150 L150 152 Q90 200 70 260Z", "#D9B98A")
            + shadow((30, 152), 220, 22) + put(nature.ceiba("#A89A86", P.main), (-20, 150), 1.16) + line("M-150 -260 C-140 -120 -120 -40 -170 20 M120 -260 C112 -160 130 -110 118 -60", P.third, 6) + copies(coffee.leaf(P.third), [((-148, -150), 0.4, 20), ((-136, -60), 0.4, 160), ((118, -150), 0.4, 170), ((122, -90), 0.4, 20)])
            + standing(cabins.hiker(P.gold, P.accent, "#33424A"), (118, 172), 20, 0.62) + ferns)


def mangrove_walk() -> str:
    trees = put(nature.mangrove("#6B5444", P.third), (-212, 70), 1.25) + put(nature.mangrove("#6B5444", P.main), (216, 76), 1.3) + put(nature.mangrove("#7D6552", P.third), (-110, 10), 0.75) + put(nature.mangrove("#7D6552", P.main), (112, 6), 0.75)
    return rooms.wall("#DDEFE6") + nature.sun((0, -90), 54, "#FBF0C4") + nature.ridge(101, -10, 50, tint(P.third, 0.4)) + water(-10, "#7DB8A0", 6) + trees + cabins.boardwalk("#C9986A") + shadow((4, 156), 56) + put(cabins.wheelchair("#2B3C42", P.gold, P.sand), (0, 156), 1.2)


def coast_kitchen() -> str:
    batea = lit("M-170 -36 H170 Q150 30 90 34 H-90 Q-150 30 -170 -36Z", "#B97B49", "M60 -40 H190 V40 H40Z", "M-190 -40 H-120 Q-110 20 -70 40 H-190Z") + oval((0, -36), (172, 24), "#D9A56B") + oval((0, -33), (154, 17), "#8E5A38")
    snow = path("M-130 -34 Q-90 -84 -30 -66 Q20 -96 70 -64 Q116 -60 132 -34 Q0 -10 -130 -34Z", "#FFFDF6") + path("M30 -78 Q60 -82 70 -64 Q116 -60 132 -34 Q80 -24 20 -22 Q70 -50 30 -78Z", "#E4DCCB") + line("M-90 -44 l12 -8 M-50 -40 l10 8 M-20 -60 l12 -6 M-70 -58 l14 0 M10 -40 l12 -8 M40 -50 l10 6", "#D9CFBB", 3)
    return (rooms.wall("#BFE3EA") + nature.cloud((-190, -120), "#FFFFFF", 1.1) + nature.cloud((110, -156), "#FFFFFF", 0.8) + box((-320, -50, 640, 100), SEA) + line("M-200 -20h70m120 14h90m60 -22h60m-300 44h80", tint(SEA, 0.5), 4) + box((-320, 30, 640, 60), P.sand) + put(nature.palm("#8E6A4A", P.third), (-236, 70), 1.15) + flipped_palm()
            + rooms.planks("#A86B42", 74) + shadow((10, 178), 180) + put(batea + snow, (0, 150)) + put(cabins.grater("#C9D0CF", "#8E5A38"), (-72, 112), 1.12, -24) + standing(put(river.coconut("#6B4630", "#FFFDF6"), (0, -40)), (158, 196), 58, 0.9) + standing(put(river.coconut("#6B4630", "#FFFDF6"), (0, -30)), (-186, 206), 48, 0.7))


def flipped_palm() -> str:
    return f'<g transform="translate(268 70) scale(-1 1)">{nature.palm("#8E6A4A", P.third)}</g>'


def cays() -> str:
    reef = copies(oval((0, 0), (26, 12), "#2B8FA0"), [((-230, 130), 1.2, 20), ((-180, 164), 0.8, -10), ((210, -140), 1.3, 10), ((160, -170), 0.8, 30), ((-250, -30), 0.9, 0)])
    wake = path("M66 120 L-70 196 L-20 214Z", "#FFFFFF", opacity=0.35) + line("M64 126 L-56 216 M60 116 L-90 190", "#FFFFFF", 4, opacity=0.7)
    return rooms.wall("#37A3B3") + path("M-320 -260 H320 V-190 Q0 -90 -320 -160Z", "#2C8DA3") + reef + put(cabins.islet(P.sand, "#A9E6DC", P.third), (-8, -34), 1.24) + put(cabins.islet(P.sand, "#A9E6DC", P.main), (236, 40), 0.5) + nature.waves(96, "#CFF1EA", 13, 6) + wake + path("M30 128 h90 l30 30 h-100Z", "#20131f", opacity=0.16) + put(river.launch("#FFFFFF", P.gold), (96, 106), 0.9, -30)


def manatee() -> str:
    shore = path("M-320 -260 H-140 C-180 -190 -110 -140 -160 -60 C-200 0 -120 60 -170 140 C-190 190 -150 230 -160 260 H-320Z", P.main) + path("M320 -260 H150 C120 -190 190 -140 150 -70 C120 0 190 60 160 140 C130 190 180 220 170 260 H320Z", P.main)
    crowns = "".join(dot((x, y), r, c) for x, y, r, c in ((-250, -150, 70, P.third), (-230, 10, 76, P.third), (-260, 150, 70, P.third), (250, -160, 72, P.third), (244, 20, 78, P.third), (256, 170, 66, P.third), (-180, -100, 34, P.leaf), (-190, 90, 36, P.leaf), (192, -70, 36, P.leaf), (196, 110, 34, P.leaf)))
    roots = line("M-160 -60 q30 10 34 34 M-166 -30 q26 10 24 34 M-170 130 q30 0 40 26 M150 -70 q-30 10 -30 34 M160 140 q-30 0 -36 26 M158 100 q-24 0 -34 20", "#6B5444", 6)
    return rooms.wall("#5FA99A") + path("M-60 -260 C-20 -120 -80 0 -20 120 C0 180 -30 230 -20 260 H60 C30 160 90 60 40 -60 C10 -140 60 -200 50 -260Z", "#79BFAE") + shore + crowns + roots + veil(put(wildlife.manatee("#3B6F6C"), (14, -104), 0.8, 14), 0.75) + put(river.kayak(P.accent, P.gold), (-58, 70), 0.98, 12) + put(river.kayak(P.gold, P.accent), (70, 20), 0.9, -6) + line("M-20 -150 q30 -14 60 0 M-4 -176 q20 -10 40 0", "#CFEDE2", 4)


def cacao_route() -> str:
    banana = "M-330 60 C-200 -120 120 -170 330 -60 C220 90 -120 190 -330 60Z"
    ribs = line("M-330 60 C-120 10 120 -40 330 -60", tint(P.leaf, 0.5), 7) + line("M-200 28 L-150 -60 M-120 12 L-60 -100 M-30 -6 L30 -124 M60 -24 L120 -128 M150 -40 L200 -110 M-170 26 L-120 104 M-80 8 L-30 122 M20 -12 L70 116 M110 -30 L160 84 M190 -46 L230 30", shade(P.leaf, 0.14), 3)
    whole = lit("M-90 0 C-76 -44 -10 -50 40 -38 C70 -30 84 -14 96 0 C84 14 70 30 40 38 C-10 50 -76 44 -90 0Z", P.gold, "M-100 14 Q20 46 100 -8 V60 H-100Z", "", line("M-78 0 C-40 -14 40 -16 92 0 M-60 -22 C-20 -34 40 -30 76 -14 M-60 22 C-20 32 40 30 76 14", shade(P.gold, 0.3), 4))
    return rooms.wall("#C9865A") + line("M-320 -180H320M-320 -60H320M-320 70H320M-320 180H320", "#B9744A", 3) + path("M-310 80 C-180 -90 140 -140 340 -30 C240 120 -100 210 -310 80Z", "#20131f", opacity=0.18) + lit(banana, P.leaf, "M-330 60 C-120 10 120 -40 330 -60 C220 90 -120 190 -330 60Z", "", ribs) + shadow((-40, 66), 150, 40) + put(river.cacao("#A5452F", "#FFF6E6", "#6B3A28"), (-46, 26), 1.22, -14) + shadow((134, -70), 90, 26) + put(whole, (126, -84), 0.92, 24) + coffee.scatter(coffee.bean("#6B3A28"), (40, 80, 170, 90), 9, 3)


def drums() -> str:
    set_ = "".join(shadow((x + 14, y), 52 * s) + put(river.drum(w, "#F6E7C8", "#FFF4DC"), (x, y), s) for x, y, s, w in ((-172, 156, 1, P.gold), (150, 158, 1.06, P.main), (-56, 178, 1.3, "#8E4A2B"), (58, 174, 0.82, P.accent)))
    return rooms.wall("#F7B77E") + fade((-320, -260, 640, 260), "#D96B5B", 0.85, 0) + nature.sun((24, 0), 88, "#FDE3A4") + box((-320, 20, 640, 70), "#4A8FA0") + line("M-40 34h120m-160 16h200m-140 16h110", "#FBD79A", 5) + path("M-320 84 Q-100 66 80 88 T320 80 V260 H-320Z", "#E9C98E") + line("M-320 92 Q-100 74 80 96 T320 88", "#FFFFFF", 6, opacity=0.7) + set_ + line("M196 190 L250 170 M206 200 L262 190", "#6B4630", 7) + f'<g transform="translate(284 110) scale(-1.2 1.2)">{nature.palm("#5B4436", "#2C4A3F")}</g>'


def two_days() -> str:
    left, right = "M-330 -270 H26 L-26 270 H-330Z", "M42 -270 H330 V270 H-10Z"
    wild = rooms.wall("#CFE8EE") + nature.ridge(111, 10, 110, tint(P.third, 0.3)) + nature.bank(P.main, 112, -1) + water(50, WATER, 14) + put(river.raft_back(YELLOW) + put(river.paddler(P.gold, P.main), (-40, -56), 0.95) + put(river.paddler(P.gold, P.third), (46, -56), 0.95) + river.raft(YELLOW, P.main), (-142, 136), 0.74)
    calm = rooms.wall("#FBD9A8") + nature.sun((170, -60), 52, "#FFF1C9") + box((-320, -10, 640, 90), SEA) + line("M60 20h60m50 16h70m-120 22h60", tint(SEA, 0.6), 4) + box((-320, 76, 640, 200), P.sand) + put(nature.palm("#8E6A4A", P.third), (52, 150), 1.25) + box((288, -20, 14, 180), "#8E6A4A") + put(river.hammock(P.gold, "#FFF4DC"), (174, 92), 0.68)
    return rooms.wall("#FFFFFF") + clip(left, wild) + clip(right, calm)


def crossing() -> str:
    hikers = put(cabins.hiker(P.gold, P.accent, "#33424A"), (-70, 90), 0.8) + put(cabins.hiker(P.accent, P.main, "#33424A"), (6, 70), 0.8) + put(cabins.hiker("#F4FAF7", P.gold, "#33424A"), (84, 40), 0.8)
    return (rooms.wall("#CFE6EC") + fade((-320, -260, 640, 220), "#8FC7DB", 1, 0) + nature.sun((-150, -110), 40, "#FFF4CF") + nature.cloud((90, -140), "#FFFFFF", 1) + box((-320, -40, 640, 300), "#5FAFC0") + line("M-260 -16h90m60 10h80m-160 18h60", "#BFE3EA", 4) + nature.ridge(121, 10, 34, tint(P.third, 0.35)) + nature.ridge(122, 40, 60, P.third)
            + nature.haze(52, "#FFFFFF", 9, 0.65) + lit("M-330 200 Q-200 120 -90 96 Q0 80 60 46 Q140 10 200 -50 L260 -120 L340 -60 V270 H-330Z", P.main, "M60 46 Q90 120 40 260 H340 V-120 L260 -120 Q200 0 150 20Z", "") + line("M-330 202 Q-200 122 -90 98 Q0 82 60 48 Q140 12 200 -48 L258 -116", "#C9B183", 6) + hikers + copies(nature.tuft(P.leaf), [((-180, 180), 1.4, 0), ((-20, 190), 1.2, 0), ((-110, 230), 1.5, 0)]))


def cabin_ceiba() -> str:
    return (rooms.wall("#2C6152") + nature.bank("#1F4F43", 131, -1) + nature.bank("#1F4F43", 132, 1) + dot((-10, 40), 190, "#4B8067", opacity=0.6) + dot((-10, 40), 130, "#7FA878", opacity=0.5) + box((96, -260, 60, 420), "#6E6658") + box((130, -260, 26, 420), "#565044") + rooms.table("#3E7A52", 130)
            + path("M-10 156 H40 Q30 200 90 260 H-90 Q-20 210 -10 156Z", "#D9B98A") + shadow((14, 158), 180, 22) + put(cabins.cabin("#B5784A", "#7A4A30", "#FBD98A"), (-20, 158), 1.16) + copies(nature.fern(P.leaf), [((-210, 186), 1.1, 0), ((-264, 220), 1.2, 0), ((160, 190), 1.1, 0), ((220, 220), 1.3, 0), ((-120, 230), 0.8, 0)])
            + copies(dot((0, 0), 3, "#FBE9A8"), [((x, y), 1, 0) for x, y in ((-190, 60), (-230, 10), (180, 40), (210, 90), (-170, 120), (60, -120))]))


def cabin_mangrove() -> str:
    return (rooms.wall("#F9C58D") + fade((-320, -260, 640, 240), "#C9758B", 0.8, 0) + nature.sun((0, -26), 70, "#FFF0C0") + nature.ridge(141, -10, 30, "#7C6A73") + box((-320, -14, 640, 280), "#D98F74") + fade((-320, -14, 640, 280), "#3E6B7A", 0.1, 1) + line("M-50 4h100m-130 18h160m-120 18h80m-200 30h90m150 -8h80", "#FFE3B0", 5)
            + put(nature.mangrove("#3D3A3C", "#2C4A44"), (-228, 40), 1.3) + put(nature.mangrove("#3D3A3C", "#2C4A44"), (246, 30), 1.1) + put(river.pier("#A5734A"), (0, 84), 0.92) + standing(furniture.seat("#7A4A30", P.accent), (-48, 138), 46, 0.96) + standing(furniture.seat("#7A4A30", P.accent), (56, 138), 46, 0.96))


def family_room() -> str:
    quilt = weaving.woven((-70, -100, 250, 100), (P.gold, P.sand, P.main, P.accent, "#FFF4DC"), 5, 6)
    patio = clip("M40 -170 H200 V-10 H40Z", box((30, -180, 180, 180), "#CBE7EA"), put(nature.tree("#7A5A40", P.third), (140, 0), 1.1), box((30, -30, 180, 40), P.leaf), dot((76, -130), 18, "#FFF1C9"))
    shutters = lit("M-4 -176 L36 -166 V-10 L-4 4Z", P.third, "", "", line("M4 -150 L30 -146 M4 -120 L30 -117 M4 -90 L30 -88 M4 -60 L30 -59 M4 -30 L30 -31", shade(P.third, 0.3), 3)) + lit("M244 -176 L204 -166 V-10 L244 4Z", shade(P.third), "", "", line("M236 -150 L210 -146 M236 -120 L210 -117 M236 -90 L210 -88 M236 -60 L210 -59 M236 -30 L210 -31", shade(P.third, 0.4), 3))
    return (rooms.wall("#F6E3C0") + path("M-320 -260 H-80 L120 260 H-320Z", "#FAEDD2") + rooms.planks("#B5784A", 130) + put(patio + shutters + box((30, -14, 184, 12), WOOD), (-40, -14)) + shadow((-10, 172), 190) + put(cabins.bed("#8E5A38", "#FFFDF6", quilt), (-10, 168), 1.1)
            + standing(furniture.stool("#8E5A38"), (228, 176), 50, 0.95) + put(furniture.pitcher("#B5623D"), (228, 106), 0.62) + box((-250, -140, 60, 76), P.accent, 2) + box((-242, -132, 44, 60), "#FFF4DC") + put(coffee.leaf(P.third), (-222, -80), 0.5, -80))


def dry_bag() -> str:
    rings = "".join(f'<ellipse cx="6" cy="152" rx="{r}" ry="{r * .24:.0f}" fill="none" stroke="#E4F6F2" stroke-width="5" opacity="{o}"/>' for r, o in ((118, 0.9), (160, 0.55), (206, 0.3)))
    return jungle("#DCEFE8", 151) + water(34, "#6FC2C0", 15) + oval((-150, 210), (60, 20), "#4B8F92") + oval((170, 226), (70, 22), "#4B8F92") + oval((20, 168), (104, 26), "#20131f", opacity=0.22) + clip("M-320 -260 H320 V150 Q160 176 6 178 Q-160 176 -320 150Z", put(river.dry_bag(P.accent, P.main) + put(logo_leaf(), (-4, -48), 0.62), (0, 172), 1.28, -7)) + rings + put(coffee.leaf(P.leaf), (-176, 90), 0.7, 16)


def logo_leaf() -> str:
    return path("M-40 20 C-40 -24 0 -44 44 -40 C46 4 22 34 -20 30 Q-30 30 -40 20Z", "#FFF4DC") + line("M-34 24 C-14 4 10 -14 32 -28", P.main, 5)


def bird_guide() -> str:
    page = put(wildlife.motmot(P.third, "#2F8CC0", P.accent), (-94, -60), 1.12)
    text = line("M40 -118 H150 M40 -100 H130 M40 -82 H146 M40 -40 H150 M40 -22 H120 M40 -4 H140", "#C9D6CE", 6) + box((40, -160, 76, 18), P.main, 3) + line("M-150 62 H-40 M-150 78 H-80", "#C9D6CE", 6)
    spread = path("M-190 -190 Q-96 -214 0 -178 Q96 -214 190 -190 V112 Q96 88 0 124 Q-96 88 -190 112Z", P.main) + path("M-178 -194 Q-90 -214 0 -180 V112 Q-90 80 -178 102Z", "#FFFDF6") + path("M178 -194 Q90 -214 0 -180 V112 Q90 80 178 102Z", "#EFEDE2") + path("M0 -180 Q24 -190 40 -194 V94 Q20 100 0 112Z", "#20131f", opacity=0.1)
    return rooms.wall("#BCD9C6") + dot((-60, -120), 150, "#CBE3D2") + path("M-176 -150 Q10 -180 214 -150 V160 Q20 140 -176 150Z", "#20131f", opacity=0.16) + put(spread + page + text, (0, 20), 0.96, -4) + shadow((110, 224), 80, 16) + put(wildlife.binoculars("#2B3C42", P.gold), (104, 216), 0.92, -16) + put(coffee.leaf(P.third), (-216, 226), 1.3, -24)


def adventure_voucher() -> str:
    art = (box((-150, -100, 300, 200), "#A9DDDA"), path("M-150 -100 H30 C10 -60 60 -40 30 0 C0 40 50 60 20 100 H-150Z", "#CFE3B8"), copies(path("M0 -26 L14 0 H-14Z", P.third) + path("M0 -26 L14 0 H2Z", P.main), [(at, 1, 0) for at in ((-120, -40), (-96, -54), (-70, -30), (-110, 4), (-40, -60), (-20, 70))]),
           line("M-150 70 C-90 60 -70 30 -20 34 S40 20 60 30", P.second, 12), put(cabins.islet(P.sand, "#FFFFFF", P.third), (98, -40), 0.36), put(paper.map_paths(P.gold, P.gold), (-6, 14), 1.05), put(river.launch("#FFFFFF", P.gold), (96, 54), 0.32, -20))
    return rooms.wall("#DCEDE2") + dot((0, -30), 176, "#C5E0CF") + rooms.table("#B5784A", 140) + shadow((8, 196), 160) + put(paper.envelope("#F7F1E1", P.accent), (0, 48), 1.12) + put(paper.card((-134, -96, 268, 190), "#FFFDF6", put("".join(art), (0, 0), 0.92)), (0, -30), 0.96, -4) + put(paper.envelope_front("#F7F1E1", P.gold), (0, 48), 1.12)


GOODS = (rapids, family, birds, old_ceiba, mangrove_walk, coast_kitchen, cays, manatee, cacao_route, drums, two_days, crossing, cabin_ceiba, cabin_mangrove, family_room, dry_bag, bird_guide,
         adventure_voucher)
