"""Rows of letters: what each reader would buy again and what is new for them, with the reason; asked for all at once.

A batch of letters asks a handful of questions, however many readers it has; what a product says is made once for all of
the same language and group.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial

from sqlalchemy import select

from crm import consent, tastes
from crm.contacts import Contact
from crm.segments import Person
from kernel import blocks, bulk, clock, files, i18n, tenancy
from kernel.db import db
from kernel.i18n import _
from kernel.letter_parts import Letter, Said
from shop import favourites, histories, letter_blocks, reasons, shelf, suggestions
from shop.catalog import Product
from shop.letter_picks import Told, Wish
from shop.suggestions import Known, Suggestion

AGAIN, NEW = "buy_again", "new_for_you"  # the fields of letters that these rows fill
PARTS = ("name", "price", "url", "picture", "why")  # what is said of each of their products
MOST = 6  # products of a row
FIRST = 12  # products that the shop puts first, while nothing sells best
MONTH = timedelta(days=30)
GONE: Told = {"name": ""}  # what a reason names and nobody may see any more
Rows = Mapping[str, Sequence[Suggestion]]  # by field


class Readers:
    """Some readers of letters, whose rows are chosen together."""

    def __init__(self, people: Mapping[int, Contact]) -> None:
        self.people = people
        deeds, liked = _deeds(people), tastes.brief_of(people)
        self.known = {one: suggestions.reckoned(deeds[one], liked[one]) for one in people}
        self.best, self.sells = favourites.of(), True
        if not self.best.get(favourites.SHOP):
            self.best[favourites.SHOP], self.sells = [one.id for one in shelf.first(FIRST)], False
        self.rows: dict[str, dict[int, Rows]] = {}  # by group
        self.goods: dict[tuple[str, str], dict[int, Told]] = {}  # by language and group
        self.names = {row.code: row.name for row in tastes.interests()}

    def row(self, field: str, contact: Contact | None, wish: Wish) -> list[Told]:
        """What stands in that row for somebody, the best first; nothing when nothing suits them."""
        chosen = self._nobodys(field, wish) if contact is None else self._chosen(wish)[contact.id][field]
        goods = self._goods(wish, chosen)
        with i18n.speak(wish.language, tenancy.tenant().country):
            return [{**goods[one.product_id], "why": self._why(one, goods)} for one in chosen]

    def _chosen(self, wish: Wish) -> Mapping[int, Rows]:
        if wish.group not in self.rows:
            ids = {one for known in self.known.values() for one in _named(known)}
            ids |= {one for row in self.best.values() for one in row}
            there = suggestions.There([sorted(ids)], wish.group)
            mine = [one for one, who in self.people.items() if who.group == wish.group]
            self.rows[wish.group] = {one: self._of(one, wish.group, there) for one in mine}
        return self.rows[wish.group]

    def _of(self, contact_id: int, group: str, there: suggestions.There) -> Rows:
        """Chosen as for a page; what suggestions would ask for one person was asked for all."""
        person = suggestions.informed(self.people[contact_id], self.known[contact_id], there)
        new = suggestions.new(person, MOST, group=group, best=self.best)
        return {AGAIN: suggestions.again(person, MOST, group=group, best=self.best), NEW: new}

    def _nobodys(self, field: str, wish: Wish) -> Sequence[Suggestion]:
        """What a sample shows: what anybody would be told."""
        if field == NEW:
            return suggestions.new(Person(), MOST, group=wish.group, best=self.best)
        return [Suggestion(one.id, "again", clock.now() - MONTH) for one in shelf.first(MOST, group=wish.group)]

    def _goods(self, wish: Wish, chosen: Sequence[Suggestion]) -> dict[int, Told]:
        """What the products of a row say, and those that its reasons name."""
        made = self.goods.setdefault((wish.language, wish.group), {})
        wanted = _all(chosen)
        if not wanted <= made.keys():
            rows = self.rows.get(wish.group, {}).values()
            every = wanted.union(*(_all(row) for one in rows for row in one.values()))
            new = every - made.keys()
            made |= {**dict.fromkeys(new, GONE), **_told(new, wish)}
        return made

    def _why(self, one: Suggestion, goods: Mapping[int, Told]) -> str:
        name = goods[one.about]["name"] if one.why in reasons.ABOUT and one.about in goods else ""
        first = one.why == "shop" and not self.sells  # nothing sells best: it is what the shop puts first
        return reasons.told(one._replace(why="first") if first else one, name, self.names, tenancy.tenant().timezone)


def _deeds(people: Mapping[int, Contact]) -> dict[int, list[histories.Deed]]:
    """What they bought, and looked at while they allow that to be remembered."""
    allow = bulk.among(Contact.id, people), consent.remembers(Contact.id)
    allowed, found = set(db.session.scalars(select(Contact.id).where(*allow))), histories.of_many(people)
    return {who: [one for one in deeds if one.kind == "ordered" or who in allowed] for who, deeds in found.items()}


def _named(known: Known) -> set[int]:
    return {one.product_id for one in known.near} | {one for one, _at in known.bought}


def _all(row: Sequence[Suggestion]) -> set[int]:
    return {one.product_id for one in row} | {one.about for one in row if one.why in reasons.ABOUT}


def _told(ids: set[int], wish: Wish) -> dict[int, Told]:
    rows = db.session.scalars(select(Product).where(Product.id.in_(ids)).options(*shelf.light())).all()
    pictures = {one.picture_id for one in rows if one.picture_id}
    seen = {one.id: one for one in db.session.scalars(select(files.File).where(files.File.id.in_(pictures)))}
    prices = letter_blocks.prices(rows, wish.group)
    with i18n.speak(wish.language, tenancy.tenant().country):
        return {one.id: _good(one, letter_blocks.priced(one, prices[one.id]), seen, wish) for one in rows}


def _good(one: Product, price: str, seen: Mapping[int, files.File], wish: Wish) -> Told:
    file = seen.get(one.picture_id or 0)
    return {
        "name": i18n.pick(one.name, wish.language), "price": price, "url": f"{wish.root}/p/{one.slug}",
        "picture": letter_blocks.jpeg(file, letter_blocks.SMALL) if file else "",
    }  # fmt: skip


def mail(field: str) -> blocks.Mail:
    """How the block of such a row stands in letters."""
    return blocks.Mail("mail/blocks/suggested", partial(_prepared, field))


def _prepared(field: str, data: blocks.Data, letter: Letter) -> blocks.Data:
    """The row as a template that is filled in for each reader; for whom there is nothing it is not there."""
    title = letter.words(data.get("title")) or letter.plain(_("Buy it again") if field == AGAIN else _("New for you"))
    count = min(MOST, data.get("count") or 4)
    return {"title": title, **_when(field, 0, letter), "goods": [_cell(field, place, letter) for place in range(count)]}


def _when(field: str, place: int, letter: Letter) -> blocks.Data:
    """The marks between which something stands for who has more products than that."""
    begin, end = f"{{% if {field}.size > {place} %}}", "{% endif %}"
    return {
        "begin": Said(letter.hold(begin), letter.hold(begin.replace("{%", "{%-"))),
        "end": Said(letter.hold(end), letter.hold(end.replace("{%", "{%-"))),
    }


def _cell(field: str, place: int, letter: Letter) -> blocks.Data:
    one = f"{field}[{place}]"
    told = {part: letter.words(f"{{{{ {one}.{part} }}}}") for part in ("name", "price", "why")}
    price = f'{{% if {one}.price != "" %}}: {{{{ {one}.price }}}}{{% endif %}}'
    told["price"] = Said(str(told["price"]), letter.hold(price))
    seen = Said(letter.hold(f'{{% if {one}.picture != "" %}}'), "")
    src = letter.hold(f"{letter.root}{{{{ {one}.picture }}}}")
    return {**told, **_when(field, place, letter), "url": letter.href(f"{{{{ {one}.url }}}}"), "seen": seen, "src": src}
