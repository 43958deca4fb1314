"""The coffee roaster's goods and visits, one scene each."""

from demo.drawings import brewing, coffee, nature, paper, rooms
from demo.drawings.palettes import NEBLINA as P
from demo.drawings.palettes import shade, tint
from demo.drawings.shapes import box, clip, copies, dot, fade, line, lit, oval, path, put, shadow, standing, veil

DAWN, DUSK, FOREST = "#F3D9BC", "#F0B48A", "#2F4A3D"
BEAN = coffee.bean("#7A4A30")


def high_mist() -> str:
    return (rooms.wall("#F4E6D2") + rooms.window((-150, -210, 210, 300), "#DCE5E0", P.second, P.paper) + rooms.planks("#B98556")
            + rooms.beam() + standing(coffee.bag(coffee.KRAFT, P.accent), (-20, 176), 80, 1.12)
            + standing(coffee.mug(P.paper), (122, 186), 52, 0.86) + put(coffee.steam(), (122, 106), 0.8))


def red_honey() -> str:
    bed = lit("M-40 0 H172 L150 -56 H-30Z", "#E8C79A", "M90 -60 H190 V4 H100Z")
    legs = line("M-30 0 V58 M160 0 V58 M-20 58 L40 0 M150 58 L90 0", shade(P.main, 0.1), 8)
    rake = line("M60 -40 L196 -190", "#8A5A36", 9) + put(path("M-34 -7 H34 V7 H-34Z M-32 7 h8 v14 h-8Z M-12 7 h8 v14 h-8Z M8 7 h8 v14 h-8Z"
                                                             " M26 7 h8 v14 h-8Z", "#8A5A36"), (58, -38), 1, 40)
    return (rooms.wall("#F0C9A0") + nature.sun((90, -110), 62, "#F7DFAE") + nature.ridge(7, 60, 90, "#C98D62") + nature.ridge(9, 100, 46, "#A9683F")
            + rooms.table("#DDA873", 106) + shadow((110, 190), 120) + put(legs + bed, (40, 130)) + put(
        coffee.scatter(coffee.bean("#B5472F"), (24, 78, 170, 46), 28, 3), (0, 0)) + put(rake, (10, 130))
            + standing(coffee.bag("#A63D2B", "#F2D3A2", P.dark), (-72, 200), 78, 1.08))


def natural_patio() -> str:
    leaves = copies(coffee.leaf("#7C8C7A"), [((-170, -150), 1.5, 24), ((-60, -236), 1.4, 50), ((90, -190), 1.5, 130), ((-210, 30), 1.2, -20), ((176, 30), 1.3, 150)])
    joints = line("M-320 -90 H320 M-320 150 H320 M-110 -260 V260 M150 -260 V260", "#C6BBA9", 4)
    return (rooms.wall("#D9CFBE") + joints + clip("M-320 -260H320V260H-320Z", veil(leaves, 0.35))
            + coffee.scatter(coffee.cherry("#7E1B2E"), (-240, 60, 480, 190), 14, 4, turned=False) + coffee.scatter(coffee.cherry("#B3242F"), (-240, 40, 480, 230), 26, 12, turned=False)
            + standing(coffee.bag("#EBDDC4", "#8E2037"), (-14, 150), 84, 1.1) + put(coffee.branch(P.leaf, "#C42E36"), (74, 150), 1.05))


def dark_hours() -> str:
    stars = copies(dot((0, 0), 2.2, "#F6E7C8"), [((x, y), 1, 0) for x, y in ((-150, -200), (-90, -150), (30, -215), (120, -176), (168, -110), (-170, -90))])
    moon = path("M84 -164 a40 40 0 1 0 26 64 a34 34 0 1 1 -26 -64Z", "#F6E7C8")
    return (rooms.wall("#22324A") + fade((-320, -40, 640, 150), "#5E6F8C", 0, 1) + stars + moon + nature.ridge(3, 60, 80, "#1B283C") + nature.ridge(5, 96, 40, "#152033")
            + rooms.table("#33435E", 104) + standing(coffee.bag("#2A2526", "#C9A36A", "#2B1D14"), (-56, 188), 82, 1.12)
            + standing(coffee.mug("#F3EDE2", "#D9B48C"), (98, 196), 54, 1) + put(coffee.steam(), (98, 104), 0.9))


def mountain_water() -> str:
    return (rooms.wall(DUSK) + nature.sun((70, -40), 74, "#FBE3B4") + nature.ridge(11, 70, 90, "#C57F63") + nature.ridge(12, 100, 36, "#A5604E")
            + rooms.planks("#8A5A44", 104) + standing(coffee.bag("#A9CBD3", P.paper, P.third), (-64, 150), 74, 1)
            + standing(coffee.book(P.third, P.paper), (-40, 214), 100, 0.95) + standing(coffee.mug("#FFFDF8"), (104, 190), 54, 1.05)
            + put(coffee.steam(), (104, 96), 0.9))


def geisha() -> str:
    lid = lit("M-92 -150 H92 V-122 H-92Z", "#E9D7B4", "M34 -154 H100 V-120 H34Z", "M-92 -150 H92 V-146 H-92Z")
    body = lit("M-86 -122 H86 V0 H-86Z", "#DCC598", "M34 -130 H90 V4 H34Z", "M-90 -130 H-66 V4 H-90Z")
    plate = box((-46, -96, 92, 68), P.paper, 2) + put(coffee.mist(FOREST, 4.5), (0, -82), 0.9) + line("M-24 -42 H-6 M4 -42 H26", P.accent, 3)
    flowers = put(coffee.blossom("#FFFDF6", P.gold), (-24, -172), 1.05, 10) + put(coffee.blossom("#FFFDF6", P.gold), (34, -166), 0.8, 40)
    green = put(coffee.leaf("#6E8F63"), (-20, -160), 1.05, 196) + put(coffee.leaf("#6E8F63"), (26, -156), 1, -18)
    return (rooms.wall(FOREST) + dot((0, -40), 168, "#3B5B4A") + dot((0, -40), 128, "#466A56") + rooms.table("#22372D", 112)
            + standing(body + put(line("M0 -122 V0", P.accent, 5), (-66, 0)) + plate + lid + green + flowers, (0, 186), 104, 1.2))


def espresso() -> str:
    return (rooms.wall(P.accent) + path("M-320 -260 H320 V-60 L-320 150Z", "#D9694F") + rooms.table("#2B1D14", 110)
            + standing(coffee.bag("#F3E7D3", "#2B1D14", "#F0B48A"), (-74, 176), 84, 1.22) + box((-60, -260, 400, 132), "#AEB6B8") + box((-60, -140, 400, 12), "#7d868a") + box((-60, -260, 20, 132), "#c9cfcf") + box((44, -128, 70, 34), "#8E979B") + box((88, -128, 26, 34), "#717b80")
            + put(brewing.portafilter(brewing.STEEL, "#241812"), (78, -92), 0.9) + path("M70 -56 H74 V100 H70Z M82 -56 H86 V100 H82Z", "#3A1D10")
            + standing(brewing.glass_cup("#4A2413", "#D08A45"), (78, 192), 44, 1.15))


def green_beans() -> str:
    slip = box((-56, -76, 112, 150), P.paper, 3) + line("M-36 -46 H36 M-36 -28 H20 M-36 -10 H36 M-36 8 H10", "#B8A68C", 4) + put(coffee.mist(P.main, 4), (0, 30), 0.8)
    return (rooms.wall("#E6E2CF") + dot((-20, -30), 170, "#D5D6BC") + rooms.planks("#C69A6A") + put(box((-50, -70, 112, 150), "#20131f", 3, opacity=0.14) + slip, (104, -20), 1.15, 9)
            + standing(coffee.bowl("#A9532F", "#6F7F57", 100), (-24, 184), 108, 1.25) + coffee.heap(coffee.bean("#9FB083"), (-24, 108), 11, 2)
            + put(coffee.scatter(coffee.bean("#9FB083"), (70, 170, 110, 40), 6, 8)))


def mornings() -> str:
    return (rooms.wall("#F2DDC0") + rooms.arch((-190, -240, 150, 340), "#E8C9A2") + rooms.planks("#A9744A", 110) + rooms.beam()
            + put(paper.calendar(P.accent, P.paper, "#F0B48A"), (20, -216), 1.06)
            + standing(coffee.bag(coffee.KRAFT, P.main), (-98, 180), 78, 0.92) + standing(coffee.bag("#E9D9BE", P.accent), (42, 196), 78, 0.92))


def explorer() -> str:
    note = box((-40, -58, 92, 128), "#20131f", 8, opacity=0.15) + box((-46, -64, 92, 128), P.paper, 8) + box((-46, -56, 92, 36), P.second)
    cards = copies(note + line("M-28 0H28M-28 16H20M-28 32H24", "#C9B79C", 4), [((-110, 190), 0.8, -14), ((-30, 204), 0.8, 8)])
    return (rooms.wall("#DDE3DA") + dot((10, -30), 175, "#CBD6CC") + rooms.table("#E0C08F", 90)
            + standing(coffee.bag(P.third, "#F2D9B0", P.dark), (-112, 124), 74, 0.8) + standing(coffee.bag(P.accent, P.paper, P.main), (112, 128), 74, 0.8)
            + standing(coffee.bag(P.gold, P.main), (0, 138), 74, 0.96) + cards + shadow((98, 204), 72, 10) + put(paper.pencil(P.leaf, "#F0D3A0"), (98, 196), 1, -16))


def office() -> str:
    kilo = coffee.bag(coffee.KRAFT, P.accent, P.paper)
    row = copies(kilo, [((-112, -62), 0.86, 0), ((128, -62), 0.86, 0)]) + put(coffee.bag(P.main, P.gold, P.dark), (8, -62), 0.86)
    return (rooms.wall("#EDE6D8") + path("M-320 -260 H20 L-320 200Z", "#F8F0DF") + row + rooms.shelf(-62, "#B98556") + rooms.table("#D9C3A0", 150)
            + standing(brewing.machine("#4B5C63", P.accent, "#3A1D10"), (-40, 204), 90, 1.02) + standing(coffee.mug(P.accent), (110, 208), 50, 0.8)
            + put(coffee.steam("#FFFFFF"), (110, 136), 0.7))


def dripper() -> str:
    return (rooms.tiles("#F3E8D3", "#7FA0A0", 110) + rooms.planks("#B07A4C", 110) + standing(brewing.chorreador("#A5683C", "#F2E4C8", "#4A2A1B"), (0, 196), 104, 1.22)
            + put(brewing.jug("#FDF7EA", P.third), (0, 174), 1.05) + put(coffee.steam(), (66, 40), 1) + put(coffee.scatter(BEAN, (90, 196, 80, 26), 4, 5)))


def cloth_bags() -> str:
    bags = "".join(put(brewing.filter_bag(cloth, "#B9794A"), (x, y), 1.14, turn) for x, y, turn, cloth in
                   ((-118, -66, 4, "#F7EBD3"), (2, -46, -2, "#EBD8B6"), (122, -66, -5, "#F7EBD3")))
    return (rooms.wall("#BFD0CB") + nature.sun((-90, -150), 50, "#FBEFC9") + nature.ridge(21, 130, 80, "#93AFA3") + nature.ridge(22, 180, 50, "#77988A")
            + nature.haze(130, "#FFFFFF", 5, 0.5) + line("M-330 -84 Q0 -28 330 -84", shade("#8A5A36"), 5) + bags
            + put(coffee.leaf(P.leaf), (-210, 236), 1.5, -34) + put(coffee.leaf(P.leaf), (210, 246), 1.4, 214))


def hand_mill() -> str:
    linen = lit("M-230 130 L190 112 L260 260 H-290Z", "#EFE3CC", "M150 100 H280 V270 H210Z", "", line("M-240 150 L196 132 M-250 172 L206 152", P.accent, 4))
    return (rooms.wall("#C98D62") + dot((10, -60), 170, "#D8A27A") + rooms.planks("#8A5236", 96) + linen
            + standing(brewing.mill("#B7BDBE", P.main), (-24, 196), 62, 1.34) + coffee.scatter(BEAN, (40, 172, 150, 60), 10, 6)
            + line("M46 -138 a76 26 0 0 1 84 -18", "#F4E3C6", 5, stroke_dasharray="2 13"))


def french_press() -> str:
    return (rooms.wall("#F3C892") + nature.sun((-4, -52), 128, "#FBE6B6", 0.5) + rooms.planks("#A9683F", 110)
            + standing(brewing.press("#F4E6CC", "#54301E", "#7D858A"), (-26, 194), 74, 1.3) + standing(coffee.mug(P.accent, "#4A2A1B"), (124, 206), 50, 0.74)
            + coffee.scatter(BEAN, (-180, 190, 90, 34), 5, 8))


def clay_mugs() -> str:
    def glazed(body: str, glaze: str) -> str:
        run = "M-48 -84 H48 V-40 Q40 -28 32 -42 T14 -40 T-6 -34 T-24 -44 T-48 -38Z"
        wall = "M-46 -82 C-47 -30 -40 0 -22 0 H22 C40 0 47 -30 46 -82Z"
        return coffee.mug(body) + clip(wall, path(run, glaze), path("M14 -90 H60 V0 H10 Q24 -40 14 -90Z", shade(glaze))) + oval((0, -82), (46, 11), tint(glaze, 0.2)) + oval((0, -81), (39, 8), shade(glaze, 0.5))
    jars = put(coffee.bowl("#C79A6F", "#8A5A3C", 60), (-100, -78), 0.9) + put(coffee.bowl("#9A6A4C", "#6B4433", 46), (80, -78), 0.85)
    return (rooms.wall("#E3D2B8") + box((-320, -260, 640, 110), "#D6C1A2") + jars + rooms.shelf(-78, "#8E6243") + rooms.planks("#9A6B49", 130)
            + standing(glazed("#B0623F", "#6C7D4E"), (-68, 186), 60, 1.5) + standing(glazed("#C27A4C", "#A5452F"), (88, 204), 60, 1.36))


def dawn_box() -> str:
    inside_ = put(coffee.bag(coffee.KRAFT, P.accent), (-64, 116), 0.9, -4) + put(coffee.mug("#6C7D4E"), (84, 46), 0.92) + put(
        box((-26, -150, 52, 150), P.main, 4) + box((-26, -100, 52, 60), P.gold) + box((6, -150, 20, 150), "#20131f", 0, opacity=0.2), (24, 110), 0.98, 5)
    return (rooms.wall("#F2C9A0") + nature.sun((0, -70), 120, "#F9E3B8") + nature.ridge(31, 60, 100, "#D99A72") + nature.ridge(33, 96, 40, "#C07F5B") + rooms.planks("#A56B45", 110)
            + shadow((16, 200), 170) + put(paper.open_box("#C9986A", "#7A5236"), (0, 200), 1.18) + inside_ + put(paper.shavings("#F3DDB0"), (10, 204), 1.18)
            + put(paper.box_front("#C9986A", "#E8D3A4"), (0, 200), 1.18))


def chocolate() -> str:
    square = box((-27, -27, 54, 54), "#5A3222") + path("M-27 -27H27L17 -17H-17V17L-27 27Z", "#744632") + path("M27 -27V27H-27L-17 17H17V-17Z", "#40221a") + put(coffee.mist("#40221a", 3), (3, -9), 0.5)
    bar = copies(square, [((c * 54, r * 54), 1, 0) for r in range(4) for c in range(3) if (r, c) not in ((0, 2), (3, 0))])
    sheet = path("M-160 -190 L150 -214 L172 150 L-20 186 L-150 160Z", "#F7ECD6") + path("M172 150 L120 158 L160 110Z", "#DCC9A6") + path("M150 -214 L172 150 L160 150 L140 -213Z", shade("#F7ECD6", 0.06))
    return (rooms.wall("#B98556") + line("M-320 -150H320M-320 -30H320M-320 90H320M-320 200H320", shade("#B98556", 0.14), 3) + path("M-150 -176 L162 -200 L190 164 L-10 204 L-140 176Z", "#20131f", opacity=0.2)
            + sheet + put(path("M-20 -20 H150 V200 H-20Z", "#20131f", opacity=0.12), (-60, -70)) + put(bar, (-58, -92), 1, -7) + put(square, (84, -132), 1, 22) + put(square, (-96, 128), 1, -30)
            + coffee.scatter(BEAN, (40, 100, 120, 110), 8, 7) + put(coffee.leaf("#7E8F54"), (-190, -176), 1.1, 30))


def tasting() -> str:
    return (rooms.wall("#EAD6BA") + rooms.window((-70, -190, 150, 210), "#DCE5E0", P.second, P.paper) + rooms.arch((-262, -170, 120, 200), "#DEC4A0")
            + rooms.arch((150, -170, 120, 200), "#DEC4A0") + rooms.pendants(P.accent, (-150, 8, 168)) + rooms.planks("#9A6440", 62)
            + line("M-196 30 q-12 -16 0 -34 M-60 30 q-12 -16 0 -34 M76 30 q-12 -16 0 -34 M210 30 q-12 -16 0 -34", "#FFFFFF", 6, opacity=0.7)
            + copies(shadow((6, 0), 34), [((x, 98), 1, 0) for x in (-204, -68, 68, 204)]) + brewing.cups("#FDF6E9", "#4A2A1B", [(-204, 96), (-68, 96), (68, 96), (204, 96)])
            + copies(shadow((8, 0), 40), [((x, 172), 1.3, 0) for x in (-140, 0, 140)]) + put(brewing.cups("#FDF6E9", "#5B351F", [(-108, 0), (0, 0), (108, 0)]), (0, 170), 1.3)
            + "".join(put(brewing.spoon("#D9DEDD"), (x, 184), 0.62, 74) for x in (-70, 72)))


def farm_visit() -> str:
    rows = "".join(put(copies(nature.bush(P.leaf, "#C42E36"), [((x, 0), 1, 0) for x in range(-300, 340, 74)]), (d, y), s)
                   for y, s, d in ((66, 0.7, 30), (112, 0.95, -10), (176, 1.25, 24)))
    from_behind = put(nature.walker("#C8553D", P.third, "#E8CE9A"), (-52, 150), 1.1) + put(nature.walker("#F3E7D3", P.main, "#D9B36A"), (40, 138), 0.96)
    return (rooms.valley("#E9DCC6", "#A9B9A8", "#6E8A6A", 41) + nature.peak((110, 60), (210, 210), "#8CA397") + nature.haze(-40, "#FFFFFF", 8, 0.75)
            + nature.ridge(45, 40, 20, "#7F9A6D") + rows[: len(rows) // 2] + path("M-60 260 Q-40 140 20 60 H44 Q20 150 90 260Z", "#D9B184") + rows[len(rows) // 2:] + from_behind)


def barista() -> str:
    cloth = path("M-340 -80 L-20 -280 H120 L-340 60Z", "#F4E8D2") + line("M-340 -50 L30 -280 M-340 20 L100 -280", P.third, 5)
    return (rooms.wall("#C98A5C") + line("M-320 -130H320M-320 0H320M-320 130H320", "#BC7D50", 3) + cloth + shadow((-60, 40), 160, 130) + put(turned(brewing.latte("#FBF4E6", "#B9743F", "#FBF3E2")), (-74, 14), 1.5)
            + shadow((168, 158), 78) + put(brewing.pitcher("#C3C9CA"), (158, 146), 1.3) + coffee.scatter(coffee.bean("#5A3222"), (40, 150, 190, 50), 8, 3) + put(brewing.spoon("#E3E6E4"), (120, -110), 1.1, 40))


def turned(art: str) -> str:
    return f'<g transform="rotate(-150)">{art}</g>'


def gift_card() -> str:
    art = (nature.sun((40, -22), 26, "#F9E3B8"), nature.peak((-20, 60), (120, 96), P.accent), nature.peak((76, 60), (90, 62), "#A5432F"),
           line("M-110 30 q20 -14 44 0 t44 0 44 0 44 0 44 0 M-80 48 q20 -14 44 0 t44 0 44 0 44 0", P.paper, 7), line("M-96 -52 H-46 M-96 -42 H-62", "#F2CFA8", 4))
    return (rooms.wall("#E8D2B2") + dot((0, -20), 180, "#DFC29B") + rooms.table("#C7925F", 130) + shadow((8, 196), 160) + put(paper.envelope("#F6EBD8", P.third), (0, 46), 1.12)
            + put(paper.card((-112, -76, 224, 148), "#F0B48A", *art), (0, -20), 1.02, -5) + put(paper.envelope_front("#F6EBD8", P.accent), (0, 46), 1.12))


GOODS = (high_mist, red_honey, natural_patio, dark_hours, mountain_water, geisha, espresso, green_beans, mornings, explorer, office, dripper,
         cloth_bags, hand_mill, french_press, clay_mugs, dawn_box, chocolate, tasting, farm_visit, barista, gift_card)
