"""A shop's theme: one of four presets and the tenant's colours become a handful of custom properties."""

import hashlib
from dataclasses import dataclass, replace
from functools import lru_cache
from urllib.parse import quote

from shop import colours
from shop.colours import Colour

HUES = {"positive": (0.13, 152.0), "caution": (0.12, 75.0), "negative": (0.18, 25.0)}


@dataclass(frozen=True, slots=True)
class Preset:
    """What a preset decides: faces and form; its colours are only where a tenant begins."""

    label: str
    primary: str
    accent: str
    surface: str
    face: str
    file: str
    fallback: tuple[str, str, float]  # local faces, generic family, width of ours ÷ width of the local one
    ascent: tuple[float, float]
    form: tuple[tuple[str, str], ...]
    motif: str


@dataclass(frozen=True, slots=True)
class Theme:
    """A preset with a tenant's own colours and woven motif; empty ones are the preset's."""

    preset: str = "neblina"
    primary: str = ""
    accent: str = ""
    surface: str = ""
    motif: str = ""

    def whole(self) -> "Theme":
        """The same with nothing left empty, and a preset that exists."""
        name = self.preset if self.preset in PRESETS else "neblina"
        own = PRESETS[name]
        return replace(
            self,
            preset=name,
            primary=self.primary or own.primary,
            accent=self.accent or own.accent,
            surface=self.surface or own.surface,
            motif=self.motif or own.motif,
        )


SERIF = ('local("Georgia"), local("Noto Serif")', "serif")
SANS = ('local("Arial"), local("Roboto"), local("Liberation Sans")', "sans-serif")

PRESETS = {
    "neblina": Preset(
        label="Neblina", primary="#5B3A29", accent="#C8553D", surface="#FBF6EF",
        face="Fraunces", file="fraunces", fallback=(*SERIF, 1.04), ascent=(0.978, 0.255),
        form=(("radius", "2px"), ("radius-big", "2px"), ("radius-button", "2px"), ("shadow", "none"),
              ("shadow-up", "none"), ("edge", "1px"), ("wrap", "72rem"), ("display-weight", "480"),
              ("display-tracking", "-0.015em"), ("display-case", "none"), ("gap", "2rem")),
        motif="..1../.1.1./1...1",
    ),
    "telar": Preset(
        label="Telar", primary="#27408B", accent="#B3123F", surface="#FFFBF5",
        face="Bricolage Grotesque", file="bricolage-grotesque", fallback=(*SANS, 1.10), ascent=(0.93, 0.27),
        form=(("radius", "0"), ("radius-big", "0"), ("radius-button", "0"), ("shadow", "none"),
              ("shadow-up", "none"), ("edge", "2px"), ("wrap", "78rem"), ("display-weight", "700"),
              ("display-tracking", "-0.02em"), ("display-case", "none"), ("gap", "1.25rem")),
        motif="3...2...3/.3.212.3./..21112../.2113112./2113.3112/.2113112./..21112../.3.212.3./3...2...3",
    ),
    "selva": Preset(
        label="Selva", primary="#0F5C4D", accent="#0E7A4E", surface="#F4F8F4",
        face="Outfit", file="outfit", fallback=(*SANS, 1.03), ascent=(1.0, 0.26),
        form=(("radius", "12px"), ("radius-big", "16px"), ("radius-button", "999px"),
              ("shadow", "0 1px 2px rgb(16 35 27/.06), 0 8px 24px -8px rgb(16 35 27/.14)"),
              ("shadow-up", "0 2px 4px rgb(16 35 27/.08), 0 18px 40px -12px rgb(16 35 27/.24)"),
              ("edge", "0px"), ("wrap", "82rem"), ("display-weight", "600"),
              ("display-tracking", "-0.02em"), ("display-case", "none"), ("gap", "1.5rem")),
        motif="1..1..1/.1.1.1./..111../...1...",
    ),
    "horno": Preset(
        label="Horno", primary="#8C4A1D", accent="#D98A1F", surface="#FFF8E7",
        face="Nunito", file="nunito", fallback=(*SANS, 1.05), ascent=(1.011, 0.353),
        form=(("radius", "14px"), ("radius-big", "24px"), ("radius-button", "999px"),
              ("shadow", "0 2px 0 var(--line)"), ("shadow-up", "0 4px 0 var(--line-strong)"),
              ("edge", "2px"), ("wrap", "74rem"), ("display-weight", "850"),
              ("display-tracking", "-0.015em"), ("display-case", "none"), ("gap", "1.25rem")),
        motif=".111./11111/11111",
    ),
}  # fmt: skip


@lru_cache(maxsize=512)
def css(theme: Theme) -> str:
    """The whole `/theme.<hash>.css` of a shop: its face, its form, its colours by day and by night."""
    whole = theme.whole()
    preset = PRESETS[whole.preset]
    light, dark = palette(whole), palette(whole, dark=True)
    form = _rules(dict(preset.form) | {"font-display": f'"{preset.face}", "{preset.face} near", {preset.fallback[1]}'})
    return "\n".join(
        (
            _faces(preset),
            f":root{{color-scheme:light dark;{form}{_rules(light)}{_band(whole, light)}}}",
            (
                "@media (prefers-color-scheme:dark){:root:not([data-theme=light]){"
                f"color-scheme:dark;{_rules(dark)}{_band(whole, dark)}}}}}"
            ),
            f":root[data-theme=dark]{{color-scheme:dark;{_rules(dark)}{_band(whole, dark)}}}",
            ":root[data-theme=light]{color-scheme:light}",
        )
    )


def digest(theme: Theme) -> str:
    """What names the theme's file, so that it may be kept for ever."""
    return hashlib.sha256(css(theme).encode()).hexdigest()[:12]


def palette(theme: Theme, *, dark: bool = False) -> dict[str, str]:
    """Every colour token, each text readable at AA on each ground it may stand on."""
    return dict(_palette(theme, dark=dark))


@lru_cache(maxsize=512)
def _palette(theme: Theme, *, dark: bool) -> dict[str, str]:
    whole = theme.whole()
    primary, accent = colours.parse(whole.primary), colours.parse(whole.accent)
    tokens = _grounds(colours.parse(whole.surface), primary, dark=dark)
    grounds = [tokens[name] for name in ("surface", "raised", "sunken")]
    tokens |= _inks(primary, grounds, dark=dark)
    tokens |= _branded("accent", accent, tokens, grounds, dark=dark)
    tokens |= _branded("brand", primary, tokens, grounds, dark=dark)
    for name, (chroma, hue) in HUES.items():
        tokens |= _branded(name, Colour(0.72 if dark else 0.5, chroma, hue), tokens, grounds, dark=dark)
    tokens["focus"] = colours.readable(accent, grounds, 3.2)
    return tokens


def _grounds(surface: Colour, primary: Colour, *, dark: bool) -> dict[str, str]:
    if dark:
        tint = Colour(0.185, min(primary.chroma, 0.014), primary.hue)
        steps = {"surface": 0.185, "raised": 0.228, "sunken": 0.155, "ground": 0.27, "line": 0.33}
    else:
        light = max(surface.light, 0.955)
        tint = Colour(light, min(surface.chroma, 0.03), surface.hue)
        steps = {"surface": light, "raised": min(light + 0.018, 0.995), "sunken": light - 0.024,
                 "ground": light - 0.042, "line": light - 0.082}  # fmt: skip
    return {name: tint.at(step).hex for name, step in steps.items()}


def _inks(primary: Colour, grounds: list[str], *, dark: bool) -> dict[str, str]:
    ink = Colour(0.94 if dark else 0.245, min(primary.chroma, 0.012 if dark else 0.04), primary.hue)
    soft = ink.at(0.74 if dark else 0.46)
    strong = ink.at(0.58 if dark else 0.6)
    return {
        "ink": colours.readable(ink, grounds, 9),
        "ink-soft": colours.readable(soft, grounds, 4.8),
        "line-strong": colours.readable(strong, grounds, colours.EDGE + 0.1),
    }


def _branded(name: str, colour: Colour, tokens: dict[str, str], grounds: list[str], *, dark: bool) -> dict[str, str]:
    """A fill with its ink, the same hue as text, and a soft ground on which that text is read too."""
    inks = ("#fffdfa", Colour(0.2, min(colour.chroma, 0.04), colour.hue).hex)
    ground, ink = colours.fill(colour, ground=tokens["surface"], inks=inks, edge=1.6 if dark else 1.3)
    soft = colour.at(0.3 if dark else 0.935, min(colour.chroma * 0.32, 0.05)).hex
    text = colours.readable(colour.at(max(colour.light, 0.7)) if dark else colour, [*grounds, soft])
    press = colours.parse(ground).at(colours.parse(ground).light + (0.05 if ink != inks[0] else -0.05)).hex
    return {name: ground, f"{name}-ink": ink, f"{name}-press": press, f"{name}-soft": soft, f"{name}-text": text}


def _rules(tokens: dict[str, str]) -> str:
    return "".join(f"--{name}:{value};" for name, value in tokens.items())


def _faces(preset: Preset) -> str:
    local, _, width = preset.fallback
    ascent, descent = (f"{100 * part / width:.1f}%" for part in preset.ascent)
    return (
        f'@font-face{{font-family:"{preset.face}";src:url("/static/vendor/fonts/{preset.file}.woff2") format("woff2");'
        "font-weight:200 900;font-display:swap}\n"
        f'@font-face{{font-family:"{preset.face} near";src:{local};size-adjust:{100 * width:.1f}%;'
        f"ascent-override:{ascent};descent-override:{descent};line-gap-override:0%}}"
    )


def _band(theme: Theme, tokens: dict[str, str]) -> str:
    """The motif drawn once as a picture that repeats: `--band`, and how wide one repeat is."""
    rows = [row[:24] for row in theme.motif.split("/") if row][:16]
    inks = {"1": tokens["accent"], "2": tokens["brand"], "3": tokens["caution"]}
    wide = max(map(len, rows))
    squares = dict.fromkeys(inks, "")
    for y, row in enumerate(rows):
        for x, cell in enumerate(row):
            if cell in inks:
                squares[cell] += f"M{x} {y}h1v1h-1z"
    cells = "".join(f'<path d="{squares[cell]}" fill="{inks[cell]}"/>' for cell in inks if squares[cell])
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {len(rows)}" '
        f'shape-rendering="crispEdges">{cells}</svg>'
    )
    return f'--band:url("data:image/svg+xml,{quote(svg, safe=" =:/")}");--band-wide:{wide};--band-high:{len(rows)};'
