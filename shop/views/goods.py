"""Goods as lists show them: one card for each product, drawn once for all who see the same of it."""

import json
from collections.abc import Sequence
from functools import lru_cache
from itertools import compress
from typing import Any, NamedTuple
from urllib.parse import quote

from flask import Flask, current_app, g, request
from markupsafe import Markup, escape
from sqlalchemy import select

from kernel import clock, files, holes, i18n, origins, tenancy
from kernel.db import db
from kernel.i18n import _
from kernel.money import Money
from shop import catalog, days, listed, pagecache, seasons, shelf
from shop.listed import Listed
from shop.views import frame

CARDS = pagecache.Shelf(3 * 1024 * 1024)
WHY = "@@why@@"  # in a card of a row of suggestions: where its reason goes
_OUT, _SOLD = Markup("@@out@@"), Markup("@@sold@@")  # in the shape of a card: its holes, which have the product's key


class Card(NamedTuple):
    """A product's card, and its name."""

    html: Markup
    name: str

    @property
    def size(self) -> int:
        """About how many bytes it takes, with its key."""
        return 1000 + 2 * len(self.html)


def init_app(app: Flask) -> None:
    """Fill the holes of cards: what is sold out changes without an edit."""
    holes.define_group("card", fill)


def fill(keys: list[str]) -> dict[str, str]:
    """For every "<id>.class" and "<id>.mark" of a page, asked in one question unless this request has just read it."""
    known: dict[int, bool] = g.get("sold_out", {})
    wanted = {int(key.partition(".")[0]) for key in keys}
    out = {one for one in wanted if known.get(one)} | shelf.sold_out(wanted - known.keys())
    if not out:
        return {}
    mark = Markup('<p class="good-mark">{}</p>').format(_("Sold out"))
    return {f"{one}.{what}": text for one in out for what, text in (("class", " good-out"), ("mark", str(mark)))}


def of(ids: Sequence[int], *, eager: int = 2) -> list[Markup]:
    """The cards of these products as HTML; the pictures of the first `eager` ones are loaded at once."""
    rows = listed.of(ids)
    g.sold_out = {**g.get("sold_out", {}), **{row.id: out for row, out in rows}}
    cards = [card.html for card in _cards([row for row, _out in rows], eager)]
    if g.get("open_holes") is not None:
        return cards
    told = holes.fillings(f"card:{row.id}.{what}" for row, _out in rows for what in ("class", "mark"))
    return [Markup(holes.fill(card, told)) for card in cards]  # noqa: S704


def still(ids: Sequence[int]) -> dict[int, Card]:
    """Cards without holes, for who only shows what is sold; the reason why it is shown goes where WHY stands."""
    rows = [row for row, _out in listed.of(ids)]
    return {row.id: card for row, card in zip(rows, _cards(rows, 0, still=True), strict=True)}


def _cards(rows: Sequence[Listed], eager: int, *, still: bool = False) -> list[Card]:
    place, root = origins.place(), request.script_root
    assert place is not None
    how = _How(i18n.language(), str(i18n.locale()), frame.current().values["cents"], address(""), still)
    here = place.slug, root, how
    keys = [(row, season_mark(row), number >= eager, here) for number, row in enumerate(rows)]
    return CARDS.each(keys, lambda wanted: _drawn(wanted, how))


class _How(NamedTuple):
    """What is the same for all cards of a list."""

    spoken: str
    locale: str
    cents: bool | None
    before: str  # what stands in an address before the product's own part
    still: bool


def _drawn(wanted: Sequence[tuple[Any, ...]], how: _How) -> list[Card]:
    """The cards of (row, season, lazy, …); their words are read in one go."""
    texts = json.loads(f"[{','.join([f'[{row.name},{row.short},{row.unit}]' for row, *_how in wanted])}]")
    return [
        _card(row, words, how, (season, lazy)) for (row, season, lazy, _here), words in zip(wanted, texts, strict=True)
    ]


def _card(row: Listed, words: Sequence[Any], how: _How, seen: tuple[str, bool]) -> Card:
    name, short, unit = [i18n.words_html(one, how.spoken) if one else "" for one in words]
    season, lazy = seen
    several, called = row.high_minor > row.low_minor, plain(name)
    since = several or (row.kind == "booking" and row.low_minor > 0)
    cut = not several and row.compare_minor is not None and row.compare_minor > row.price_minor
    free = row.kind == "booking" and not row.high_minor
    pic = _picture(row, lazy=lazy) if row.sha256 else ""
    shown = {
        "id": row.id, "name": name, "short": short, "unit": unit, "url": how.before + quote(row.slug),
        "now": escape(_("Free")) if free else _told(row.low_minor, row.currency, how.locale, how.cents),
        "was": _told(row.compare_minor or 0, row.currency, how.locale, how.cents) if cut else "",
        "pic": pic, "initial": "" if pic else escape(called[:1]), "mark": season and escape(season),
    }  # fmt: skip
    has = (bool(short), bool(unit), bool(season), cut, since, bool(pic))
    return Card(Markup(_shape(how.spoken, how.still, *has).format_map(shown)), called)  # noqa: S704


@lru_cache(maxsize=4096)
def _told(minor: int, currency: str, locale: str, cents: bool | None) -> Markup:
    """An amount of money on a page: most of a shop's prices are those of other things too."""
    return escape(Money(minor, currency).format(locale, cents=cents))


@lru_cache(maxsize=500)
def _shape(_spoken: str, still: bool, *has: bool) -> str:
    """A card of everything that shows this much, with `{name}` where a product's own goes: most of a shop are alike."""
    some = ("short", "unit", "mark", "was", "since", "pic")
    shown = {"name", "url", "now", "initial", *compress(some, has)}
    moving = {"why": Markup(WHY)} if still else {"out": _OUT, "sold": _SOLD}  # noqa: S704
    parts = holes.parts(_macros().product_card({name: holes.mark(name) for name in shown} | moving))
    safe = [part.replace("{", "{{").replace("}", "}}") for part in parts]
    whole = "".join(f"{{{part}}}" if place % 2 else part for place, part in enumerate(safe))
    return whole.replace(_OUT, holes.mark("card:{id}.class")).replace(_SOLD, holes.mark("card:{id}.mark"))


def _picture(row: Listed, *, lazy: bool) -> Markup:
    file = files.File(sha256=row.sha256, width=row.width, height=row.height)
    return Markup(_macros().card_picture(file, lazy=lazy))  # noqa: S704


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
    if "today" not in g:
        g.today = clock.today(frame.once("timezone", lambda: tenancy.tenant().timezone))
    return g.today


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
