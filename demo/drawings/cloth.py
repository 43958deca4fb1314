"""Cloth for the house: runner, mats, napkins, cushion, blanket, towel, stacks, skeins and the looms they come from."""

from demo.drawings.palettes import mix, shade, tint
from demo.drawings.shapes import Frame, box, clip, copies, define, dot, key, line, lit, n, oval, path, put, tag
from demo.drawings.weaving import fringe, woven, zigzag


def mat(ground: str, band: str, *art: str) -> str:
    """A place mat, 200 by 130, around the origin."""
    ends = line("".join(f"M{x} {y}h12" for x in (-112, 100) for y in range(-60, 64, 10)), band, 3)
    return ends + box((-100, -65, 200, 130), ground, 3) + path("M-86 -65h14v130h-14ZM72 -65h14v130h-14Z", band) + "".join(art) + box((-100, 50, 200, 15), "#20131f", opacity=0.1)


def napkin(one: str, edge: str) -> str:
    """A napkin folded to a point, standing."""
    return (path("M-56 0 L0 -150 L56 0 Q0 16 -56 0Z", one) + path("M0 -150 L56 0 Q34 8 8 9Z", shade(one)) + path("M0 -150 L-22 4 Q-40 4 -56 0Z", tint(one, 0.2))
            + line("M-50 -8 Q0 8 50 -8", edge, 4))


def cushion(ground: str, art: str) -> str:
    """A square cushion with soft corners; what is woven on it is clipped to it."""
    d = "M-70 -66 Q-80 -78 -64 -72 Q0 -60 64 -72 Q80 -78 70 -66 Q58 0 70 64 Q80 78 64 70 Q0 58 -64 70 Q-80 78 -70 64 Q-58 0 -70 -66Z"
    return lit(d, ground, "", "", art, path("M44 -90 H100 V90 H-90 V56 Q50 60 44 -90Z", "#20131f", opacity=0.16),
               path("M-90 -90 H0 Q-56 -60 -58 20 H-90Z", "#FFF4DC", opacity=0.16))


def towel(ground: str, stripe: str, length: float = 170) -> str:
    """A towel hung over a rail from its middle."""
    d = f"M-46 0 Q-40 -10 0 -10 Q40 -10 46 0 L50 {length} Q24 {length + 8} 0 {length} Q-26 {length + 8} -50 {length}Z"
    bands = "".join(box((-60, y, 120, h), stripe) for y, h in ((length - 62, 8), (length - 48, 20), (length - 22, 8)))
    folds = path(f"M16 -20 Q10 80 22 {length + 10} H60 V-20Z", "#20131f", opacity=0.16) + path(f"M-60 -20 H-22 Q-30 80 -22 {length + 10} H-60Z", "#FFF4DC", opacity=0.2)
    return lit(d, ground, "", "", bands, folds) + fringe(-46, length + 2, 96, ground, 10)


def folded(body: str, edge: str, w: float, h: float) -> str:
    """A folded piece in a pile, its fold towards us; foot at the origin."""
    end = f"M{n(w * .2)} {n(-h)}H{n(w / 2 - h / 3)}q{n(h / 3)} 0 {n(h / 3)} {n(h / 2)}t{n(-h / 3)} {n(h / 2)}H{n(w * .2)}Z"
    return (again(tag("rect", x=n(-w / 2), y=n(-h), width=n(w), height=n(h), rx=n(h / 2.4)), fill=body) + again(tag("path", d=end), fill=shade(body, 0.18))
            + again(tag("path", d=f"M{n(-w * .3)} {n(-h)}v{n(h)}", stroke_width=n(w * 0.1), stroke_linecap="butt"), stroke=edge))


def again(shape: str, **colour: str) -> str:
    """A shape without a colour, written once and coloured where it is used."""
    name = key(shape)
    return define(name, shape.replace(" ", f' id="{name}" ', 1)) + tag("use", href=f"#{name}", **colour)


def pile(pieces: tuple[tuple[str, str], ...], w: float = 120, h: float = 22) -> str:
    return "".join(put(folded(body, edge, w - (i % 2) * 8, h), (0, -i * h)) for i, (body, edge) in enumerate(pieces))


def skein(colour: str) -> str:
    """A hank of yarn hung over a rod, a drop at its end."""
    d = "M-18 0 Q-26 60 -20 108 Q-16 128 0 130 Q16 128 20 108 Q26 60 18 0Z"
    return (lit(d, colour, "M6 -4 H40 V140 H-4 Q16 90 6 -4Z", "", line("M-10 0 Q-16 60 -10 118 M0 0 V124 M10 0 Q16 60 10 118", shade(colour, 0.24), 2))
            + box((-24, 84, 48, 10), shade(colour, 0.35), 4) + path("M0 138 C6 146 6 152 0 154 C-6 152 -6 146 0 138Z", colour))


def roll(ground: str, wood: str, art: str, w: float = 220) -> str:
    """A roll of cloth lying on its bar, its end to the right."""
    d = f"M{-w / 2} -30 H{w / 2} V30 H{-w / 2}Z"
    return (box((-w / 2 - 34, -8, w + 68, 16), wood, 6) + lit(d, ground, "", "", art, path(f"M{-w / 2} 8 H{w / 2} V30 H{-w / 2}Z", "#20131f", opacity=0.2),
            path(f"M{-w / 2} -30 H{w / 2} V-20 H{-w / 2}Z", "#FFF4DC", opacity=0.25)) + oval((w / 2, 0), (11, 30), tint(ground)) + oval((w / 2, 0), (5, 14), shade(ground)))


def basket(reed: str, w: float = 110, h: float = 80) -> str:
    """A basket of plaited reed; foot at the origin."""
    d = f"M{-w} {-h} H{w} L{w * .8} 0 H{-w * .8}Z"
    weave_ = "".join(f"M{n(-w)} {n(y)}H{n(w)}" for y in range(int(-h) + 14, -4, 13))
    ribs = "".join(f"M{n(x)} {n(-h)}L{n(x * .8)} 0" for x in range(int(-w) + 14, int(w), 24))
    return (lit(d, reed, f"M{w * .35} {-h - 4} H{w + 9} V6 H{w * .25}Z", f"M{-w - 5} {-h} H{-w * .7} L{-w * .6} 4 H{-w - 5}Z", line(weave_, shade(reed, 0.25), 3), line(ribs, shade(reed, 0.18), 4))
            + box((-w - 6, -h - 8, 2 * w + 12, 14), tint(reed), 7) + path(f"M{n(w * .3)} {-h - 8}H{n(w)}q6 0 6 7t-6 7H{n(w * .3)}Z", reed))


def warp(frame: Frame, colours: tuple[str, ...], gap: float = 7) -> str:
    """Threads stretched on a loom."""
    x, y, w, h = frame
    out = ""
    for k, colour in enumerate(colours):
        d = "".join(f"M{n(x + (i * len(colours) + k) * gap)} {n(y)}v{n(h)}" for i in range(int(w / gap / len(colours)) + 1))
        out += line(d, colour, 2.5)
    return out


def loom(wood: str, threads: tuple[str, ...], *made: str) -> str:
    """A floor loom from the front; foot at the origin, 300 wide."""
    beams = box((-150, -300, 300, 20), wood, 4) + box((-150, -286, 300, 6), shade(wood))
    posts = box((-150, -300, 20, 300), tint(wood, 0.12)) + box((130, -300, 20, 300), shade(wood))
    heddle = box((-128, -206, 256, 12), shade(wood, 0.1), 3) + box((-128, -150, 256, 12), shade(wood, 0.1), 3) + line(
        "".join(f"M{x} -196v46" for x in range(-112, 116, 14)), "#F6E9D2", 2)
    pedals = path("M-60 0 L-40 -36 H-20 L-30 0Z M20 0 L30 -36 H50 L50 0Z", shade(wood, 0.3))
    return beams + warp((-112, -282, 224, 190), threads) + heddle + "".join(made) + posts + pedals + box((-160, -62, 320, 14), wood, 3)


def backstrap(wood: str, threads: tuple[str, ...], bands: tuple[str, ...]) -> str:
    """A backstrap loom seen aslant: from its cord above to the belt below; 150 wide, 320 high, cord at the origin."""
    cloth = "M-62 150 H62 L70 292 H-70Z"
    done = clip(cloth, box((-80, 150, 160, 150), bands[0]), woven((-80, 186, 160, 64), bands, 5.3, 6), zigzag((-80, 160, 160, 16), bands[1], bands[2], 8),
                zigzag((-80, 262, 160, 16), bands[2], bands[1], 8), path("M34 140 H90 V300 H42Z", "#20131f", opacity=0.14))
    return (line("M0 0 L-56 62 M0 0 L56 62", shade(wood, 0.3), 4) + warp((-56, 66, 112, 90), threads, 5.6) + box((-76, 58, 152, 12), wood, 6) + box((-84, 116, 168, 10), tint(wood), 5)
            + done + path("M-92 146 L92 136 V148 L-92 158Z", shade(wood, 0.2)) + box((-84, 288, 168, 13), wood, 6) + line("M-84 294 Q-110 320 -96 350 M84 294 Q110 320 96 350", bands[1], 9))


def pot(iron: str, dye: str) -> str:
    """A steaming pot of dye on three stones with its fire."""
    fire = path("M-40 0 C-50 -24 -30 -30 -28 -46 C-14 -36 -10 -26 -8 -14 C0 -30 6 -36 8 -50 C28 -34 44 -20 36 0Z", "#E9A33B") + path(
        "M-20 0 C-24 -14 -12 -18 -10 -28 C4 -20 20 -14 16 0Z", "#F7D98A")
    belly = lit("M-86 -124 C-104 -60 -70 -30 -40 -26 H40 C70 -30 104 -60 86 -124Z", iron, "M30 -130 H120 V-20 H-10 Q50 -60 30 -130Z", "M-110 -130 H-66 Q-80 -70 -50 -26 H-110Z")
    stones = oval((-66, -6), (28, 18), "#8F8A86") + oval((66, -6), (28, 18), "#7A7573")
    return fire + stones + belly + oval((0, -124), (92, 20), tint(iron, 0.14)) + oval((0, -122), (80, 14), dye) + line("M-92 -110 q-22 4 -14 24 M92 -110 q22 4 14 24", shade(iron), 8)


def mixed(one: str, two: str, share: float) -> str:
    return mix(one, two, share)


def petals(colour: str, spots: list[tuple[float, float]]) -> str:
    """Bougainvillea: three papery bracts around a small eye."""
    flower = path("M0 2 C-14 -4 -12 -20 0 -22 C12 -20 14 -4 0 2Z", colour) + put(path("M0 2 C-14 -4 -12 -20 0 -22 C12 -20 14 -4 0 2Z", shade(colour, 0.12)), (0, 0), 1, 120) + put(
        path("M0 2 C-14 -4 -12 -20 0 -22 C12 -20 14 -4 0 2Z", tint(colour, 0.16)), (0, 0), 1, 240) + dot((0, 0), 3, "#FFF4DC")
    return copies(flower, [(at, 0.8 + (i % 3) * 0.2, i * 37) for i, at in enumerate(spots)])
