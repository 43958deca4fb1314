"""The small shop at the dock: what one carries to the river and brings home from it."""

from demo.drawings import coffee, nature, paper, river, rooms, rutas_guanquira, wildlife
from demo.drawings.palettes import SELVA as P
from demo.drawings.palettes import shade, tint
from demo.drawings.shapes import box, clip, copies, dot, line, lit, oval, path, put, shadow, standing

AMBER, WOOD, CREAM = "#B5661F", "#A5734A", "#FFF4DC"


def flask() -> str:
    """An amber bottle with its spray head; foot at the origin, 210 high."""
    glass = lit("M-46 -112 C-46 -132 -20 -136 -20 -150 H20 C20 -136 46 -132 46 -112 V-8 Q46 0 38 0 H-38 Q-46 0 -46 -8Z", AMBER,
                "M16 -152 H60 V6 H18Z", "M-60 -130 H-32 V6 H-60Z")
    head = box((-22, -166, 44, 18), "#2B3C42", 3) + path("M-18 -166 V-196 Q-18 -206 -8 -206 H26 L34 -196 V-186 H14 V-166Z", "#2B3C42") + line("M34 -191 h12", "#2B3C42", 5)
    return glass + head + box((-38, -92, 76, 66), CREAM, 3) + put(coffee.leaf(P.third), (-24, -50), 0.5, -24) + line("M-24 -36 H24", P.main, 4)


def cap(colour: str) -> str:
    """A cap seen from the side, its brim to the right; 220 wide."""
    crown = lit("M-96 0 C-100 -78 -50 -112 4 -112 C60 -112 92 -70 92 0Z", colour, "M30 -116 H110 V6 H40 Q70 -60 30 -116Z", "M-110 -80 Q-70 -120 -20 -116 Q-70 -80 -84 4 H-110Z")
    seams = line("M4 -112 C-10 -70 -14 -40 -12 -2 M4 -112 C40 -80 52 -40 52 -2", shade(colour, 0.3), 3)
    brim = lit("M40 -10 C90 -22 150 -8 176 22 C140 14 90 10 30 6Z", shade(colour, 0.14), "M90 8 L180 24 L100 30Z")
    return crown + seams + brim + box((-98, -12, 190, 14), shade(colour, 0.22), 5) + dot((4, -113), 7, shade(colour, 0.3)) + put(rutas_guanquira.logo_leaf(), (-48, -52), 0.62, -8)


def grass() -> str:
    """A tied bunch of lemon grass, its foot at the origin."""
    blades = "".join(path(f"M-8 -60 C{x * .3:.0f} -120 {x * .7:.0f} -170 {x} {y} C{x * .8 + 8:.0f} -160 {x * .4 + 10:.0f} -110 10 -60Z", c)
                     for x, y, c in ((-86, -190, P.leaf), (-50, -222, P.third), (-14, -236, P.leaf), (26, -230, P.third), (62, -206, P.leaf), (92, -170, P.third)))
    return blades + lit("M-16 -66 H18 L26 0 H-24Z", "#CFD9A0", "M6 -70 H30 V6 H8Z") + box((-20, -58, 42, 12), P.gold, 4)


def repellent() -> str:
    return (rooms.wall("#F3E3B4") + dot((0, -40), 176, "#F9EFCF") + rooms.planks("#B5784A", 120) + shadow((-60, 194), 90) + put(grass(), (-92, 196), 1.12, -4)
            + standing(flask(), (56, 200), 56, 1.42))


def cap_scene() -> str:
    return (rutas_guanquira.jungle("#DCEFE8", 171) + rutas_guanquira.water(80, "#6FC2C0", 17) + line("M-150 260 L-4 -118", "#C9986A", 16) + line("M-146 260 L0 -118", tint("#C9986A"), 4)
            + path("M-22 -112 L-2 -196 Q20 -230 50 -214 Q66 -196 46 -160 L10 -100Z", P.gold) + path("M12 -104 L48 -158 Q66 -196 50 -214 Q40 -150 -4 -108Z", shade(P.gold)) + put(cap(P.third), (0, 30), 1.3, 8))


def dry_shirt() -> str:
    body = "M-44 0 Q0 22 44 0 L84 14 L166 150 L132 172 L84 96 V240 H-84 V96 L-132 172 L-166 150 L-84 14Z"
    shirt = lit(body, P.accent, "M24 0 L180 150 L132 180 L84 110 V250 H20 Q60 120 24 0Z", "M-90 10 L-60 6 L-140 176 L-180 150Z") + line("M-44 0 Q0 26 44 0", shade(P.accent, 0.3), 8) + put(rutas_guanquira.logo_leaf(), (-36, 92), 0.9)
    cuffs = path("M-166 150 L-132 172 L-140 184 L-174 162Z M166 150 L132 172 L140 184 L174 162Z", P.main)
    peg = box((-7, -16, 14, 44), WOOD, 4) + line("M0 -14 V24", shade(WOOD, 0.3), 2)
    return (rooms.wall("#CDEBEF") + nature.cloud((-130, -186), "#FFFFFF", 0.9) + nature.sun((120, -150), 44, "#FFF1C9") + box((-320, 70, 640, 90), rutas_guanquira.SEA) + line("M-240 92h80m60 16h110m40 -14h90", tint(rutas_guanquira.SEA, 0.5), 4) + box((-320, 150, 640, 120), P.sand)
            + put(nature.palm("#8E6A4A", P.third), (-250, 210), 1.5) + f'<g transform="translate(250 210) scale(-1.5 1.5)">{nature.palm("#8E6A4A", P.third)}</g>' + line("M-236 -60 Q0 -28 236 -60", "#F4FAF7", 5) + put(shirt + cuffs, (0, -44), 0.98) + put(peg, (-54, -40)) + put(peg, (54, -40)))


def trail_map() -> str:
    panels = path("M-186 -130 L-62 -150 V130 L-186 150Z", "#E6EFC4") + path("M-62 -150 L62 -130 V150 L-62 130Z", "#D3E2AC") + path("M62 -130 L186 -150 V130 L62 150Z", "#E6EFC4")
    sea = path("M110 -138 L186 -150 V130 L120 140 C90 90 150 20 110 -40 C96 -80 130 -110 110 -138Z", "#9FD6DA")
    trees = copies(path("M0 -34 L20 0 H-20Z", P.third) + path("M0 -34 L20 0 H2Z", P.main), [((x, y), 1, 0) for x, y in ((-146, -60), (-112, -80), (-130, 76), (-90, 30), (-20, -84), (16, -58), (30, 96), (-30, 104))])
    stream = line("M-186 20 C-120 0 -90 -40 -30 -10 S60 60 120 40", P.second, 16)
    compass = dot((0, 0), 62, "#2B3C42") + dot((-3, -3), 52, P.accent) + dot((-2, -2), 42, "#FFFDF6") + path("M0 -36 L11 0 H-11Z", P.gold) + path("M0 36 L11 0 H-11Z", "#2B3C42") + dot((0, 0), 5, "#FFFDF6") + line("M-36 -2h6M32 -2h-6", "#2B3C42", 4)
    return (rooms.wall("#C9986A") + line("M-320 -170H320M-320 -40H320M-320 90H320M-320 200H320", "#B98557", 3) + path("M-190 -110 L-50 -130 L74 -110 L206 -130 V170 L70 190 L-52 170 L-190 190Z", "#20131f", opacity=0.2)
            + put(panels + sea + stream + trees + put(paper.map_paths(P.gold, P.gold), (-30, 20), 1.3), (0, 0), 1.06, -5) + shadow((104, 150), 62, 40) + put(compass, (92, 130), 1.12))


def river_kit() -> str:
    inside = put(flask(), (58, -120), 0.84, 10) + put(cap(P.third), (-42, -150), 0.78, -20)
    body = lit("M-104 -176 Q-112 -70 -100 -10 Q0 18 100 -10 Q112 -70 104 -176 Q0 -150 -104 -176Z", P.accent, "M40 -180 H120 V20 H24 Q64 -80 40 -180Z", "M-120 -180 H-76 Q-88 -80 -74 10 H-120Z", path("M-110 -100 Q0 -76 110 -100 V-82 Q0 -58 -110 -82Z", P.main))
    return (rutas_guanquira.jungle("#E4F1E4", 181) + rooms.planks("#B5784A", 120) + shadow((6, 200), 130) + oval((0, 4), (112, 32), shade(P.accent, 0.45)) + put(inside, (0, 186), 1.0)
            + put(body + put(rutas_guanquira.logo_leaf(), (-4, -40), 0.8), (0, 200), 1.1))


def travel_hammock() -> str:
    trunk = lit("M-34 -270 H34 L46 270 H-50Z", "#7D6552", "M6 -280 H60 V280 H10Z", "M-60 -280 H-22 V280 H-60Z")
    hat = oval((0, 0), (62, 17), "#E8CE9A") + path("M-32 -2 C-34 -44 34 -44 32 -2 Q0 10 -32 -2Z", "#E8CE9A") + path("M6 -34 C30 -30 34 -14 32 -2 Q20 4 4 6Z", shade("#E8CE9A")) + line("M-32 -6 Q0 8 32 -6", P.gold, 6)
    return (rutas_guanquira.jungle("#E0F0E4", 191) + nature.sun((10, -130), 46, "#FBE9B8") + rutas_guanquira.water(40, "#7CC2BC", 18) + rooms.table("#6FA05A", 124) + put(trunk, (-196, 0)) + put(trunk, (198, 0)) + shadow((0, 190), 130, 20)
            + put(river.hammock(P.accent, CREAM), (0, 40), 1.16) + copies(nature.tuft(P.leaf), [((-120, 180), 1.3, 0), ((140, 206), 1.4, 0), ((-60, 236), 1, 0)]) + standing(hat, (66, 216), 54, 0.9))


def field_glasses() -> str:
    feather = path("M0 0 C16 -60 20 -120 0 -170 C-26 -120 -20 -60 0 0Z", "#3E86B5") + path("M0 0 C16 -60 20 -120 0 -170Z", "#2C6791") + line("M0 16 V-150", "#F4FAF7", 3)
    page = box((-130, -150, 260, 300), "#FFFDF6", 6) + box((-130, -150, 22, 300), P.main, 6) + line("M-84 -104 H90 M-84 -72 H60 M-84 -40 H96 M-84 -8 H40", "#C9CFC0", 5) + copies(dot((0, 0), 4, "#FFFDF6"), [((-119, y), 1, 0) for y in range(-130, 140, 30)])
    return (rooms.wall("#B7D2C0") + dot((40, -120), 150, "#C6DDCB") + path("M-150 -140 L120 -176 L168 150 L-110 190Z", "#20131f", opacity=0.16) + put(page, (-20, -10), 1.06, -7)
            + shadow((20, 150), 120, 30) + put(wildlife.binoculars("#2B3C42", P.gold), (16, 152), 2.5, -8) + put(feather, (128, 206), 0.92, 40))


def house_cacao() -> str:
    square = box((-27, -27, 54, 54), "#4A2A1E") + path("M-27 -27H27L17 -17H-17V17L-27 27Z", "#6A3F2E") + path("M27 -27V27H-27L-17 17H17V-17Z", "#341C14")
    left = copies(square, [((c * 54, r * 54), 1, 0) for r in range(4) for c in range(2)])
    banana = "M-330 60 C-200 -150 120 -200 330 -60 C220 110 -120 220 -330 60Z"
    ribs = line("M-330 60 C-120 10 120 -40 330 -60", tint(P.leaf, 0.5), 7) + line("M-200 28 L-150 -70 M-120 12 L-60 -120 M-30 -6 L30 -140 M60 -24 L120 -140 M-170 26 L-120 110 M-80 8 L-30 140 M20 -12 L70 130 M110 -30 L160 96", shade(P.leaf, 0.14), 3)
    pod = lit("M-96 0 C-80 -48 -10 -56 46 -42 C76 -34 92 -16 104 0 C92 16 76 34 46 42 C-10 56 -80 48 -96 0Z", "#E8B93F", "M-110 14 Q20 46 110 -8 V60 H-110Z", "", line("M-82 0 C-40 -14 40 -16 98 0 M-64 -24 C-20 -38 44 -32 80 -16 M-64 24 C-20 34 44 32 80 16", shade("#E8B93F", 0.28), 4))
    return (rooms.wall("#D8A877") + line("M-320 -170H320M-320 40H320M-320 200H320", "#C89866", 3) + lit(banana, P.leaf, "M-330 60 C-120 10 120 -40 330 -60 C220 110 -120 220 -330 60Z", "", ribs) + put(left, (-112, -76), 0.96, -12) + put(left, (24, -64), 0.96, 14)
            + shadow((40, 176), 110, 22) + put(pod, (20, 158), 1.2, -10) + coffee.scatter(coffee.bean("#6B3A28"), (-170, 120, 90, 70), 6, 5))


def coconut_bread() -> str:
    bun = lit("M-64 0 C-70 -52 -36 -78 0 -78 C36 -78 70 -52 64 0 C40 10 -40 10 -64 0Z", "#DDA24E", "M-10 10 Q56 -10 40 -80 H80 V14Z", "M-70 -20 Q-60 -70 -10 -80 Q-40 -60 -44 -20Z") + copies(line("M0 0 l7 -4", CREAM, 4), [((x, y), 1, x * 3) for x, y in ((-26, -50), (-4, -62), (18, -48), (-10, -34), (32, -30))])
    back = path("M-104 -150 L-92 -176 L-70 -156 L-46 -180 L-20 -158 L6 -182 L32 -158 L58 -178 L80 -156 L104 -150 V-60 H-104Z", "#A97D4C")
    bag = lit("M-104 -128 L-84 -112 L-60 -130 L-34 -110 L-8 -130 L20 -110 L46 -130 L74 -112 L104 -128 L96 0 H-96Z", "#D8B07A", "M40 -140 H120 V6 H50Z", "M-120 -140 H-74 L-70 6 H-120Z")
    return (rooms.wall("#F6D9A6") + nature.sun((-60, -90), 92, "#FBEBC4") + f'<g transform="translate(250 120) scale(-1.2 1.2)">{nature.palm("#8E6A4A", P.third)}</g>' + rooms.planks("#A86B42", 110) + shadow((-20, 194), 130) + put(back, (-24, 194), 1.14)
            + put(bun, (-84, 36), 0.98, -8) + put(bun, (38, 38), 0.98, 8) + put(bun, (-22, 4), 1) + put(bag + put(river.coconut("#6B4630", CREAM), (0, -48), 0.42), (-24, 194), 1.14) + standing(put(river.coconut("#6B4630", "#FFFDF6"), (0, -46)), (132, 214), 56, 0.98))


def postcards() -> str:
    def face(art: str) -> str:
        return box((-116, -84, 232, 168), "#FFFDF6", 4) + clip("M-104 -72 H104 V72 H-104Z", art)
    dusk = box((-110, -80, 220, 160), "#F3A36B") + dot((20, 6), 40, "#FDE3A4") + box((-110, 20, 220, 60), "#3F6E82")
    reef = box((-110, -80, 220, 160), "#37A3B3") + oval((0, 0), (62, 34), "#A9E6DC") + oval((0, 0), (40, 20), P.sand) + dot((0, -2), 13, P.third)
    egret = box((-110, -80, 220, 160), "#BFE0D2") + box((-110, 30, 220, 60), "#6FB7B0") + put(wildlife.heron("#FFFFFF", P.accent), (-16, 62), 0.72) + box((58, -62, 36, 42), "#FFFDF6") + path("M62 -30 q8 -14 14 -4 t14 -2 v12 H62Z", P.second)
    return (rooms.wall("#E9C99A") + dot((0, -20), 180, "#F2DAB4") + rooms.planks("#B5784A", 150) + shadow((10, 190), 170) + put(face(dusk), (-56, -60), 1, -24) + put(face(reef), (48, -66), 1, 14) + put(face(egret), (0, 64), 1.34, -4)
            + put(coffee.leaf(P.third), (96, 196), 0.9, -10))


GOODS = (repellent, cap_scene, dry_shirt, trail_map, river_kit, travel_hammock, field_glasses, house_cacao, coconut_bread, postcards)
