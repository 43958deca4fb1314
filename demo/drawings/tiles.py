"""The tiles of the categories: one motif each on a coloured disc, a family in every shop."""

from collections.abc import Callable

from demo.drawings import (
    bread,
    brewing,
    cabins,
    cakes,
    cloth,
    coffee,
    furniture,
    garments,
    guanquira_shop,
    hilos_xelantun,
    nature,
    paper,
    river,
    rooms,
    rutas_guanquira,
    weaving,
    wildlife,
)
from demo.drawings.palettes import HORNO, NEBLINA, SELVA, TELAR
from demo.drawings.shapes import Frame, box, copies, dot, path, put, shadow, standing

FRAME: Frame = (-200, -200, 400, 400)
Draw = Callable[[], str]


def tile(ground: str, disc: str, *art: str) -> str:
    return rooms.wall(ground) + dot((0, -8), 158, disc) + shadow((4, 138), 118, 16) + "".join(art)


def neblina() -> dict[str, Draw]:
    p = NEBLINA
    row = brewing.cups("#FDF6E9", "#4A2A1B", [(-108, 0), (0, 0), (108, 0)])
    present = put(paper.open_box("#C9986A", "#7A5236"), (0, 140), 1.02) + put(coffee.bag(coffee.KRAFT, p.accent), (-40, 70), 0.7, -6) + put(coffee.mug("#6C7D4E"), (58, 32), 0.8) + put(paper.box_front("#C9986A", "#E8D3A4"), (0, 140), 1.02)
    return {
        "cafes": lambda: tile("#EBD3B2", "#F5E4CC", put(coffee.bag(coffee.KRAFT, p.accent), (-28, 140), 1.16), put(coffee.mug(p.paper), (88, 140), 0.82), put(coffee.steam(), (88, 66), 0.7)),
        "microlotes": lambda: tile("#2F4A3D", "#46705A", put(coffee.bag("#EBDDC4", "#8E2037"), (-18, 134), 1.12), put(coffee.branch("#6E8F63", "#C42E36"), (34, 96), 1.3)),
        "suscripciones": lambda: tile("#D8D5C4", "#E9E4D4", put(paper.calendar(p.accent, p.paper, "#F0B48A"), (-4, -150), 1.3), put(coffee.bag("#3D566B", "#F0B48A", p.dark), (92, 146), 0.66)),
        "equipo": lambda: tile("#C98A5C", "#DBA47A", put(brewing.chorreador("#7A4A30", "#F2E4C8", "#4A2A1B"), (0, 142), 1.06)),
        "experiencias": lambda: tile("#B9CDC0", "#D5E0D5", put(row, (0, 128), 1.16), put(row, (0, 44), 0.86), put(coffee.steam(), (0, -6), 0.8), put(coffee.steam(), (-92, 0), 0.7), put(coffee.steam(), (92, 0), 0.7)),
        "regalos": lambda: tile("#E7B894", "#F3D3B6", present, put(coffee.leaf(p.leaf), (120, 120), 0.5, -50)),
    }


def telar() -> dict[str, Draw]:
    p, cream, rose = TELAR, hilos_xelantun.CREAM, hilos_xelantun.ROSE
    pads = "".join(put(cloth.cushion(ground, hilos_xelantun.band(p.gold, ground)), at, 1.02, turn)
                   for ground, at, turn in ((p.third, (-66, 62), -10), (p.second, (64, 66), 9)))
    woven = weaving.woven((-120, -30, 240, 60), (p.accent, p.gold, cream, p.main, p.gold), 3.2, 6)
    shirt = garments.hanger("#A5683C") + garments.blouse("#FBF3E3", garments.trim(36, ("#FBF3E3", p.second, p.gold, p.third, p.main)), p.main)
    return {
        "mesa-y-hogar": lambda: tile("#EBC9A0", "#F5E0C4", "".join(put(cloth.napkin(c, p.paper), (x, 44), 0.9) for x, c in ((-52, "#D9557A"), (0, "#E2774F"), (52, "#F0A04A"))), pads),
        "vestir": lambda: tile("#27408B", "#3C58A8", put(shirt, (0, -104), 0.94)),
        "bebes": lambda: tile("#CFE4DE", "#E7F2EC", put(garments.bonnet("#F5C9A9", "#FFFAF3"), (0, 44), 1.3), put(garments.bootie("#F5C9A9", "#FFFAF3"), (-70, 138), 1), put(garments.bootie("#F5C9A9", "#FFFAF3"), (66, 142), 1.04)),
        "bolsos": lambda: tile("#E9A33B", "#F3C172", put(garments.morral(p.third, p.gold, p.main), (0, -122), 0.94)),
        "por-encargo": lambda: tile("#1F6F8B", "#3D8BA6", put(cloth.roll(p.second, "#8E5A38", box((-80, -30, 10, 60), p.gold), 190), (0, 98), 1.2, -6), put(cloth.roll(p.gold, "#8E5A38", woven, 220), (0, 34), 1.2, -6), put(cloth.roll(rose, "#8E5A38", box((60, -30, 10, 60), p.main), 180), (0, -30), 1.2, -6)),
        "talleres": lambda: tile("#F0CDB0", "#F8E4D2", put(cloth.backstrap("#7A4A30", (p.accent, p.gold, cream), (p.main, p.gold, cream, p.third, p.gold)), (0, -160), 0.98), put(furniture.yarn(p.second), (116, 116), 1.1)),
    }


def selva() -> dict[str, Draw]:
    p = SELVA
    crew = put(river.paddler(p.gold, "#F4FAF7"), (-62, -56), 0.95) + put(river.paddler(p.gold, p.third), (62, -56), 0.95) + put(river.paddler(p.gold, p.accent), (0, -66), 0.95)
    raft = river.raft_back("#F6C244") + crew + river.raft("#F6C244", p.main)
    return {
        "medio-dia": lambda: tile("#8FC7DB", "#B9DFE9", put(raft, (0, 92), 1.06, -4), put(river.foam("#FFFFFF"), (0, 106), 1.06)),
        "dia-completo": lambda: tile("#F3A36B", "#FAC79A", put(wildlife.toucan("#1C2B2B", p.accent, "#FFF4DC"), (0, 92), 1.3), path("M-200 96 C-60 76 60 90 200 60 V76 C60 106 -60 92 -200 112Z", "#4A3A30")),
        "varios-dias": lambda: tile("#CFE6EC", "#E4F1F2", nature.peak((40, 140), (170, 200), "#6FA58C"), nature.peak((-90, 140), (120, 130), p.third), put(cabins.hiker(p.gold, p.accent, "#33424A"), (-20, 150), 1.5)),
        "hospedaje": lambda: tile("#2C6152", "#4B8067", put(cabins.cabin("#B5784A", "#7A4A30", "#FBD98A"), (0, 130), 1.02), copies(nature.fern(p.leaf), [((-130, 160), 0.9, 0), ((136, 164), 0.9, 0)])),
        "tienda": lambda: tile("#CDE8DE", "#E4F4EE", put(river.dry_bag(p.accent, p.main) + put(rutas_guanquira.logo_leaf(), (-4, -48), 0.62), (-6, 138), 1.12, -6)),
        "para-el-camino": lambda: tile("#7DB356", "#A4CC80", put(guanquira_shop.flask(), (82, 140), 0.98), put(guanquira_shop.cap(p.third), (-40, 124), 1.06, -6)),
        "sabores-de-la-costa": lambda: tile("#F4DFB0", "#FBEFD2", put(river.cacao("#A5452F", "#FFF6E6", "#6B3A28"), (0, -30), 1.1, -14), standing(put(river.coconut("#6B4630", "#FFFDF6"), (0, -60)), (64, 142), 60, 1.1), coffee.scatter(coffee.bean("#6B3A28"), (-140, 80, 110, 50), 7, 3)),
        "mapas-y-papel": lambda: tile("#E2B98A", "#F0D3AE", path("M-150 -96 L-50 -116 L50 -96 L150 -116 V90 L50 110 L-50 90 L-150 110Z", "#E6EFC4"), path("M-50 -116 L50 -96 V110 L-50 90Z", "#D3E2AC"), path("M100 -106 L150 -116 V90 L100 100 C70 50 120 0 90 -50Z", "#9FD6DA"),
                                      copies(path("M0 -34 L20 0 H-20Z", p.third), [((-116, -30), 1, 0), ((-84, -46), 1, 0), ((-14, -50), 1, 0), ((20, 66), 1, 0)]), put(paper.map_paths(p.gold, p.gold), (-20, 20), 1.2)),
    }


def horno() -> dict[str, Draw]:
    p, buns = HORNO, ((-72, 62, 0.94, "#7A4630"), (72, 62, 0.94, HORNO.second), (0, 132, 1.3, "#F9E7B4"))
    return {
        "pan-dulce": lambda: tile("#F3BE5B", "#F9D993", "".join(put(bread.concha("#DCA057", c), (x, y), s) for x, y, s, c in buns), put(coffee.steam(), (0, -40), 1.2)),
        "masa-madre": lambda: tile("#8C5A3A", "#A9714A", put(bread.loaf("#C9822F", "#FFF4DC"), (10, 66), 1.1), put(bread.half_loaf("#B9702F", "#F8E6BF"), (-28, 140), 0.98)),
        "salado": lambda: tile("#C8553D", "#DC7A5E", put(cakes.talavera("#FFF8EE", p.third), (0, 126), 1.02), put(bread.empanada("#E0A04E", "#4A2018"), (0, 116), 1.06)),
        "pasteles": lambda: tile("#E8A0A3", "#F3C3C2", put(cakes.stand("#FFFDF6"), (0, 148), 1), put(cakes.milk_cake("#FFF4DE", "#F3BE5B", "#F2994A"), (0, 102), 1.1)),
        "temporada": lambda: tile("#9C2F3B", "#B84A50", put(bread.rosca("#D99A50", ("#F9E7B4", "#3F7F4A")), (0, 0), 1.16)),
        "despensa": lambda: tile("#BCD0BE", "#D8E4D6", put(cakes.tin(p.third, p.gold, p.gold), (0, 128), 1.1), put(cakes.biscuit("#E7BD74"), (-96, 140), 0.9), put(cakes.biscuit("#E7BD74"), (104, 146), 0.9)),
        "talleres": lambda: tile("#EBD3A8", "#F6E7C8", put(cakes.dough("#F3E2BE"), (-10, 122), 1.02), put(cakes.rolling_pin("#A5683C"), (6, -6), 0.98, -24), put(cakes.flour(), (0, -40), 1)),
    }


SHOPS = {"tres-neblinas": neblina, "hilos-xelantun": telar, "rutas-guanquira": selva, "horno-tizapola": horno}
