"""Goods as lists show them: one card for each product, in a shape that is drawn once for all that show as much."""

import json
from collections.abc import Sequence
from functools import lru_cache
from itertools import compress
from typing import Any, NamedTuple
from urllib.parse import quote

from flask import Flask, current_app, g
from markupsafe import Markup, escape
from sqlalchemy import select

from kernel import clock, files, holes, i18n, origins, tenancy
from kernel.db import db
from kernel.i18n import _
from kernel.money import Money
from shop import catalog, days, listed, seasons, shelf
from shop.listed import Listed
from shop.views import frame, hearts, review_part

WHY = "@@why@@"  # in a card of a row of suggestions: where its reason goes
_SHA = "@@sha@@"  # in the shape of a picture: which it is
_SOLD, _HEART = Markup("@@sold@@"), Markup("@@heart@@")  # in the shape of a card: its holes, with the product's key


class Card(NamedTuple):
    """A product's card and what it is called, both as HTML."""

    html: Markup
    called: Markup

    @property
    def name(self) -> str:
        """The name as plain text."""
        return plain(self.called)

    @property
    def size(self) -> int:
        """About how many bytes it takes, with its key."""
        return 1000 + 2 * len(self.html)


def init_app(app: Flask) -> None:
    """Fill the holes of cards: what is sold out changes without an edit."""
    holes.define_group("card", fill)


def fill(keys: list[str]) -> dict[str, str]:
    """For every "<id>" of a page, asked in one question unless this request has just read it."""
    known: dict[int, bool] = g.get("sold_out", {})
    wanted = set(map(int, keys))
    out = {one for one in wanted if known.get(one)} | shelf.sold_out(wanted - known.keys())
    if not out:
        return {}
    mark = str(Markup('<p class="good-mark good-sold">{}</p>').format(_("Sold out")))
    return {str(one): mark for one in out}


def of(ids: Sequence[int], *, eager: int = 2) -> list[Markup]:
    """The cards of these products as HTML; the pictures of the first `eager` ones are loaded at once."""
    return list(each(ids, eager=eager).values())


def each(ids: Sequence[int], *, eager: int = 2) -> dict[int, Markup]:
    """The same by product, in that order; what lies in the bin is left out."""
    rows = listed.of(ids)
    g.sold_out = {**g.get("sold_out", {}), **{row.id: out for row, out in rows}}
    drawn = _cards([row for row, _out in rows], eager)
    cards = {row.id: card.html for (row, _out), card in zip(rows, drawn, strict=True)}
    if g.get("open_holes"):
        return cards
    told = holes.fillings(f"{group}:{row.id}" for row, _out in rows for group in ("card", "heart"))
    return {one: Markup(holes.fill(card, told)) for one, card in cards.items()}  # noqa: S704


def still(ids: Sequence[int]) -> dict[int, Card]:
    """Cards without holes, for who only shows what is sold; the reason why it is shown goes where WHY stands.

    Their hearts are empty: see hearts.pressed.
    """
    rows = [row for row, _out in listed.of(ids)]
    return {row.id: card for row, card in zip(rows, _cards(rows, 0, still=True), strict=True)}


class _How(NamedTuple):
    """What is the same for all cards of a list."""

    spoken: str
    locale: str
    cents: bool | None
    slug: str  # of the shop
    rated: bool  # whether the shop shows reviews
    before: str  # what stands in an address before the product's own part
    still: bool


def _cards(rows: Sequence[Listed], eager: int, *, still: bool = False) -> list[Card]:
    """The cards of these rows, whose words are read in one go."""
    place, values = origins.place(), frame.current().values
    assert place is not None
    told = values["cents"], place.slug, values["reviews"], address("")
    how = _How(i18n.language(), str(i18n.locale()), *told, still)
    texts = json.loads(f"[{','.join([f'[{row.name},{row.short},{row.unit}]' for row in rows])}]")
    pairs = enumerate(zip(rows, texts, strict=True))
    return [_card(row, words, how, lazy=number >= eager) for number, (row, words) in pairs]


def _card(row: Listed, words: Sequence[Any], how: _How, *, lazy: bool) -> Card:
    name, short, unit = [i18n.words_html(one, how.spoken) if one else Markup("") for one in words]
    season = season_mark(row)
    since = catalog.varies(row)
    cut = not since and row.compare_minor is not None and row.compare_minor > row.price_minor
    free, rated = row.kind == "booking" and not row.high_minor, how.rated and row.review_count > 0
    pic = _picture(how.slug, row.width, row.height, lazy=lazy).replace(_SHA, row.sha256) if row.sha256 else ""
    shown = {
        "id": str(row.id), "name": name, "short": short, "unit": unit, "url": how.before + quote(row.slug),
        "slug": escape(row.slug),
        "now": escape(_("Free")) if free else _told(row.low_minor, row.currency, how.locale, how.cents),
        "was": _told(row.compare_minor or 0, row.currency, how.locale, how.cents) if cut else "",
        "pic": pic, "initial": "" if pic else escape(plain(name)[:1]),
        "mark": season and escape(season),
        "stars": review_part.on_card(row.review_count, row.review_sum, how.locale, how.spoken) if rated else "",
    }  # fmt: skip
    parts, names = _shape(how.spoken, how.still, bool(short), bool(unit), bool(season), cut, since, bool(pic), rated)
    whole = list(parts)
    whole[1::2] = [shown[one] for one in names]
    return Card(Markup("".join(whole)), name)  # noqa: S704


def price(row: Listed) -> tuple[Markup, bool]:
    """What a short list says that it costs, and whether that is only the least of it."""
    if row.kind == "booking" and not row.high_minor:
        return escape(_("Free")), False
    told = _told(row.low_minor, row.currency, str(i18n.locale()), frame.current().values["cents"])
    return told, catalog.varies(row)


@lru_cache(maxsize=4096)
def _told(minor: int, currency: str, locale: str, cents: bool | None) -> Markup:
    """An amount of money on a page: most of a shop's prices are those of other things too."""
    return escape(Money(minor, currency).format(locale, cents=cents))


@lru_cache(maxsize=500)
def _shape(_spoken: str, still: bool, *has: bool) -> tuple[list[str], list[str]]:
    """A card of everything that shows this much, cut where a product's own goes, and what goes there: most of a shop
    are alike."""
    some = ("short", "unit", "mark", "was", "since", "pic", "stars")
    shown = {"name", "url", "slug", "now", "initial", *compress(some, has)}
    moving = {"why": WHY, "heart": hearts.OFF} if still else {"sold": _SOLD, "heart": _HEART}
    told = {name: Markup(text) for name, text in moving.items()}  # noqa: S704
    drawn = _macros().product_card({name: holes.mark(name) for name in shown} | told)
    for group, place in (("card", _SOLD), ("heart", _HEART)):
        drawn = drawn.replace(place, holes.mark(f"{group}:{holes.mark('id')}"))
    parts = holes.parts(drawn)
    return parts, parts[1::2]


@lru_cache(maxsize=500)
def _picture(_slug: str, width: int | None, height: int | None, *, lazy: bool) -> str:
    """A picture of that size, with a mark for which one: most of a shop are alike in this, too."""
    file = files.File(sha256=_SHA, width=width, height=height)
    return str(_macros().card_picture(file, lazy=lazy))


def _macros() -> Any:
    return current_app.jinja_env.get_template("_parts/card.html").module


def address(slug: str) -> str:
    """The address of a product's page."""
    return frame.path("shop.product", slug=slug)


def pictures_of(ids: Sequence[int | None]) -> dict[int, files.File]:
    """The files of these ids, in one question."""
    wanted = sorted({one for one in ids if one})
    if not wanted:
        return {}
    return {row.id: row for row in db.session.scalars(select(files.File).where(files.File.id.in_(wanted)))}


def today() -> Any:
    """The day where the shop is."""
    here = g._get_current_object()
    found = here.get("today")
    if found is None:
        found = here.today = clock.today(frame.once("timezone", lambda: tenancy.tenant().timezone))
    return found


def season_mark(product: Listed | catalog.Product) -> str:
    """When it comes back, for a product out of season."""
    if not product.season_from:
        return ""
    state = seasons.state(product.season_from, product.season_to, today())
    return _("Back on %(day)s", day=days.told(state.returns)) if state.returns else ""


def plain(text: Any) -> str:
    """A text without its tags, for titles and descriptions."""
    safe = text if isinstance(text, Markup) else escape(text)
    return safe.striptags() if "<" in safe or "&" in safe else " ".join(str(safe).split())
