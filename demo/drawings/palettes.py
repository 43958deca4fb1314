"""The colours of each shop, and how a colour turns to or from the light."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Palette:
    """Paper and sand are grounds, main and accent the brand, the rest its companions."""

    paper: str
    sand: str
    main: str
    accent: str
    second: str
    third: str
    gold: str
    dark: str
    leaf: str


NEBLINA = Palette("#FBF6EF", "#EAD6BA", "#5B3A29", "#C8553D", "#9DB0A3", "#3D566B", "#E2A658", "#2B1D14", "#5E7350")
TELAR = Palette("#FFFAF3", "#F1DFC6", "#7A1F3D", "#1F6F8B", "#B3123F", "#27408B", "#E9A33B", "#1E1B3A", "#4F7A4B")
SELVA = Palette("#F4FAF7", "#F4DFB0", "#0F5C4D", "#F2A541", "#8FC7DB", "#2F8C68", "#D9553A", "#10231B", "#7DB356")
HORNO = Palette("#FFF8EE", "#F7E2B8", "#8C4A1D", "#D9822B", "#E8A0A3", "#2F6690", "#F3BE5B", "#3A2413", "#6F8F4E")
SHOPS = {"tres-neblinas": NEBLINA, "hilos-xelantun": TELAR, "rutas-guanquira": SELVA, "horno-tizapola": HORNO}


def channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def written(red: float, green: float, blue: float) -> str:
    return "#" + "".join(f"{min(255, max(0, round(c))):02x}" for c in (red, green, blue))


def mix(one: str, other: str, share: float) -> str:
    """`share` of the other colour in the one."""
    return written(*(a + (b - a) * share for a, b in zip(channels(one), channels(other), strict=True)))


def shade(colour: str, by: float = 0.2) -> str:
    """Away from the light a colour is darker and a little cooler."""
    red, green, blue = channels(colour)
    return written(red * (1 - by), green * (1 - by * 1.08), blue * (1 - by * 0.95))


def tint(colour: str, by: float = 0.26) -> str:
    """Towards the light a colour is paler and a little warmer."""
    return mix(colour, "#fff4dc", by)
