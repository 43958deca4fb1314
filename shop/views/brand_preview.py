"""The shop as it would look with colours and words that are not kept yet: inside the settings' sandboxed frame."""

from typing import Any

from flask import Response, abort, g, render_template, url_for

from kernel import holes, i18n, signing
from shop import pages, themes
from shop.views import fitting, frame, home, seo, store
from shop.views.pages import with_icons

PREVIEW, MINUTES = "preview-brand", 10


def _read(token: str) -> dict[str, Any]:
    told = signing.read(PREVIEW, token, minutes=MINUTES)
    if not told or told.get("tenant") != g.tenant_id:
        abort(404)
    return dict(told)


def _theme(told: dict[str, Any]) -> themes.Theme:
    kept = frame.current().theme
    own = {role: told.get(role) or "" for role in ("primary", "accent", "surface")}
    motif = kept.motif if told["preset"] == kept.preset else ""
    return themes.Theme(preset=told["preset"], motif=motif, **own).whole()


@store.get("/preview/<token>/brand", endpoint="preview_brand")
def brand(token: str) -> Any:
    """The home page in that look; reads no cookie, is not stored."""
    told = _read(token)
    theme = _theme(told)
    g.front = {
        **frame.front(), "name": told["name"], "tagline": i18n.pick(told["tagline"]), "preset": theme.preset,
        "font": themes.PRESETS[theme.preset].file, "theme_color": theme.surface,
        "theme_url": url_for("shop.preview_brand_css", token=token),
    }  # fmt: skip
    g.preview = g.open_holes = True
    page = pages.home()
    fitting.see("brand", page.live if page and page.published_at else home.DEFAULT)
    text = render_template("shop/home/page.html", blocks=fitting.drawn(), head=seo.head(told["name"], "", "/"))
    parts, g.open_holes = holes.parts(text), False
    filled = holes.fillings(name for name in parts[1::2] if ":" in name)
    return with_icons(holes.join(parts, filled)), {"Cache-Control": "private, no-store", "X-Robots-Tag": "noindex"}


@store.get("/preview/<token>/brand.css", endpoint="preview_brand_css")
def css(token: str) -> Response:
    """The theme of that look."""
    response = Response(themes.css(_theme(_read(token))), content_type="text/css; charset=utf-8")
    response.headers["Cache-Control"] = "private, max-age=600"
    return response
