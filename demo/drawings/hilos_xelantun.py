"""The weavers' goods and workshops, one scene each."""

from demo.drawings import bread, cloth, coffee, furniture, garments, nature, paper, rooms, weaving
from demo.drawings.palettes import TELAR as P
from demo.drawings.palettes import mix, shade
from demo.drawings.shapes import box, clip, copies, dot, line, lit, oval, path, put, shadow, standing, veil

ROSE, CREAM = "#E8A6A1", "#F7EAD3"
BANDS = (P.main, P.gold, P.paper, P.third, P.gold)


def blocks(one: str, two: str, floor: str, y: float = 96) -> str:
    """The weavers' wall: two fields of colour that meet aslant."""
    return rooms.wall(one) + path("M-320 -260 H-60 L90 260 H-320Z", two) + rooms.table(floor, y)


def volcano() -> str:
    top = "M-190 20 H190 L250 260 H-250Z"
    drawn = weaving.figures((-72, 30, 144, 126), P.third, weaving.stitched(weaving.VOLCAN, (P.gold, P.paper)), (14, 9, 10.3))
    runner = lit("M-66 20 H66 L90 198 H-90Z", P.third, "", "", drawn, weaving.zigzag((-100, 156, 200, 16), P.main, P.gold, 10), box((-100, 172, 200, 8), P.paper), box((-100, 180, 200, 20), P.main), path("M30 10 H100 V210 H46Z", "#20131f", opacity=0.14))
    return (rooms.wall(CREAM) + path("M-320 -260 H-20 L120 260 H-320Z", "#F2D9C0") + lit(top, "#D9A56B", "M90 10 H260 V270 H150Z", "", line("M-320 90 H320 M-320 170 H320", "#C48F58", 2.5)) + path("M-190 20 H190 L192 27 H-192Z", "#E9C08C")
            + path("M-66 20 H66 L60 8 H-60Z", shade(P.third)) + runner + weaving.fringe(-92, 198, 188, P.third, 20) + standing(furniture.pitcher("#B5623D"), (-46, 62), 52, 1.15) + standing(put(bread.bolillo("#D99A50"), (0, -14)), (64, 74), 54, 0.9))


def milpa() -> str:
    colours = ((P.gold, P.main), (P.leaf, P.gold), (P.accent, P.paper), (P.second, P.gold), (P.third, ROSE))
    fan = "".join(put(put(cloth.mat(one, two), (0, -138)), (0, 160), 0.82, -64 + i * 32) for i, (one, two) in enumerate(colours))
    corn = weaving.figures((-63, -60, 126, 121), CREAM, weaving.stitched(weaving.MILPA, (P.leaf, P.gold)), (11, 11, 5.5))
    spoon = line("M0 0V-96", "#A86B3C", 9) + oval((0, -112), (17, 25), "#B97B49") + oval((3, -110), (9, 17), "#94582F")
    fork = line("M0 0V-90M-12 -130V-108Q-12 -92 0 -90Q12 -92 12 -108V-130M0 -130V-96", "#A86B3C", 7)
    return (rooms.wall("#F1DFC6") + dot((0, 0), 190, "#E8CDA9") + fan + shadow((10, 206), 120, 16) + put(cloth.mat(CREAM, P.main, corn), (0, 134), 0.98)
            + put(spoon, (-16, 196), 0.94, -12) + put(fork, (22, 196), 0.94, 10))


def napkins() -> str:
    row = "".join(shadow((x + 8, 170), 50) + put(cloth.napkin(mix("#D9557A", "#F0A04A", i / 3), P.paper), (x, 172), 1.36) for i, x in enumerate((-120, -42, 42, 124)))
    return rooms.wall("#F8E3D2") + nature.sun((0, -60), 130, "#F7C79B", 0.4) + rooms.table("#7A1F3D", 120) + weaving.zigzag((-320, 236, 640, 14), shade(P.main), P.gold, 12) + row


def quetzal() -> str:
    bird = weaving.stitched(weaving.QUETZAL, (P.leaf, P.accent, P.second))
    sofa = lit("M-220 -60 Q-220 -90 -190 -90 H190 Q220 -90 220 -60 V150 H-220Z", "#D9CDBB", "M-220 96 H220 V150 H-220Z") + box((-260, -10, 70, 180), "#CBBDA8", 26) + box((190, -10, 70, 180), "#B9AA95", 26) + box((-200, 76, 400, 70), "#E6DCCB", 20)
    pads = "".join(put(cloth.cushion(ground, put(bird, (-38, -40), 8.6) + band(P.gold, ground)), (x, y), 0.98, turn) for ground, x, y, turn in ((P.dark, -112, 6, -9), (P.main, 108, 8, 8), (CREAM, 0, 34, 2)))
    return blocks("#F3DFC9", ROSE, "#B98556", 170) + path("M-196 150 h20 l-4 46 h-12Z M176 150 h20 l-4 46 h-12Z", "#7A4A30") + shadow((0, 196), 220, 14) + sofa + veil(shadow((6, 86), 170, 20), 0.9) + pads


def band(colour: str, ground: str) -> str:
    return weaving.zigzag((-80, 46, 160, 9), ground, colour, 7) + weaving.zigzag((-80, -58, 160, 9), ground, colour, 7)


def sierra() -> str:
    spread = "M-190 100 Q-30 76 150 92 L214 260 H-220Z"
    made = lit(spread, "#6F7480", "", "", weaving.woven((-230, 128, 460, 60), ("#6F7480", CREAM, P.third, P.gold, CREAM), 5, 6), box((-230, 112, 460, 6), CREAM), box((-230, 198, 460, 6), CREAM), weaving.zigzag((-230, 214, 460, 20), "#6F7480", P.third, 14), path("M90 80 H240 V270 H130Z", "#20131f", opacity=0.2))
    bed = box((-214, -36, 26, 300), "#8E5A38", 8) + box((-214, -20, 404, 110), "#A86B42", 10) + box((-60, -20, 250, 110), "#955b37", 10)
    pillows = "".join(put(box((-62, -34, 124, 66), "#FFFDF8", 26) + path("M20 -34 H36 Q62 -34 62 -6 V6 Q62 32 36 32 H10 Q40 10 20 -34Z", "#E2D9CC"), at, 1, -4) for at in ((-110, 64), (34, 62)))
    return rooms.wall("#EAD9C5") + rooms.window((10, -226, 150, 190), "#CFE0E4", "#5F7F8E", "#FFFAF3") + bed + pillows + made


def market() -> str:
    rail = box((-180, -150, 330, 14), "#A5683C", 7) + box((-180, -142, 330, 6), "#7F4C2B", 3)
    coriander = line("M0 0 L-18 60 M0 0 L2 70 M0 0 L20 58 M0 0 L-6 56", "#5B7F45", 4) + copies(path("M0 0 C-14 -8 -18 8 -6 14 C-12 26 8 28 8 16 C20 16 18 -4 6 -2Z", "#6E9A50"), [((x, y), s, x) for x, y, s in ((-22, 60, 1.3), (-2, 76, 1.5), (20, 60, 1.3), (-12, 96, 1.3), (16, 94, 1.2), (2, 50, 1.1), (0, 112, 1.2))])
    return (rooms.tiles("#FBF1DF", "#C9D9D6", 160) + path("M-320 160 H320 V260 H-320Z", "#D9B48A") + box((-320, 160, 640, 5), "#F0D8B4") + rail + put(rooms.hook("#6B4A38"), (-176, -160)) + put(rooms.hook("#6B4A38"), (140, -160))
            + "".join(veil(put(cloth.towel("#20131f", "#20131f", 200 + d), (x + 12, -136)), 0.12) + put(cloth.towel(g, s, 200 + d), (x, -146), 1.06) for x, g, s, d in ((-116, CREAM, P.second, 30), (0, P.third, P.gold, 10)))
            + put(line("M0 -12 V8", "#C9A36A", 12) + put(coriander, (0, 4), 1.3), (114, -130)) + standing(coffee.bowl("#B5623D", "#7A3C26", 62), (120, 210), 66, 1) + copies(dot((0, 0), 17, P.second), [((x, y), 1, 0) for x, y in ((96, 146), (128, 142), (150, 148), (112, 132))]))


def moon() -> str:
    return blocks("#2B2A55", "#34336A", "#4A3A55", 170) + dot((60, -110), 92, "#F3E3C4") + dot((84, -122), 18, "#E6D2AE") + dot((34, -84), 12, "#E6D2AE") + shadow((0, 214), 90) + put(
        garments.bust("#E3CFB2", "#7A4A30") + garments.rebozo("#F4EAD8", weaving.woven((-120, 96, 240, 30), ("#F4EAD8", P.gold, P.main, "#F4EAD8", P.gold), 2.6, 6)), (-6, -26), 1.12)


def roof_tile() -> str:
    wall = rooms.wall("#D98A5B") + line("M-320 -150H-200M-90 -190H60M150 -110H320M-320 40H-220M180 60H320M-260 180H-120M60 210H240", "#C87747", 10)
    return wall + path("M-320 -260 H-120 L200 260 H-320Z", "#FFF4DC", opacity=0.14) + dot((0, -178), 9, shade("#A5683C", 0.4)) + veil(put(path(garments.BLOUSE, "#20131f"), (16, -98), 1.28), 0.2) + put(
        garments.hanger("#A5683C") + garments.blouse("#FBF3E3", garments.trim(36, ("#FBF3E3", P.second, P.gold, P.third, P.main)), P.main), (0, -112), 1.28)


def cochineal() -> str:
    bugs = coffee.scatter(oval((0, 0), (9, 6), "#5A1A2E") + line("M-4 -3 V3 M0 -5 V5 M4 -3 V3", "#8A3650", 1.5), (-160, 152, 124, 34), 14, 6)
    plate = shadow((-90, 184), 100) + oval((-98, 172), (92, 32), "#F3E6D0") + oval((-98, 168), (70, 21), "#E2CFB2")
    return blocks("#F4D9C6", "#EDBFAF", "#D9B48A", 70) + shadow((50, 142), 150, 26) + put(garments.scarf_roll("#B3123F", weaving.woven((-30, 26, 260, 36), ("#B3123F", P.gold, CREAM, P.main, P.gold), 3, 6) + box((-30, 16, 260, 4), CREAM)), (-40, 116), 1.12) + plate + bugs


def patchwork() -> str:
    bits = "".join(box((x, y, 45, 56), c) for x, y, c in ((-130, -6, P.main), (-86, 14, P.gold), (-42, 14, P.third), (2, 14, ROSE), (46, 14, P.accent), (90, 14, P.main), (-86, 130, P.accent), (-42, 130, CREAM), (2, 130, P.main), (46, 130, P.gold), (-130, 130, P.third), (90, 130, P.leaf), (-130, 74, P.gold), (90, 74, P.third)))
    mid = weaving.woven((-86, 70, 172, 60), (P.dark, P.gold, P.second, P.paper, P.accent), 5, 6)
    return rooms.wall("#DCE3E0") + path("M-320 -260 H30 L190 260 H-320Z", "#E9EDE6") + line("M-320 210H320M-200 210V260M-40 210V260M120 210V260M260 210V260M-320 236H320", "#B9C1BC", 3) + dot((0, -174), 9, "#6B4A38") + veil(put(path(garments.JACKET, "#20131f"), (16, -86), 1.34), 0.18) + put(garments.hanger("#A5683C") + garments.jacket(bits + mid, P.dark), (0, -108), 1.34)


def hummingbird() -> str:
    bird = weaving.stitched(weaving.COLIBRI, (P.accent, P.leaf, P.second))
    blanket = lit("M-120 -96 Q-124 -108 -110 -108 H110 Q124 -108 120 -96 L132 -14 Q132 0 118 0 H-118 Q-132 0 -132 -14Z", "#F6E7CF", "M70 -120 H150 V10 H80Z", "", put(bird, (-100, -98), 7.4), box((-140, -16, 280, 6), ROSE))
    return blocks("#DDEBE6", "#CBE0DB", "#EAD3B0", 120) + dot((0, -40), 150, "#F7F1E4") + shadow((10, 206), 170) + put(cloth.folded("#E8A6A1", P.paper, 236, 44), (0, 98)) + put(blanket, (0, 62), 1.02) + put(cloth.basket("#C9965C", 136, 96), (0, 204))


def cloud_wool() -> str:
    fluff = "".join(dot(at, r, "#FFFDF8") for at, r in (((-150, 190), 58), ((-70, 214), 66), ((30, 206), 70), ((130, 204), 62), ((190, 230), 50), ((-210, 226), 50)))
    return blocks("#D5E7DF", "#E3F0E8", "#F0DFC6", 120) + dot((0, -20), 150, "#F8EBDC") + fluff + "".join(dot(at, r, "#EFE6D8") for at, r in (((70, 236), 48), ((-120, 240), 44), ((180, 250), 40))) + put(garments.bonnet("#F5C9A9", "#FFFAF3"), (-20, 92), 1.34) + standing(garments.bootie("#F5C9A9", "#FFFAF3"), (-96, 196), 50, 1) + standing(garments.bootie("#F5C9A9", "#FFFAF3"), (60, 200), 50, 1.1)


def royal_road() -> str:
    return rooms.wall("#F2DEC2") + path("M-320 -260 H0 L150 260 H-320Z", "#F8EAD4") + rooms.table("#C58F62", 190) + shadow((6, 212), 110) + put(furniture.chair("#7A4A30"), (0, 214), 1.1) + put(garments.morral(P.third, P.gold, P.main), (4, -92), 1.06)


def fiesta() -> str:
    return (rooms.wall("#F7D774") + path("M-320 -260 H40 L180 260 H-320Z", "#F9E093") + paper.bunting((P.second, P.accent), -196) + paper.bunting((P.accent, P.second), -116) + rooms.table("#C9405F", 130)
            + standing(garments.purse(P.main, weaving.woven((-120, -58, 240, 76), (P.main, P.gold, P.accent, P.paper, ROSE), 6, 6) + weaving.zigzag((-120, 24, 240, 14), P.main, P.gold, 10), P.gold), (-6, 130), 108, 1.24))


def strap_scene() -> str:
    belt = garments.strap((P.second, P.gold, P.third, CREAM), "M0 -318 C-150 -260 -150 -60 -4 -8")
    return rooms.wall("#E9A77F") + path("M-320 -260 H-20 L150 260 H-320Z", "#EFB894") + line("M-320 -100H-190M120 -170H320M-320 80H-230M170 20H320", "#D98F66", 9) + rooms.table("#9A6049", 176) + shadow((30, 214), 100) + put(put(garments.guitar("#D98F45", "#4A2A20"), (0, 0)) + belt, (30, 212), 1.16, 7)


def jaspe() -> str:
    back = lit("M-220 270 Q-200 40 -60 10 Q0 0 60 10 Q200 40 220 270Z", P.accent, "M70 0 H240 V280 H110Z", "", weaving.zigzag((-230, 120, 460, 18), P.accent, P.gold, 12))
    hair = lit("M-92 -90 C-96 -190 -50 -222 0 -222 C50 -222 96 -190 92 -90 C88 -20 40 6 0 10 C-40 6 -88 -20 -92 -90Z", "#33212A", "M30 -230 H110 V20 H-10 Q70 -80 30 -230Z", "", line("M0 -220 V-20 M-60 -190 Q-90 -80 -14 -10 M60 -190 Q90 -80 14 -10 M-30 -214 Q-50 -90 -6 -14 M30 -214 Q50 -90 6 -14", "#50363F", 3))
    return rooms.wall("#F4D3B4") + dot((0, -80), 178, "#F9E3CB") + box((-34, -30, 68, 70), "#C98A66") + back + hair + put(garments.braid("#33212A", P.second, P.gold), (0, -26), 0.92)


def yardage() -> str:
    made = clip("M-112 -100 H112 V-62 H-112Z", weaving.woven((-120, -102, 240, 60), (P.accent, P.gold, CREAM, P.main, P.gold), 3.2, 6))
    return blocks("#F3E1C8", "#EBD0B0", "#B9805A", 130) + shadow((10, 204), 180, 20) + put(cloth.loom("#A5683C", (P.accent, CREAM, P.gold), made), (0, 200), 1.12) + put(cloth.roll(P.accent, "#8E5A38", weaving.woven((-120, -30, 240, 60), (P.accent, P.gold, CREAM, P.main, P.gold), 3.2, 6)), (0, 134), 1.02)


def wholesale() -> str:
    frame = box((-160, -190, 16, 400), "#A5683C", 4) + box((144, -190, 16, 400), "#7F4C2B", 4) + "".join(rooms.shelf(y, "#B5764A", (-160, 0, 320, 0)) for y in (-70, 60, 186))
    colours = (P.main, P.gold, P.accent, CREAM, P.second, P.third, P.leaf, ROSE)
    piles = "".join(put(cloth.pile(tuple((colours[(i + k * 3 + s) % 8], colours[(i + k * 3 + s + 4) % 8]) for i in range(many)), 128, 23), (x, y)) for s, (x, y, k, many) in enumerate(((-74, -70, 0, 3), (72, -70, 1, 3), (-74, 60, 2, 3))))
    top = path("M-176 -214 H176 V-186 H-176Z", P.main) + weaving.woven((-176, -214, 352, 24), BANDS, 2, 6)
    return blocks("#F3E4CD", "#E9D2B2", "#C99A6C", 180) + box((-150, -190, 300, 380), "#EAD6B8") + frame + piles + put(cloth.roll(P.third, "#8E5A38", box((-80, -30, 10, 60), P.gold), 120), (72, 30)) + put(cloth.basket("#C9965C", 62, 56), (-72, 186)) + put(cloth.pile(((P.second, P.paper),), 108, 20), (-72, 126)) + put(cloth.pile(((P.accent, P.gold), (CREAM, P.main), (ROSE, P.paper)), 128, 23), (72, 186)) + top


def backstrap_class() -> str:
    post = box((-14, -260, 28, 430), "#8E5A38") + box((2, -260, 12, 430), shade("#8E5A38"))
    flowers = cloth.petals("#C9306A", [(-250, -150), (-214, -180), (-180, -150), (-150, -186), (-228, -116), (-196, -120), (-120, -168), (-60, -180)])
    vine = line("M-320 -190 C-200 -210 -120 -150 -30 -196", P.leaf, 7) + copies(coffee.leaf(P.leaf), [((-280, -170), 0.6, 40), ((-130, -180), 0.6, 30)])
    return (rooms.wall("#F3CFA8") + rooms.arch((-250, -120, 190, 300), "#E2B58A") + rooms.arch((110, -120, 190, 300), "#E2B58A") + rooms.table("#C57F5B", 110) + vine + flowers + put(post, (20, 0)) + shadow((40, 192), 110, 16)
            + put(cloth.backstrap("#7A4A30", (P.accent, P.gold, CREAM), (P.main, P.gold, CREAM, P.third, P.gold)), (20, -176), 1.1) + standing(furniture.stool("#A5683C"), (-168, 174), 66, 1.2)
            + "".join(put(furniture.yarn(c), at, s) for c, at, s in ((P.second, (172, 168), 1.2), (P.gold, (216, 172), 1))) + put(furniture.yarn(P.third), (-168, 84), 0.9))


def dyes() -> str:
    hanks = "".join(put(cloth.skein(c), (x, -138), s) for x, c, s in ((-236, P.third, 1.15), (-168, "#3C62B0", 1.05), (-100, "#5F8CC4", 1.15), (-30, P.third, 1), (40, "#8FB5D6", 1.12), (112, "#3C62B0", 1.05), (184, "#5F8CC4", 1.16), (250, P.third, 1)))
    return rooms.wall("#F0DDBF") + path("M-320 -260 H60 L220 260 H-320Z", "#F6E8D0") + nature.ridge(51, 110, 50, "#B9C39A") + rooms.table("#C99568", 120) + put(coffee.steam(), (-34, 30), 1.5) + put(coffee.steam(), (34, 20), 1.3) + line("M-330 -146 H330", "#7A4A30", 11) + hanks + shadow((10, 196), 130) + put(cloth.pot("#4A4650", "#27408B"), (0, 194), 1.24)


def workshop_voucher() -> str:
    small = put(cloth.loom(P.gold, (CREAM, ROSE, CREAM), clip("M-112 -100 H112 V-62 H-112Z", weaving.woven((-120, -102, 240, 60), (P.main, P.gold, CREAM, P.accent, P.gold), 3.2, 6))), (0, 66), 0.44)
    art = (weaving.woven((-136, -92, 272, 24), (P.accent, P.gold, CREAM, P.main, P.gold), 2, 6), small, line("M-104 36 H-72 M-104 50 H-82", ROSE, 4), weaving.zigzag((-136, 76, 272, 16), P.main, P.gold, 10))
    return blocks("#F7D9C4", ROSE, "#D9A56B", 140) + shadow((8, 196), 160) + put(paper.envelope(CREAM, P.accent), (0, 48), 1.12) + put(paper.card((-132, -92, 264, 184), P.main, *art), (0, -28), 0.96, 4) + put(paper.envelope_front(CREAM, P.second), (0, 48), 1.12)


def fitting() -> str:
    """A dressmaker's form with a measuring tape, and cloth that waits."""
    ticks = "M-58 -14l6 -9M-46 26h-12M-42 66h-12M-40 106h-12M46 6h12M42 46h12"
    tape = line("M-24 -62 Q-62 -30 -46 40 T-44 128", P.gold, 13) + line("M24 -62 Q60 -34 48 30 T44 84", P.gold, 13) + line(ticks, P.dark, 2.5)
    waiting = cloth.pile(((P.main, P.gold), (P.third, CREAM), (P.accent, P.gold)), 150, 26)
    return blocks("#F3E1C8", ROSE, "#B9805A", 150) + shadow((-70, 216), 90, 14) + put(garments.bust("#E9D6B8", "#7A4A30") + tape, (-70, -46), 0.96) + shadow((122, 206), 96, 10) + put(waiting, (120, 196), 1.05)


GOODS = (volcano, milpa, napkins, quetzal, sierra, market, moon, roof_tile, cochineal, patchwork, hummingbird, cloud_wool, royal_road, fiesta, strap_scene, jaspe,
         yardage, wholesale, backstrap_class, dyes, workshop_voucher, fitting)
