"""Rows of suggestions: holes in kept pages, each filled for who is in front of it, with the reason on every card."""

import time
from collections.abc import Callable, Sequence
from typing import Any

from flask import Flask, g, render_template
from markupsafe import Markup

from crm import tastes
from kernel import blocks, holes, i18n, origins, tenancy
from kernel.i18n import _, _l
from shop import catalog, favourites, letter_rows, pagecache, picking, reasons, shelf, suggestions
from shop.suggestions import Suggestion
from shop.views import blocks as kinds
from shop.views import fitting, frame, goods, hearts, visitor
from shop.views.goods import Card

ITEMS = "@@items@@"
FEWEST, BESIDE, MOST = 2, 4, 12
PERSONAL = frozenset({"again", "bought", "seen", "taste"})  # reasons that come from what somebody did or said
DRAWN = pagecache.Shelf(2 * 1024 * 1024)


def init_app(_app: Flask) -> None:
    """Register the kinds of blocks and fill their holes."""
    count = blocks.Field("count", _l("How many"), "number", most=MOST)
    fields, drawn = (kinds.TITLE, count), "shop/blocks/suggestions.html"
    again, new = letter_rows.mail(letter_rows.AGAIN), letter_rows.mail(letter_rows.NEW)
    blocks.kind("again", _l("Buy again"), fields, web=drawn, icon="undo", mail=again)
    blocks.kind("new_for_you", _l("New for you"), fields, web=drawn, icon="gift", mail=new)
    holes.define_group("suggest", fill)


def fill(keys: list[str]) -> dict[str, str]:
    """For each "<place of a block>" and "beside.<product>.<category>" of a page: its row, or nothing; nothing twice."""
    shown: set[int] = set()
    return {key: _beside(*map(int, key.split(".")[1:])) if "." in key else _row(int(key), shown) for key in keys}


def _row(place: int, shown: set[int]) -> str:
    block = next((one for one in g.get("fitted", ()) if one["place"] == place), None)
    if block is None or fitting.held_out():
        return ""
    count = min(MOST, block["data"].get("count") or 4)
    choose: Callable[..., list[Suggestion]] = suggestions.again if block["kind"] == "again" else suggestions.new
    more = {} if block["kind"] == "again" else {"but": shown}
    person = fitting.person()
    if "known" not in person.memory and not g.get("preview"):
        picking.want(person)
    rows = choose(person, count, group=visitor.group(), best=_best(), **more)
    shown |= {one.product_id for one in rows}
    title = _("Buy it again") if block["kind"] == "again" else _("New for you")
    own = i18n.words_html(block["data"].get("title"))
    if not own and rows and not PERSONAL & {one.why for one in rows}:
        title = _("What others like")
    return _drawn(str(block["kind"]), own or title, rows, block=block["id"])


def _beside(product_id: int, category_id: int) -> str:
    """What goes with a product; by its shelf when too little is known, and for who sees no suggestions."""
    apart = g.get("apart") or fitting.held_out()  # the page has just read that nothing is near it
    near = [] if apart else suggestions.beside(product_id, fitting.person())
    there = shelf.sellable((one.product_id for one in near), group=visitor.group())
    rows = [one for one in near if one.product_id in there][:BESIDE]
    if len(rows) < FEWEST:
        known = {product_id, *(one.product_id for one in rows)}
        rows += [Suggestion(one, "shelf") for one in _first(category_id) if one not in known][: BESIDE - len(rows)]
    return _drawn("beside", _("You may also like"), rows)


def _best() -> dict[str, list[int]]:
    """What sells best, read once while the frame lasts."""
    found: dict[str, list[int]] = frame.note("favourites", favourites.of)
    return found


def _first(category_id: int) -> list[int]:
    """Those of the first products of a shelf that can be bought: which, looked up once while nothing changes."""
    group = visitor.group()
    key = "first", category_id, group

    def lying() -> list[int]:
        return [one.id for one in shelf.first(MOST + 1, catalog.Product.category_id == category_id, group=group)]

    first: list[int] = frame.note(key, lying)
    there: dict[int, Any] = frame.still(key, lambda: shelf.sellable(first, group=group))
    return [one for one in first if one in there]


def _drawn(name: str, title: Any, rows: Sequence[Suggestion], block: str = "") -> str:
    if not rows:
        return ""
    told = {"name": name, "title": title, "block": block, "personal": any(one.why in PERSONAL for one in rows)}
    return _row_of(told).replace(ITEMS, "".join(_items(rows)))


def _row_of(told: dict[str, Any]) -> str:
    """A row without its items; drawn once while the frame lasts."""
    if g.get("preview"):
        return render_template("shop/suggestions/row.html", items=ITEMS, **told)
    drawn = frame.note(
        ("row", *told.values()), lambda: render_template("shop/suggestions/row.html", items=ITEMS, **told)
    )
    return str(drawn)


def _items(rows: Sequence[Suggestion]) -> list[str]:
    """Each product with its reason as HTML, drawn once for everybody of whom the same is true."""
    base = (*_base(), pagecache.bucket(time.time()))
    keys = {
        one: (*base, one.product_id, one.why, reasons.day(one.about, _zone()) if one.why == "again" else one.about)
        for one in rows
    }
    found = {one: DRAWN.get(key) for one, key in keys.items()}
    new = [one for one, item in found.items() if item is None]
    about = {one.about for one in new if one.why in reasons.ABOUT}
    cards = goods.still(sorted({one.product_id for one in new} | about)) if new else {}
    for one in new:
        if one.product_id in cards:
            found[one] = _item(cards[one.product_id], _reason(one, cards), one.why)
            DRAWN.put(keys[one], found[one])
    return [hearts.pressed(item.html, one.product_id) for one, item in found.items() if item is not None]


def _item(card: Card, told: str, why: str) -> Card:
    line = Markup("") if why == "shelf" else Markup('<p class="good-why">{}</p>').format(told[:1].upper() + told[1:])
    html = Markup('<li data-reason="{}">{}</li>').format(told, card.html.replace(goods.WHY, line))
    return Card(html, card.called)


def _reason(one: Suggestion, cards: dict[int, Card]) -> str:
    name = cards[one.about].name if one.why in reasons.ABOUT and one.about in cards else ""
    names = frame.note("tastes", lambda: {row.code: row.name for row in tastes.interests()})
    return reasons.told(one, name, names, _zone())


def _zone() -> str:
    return str(frame.note("timezone", lambda: tenancy.tenant().timezone))


def _base() -> tuple[Any, ...]:
    place = origins.place()
    assert place is not None
    return place.id, place.revision, i18n.language(), bool(g.get("preview"))
