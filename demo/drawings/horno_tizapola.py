"""The bakery's goods and workshops, one scene each."""

from demo.drawings import bread, cakes, cloth, coffee, furniture, paper, rooms
from demo.drawings.palettes import HORNO as P
from demo.drawings.palettes import shade, tint
from demo.drawings.shapes import box, clip, copies, dot, line, lit, oval, path, put, shadow, standing

CRUST, CRUMB, PINK, CHOC = "#D18A3F", "#F6DDA6", P.second, "#7A4630"
CHECKS = rooms.checks((-170, -110, 340, 130), "#FFF8EE", "#C9483F", 22)


def sunny(ground: str, disc: str, top: str, y: float = 110) -> str:
    """The bakery's wall: one big round of morning behind the table."""
    return rooms.wall(ground) + dot((0, -40), 182, disc) + rooms.table(top, y)


def oven(ground: str, inner: str, top: str, y: float = 110) -> str:
    """The same with an arch, as of an oven."""
    return rooms.wall(ground) + rooms.arch((-160, -210, 320, 400), inner) + rooms.arch((-130, -180, 260, 380), tint(inner, 0.3)) + rooms.table(top, y)


def rays(ground: str, light: str, top: str, y: float = 110) -> str:
    """The same with the sun of the house, its rays wide."""
    beam = path("M0 0L-40 -420H40Z", light)
    return rooms.wall(ground) + put(copies(beam, [((0, 0), 1, t) for t in range(-105, 106, 30)]), (0, 60)) + dot((0, 60), 150, light) + rooms.table(top, y)


def scallops(colour: str, y: float = -250) -> str:
    """An awning's scalloped edge across the top."""
    return box((-320, -260, 640, 260 + y), colour) + path(f"M-320 {y}" + "a32 30 0 0 0 64 0" * 10 + "Z", colour)


def tray(colour: str, w: float = 190) -> str:
    return path(f"M{-w} 0 L{-w + 26} -44 H{w - 26} L{w} 0 Q{w} 10 {w - 12} 10 H{-w + 12} Q{-w} 10 {-w} 0Z", colour) + path(f"M{-w + 14} -4 L{-w + 34} -38 H{w - 34} L{w - 14} -4Z", shade(colour, 0.2)) + box((-w, -2, 2 * w, 6), tint(colour), 3)


def conchas() -> str:
    buns = "".join(shadow((x + 8, y), 66 * s, 12) + put(bread.concha("#DCA057", c), (x, y), s) for x, y, s, c in ((-92, 120, 1, "#7A4630"), (92, 120, 1, PINK), (0, 164, 1.22, "#F9E7B4")))
    return rays("#F9D58C", "#FCE5B4", "#B4713C", 90) + shadow((10, 186), 190, 20) + put(tray("#8C9498"), (0, 176), 1.02) + put(coffee.steam(), (-60, 24), 1.1) + put(coffee.steam(), (10, 16), 1.4) + put(coffee.steam(), (80, 26), 1) + buns


def butter_horn() -> str:
    butter = lit("M-44 -30 L20 -44 L58 -32 V0 L-6 12 L-44 2Z", "#F8DE86", "M-6 -18 L58 -32 V2 L-6 14Z", "M-44 -30 L20 -44 L58 -32 L-6 -18Z")
    return oven("#F2B666", "#E9A04C", "#8C5A3A", 96) + put(rooms.board("#C9925C"), (10, 196), 1.06) + shadow((-20, 168), 130) + put(bread.croissant(CRUST), (-30, 96), 1.5, -6) + shadow((100, 196), 60) + put(bread.croissant_cut(CRUST, CRUMB), (96, 150), 0.98) + put(butter, (-120, 206), 0.82) + copies(path("M0 0 l8 -4 l4 6 l-8 4Z", CRUST), [((20, 206), 1, 0), ((-30, 216), 1, 40), ((160, 216), 1, 90), ((-170, 190), 0.8, 20)])


def palmiers() -> str:
    pile_ = "".join(put(bread.palmier("#E0A04E", "#A5602B"), at, s, t) for at, s, t in (((-96, 136), 1.1, -8), ((96, 134), 1.1, 8), ((0, 150), 1.2, 2), ((-46, 56), 1.1, -5), ((52, 54), 1.1, 7), ((2, -20), 1.12, 0)))
    return sunny("#F7DDB4", "#FBEBCF", "#D9822B", 120) + shadow((10, 210), 176, 18) + oval((0, 200), (176, 22), "#FFF8EE") + oval((0, 196), (150, 14), shade("#FFF8EE", 0.08)) + pile_


def sugar_cakes() -> str:
    tissue = path("M-180 40 L-130 -20 L-60 10 L0 -40 L70 6 L140 -26 L190 50 L200 190 L130 220 L50 196 L-30 224 L-110 196 L-196 206Z", PINK) + path("M70 6 L140 -26 L190 50 L200 190 L130 220 L100 120Z", shade(PINK, 0.12)) + path("M-130 -20 L-60 10 L-100 90 L-180 40Z", tint(PINK, 0.35)) + line("M0 -40 L20 60 M-60 10 L-40 80 M50 196 L30 140", shade(PINK, 0.14), 3)
    cakes_ = "".join(shadow((x + 6, y), 54) + put(bread.polvoron("#B9783F"), (x, y), s) for x, y, s in ((-78, 96, 1.05), (74, 92, 1.05), (0, 64, 1), (-98, 168, 1.15), (96, 166, 1.15), (0, 152, 1.3)))
    return rooms.wall("#F3C98B") + dot((0, -90), 150, "#F7D9A8") + rooms.table("#8C5A3A", -10) + tissue + cakes_ + put(cakes.flour(), (0, 60), 1.3)


def afternoon_bag() -> str:
    behind = path("M-98 -168 L-84 -200 H84 L98 -168Z", shade("#E6C793", 0.35))
    pieces = put(bread.concha("#DCA057", PINK), (-44, -160), 0.95, -12) + put(bread.concha("#DCA057", "#F9E7B4"), (46, -164), 0.9, 14) + put(bread.croissant(CRUST), (6, -204), 0.66, -16)
    mark = dot((0, -78), 38, P.accent) + line("M-26 -60 Q-22 -92 0 -104 M-10 -58 Q-8 -84 0 -104 M8 -58 Q8 -84 0 -104 M26 -60 Q22 -92 0 -104", "#FFF8EE", 4)
    sack = put(behind + pieces + paper.carrier("#E6C793", P.accent) + mark, (-24, 194), 1.36)
    return sunny("#8FB6C4", "#AACBD3", "#C98F57", 116) + shadow((0, 194), 140, 22) + sack + standing(put(bread.palmier("#E0A04E", "#A5602B"), (0, -24)), (134, 212), 54, 0.7) + copies(dot((0, 0), 3, "#E0A04E"), [((90, 222), 1, 0), ((170, 226), 1, 0), ((-150, 218), 1, 0)])


def country_loaf() -> str:
    knife = path("M0 -7 H130 Q150 -4 156 7 H0Z", "#C9D0CF") + path("M0 2 H154 L156 7 H0Z", shade("#C9D0CF")) + box((-76, -8, 80, 16), CHOC, 6)
    return oven("#E6C08C", "#C98F57", "#6E4429", 90) + put(rooms.board("#B9804F"), (4, 190), 1.12) + shadow((40, 130), 130) + put(bread.loaf("#B9702F", "#FFF4DC"), (42, 136), 1.2) + shadow((-40, 190), 100) + put(bread.half_loaf("#B9702F", "#F8E6BF"), (-60, 188), 1.02) + put(knife, (70, 206), 0.78, -5) + put(cakes.flour(), (0, -10), 1.4) + copies(oval((0, 0), (26, 4), "#FFF4DC", opacity=0.5), [((-140, 206), 1, 0), ((30, 216), 1.3, 0), ((150, 190), 1, 0)])


def seeded_loaf() -> str:
    rest = lit("M-30 0 V-84 C-62 -112 -30 -142 40 -142 H130 C190 -142 200 -112 176 -84 V0Z", "#9A6030", "M110 -150 H210 V10 H100Z", "", copies(path("M-5 0 Q0 -5 5 0 Q0 5 -5 0Z", CRUMB), [((x, y), 1, x) for x, y in ((10, -128), (40, -120), (74, -132), (104, -120), (140, -128), (164, -112), (26, -104), (60, -106), (124, -102), (150, -92), (90, -96))]))
    slices = "".join(put(bread.slice_("#9A6030", "#E3BE85", "#5B3A22"), (x, y), 1.26, t) for x, y, t in ((-26, 180, 3), (-84, 192, -5)))
    return oven("#CBD3AE", "#B9C498", "#A5683C", 100) + put(rooms.board("#D0A06A"), (0, 196), 1.1) + shadow((30, 178), 150) + put(rest, (4, 176), 1.06) + slices + standing(coffee.bowl("#B5623D", "#F0D9A0", 62), (130, 214), 66, 0.9) + put(coffee.scatter(dot((0, 0), 3.4, "#F8E6BF"), (86, 146, 90, 22), 12, 4, turned=False)) + coffee.scatter(dot((0, 0), 3, "#F8E6BF"), (-60, 206, 130, 24), 6, 9, turned=False)


def poblano() -> str:
    chile = lit("M-70 0 C-60 -30 -10 -34 20 -24 C44 -16 60 -6 78 4 C50 16 20 30 -20 26 C-50 24 -66 16 -70 0Z", "#3F6B3A", "M-60 10 Q20 20 78 0 V40 H-60Z", "M-50 -12 Q-20 -28 20 -20 L16 -12 Q-20 -18 -44 -2Z") + line("M-68 0 Q-84 -4 -92 -16", "#6F8F4E", 7)
    return rooms.wall("#E3B27A") + line("M-320 -150H320M-320 -20H320M-320 110H320M-320 220H320", "#D29F66", 3) + clip("M-320 -260 L-60 -260 L-320 60Z", rooms.checks((-320, -260, 300, 330), "#FFF8EE", P.third, 26)) + put(bread.focaccia("#E2A94F", "#F6D36B", "#3F6B3A"), (0, 10), 1.08, 90 - 84) + put(path("M-60 8 C-50 -20 -10 -24 20 -14 Q60 0 80 14 Q20 40 -60 8Z", "#20131f", opacity=0.2), (94, 206)) + put(chile, (90, 192), 1.05, -10) + copies(path("M0 0 C-6 -14 4 -24 12 -28 C14 -14 10 -4 0 0Z", "#6F8F4E"), [((-150, 180), 1.1, 0), ((-130, 200), 1, 50), ((150, -170), 1, -20)])


def thursday_loaf() -> str:
    rows = "".join(put(bread.loaf(c, "#FFF4DC"), (x, y), 0.78) + line(f"M{x} {y + 4} V{y + 34}", "#C9A36A", 2.5) + put(paper.tag("#FFFDF6", i), (x, y + 40), 0.8, t) for x, y, c, i, t in ((-102, -62, "#C98035", P.third, 5), (98, -62, "#9A6030", P.accent, -4), (-102, 106, "#9A6030", "#C9483F", -5), (98, 106, "#C98035", P.leaf, 4)))
    return rooms.wall("#F3D9AE") + path("M-320 -260 H40 L-320 220Z", "#F8E6C6") + scallops(P.accent, -216) + scallops("#FFF8EE", -234) + rooms.shelf(-62, "#9A6440") + rooms.shelf(106, "#9A6440") + rows + rooms.table("#8C5A3A", 214)


def rolls() -> str:
    heap = "".join(put(bread.bolillo(c), at, 1.06, t) for at, t, c in (((-70, 56), -24, "#D99A50"), ((66, 52), 20, "#D18A3F"), ((0, 30), -4, "#E0A860"), ((-94, 96), 12, "#D18A3F"), ((92, 94), -14, "#D99A50"), ((-4, 88), 4, "#E0A860")))
    return sunny("#A9C4B8", "#C1D5CB", "#A5683C", 124) + shadow((10, 206), 170, 20) + oval((0, 118), (160, 44), shade("#C9965C", 0.35)) + heap + put(cakes.wicker("#C9965C", "#FFF8EE", CHECKS), (0, 206), 1.22) + put(coffee.steam(), (-30, -10), 1.1) + put(coffee.steam(), (40, -16), 1.2)


def mole() -> str:
    plantain = lit("M-70 0 C-40 30 40 30 72 -12 L64 -20 C40 4 -40 6 -62 -12Z", P.gold, "M-70 4 C-30 22 40 20 70 -14 V40 H-70Z")
    return oven("#C9553A", "#B2462F", "#7A4030", 100) + shadow((6, 190), 170, 26) + put(cakes.talavera("#FFF8EE", P.third), (0, 176), 1.06) + put(bread.empanada("#E0A04E", "#4A2018"), (-10, 172), 1.14) + put(plantain, (-116, 216), 0.8, -8)


def meeting_tray() -> str:
    grid = box((-150, -150, 312, 312), "#20131f", 12, opacity=0.2) + box((-160, -160, 320, 320), "#C9925C", 14) + box((-148, -148, 296, 296), "#F8EBD0", 6)
    roll_ = lit("M-30 0 C-24 -24 24 -24 30 0 C24 22 -24 22 -30 0Z", "#D99A50", "M-30 6 Q10 16 30 -10 V30 H-30Z") + line("M-14 -4 Q0 -10 14 -3", "#F6DDA6", 5)
    square = box((-24, -24, 48, 48), "#E2A94F", 6) + copies(dot((0, 0), 4, "#C98D3C"), [((x, y), 1, 0) for x in (-11, 11) for y in (-11, 11)]) + line("M-14 2 Q0 -8 14 2", "#3F6B3A", 6)
    fold_ = path("M-30 14 C-30 -20 -14 -26 0 -26 C14 -26 30 -20 30 14Z", "#D18A3F") + path("M4 -26 C18 -24 30 -16 30 14 H12Z", shade("#D18A3F")) + line("M-28 12 q6 7 11 0 t11 0 11 0 11 0 11 0", shade("#D18A3F", 0.3), 3)
    small = put(bread.concha("#DCA057", PINK), (0, 22), 0.44)
    cells = "".join(copies(art, [((-108 + c * 72, -108 + r * 72), 1, 0) for c in range(4)]) for r, art in enumerate((roll_, square, fold_, small)))
    return rooms.wall("#5F7F8E") + path("M-320 -260 H0 L-320 140Z", "#6E8D9B") + box((150, -250, 130, 170), "#FFFDF6", 3) + line("M168 -220h80M168 -200h60M168 -180h80M168 -160h40", "#C9D3D4", 5) + put(grid + cells, (-8, 26), 1.02, -6) + put(paper.pencil(P.accent, "#F0D3A0"), (170, -130), 0.9, 62) + put(dot((8, 10), 46, "#20131f", opacity=0.18) + dot((0, 0), 46, "#FFF8EE") + dot((0, 0), 35, "#4A2A1B") + path("M-24 -14 A30 30 0 0 1 10 -28 Q-10 -20 -24 -14Z", "#8C5A3A"), (-168, -186))


def three_milks() -> str:
    return rays("#F6C9B4", "#FADCCB", "#C97B6B", 150) + shadow((14, 204), 150, 18) + put(cakes.stand("#FFFDF6"), (0, 204), 1.1) + put(cakes.milk_cake("#FFF4DE", "#F3BE5B", "#F2994A"), (0, 152), 1.2) + put(lit("M0 -30 C26 -34 34 -4 22 14 C12 26 -12 26 -22 14 C-34 -4 -26 -34 0 -30Z", "#F2994A", "M8 -34 H40 V30 H-10 Q26 4 8 -34Z") + put(coffee.leaf(P.leaf), (2, -30), 0.36, -30), (146, 200), 1.2)


def coffee_cake() -> str:
    return sunny("#3A2A2E", "#4D383A", "#6E4429", 90) + shadow((10, 184), 176, 34) + put(cakes.talavera("#FFF8EE", P.third), (0, 170), 1.12) + put(shadow((10, 20), 110, 16), (0, 140)) + put(cakes.cake_slice("#5A3222", "#C98D5C", "#3A1F18"), (6, 122), 1.28) + coffee.scatter(coffee.bean("#7A4A30"), (-190, 192, 110, 44), 5, 5) + line("M110 214 L196 190", "#D9DEDD", 6) + put(line("M0 0 H30 M0 -7 H26 M0 7 H26", "#D9DEDD", 4), (84, 220), 0.9, -16)


def kings_ring() -> str:
    figure = oval((0, 4), (10, 15), "#FFFDF6") + dot((0, -16), 9, "#FFFDF6") + path("M3 -24 A9 9 0 0 1 3 -8 L4 18 Q12 12 10 2Z", shade("#FFFDF6", 0.14))
    star = path("M0 -26 L7 -7 L26 0 L7 7 L0 26 L-7 7 L-26 0 L-7 -7Z", P.gold)
    return rooms.wall("#C98F57") + line("M-320 -150H320M-320 -10H320M-320 130H320", "#B9804A", 3) + path("M-196 -150 L180 -196 L210 150 L-160 206Z", "#20131f", opacity=0.14) + path("M-206 -160 L170 -206 L200 140 L-170 196Z", "#B3323A") + line("M-196 -150 L162 -194 L190 132 L-160 186Z", P.gold, 4) + oval((12, 12), (154, 154), "#20131f", opacity=0.22) + put(bread.rosca("#D99A50", ("#C9303A", "#3F7F4A")), (0, 0), 1.02) + put(figure, (4, 4), 1.5, 14) + put(star, (-170, 216), 0.9) + put(star, (172, -222), 1)


def dead_bread() -> str:
    flowers = copies(cakes.marigold("#F0932B"), [((-156, 176), 1.25, 0), ((-110, 216), 1, 20), ((150, 186), 1.3, 10), ((108, 222), 0.95, 40)])
    candle = box((-12, -70, 24, 90), "#FFF4DC", 3) + box((2, -70, 10, 90), shade("#FFF4DC", 0.14), 3) + path("M0 -104 C10 -90 9 -78 0 -74 C-9 -78 -10 -90 0 -104Z", P.gold)
    return rooms.wall("#4A2A55") + dot((0, -40), 182, "#5E3A69") + paper.bunting(("#F0932B", "#E8A0A3", "#8FB6C4"), -216) + rooms.table("#331C3D", 120) + put(candle, (-150, 100), 1.1) + put(candle, (154, 92), 1.3) + dot((154, -28), 40, P.gold, opacity=0.22) + shadow((8, 188), 160) + put(bread.dead_bread("#C97F35", "#FFFDF6"), (0, 184), 1.16) + flowers


def biscuit_tin() -> str:
    cover = oval((6, 8), (108, 30), "#20131f", opacity=0.2) + oval((0, 0), (106, 28), shade(P.third, 0.25)) + oval((0, -6), (106, 28), P.third) + f'<ellipse cy="-6" rx="90" ry="22" fill="none" stroke="{P.gold}" stroke-width="4"/>' + oval((0, -6), (34, 9), P.gold)
    heap = "".join(put(bread_biscuit(), at, 1, t) for at, t in (((-54, -122), -20), ((50, -120), 24), ((-4, -134), 6), ((24, -106), 0), ((-34, -104), 10)))
    body = put(cakes.tin(P.third, P.gold, P.gold), (0, 0))
    return rays("#F3BE5B", "#F7D084", "#C9553A", 110) + shadow((-10, 190), 130, 22) + put(put(cover, (0, 0), 0.8, -62), (140, 116)) + put(body + clip("M-95 -108 V-220 H95 V-108 A95 19 0 0 1 -95 -108Z", heap), (-34, 186), 1.26) + standing(put(bread_biscuit(), (0, -18)), (104, 214), 36, 1) + standing(put(bread_biscuit(), (0, -18)), (164, 204), 36, 0.9)


def bread_biscuit() -> str:
    return cakes.biscuit("#EDBE73")


def granola() -> str:
    bits = coffee.scatter(path("M-7 0 Q0 -7 7 0 Q0 6 -7 0Z", "#C98035"), (-116, 40, 216, 36), 15, 2) + coffee.scatter(dot((0, 0), 5, CHOC), (-110, 38, 200, 34), 7, 6, turned=False) + coffee.scatter(dot((0, 0), 4, "#FFF4DC"), (-110, 38, 200, 34), 8, 9, turned=False)
    fall = copies(path("M-6 0 Q0 -6 6 0 Q0 6 -6 0Z", "#C98035"), [(at, 1, t * 40) for t, at in enumerate(((70, -84), (52, -60), (84, -50), (60, -30), (40, -10), (76, -8), (52, 12)))]) + copies(dot((0, 0), 4.5, CHOC), [(at, 1, 0) for at in ((62, -70), (72, -30), (46, -34), (62, 4))])
    ladle = line("M104 -120 L220 -210", "#A5683C", 12) + put(path("M-44 -10 H44 C40 26 -40 26 -44 -10Z", "#B97B49") + path("M10 -10 H44 C40 16 10 24 -6 17Z", shade("#B97B49")) + oval((0, -10), (44, 11), "#C98035"), (84, -112), 1, -24)
    berries = "".join(dot((x, y), 15, c) + path(f"M{x + 10} {y - 11} a15 15 0 0 1 -20 22 a19 19 0 0 0 20 -22Z", shade(c)) for x, y, c in ((-96, 40, "#B3323A"), (-70, 32, "#4A3A6B"), (-46, 40, "#B3323A")))
    slice_ = oval((0, 0), (30, 26), "#F8EBC0") + oval((0, 0), (22, 18), "#FBF3D8") + copies(oval((0, -7), (1.8, 3.4), "#8C6A3A"), [((0, 0), 1, t) for t in (1, 120, 240)])
    return sunny("#BFD3C2", "#D2E0D3", "#C99A6C", 110) + standing(coffee.bowl("#2F6690", "#E2B266", 112), (-8, 196), 116, 1.26) + line("M-116 140 Q-8 190 96 142", "#FFF8EE", 5) + put(bits, (0, 64)) + put(berries, (10, 78)) + put(slice_, (-14, 122), 0.9, 10) + fall + ladle


def sourdough_class() -> str:
    return (rooms.wall("#F3DDB6") + rooms.window((-270, -180, 130, 190), "#CFE3E4", "#8FA98A", "#FFF8EE") + rooms.arch((90, -150, 180, 260), "#C9744A") + rooms.arch((112, -118, 136, 230), "#4A2A20") + path("M132 104 C126 60 150 50 158 20 C176 40 190 50 192 70 C204 50 206 40 204 30 C226 56 238 80 226 104Z", P.accent) + path("M156 104 C152 80 166 72 172 54 C190 70 204 84 198 104Z", P.gold)
            + rooms.beam("#FFF4DC", 0.3) + rooms.planks("#9A6440", 96) + oval((-30, 176), (190, 24), "#FFF8EE", opacity=0.75) + shadow((-30, 172), 120) + put(cakes.dough("#F3E2BE"), (-36, 172), 1.1) + standing(cakes.jar("#F3E2BE", "#C9483F"), (142, 176), 66, 1.12) + put(cakes.flour(), (-30, 80), 1.4) + put(cakes.rolling_pin("#B9794A"), (-206, 190), 0.6, -16))


def little_bakers() -> str:
    hat = lit("M-46 -30 C-84 -40 -74 -96 -36 -88 C-28 -116 28 -116 36 -88 C74 -96 84 -40 46 -30 V0 H-46Z", "#FFFDF8", "M18 -120 H90 V10 H12 Q40 -60 18 -120Z") + line("M-46 -10 H46", "#E2D9CC", 5)
    row = "".join(shadow((x + 6, y), 70, 12) + put(bread.concha("#DCA057", c), (x, y), s) for x, y, s, c in ((-196, 140, 0.95, "#8FC3C9"), (-20, 170, 1.25, PINK), (140, 164, 1.05, "#F9E7B4")))
    return (rooms.wall("#F4B9A6") + scallops("#D9705F", -168) + scallops("#FFF8EE", -188) + dot((-20, 10), 168, "#F8CDBE") + rooms.planks("#C98F57", 70) + oval((-10, 172), (250, 24), "#FFF8EE", opacity=0.55)
            + standing(hat, (210, 96), 56, 1.1) + row + put(cakes.cutter("#B9794A", "#B9C3C6"), (-20, 66), 1.3, 4) + put(cakes.rolling_pin("#A5683C"), (-200, 72), 0.62, -10))


def portal_table() -> str:
    far = box((-320, -260, 640, 400), "#CFE3E4") + path("M-320 60 V-20 H-240 V-60 H-180 V-20 H-90 V-110 L-60 -150 L-30 -110 V-10 H60 V-40 H130 V0 H320 V120 H-320Z", "#E0B48A") + path("M-60 -150 L-30 -110 V-10 H-46 V-110Z M60 -40 H130 V120 H100 V-20 H60Z", shade("#E0B48A", 0.12)) + box((-68, -80, 14, 26), "#8C5A3A", 7) + copies(box((-8, -14, 16, 26), "#8C5A3A", 8), [((-210, 14), 1, 0), ((-130, 14), 1, 0), ((20, 20), 1, 0), ((90, 16), 1, 0)]) + box((-320, 60, 640, 80), "#E9CFA0")
    portal = path("M-330 -270 H330 V270 H270 V-20 A110 120 0 0 0 50 -20 V270 H20 V-20 A120 130 0 0 0 -220 -20 V270 H-330Z", "#D9825B") + path("M270 270 V-20 A110 120 0 0 0 160 -140 L176 -150 A124 130 0 0 1 286 -20 V270Z M20 270 V-20 A120 130 0 0 0 -100 -150 L-84 -160 A134 140 0 0 1 36 -20 V270Z", tint("#D9825B", 0.3))
    top = path("M-160 96 H150 L186 122 H-196Z", "#B5764A") + box((-196, 122, 382, 12), shade("#B5764A", 0.2), 3) + path("M-120 134 H-100 L-112 270 H-136Z M96 134 H116 L132 270 H108Z", "#8C5A3A")
    cloth_ = lit("M-60 94 H50 L76 124 L70 170 L-80 170 L-84 124Z", "#FFF8EE", "", "", rooms.checks((-100, 80, 200, 100), "#FFF8EE", P.third, 20), path("M-84 124 H76 L70 172 H-84Z", "#20131f", opacity=0.12))
    return far + rooms.table("#B9744A", 120) + portal + shadow((10, 222), 200, 18) + top + cloth_ + standing(coffee.mug("#B5623D", "#5A3222"), (104, 116), 46, 0.86) + put(coffee.steam(), (104, 40), 0.8) + put(bread.concha("#DCA057", PINK), (-36, 76), 0.5) + put(bread.bolillo("#D99A50"), (20, 58), 0.5, 10) + put(bread.concha("#DCA057", "#F9E7B4"), (0, 70), 0.46) + put(cloth.basket("#C9965C", 74, 36), (-8, 112)) + put(furniture.stool("#8C5A3A"), (-214, 250), 1.3)


GOODS = (conchas, butter_horn, palmiers, sugar_cakes, afternoon_bag, country_loaf, seeded_loaf, poblano, thursday_loaf, rolls, mole, meeting_tray, three_milks, coffee_cake, kings_ring, dead_bread,
         biscuit_tin, granola, sourdough_class, little_bakers, portal_table)
