"""The river and the sea: raft, kayak, launch, paddle, pier, drum, dry bag, hammock."""

from demo.drawings.palettes import shade, tint
from demo.drawings.shapes import box, copies, dot, line, lit, oval, path, put


def paddler(vest: str, helmet: str) -> str:
    """Someone in a life vest, seen from behind, arms to the paddle."""
    arms = copies(line("M-12 -36 Q-30 -34 -38 -58 M12 -36 Q24 -44 18 -70", "#A86B4C", 8) + dot((0, -58), 13, "#A86B4C"), [((0, 0), 1, 0)])
    body = lit("M-18 0 L-19 -34 Q-18 -46 0 -46 Q18 -46 19 -34 L18 0Z", vest, "M5 -50 H30 V4 H5Z") + line("M-18 -20 H18", tint(vest, 0.6), 3)
    head = path("M-15 -58 A15 15 0 0 1 15 -58 Q0 -52 -15 -58Z", helmet) + path("M4 -73 A15 15 0 0 1 15 -58 L6 -56Z", shade(helmet))
    return arms + copies(body, [((0, 0), 1, 0)]) + head


def oar(shaft: str, blade: str) -> str:
    """A paddle along the y axis, its blade down."""
    whole = line("M0 -90 V30", shaft, 6) + line("M-9 -92 H9", shaft, 7) + path("M-11 28 H11 L13 64 Q0 78 -13 64Z", blade) + path("M2 28 H11 L13 64 Q8 71 2 72Z", shade(blade))
    return copies(whole, [((0, 0), 1, 0)])


def raft(tube: str, trim: str) -> str:
    """The front tube of a raft, seen from before; 300 wide, waterline at the origin."""
    d = "M-150 -50 C-160 -74 -128 -84 -104 -72 C-60 -58 60 -58 104 -72 C128 -84 160 -74 150 -50 C136 -12 70 10 0 10 C-70 10 -136 -12 -150 -50Z"
    return lit(d, tube, "M-160 -30 C-90 10 60 16 110 -90 H170 V20 H-160Z", "M-150 -66 C-130 -86 -100 -66 -60 -58 L-70 -48 C-110 -50 -130 -66 -150 -54Z",
               line("M-150 -40 Q0 16 150 -40", trim, 5)) + copies(dot((0, 0), 6, trim), [((x, -24 + abs(x) * -0.14 + 20), 1, 0) for x in (-90, 0, 90)])


def raft_back(tube: str) -> str:
    return lit("M-118 -70 Q-100 -104 -60 -104 H60 Q100 -104 118 -70 Q0 -40 -118 -70Z", shade(tube, 0.12), "M30 -110 H130 V-40 H0Z") + path("M-96 -68 Q0 -40 96 -68 Q60 -90 0 -90 Q-60 -90 -96 -68Z", shade(tube, 0.45))


def foam(colour: str) -> str:
    """White water along a bow."""
    return path("M-190 0 C-176 -26 -150 -18 -140 -30 C-122 -44 -110 -14 -84 -16 C-60 -30 -44 -2 -16 -8 C10 -24 30 0 56 -10 C80 -30 96 -12 116 -22 C136 -42 160 -16 190 0 C150 26 -150 26 -190 0Z", colour) + dot((-170, -34), 6, colour) + dot(
        (-132, -52), 5, colour) + dot((152, -48), 6, colour) + dot((178, -34), 4, colour) + dot((118, -50), 4, colour)


def kayak(hull: str, seat: str) -> str:
    """A kayak seen from above, its bow up; 240 long."""
    d = "M0 -120 C24 -80 30 -40 30 0 C30 50 22 90 0 120 C-22 90 -30 50 -30 0 C-30 -40 -24 -80 0 -120Z"
    person = oval((0, 6), (15, 24), seat) + path("M0 -18 A15 24 0 0 1 0 30Z", shade(seat)) + dot((0, 0), 12, "#F4DFB0") + path("M0 -12 A12 12 0 0 1 0 12 Q8 0 0 -12Z", shade("#F4DFB0"))
    return path("M12 -100 C44 -60 46 60 14 124 Q40 60 40 0Z", "#20131f", opacity=0.18) + lit(d, hull, "M8 -130 H50 V130 H4 Q24 0 8 -130Z", "") + line("M0 -104 V-50 M0 60 V104", tint(hull, 0.5), 4) + oval(
        (0, 4), (20, 34), shade(hull, 0.5)) + person + put(line("M-74 0 H74", "#8A5A36", 5) + oval((-78, 0), (20, 8), "#F4FAF7") + oval((78, 0), (20, 8), "#DCE8E2"), (0, -14), 1, -16)


def launch(hull: str, trim: str) -> str:
    """A launch seen from above, its bow to the upper right along the x axis."""
    return lit("M-90 -26 H30 Q78 -22 100 0 Q78 22 30 26 H-90 Q-98 0 -90 -26Z", hull, "M-100 6 H110 V40 H-100Z") + path("M-78 -16 H26 Q56 -12 70 0 Q56 12 26 16 H-78Z", shade(hull, 0.22)) + box((-60, -16, 14, 32), trim) + box((-26, -16, 14, 32), trim) + box(
        (4, -14, 14, 28), trim) + box((-108, -9, 22, 18), "#3A4A50", 4)


def pier(wood: str) -> str:
    """A pier going out from us, its far end at y = -90."""
    planks = "".join(f"M{-40 - i * 13} {-78 + i * i * 2.2 + i * 7}H{40 + i * 13}" for i in range(10))
    return box((-52, -84, 8, 44), shade(wood, 0.4)) + box((44, -84, 8, 44), shade(wood, 0.4)) + lit("M-46 -90 H46 L190 260 H-190Z", wood, "M14 -90 H60 L200 260 H60Z", "", line(planks, shade(wood, 0.3), 3))


def drum(wood: str, skin: str, rope: str) -> str:
    """A drum of the coast; foot at the origin, 150 high."""
    d = "M-48 -140 L-38 -10 Q0 8 38 -10 L48 -140Z"
    cords = line("M-46 -118 L-22 -24 L0 -112 L22 -24 L46 -118", rope, 4)
    return lit(d, wood, "M14 -150 H60 V10 H4Z", "M-60 -150 H-32 L-26 4 H-60Z", cords, box((-60, -34, 120, 12), shade(wood, 0.35))) + oval((0, -140), (50, 14), tint(skin, 0.3)) + oval(
        (0, -140), (42, 10), skin) + line("M-49 -134 Q0 -112 49 -134", rope, 6)


def dry_bag(body: str, strap: str) -> str:
    """A roll-top bag, buckled; foot at the origin, 220 high."""
    d = "M-72 -150 Q-80 -70 -70 -8 Q0 14 70 -8 Q80 -70 72 -150 L56 -186 H-56Z"
    roll = box((-62, -214, 124, 34), shade(body, 0.1), 14) + path("M20 -214 H48 Q62 -214 62 -197 T48 -180 H12Z", shade(body, 0.28)) + line("M-52 -202 H50", tint(body), 4)
    handle = line("M-58 -206 C-70 -262 70 -262 58 -206", strap, 10) + box((-15, -254, 30, 18), shade(strap, 0.4), 4)
    band = path("M-76 -112 Q0 -94 76 -112 V-96 Q0 -78 -77 -96Z", strap)
    return handle + lit(d, body, "M30 -200 H100 V20 H14 Q50 -80 30 -200Z", "M-100 -200 H-50 Q-64 -80 -50 6 H-100Z", band) + roll


def hammock(cloth: str, edge: str) -> str:
    """A hammock between two ropes, 300 wide."""
    ropes = line("M-170 -70 L-96 -14 M-170 -70 L-110 -30 M170 -70 L96 -14 M170 -70 L110 -30", "#C9A36A", 3.5)
    return ropes + lit("M-116 -34 Q0 40 116 -34 Q70 66 0 66 Q-70 66 -116 -34Z", cloth, "M10 80 Q80 50 120 -40 V80Z", "", line("M-90 -4 Q0 66 90 -4 M-70 20 Q0 76 70 20", edge, 6)) + line(
        "M-96 22 v16 M-76 40 v16 M-52 54 v16 M-26 62 v16 M0 65 v16 M26 62 v16 M52 54 v16 M76 40 v16 M96 22 v16", edge, 3)


def cacao(pod: str, pulp: str, bean: str) -> str:
    """A cacao pod cut open along the x axis, its white beans in two rows."""
    d = "M-120 0 C-100 -56 -20 -66 50 -50 C90 -40 112 -18 130 0 C112 18 90 40 50 50 C-20 66 -100 56 -120 0Z"
    seeds = copies(oval((0, 0), (17, 14), pulp) + path("M-6 12 Q16 10 15 -8 Q22 10 0 14Z", shade(pulp, 0.22)), [((x, y), 1, x) for x in (-66, -30, 6, 42, 76) for y in (-13, 13)])
    return lit(d, pod, "M-130 20 Q20 60 130 -10 V80 H-130Z", "M-110 -20 Q-60 -56 20 -50 L10 -42 Q-60 -46 -104 -6Z") + path("M-102 0 C-84 -36 -14 -44 46 -34 C78 -28 94 -14 108 0 C94 14 78 28 46 34 C-14 44 -84 36 -102 0Z", shade(bean, 0.05)) + seeds


def coconut(shell: str, flesh: str) -> str:
    """Half a coconut, open towards us."""
    return dot((0, 0), 60, shell) + path("M42 -42 A60 60 0 1 1 -42 42 A74 74 0 0 0 42 -42Z", shade(shell, 0.3)) + oval((-3, -5), (51, 48), flesh) + oval((-1, -1), (38, 35), shade(flesh, 0.14)) + path(
        "M-36 8 A38 35 0 0 0 34 12 A44 40 0 0 1 -36 8Z", tint(flesh, 0.7)) + line("M-46 34 l-10 8 M0 56 v12 M40 38 l10 8", tint(shell, 0.2), 3)
