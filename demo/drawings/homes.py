"""What buyers send with their opinions: the thing as they have it, at home or where they took it."""

from collections.abc import Callable

from demo.drawings import bread, coffee, furniture, nature, river, rooms, weaving
from demo.drawings.palettes import NEBLINA, SELVA, TELAR, shade
from demo.drawings.shapes import Frame, box, clip, copies, dot, line, lit, oval, path, put, shadow, standing

FRAME: Frame = (-260, -260, 520, 520)


def late_cup() -> str:
    """Decaffeinated coffee beside the bed, at night."""
    stars = copies(dot((0, 0), 2.2, "#F6E7C8"), [((x, y), 1, 0) for x, y in ((-150, -196), (-104, -150), (-60, -204), (-128, -108))])
    lamp = path("M84 -190 H176 L206 -84 H54Z", "#F0C98A") + line("M130 -84 V60", "#6B4A35", 8) + oval((130, 62), (46, 9), "#5A3C2B")
    glow = dot((130, -80), 190, "#F0C98A", opacity=0.16) + dot((130, -80), 120, "#F0C98A", opacity=0.2)
    return (rooms.wall("#3E4560") + rooms.window((-190, -236, 170, 226), "#1C2540", "#2A3654", "#E9DCC6") + stars + glow + rooms.planks("#7A5238", 66)
            + lamp + standing(coffee.bag("#A9CBD3", NEBLINA.paper, NEBLINA.third), (-96, 140), 74, 0.94)
            + standing(coffee.book("#B5523F", NEBLINA.paper), (70, 214), 100, 0.9) + standing(coffee.mug("#F3EDE2"), (66, 186), 52, 0.96) + put(coffee.steam("#F6E7C8"), (66, 98), 0.8))


def laid_table() -> str:
    """The runner on somebody's table, with bread and a jug, by the window."""
    top = "M-230 40 H230 L290 280 H-290Z"
    drawn = weaving.figures((-82, 56, 164, 126), TELAR.third, weaving.stitched(weaving.VOLCAN, (TELAR.gold, TELAR.paper)), (14, 9, 11.7))
    runner = lit("M-76 40 H76 L104 226 H-104Z", TELAR.third, "", "", drawn, weaving.zigzag((-116, 186, 232, 16), TELAR.main, TELAR.gold, 10), box((-116, 202, 232, 26), TELAR.main))
    chair = box((-8, -96, 16, 150), "#8E5A38", 6)
    return (rooms.wall("#DCE6DF") + rooms.window((-90, -240, 180, 216), "#CFE4EA", "#7E9C86", "#FFFAF3") + put(chair, (-190, 0)) + put(chair, (190, 0))
            + line("M-214 -60 H-150 M150 -60 H214 M-214 -20 H-150 M150 -20 H214", "#8E5A38", 12)
            + lit(top, "#B98556", "M110 30 H300 V290 H170Z") + path("M-230 40 H230 L232 48 H-232Z", "#D7A878") + runner + weaving.fringe(-106, 226, 212, TELAR.third, 18)
            + standing(furniture.pitcher("#E9DCC6"), (-150, 130), 52, 1.1) + standing(put(bread.bolillo("#D99A50"), (0, -14)), (16, 112), 54, 0.86)
            + standing(put(bread.bolillo("#CE8C44"), (0, -14)), (150, 150), 54, 0.9))


def in_the_boat() -> str:
    """The dry bag on the planks of a boat, on the river."""
    seats = box((-260, 96, 520, 34), "#B98556") + box((-260, 126, 520, 8), shade("#B98556"))
    hull = path("M-260 60 Q0 30 260 60 V280 H-260Z", "#8E5A38") + line("M-260 66 Q0 36 260 66", "#E9C08C", 12)
    joints = line("M-260 180 H260 M-260 226 H260", "#774A2C", 4)
    return (rooms.wall("#D6ECE6") + nature.sun((110, -150), 50, "#FBE7B8") + nature.ridge(21, -70, 70, "#7FB08E") + nature.ridge(24, -30, 40, "#4E8C6C")
            + path("M-260 -10 H260 V120 H-260Z", "#7CC4C2") + clip("M-260 -10 H260 V70 H-260Z", nature.waves(6, "#E4F6F2", 9)) + hull + joints + seats
            + shadow((20, 224), 96) + put(river.dry_bag(SELVA.accent, SELVA.main), (6, 222), 1.2, 6) + put(line("M0 0 C40 20 20 50 70 44", "#F6E7C8", 7), (120, 190)))


SHOPS: dict[str, dict[str, Callable[[], str]]] = {
    "tres-neblinas": {"descafeinado-por-agua": late_cup},
    "hilos-xelantun": {"camino-de-mesa-volcan": laid_table},
    "rutas-guanquira": {"bolsa-seca-10-litros": in_the_boat},
}
