"""Things of paper and card: calendar, gift card, envelope, open box, tag, bunting, carrier bag."""

from demo.drawings.palettes import mix, shade, tint
from demo.drawings.shapes import Frame, box, copies, dot, line, lit, oval, path


def calendar(head: str, page: str, mark: str) -> str:
    """A wall calendar whose Thursdays are ringed; its nail at the origin."""
    cells = "".join(f"M{-62 + c * 21} {78 + r * 24}h.1" for r in range(4) for c in range(7) if c != 3)
    ringed = copies(dot((0, 0), 10, mark), [((1, 78 + r * 24), 1, 0) for r in range(4)])
    return (line("M-52 24 L0 0 L52 24", shade(head), 3) + dot((0, 0), 5, shade(head, 0.5)) + box((-78, 30, 172, 160), "#20131f", 4, opacity=0.14)
            + box((-84, 24, 168, 158), page, 4) + path("M-84 58 V28 Q-84 24 -80 24 H80 Q84 24 84 28 V58Z", head)
            + box((20, 24, 64, 34), shade(head, 0.14), 4) + line("M-40 41 H6", tint(head, 0.7), 5) + line(cells, mix(page, head, 0.35), 9)
            + ringed + copies(dot((0, 0), 4, tint(head, 0.8)), [((x, 28), 1, 0) for x in (-50, -17, 17, 50)])
            + path("M84 150 V178 Q84 182 80 182 H54Z", shade(page, 0.12)))


def card(frame: Frame, ground: str, *art: str) -> str:
    """A card with a fine border inside; what it shows is clipped to it."""
    x, y, w, h = frame
    d = f"M{x} {y + 10}q0 -10 10 -10h{w - 20}q10 0 10 10v{h - 20}q0 10 -10 10h{20 - w}q-10 0 -10 -10Z"
    return box((x + 8, y + 9, w, h), "#20131f", 10, opacity=0.16) + lit(d, ground, "", "", *art)


def envelope(paper: str, lining: str) -> str:
    """An open envelope from the front, its flap up; 240 wide, its mouth at the origin."""
    return path("M-120 0 L0 -84 L120 0Z", shade(lining, 0.08)) + box((-120, -2, 240, 150), shade(paper, 0.16), 6)


def envelope_front(paper: str, seal: str) -> str:
    left = path("M-120 0 L-4 78 L-120 148Z", tint(paper, 0.1)) + path("M120 0 L4 78 L120 148Z", shade(paper, 0.1))
    flap = lit("M-120 148 V142 L-10 66 Q0 60 10 66 L120 142 V148 Q120 152 114 152 H-114 Q-120 152 -120 148Z", paper, "M0 60 L130 146 V160 H20Z")
    return left + flap + dot((0, 92), 15, seal) + path("M10 81 A15 15 0 0 1 -8 104 A20 20 0 0 0 10 81Z", shade(seal))


def open_box(card_: str, lining: str) -> str:
    """The back of an open carton: flaps up, dark inside; 260 wide, foot at the origin."""
    flaps = path("M-130 -120 L-166 -158 L-40 -170 L-96 -140Z", tint(card_, 0.12)) + path("M130 -120 L170 -152 L60 -172 L96 -140Z", shade(card_, 0.24))
    return flaps + path("M-130 -120 L-96 -146 H96 L130 -120 V-60 H-130Z", shade(lining, 0.35))


def box_front(card_: str, bow: str) -> str:
    wall = lit("M-130 -120 H130 L122 0 H-122Z", card_, "M52 -126 H140 V6 H60Z", "M-140 -126 H-104 L-98 6 H-140Z")
    ribbon = box((-130, -72, 260, 10), bow) + path("M58 -72 H130 V-62 H58Z", shade(bow))
    loops = path("M0 -68 C-20 -104 -60 -96 -46 -72 C-40 -60 -16 -62 0 -66 C16 -62 40 -60 46 -72 C60 -96 20 -104 0 -68Z", bow)
    tails = line("M-2 -64 L-22 -26 M2 -64 L26 -30", bow, 8)
    return wall + ribbon + tails + loops + line("M-34 -78 Q-16 -80 0 -68 Q16 -80 34 -78", shade(bow), 4) + dot((0, -67), 9, shade(bow, 0.15))


def shavings(light: str, seed: tuple[int, ...] = (0, 40, 80, 120, 160)) -> str:
    """Curls of wood that keep things from breaking."""
    return copies(line("M-18 0 C-10 -26 22 -22 14 -4 C8 8 -4 0 2 -8", light, 5), [((-100 + i * 1.26, -122 - (i // 40 % 2) * 6), 1, i * 0.7) for i in seed])


def tag(paper: str, ink: str) -> str:
    return path("M-16 0 L0 -14 L16 0 V44 H-16Z", paper) + dot((0, -3), 3.5, ink) + line("M-8 16 H8 M-8 25 H8 M-8 34 H3", ink, 2)


def bunting(colours: tuple[str, ...], y: float) -> str:
    """Cut-paper flags on a line."""
    spots = [(x, y + 16 - (x / 80) ** 2 * 1.6) for x in range(-270, 300, 90)]
    flags = "".join(copies(flag(c), [(at, 1, 0) for at in spots[i :: len(colours)]]) for i, c in enumerate(colours))
    return line(f"M-310 {y - 8}Q0 {y + 34} 310 {y - 8}", "#6b5a52", 2.5) + flags


def flag(colour: str) -> str:
    holes = ("M-12 18 L0 6 L12 18 L0 30Z M-26 12 l5 -5 l5 5 l-5 5Z M16 12 l5 -5 l5 5 l-5 5Z M-26 36 l5 -5 l5 5 l-5 5Z"
             " M16 36 l5 -5 l5 5 l-5 5Z M-5 44 l5 -6 l5 6 l-5 6Z")
    return path(f"M-34 0 H34 V52 l-8.5 9 l-8.5 -9 l-8.5 9 l-8.5 -9 l-8.5 9 l-8.5 -9 l-8.5 9 l-8.5 -9Z {holes}", colour, fill_rule="evenodd")


def carrier(paper: str, ink: str) -> str:
    """The front of a paper bag for bread, its mouth torn in a zigzag; foot at the origin."""
    zigzag = "M-92 0 L-98 -168 " + "".join(f"l9.8 {-9 if i % 2 == 0 else 9} " for i in range(20)) + "L92 0Z"
    return lit(zigzag, paper, "M48 -190 H110 V10 H56Z", "M-110 -190 H-72 L-66 10 H-110Z", line("M-58 -160 L-54 -10 M58 -160 L54 -20", shade(paper, 0.24), 2),
               oval((0, -78), (38, 38), ink))


def pencil(body: str, wood: str) -> str:
    """A pencil along the x axis, its point at the left."""
    return (path("M-70 0 L-50 -8 V8Z", wood) + path("M-70 0 L-63 -3 V3Z", "#3A2A2A") + box((-50, -8, 108, 16), body) + box((-50, 2, 108, 6), shade(body))
            + box((58, -8, 12, 16), "#D8A0A0", 3))


def map_paths(ink: str, mark: str) -> str:
    """A dotted way with its crosses."""
    return line("M-90 40 C-60 0 -30 50 0 10 S50 -40 90 -20", ink, 4, stroke_dasharray="2 10") + dot((-90, 40), 7, mark) + line(
        "M82 -28 l16 16 M98 -28 l-16 16", mark, 5)
