"""The cover of each shop's home page, and its mark: a small round drawing that is still read at 44 px."""

from demo.drawings import (
    bread,
    cakes,
    cloth,
    coffee,
    furniture,
    hilos_xelantun,
    nature,
    river,
    rooms,
    rutas_guanquira,
    wildlife,
)
from demo.drawings.palettes import HORNO, NEBLINA, SELVA, TELAR, shade
from demo.drawings.shapes import Frame, box, copies, dot, fade, line, path, put, shadow, standing

HERO: Frame = (-318, -238, 636, 477)
LOGO: Frame = (-100, -100, 200, 200)


def neblina() -> str:
    p = NEBLINA
    rows = "".join(put(copies(nature.bush(p.leaf, "#C42E36"), [((x, 0), 1, 0) for x in range(-340, 380, 70)]), (d, y), s) for y, s, d in ((40, 0.6, 20), (78, 0.82, -14), (126, 1.05, 30)))
    return (rooms.wall("#F6D7B4") + fade((-320, -260, 640, 220), "#F0B48A", 0.9, 0) + nature.sun((96, -92), 62, "#FBE9C2") + nature.peak((-120, 40), (250, 230), "#8FA79B") + nature.haze(-60, "#FFFFFF", 8, 0.75) + nature.ridge(45, 30, 70, "#7F9A7A")
            + nature.haze(0, "#FFF6E6", 5, 0.8) + rows + nature.haze(70, "#FFFFFF", 12, 0.45) + rooms.planks("#A9683F", 138) + standing(coffee.bag(coffee.KRAFT, p.accent), (-70, 214), 80, 1.24) + standing(coffee.mug(p.paper), (84, 222), 54, 1.1) + put(coffee.steam(), (84, 124), 1))


def telar() -> str:
    p, cream = TELAR, hilos_xelantun.CREAM
    post = box((-14, -260, 28, 430), "#8E5A38") + box((2, -260, 12, 430), shade("#8E5A38"))
    yarns = "".join(put(furniture.yarn(c), at, s) for c, at, s in ((p.second, (166, 132), 1.1), (p.gold, (214, 128), 1), (p.accent, (190, 100), 0.9)))
    return (rooms.wall("#F3CFA8") + rooms.arch((-290, -150, 220, 330), "#E2B58A") + rooms.arch((90, -150, 220, 330), "#F8E4D2") + rooms.table("#B9553F", 120) + put(post, (-40, 0)) + shadow((-20, 200), 120, 16)
            + put(cloth.backstrap("#7A4A30", (p.accent, p.gold, cream), (p.third, p.gold, cream, p.second, p.gold)), (-40, -196), 1.22) + yarns + standing(cloth.basket("#C9965C", 84, 66), (190, 206), 84, 1)
            + standing(furniture.stool("#A5683C"), (-226, 196), 60, 1.1) + put(cloth.pile(((p.third, p.gold), (p.main, cream)), 96, 20), (-226, 112)))


def selva() -> str:
    p = SELVA
    crew = put(river.paddler(p.gold, "#F6C244"), (-62, -56), 0.95) + put(river.paddler(p.gold, "#F4FAF7"), (62, -56), 0.95) + put(river.paddler(p.gold, p.third), (0, -66), 0.95)
    return (rooms.wall("#CFE8EE") + nature.sun((60, -120), 46, "#FFF3CF") + nature.cloud((-120, -150), "#FFFFFF", 1) + box((-320, -40, 640, 120), "#4FA8B8") + line("M-60 -22h90m40 16h70m-180 14h60", "#BFE3EA", 4) + nature.ridge(62, -20, 60, "#8DC3A2") + nature.bank(p.main, 61, -1) + nature.bank(p.main, 66, 1)
            + rutas_guanquira.water(46, "#5FB3BF", 4) + path("M-320 96 Q-160 56 0 90 T320 76 V136 Q160 106 0 136 T-320 146Z", "#9ED6DA", opacity=0.7) + put(river.raft_back("#F6C244") + crew + river.raft("#F6C244", p.main), (-54, 150), 1.16, -4) + put(river.foam("#FFFFFF"), (-54, 164), 1.16)
            + path("M150 150 Q230 110 330 124 V190 Q230 190 150 150Z", p.sand) + put(wildlife.heron("#FFFFFF", p.accent), (216, 148), 1.1))


def horno() -> str:
    p = HORNO
    mouth = rooms.arch((-170, -190, 340, 330), "#8C4A2A") + rooms.arch((-136, -150, 272, 290), "#3A1D14") + fade((-136, 20, 272, 120), "#F28A2E", 0, 0.9) + copies(dot((0, 0), 7, "#FBD56A"), [((x, y), 1, 0) for x, y in ((-96, 116), (-60, 126), (-20, 112), (24, 124), (70, 114), (104, 126))])
    bricks = line("M-320 -200h150m340 0h150M-320 -130h140m360 0h140M-320 -60h140m360 0h140M-320 10h140m360 0h140M-250 -200v70m-50 70v70m80-140v70M250 -200v70m50 70v70m-80-140v70", "#D68F5E", 4)
    peel = path("M-150 120 H150 L190 150 H-190Z", "#D9A55F") + path("M-190 150 H190 V162 H-190Z", shade("#D9A55F")) + path("M-26 160 H26 L34 260 H-34Z", "#C08B49")
    buns = "".join(put(bread.concha("#DCA057", c), (x, y), s) for x, y, s, c in ((-94, 132, 0.92, "#F9E7B4"), (94, 132, 0.92, p.second), (0, 140, 1.16, "#F9E7B4")))
    return (rooms.wall("#E6A672") + bricks + mouth + rooms.table("#9A5B36", 150) + peel + buns + put(coffee.steam(), (-50, 10), 1.2) + put(coffee.steam(), (54, 14), 1.1)
            + standing(cakes.wicker("#C9965C", "#FFF8EE", rooms.checks((-170, -110, 340, 130), "#FFF8EE", "#C9483F", 22)), (234, 222), 90, 0.62))


def neblina_mark() -> str:
    p = NEBLINA
    return dot((0, 0), 98, p.paper) + dot((0, 0), 98, "none", stroke=p.main, stroke_width=6) + line("M-66 4 L-22 -52 L2 -22 L22 -44 L66 4", p.main, 9, stroke_linejoin="round") + put(coffee.mist(p.accent, 8), (0, 22), 1.7)


def telar_mark() -> str:
    p = TELAR
    return dot((0, 0), 98, p.paper) + put(path("M0 -74 L74 0 L0 74 L-74 0Z", p.second) + path("M0 -74 L74 0 L0 0Z", p.third) + path("M0 74 L-74 0 L0 0Z", p.gold) + path("M0 -40 L40 0 L0 40 L-40 0Z", p.paper) + path("M0 -24 L24 0 L0 24 L-24 0Z", p.accent)) + line("M-40 86 Q-10 64 0 74 Q14 88 44 82", p.second, 6)


def selva_mark() -> str:
    p = SELVA
    return dot((0, 0), 98, p.main) + path("M-58 34 C-62 -36 -6 -72 62 -66 C66 -2 40 38 2 40 C-14 40 -22 30 -34 30 C-44 30 -48 38 -58 34Z", p.leaf) + path("M-58 34 C-10 0 24 -30 62 -66 C66 -2 40 38 2 40 C-14 40 -22 30 -34 30 C-44 30 -48 38 -58 34Z", shade(p.leaf)) + line("M-64 58 q16 -16 32 0 t32 0 32 0 32 0", p.second, 10) + line("M-44 22 C-10 0 14 -22 40 -46", "#F4FAF7", 6)


def horno_mark() -> str:
    p = HORNO
    rays = "".join(line("M0 -84 V-70", p.main, 9).replace("<path", f'<path transform="rotate({turn})"') for turn in range(0, 360, 30))
    return dot((0, 0), 98, "#FFF8EE") + rays + dot((0, 0), 58, p.accent) + line("M-34 -40 Q-50 0 -34 40 M-14 -52 Q-22 0 -14 52 M14 -52 Q22 0 14 52 M34 -40 Q50 0 34 40", p.main, 6)


SHOPS = {"tres-neblinas": (neblina, neblina_mark), "hilos-xelantun": (telar, telar_mark), "rutas-guanquira": (selva, selva_mark), "horno-tizapola": (horno, horno_mark)}
