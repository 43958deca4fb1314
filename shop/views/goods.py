"""Goods as lists show them: one card for each product, with its picture and what fills its holes."""

from collections.abc import Sequence
from typing import Any

from flask import Flask, g, url_for
from markupsafe import Markup, escape
from sqlalchemy import select

from kernel import clock, files, holes, i18n, tenancy
from kernel.db import db
from kernel.i18n import _
from kernel.money import Money
from shop import catalog, days, seasons, shelf
from shop.views import frame


def init_app(app: Flask) -> None:
    """Fill the holes of cards: what is sold out changes without an edit."""
    holes.define_group("card", fill)


def fill(keys: list[str]) -> dict[str, str]:
    """For every "<id>.class" and "<id>.mark" of a page, asked in one question."""
    out = {str(one) for one in shelf.sold_out(int(key.partition(".")[0]) for key in keys)}
    mark = Markup('<p class="good-mark">{}</p>').format(_("Sold out"))
    told = {"class": " good-out", "mark": str(mark)}
    return {key: told[key.partition(".")[2]] if key.partition(".")[0] in out else "" for key in keys}


def of(products: Sequence[catalog.Product], *, still: bool = False) -> list[dict[str, Any]]:
    """The cards of these products; `still` ones have no holes, because they are only shown while they are sold."""
    pictures = pictures_of([product.picture_id for product in products])
    cents = frame.current().values["cents"]
    cards = [card(product, pictures.get(product.picture_id or 0), cents) for product in products]
    return cards if still else [one | _holes(product) for one, product in zip(cards, products, strict=True)]


def _holes(product: catalog.Product) -> dict[str, Any]:
    return {
        "hole_class": holes.hole(f"card:{product.id}.class"), "hole_mark": holes.hole(f"card:{product.id}.mark"),
    }  # fmt: skip


def pictures_of(ids: Sequence[int | None]) -> dict[int, files.File]:
    """The files of these ids, in one question."""
    wanted = sorted({one for one in ids if one})
    if not wanted:
        return {}
    return {row.id: row for row in db.session.scalars(select(files.File).where(files.File.id.in_(wanted)))}


def card(product: catalog.Product, picture: files.File | None, cents: bool | None) -> dict[str, Any]:
    """One card; its name and texts carry their language when it is not the page's."""
    several = product.high_minor > product.low_minor
    before = catalog.compare(product) if not several else None
    return {
        "name": i18n.words_html(product.name), "short": i18n.words_html(product.short),
        "url": url_for("shop.product", slug=product.slug), "price": Money(product.low_minor, product.currency),
        "was": before, "since": several or (product.kind == "booking" and product.low_minor > 0),
        "unit": i18n.words_html(product.unit), "pic": picture, "cents": cents,
        "mark": season_mark(product), "hole_class": "", "hole_mark": "",
    }  # fmt: skip


def today() -> Any:
    """The day where the shop is."""
    if "today" not in g:
        g.today = clock.today(frame.once("timezone", lambda: tenancy.tenant().timezone))
    return g.today


def season_mark(product: catalog.Product) -> str:
    """When it comes back, for a product out of season."""
    if not product.season_from:
        return ""
    state = seasons.state(product.season_from, product.season_to, today())
    return _("Back on %(day)s", day=days.told(state.returns)) if state.returns else ""


def plain(text: Any) -> str:
    """A text without its tags, for titles and descriptions."""
    return escape(text).striptags()
