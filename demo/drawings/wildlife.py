"""The animals of the tours, without a face to speak of: toucan, heron, motmot, manatee."""

from demo.drawings.palettes import shade, tint
from demo.drawings.shapes import dot, line, lit, oval, path


def toucan(black: str, bill: str, throat: str) -> str:
    """A toucan upon its branch, looking right; claws at the origin."""
    tail = path("M-34 -24 L-86 66 L-62 72 L-14 -6Z", shade(black, 0.3)) + path("M-62 72 L-14 -6 L-30 -12Z", black)
    body = lit("M-46 -10 C-70 -70 -40 -150 14 -152 C54 -152 66 -118 54 -92 C48 -60 30 -10 0 6 C-20 12 -40 6 -46 -10Z", black, "M-20 20 Q50 -30 50 -100 L80 -90 V30Z", "M-60 -20 Q-66 -90 -20 -130 L-14 -120 Q-52 -80 -44 -16Z",
               path("M24 -140 C60 -150 70 -104 46 -74 C26 -70 8 -92 8 -114Z", throat), path("M46 -74 C30 -66 14 -76 10 -92 C24 -84 40 -86 52 -96Z", "#D9553A"))
    beak = lit("M46 -136 C90 -160 138 -140 146 -92 C126 -104 84 -100 52 -98Z", bill, "M50 -110 Q110 -124 150 -92 V-80 H50Z") + path("M130 -124 Q144 -108 146 -92 Q138 -98 128 -100Z", "#2A2626") + line("M50 -114 Q104 -126 138 -102", shade(bill, 0.3), 2.5)
    eye = dot((34, -126), 10, "#8FC7DB") + dot((35, -126), 5, "#10231B")
    return tail + body + beak + eye + line("M-14 4 v10 M-4 6 v10 M8 2 v10", "#5E7C88", 6)


def heron(white: str, bill: str) -> str:
    """A heron standing in the shallows; feet at the origin, 190 high."""
    legs = line("M-4 -80 V0 M8 -80 L14 -40 L6 0", "#6B6460", 4.5)
    body = lit("M-56 -70 C-40 -118 0 -130 22 -112 C34 -98 22 -74 0 -70 C-20 -64 -40 -62 -56 -70Z", white, "M-60 -66 Q0 -74 30 -110 V-50 H-60Z") + path("M-56 -70 C-36 -98 -14 -104 6 -98 C-8 -80 -30 -70 -56 -70Z", shade(white, 0.1))
    neck = line("M14 -106 C44 -126 2 -150 22 -176", white, 12) + line("M19 -104 C48 -126 8 -148 27 -174", shade(white, 0.16), 4)
    return legs + body + neck + path("M14 -184 Q26 -194 36 -180 L78 -172 L36 -168 Q18 -166 14 -184Z", bill) + path("M10 -182 Q22 -196 36 -182 L38 -172 Q20 -164 10 -182Z", white) + path("M12 -182 L-20 -188 L14 -176Z", shade(white, 0.4))


def motmot(green: str, blue: str, rust: str) -> str:
    """A motmot with its two rackets, looking left; drawn to fit a page of a guide."""
    tail = line("M12 18 L34 92 M16 16 L46 88", blue, 3) + oval((36, 100), (7, 13), blue) + oval((50, 96), (7, 13), shade(blue))
    body = lit("M-30 -40 C-34 -70 4 -72 12 -48 C30 -30 34 4 18 24 C-4 20 -22 0 -24 -22Z", rust, "M0 30 Q14 -10 6 -50 L50 -40 V40Z", "", path("M0 -44 C24 -34 40 0 20 28 C14 0 6 -16 -4 -28Z", green))
    return tail + body + path("M-31 -48 C-30 -70 6 -70 11 -50 C-4 -58 -18 -56 -31 -48Z", blue) + path("M-28 -48 L-56 -40 L-27 -36Z", "#2A3434") + path("M-30 -48 L-6 -50 L-12 -40 L-28 -41Z", "#10231B") + dot((-16, -47), 2.5, "#D9553A")


def manatee(grey: str) -> str:
    """A manatee from above, just under the water; nose up."""
    return path("M0 -76 C34 -70 44 -20 36 26 C30 52 18 62 16 78 C34 88 34 104 0 108 C-34 104 -34 88 -16 78 C-18 62 -30 52 -36 26 C-44 -20 -34 -70 0 -76Z", grey) + path(
        "M-36 -20 C-60 -10 -64 12 -54 20 C-44 12 -38 4 -36 -4Z M36 -20 C60 -10 64 12 54 20 C44 12 38 4 36 -4Z", shade(grey)) + path("M6 -76 C34 -70 44 -20 36 26 C30 52 18 62 16 78 C30 84 30 100 6 107 Q20 0 6 -76Z", shade(grey, 0.12)) + line("M-14 -60 Q0 -54 14 -60", tint(grey, 0.4), 3)


def binoculars(black: str, strap: str) -> str:
    """A pair of binoculars lying on their strap."""
    tube = lit("M-20 0 L-14 -66 H14 L20 0Z", black, "M4 -70 H30 V4 H2Z", "") + oval((0, 0), (20, 7), shade(black, 0.4)) + oval((-2, 0), (13, 4), "#8FC7DB") + oval((0, -66), (14, 5), tint(black))
    return line("M-34 -58 C-110 -70 -90 20 -30 16 M34 -58 C110 -70 100 14 40 18", strap, 6) + f'<g transform="translate(-24 0)">{tube}</g><g transform="translate(24 0)">{tube}</g>' + path("M-12 -52 H12 V-30 H-12Z", shade(black, 0.2))
