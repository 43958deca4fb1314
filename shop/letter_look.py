"""How a shop's letters look: its own colours as plain values, because mail readers know no custom properties."""

from functools import lru_cache
from typing import Any

from shop import storefront, themes
from shop.themes import Theme


def colours() -> dict[str, str]:
    """The current shop's colours and face, each ink readable on its ground."""
    row = storefront.of()
    return dict(_of(Theme(row.preset, row.primary, row.accent, row.surface).whole()))


@lru_cache(maxsize=512)
def _of(theme: Theme) -> dict[str, str]:
    tokens, preset = themes.palette(theme), themes.PRESETS[theme.preset]
    form = dict(preset.form)
    return {
        "ground": tokens["sunken"], "band": tokens["brand"], "band_ink": tokens["brand-ink"],
        "button": tokens["accent"], "button_ink": tokens["accent-ink"],
        "face": f"'{preset.face}', {preset.fallback[1]}",
        "radius": form["radius-button"], "corner": form["radius"],
    }  # fmt: skip


def init_app(app: Any) -> None:
    """Let every letter ask for them."""
    app.jinja_env.globals["letter_colours"] = colours
