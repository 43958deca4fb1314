"""Price lists from a file: what it would change and what is wrong, line by line; kept whole or not at all."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import select

from kernel import money, table_files, tenancy
from kernel.db import db
from kernel.folding import fold
from kernel.i18n import LANGUAGES, _, _l, pick, speak
from kernel.money import Money
from kernel.refusal import Refusal
from kernel.table_files import Row
from kernel.tables import FORMULA
from shop import price_lists, vouchers
from shop.catalog import Product
from shop.sheets import MOST_PRICE
from shop.variants import Variant


class Wrongs(Refusal):
    """Nothing of a file is kept while a line of it is wrong."""

    message = _l("Nothing was changed: the file needs a look.")


@dataclass(frozen=True)
class Wrong:
    """A line that cannot be kept: what it says, and why not."""

    line: int
    text: str
    why: str


@dataclass(frozen=True)
class Change:
    """A product whose price for the group would be another one; None is the listed price."""

    product: Product
    before: Money | None
    after: Money | None


@dataclass
class Reading:
    """A file as it was understood."""

    changes: list[Change] = field(default_factory=list)
    same: int = 0
    wrong: list[Wrong] = field(default_factory=list)


class _No(Exception):
    """A line is not as it should be; its text is the sentence."""


def heads() -> list[str]:
    """The columns of a list as a file."""
    return [_("SKU"), _("Product"), _("Price"), _("Price for this group"), _("Currency")]


def lines(group: str) -> Iterable[list[object]]:
    """A list as rows of a file: it can be given to customers, changed in a spreadsheet, and read again."""
    kept, skus = price_lists.prices(group), _first_skus()
    for row in price_lists.goods():
        mine = Money(kept.get(row.id, row.price_minor), row.currency)
        yield [row.sku or skus.get(row.id, ""), pick(row.name), row.price.decimal, mine.decimal, row.currency]


def _first_skus() -> dict[int, str]:
    found = db.session.execute(select(Variant.product_id, Variant.sku).order_by(Variant.position.desc()))
    return {row.product_id: row.sku for row in found}


def read(group: str, text: str) -> Reading:
    """What the file would do to the group's list; raises Refusal when it is no table at all."""
    goods, kept, found = _Goods(), price_lists.prices(group), Reading()
    for row in table_files.rows(text, _columns(), optional={"currency"}):
        try:
            product, minor = goods.of(row), _price(row)
        except _No as no:
            found.wrong.append(Wrong(row.line, " · ".join(filter(None, row.cells.values()))[:80], str(no)))
            continue
        before = kept.get(product.id)
        if minor == before or (before is None and minor == product.price_minor):
            found.same += 1
        else:
            found.changes.append(Change(product, _money(before), _money(minor)))
    return found


def keep(group: str, text: str, *, by: object) -> int:
    """Read it once more and keep it whole; raises Wrongs when a line is wrong by now. How many prices changed."""
    found = read(group, text)
    if found.wrong:
        raise Wrongs()
    wanted = {one.product.id: one.after.minor if one.after else None for one in found.changes}
    return price_lists.put(group, wanted, by=by)


def _money(minor: int | None) -> Money | None:
    return None if minor is None else Money(minor, tenancy.tenant().currency)


def _columns() -> dict[str, list[str]]:
    """How each column may be called: as our own file calls it in any language, or in short."""
    found = {"sku": [_("SKU")], "price": [_("Price for this group")], "currency": [_("Currency")]}
    for spoken in LANGUAGES:
        with speak(spoken):
            for name, called in zip(found, (_("SKU"), _("Price for this group"), _("Currency")), strict=True):
                found[name].append(called)
    found["sku"] += ["código", "code"]
    found["price"] += ["precio", "price"]
    return found


class _Goods:
    """The shop's products by every SKU that leads to one."""

    def __init__(self) -> None:
        self.known: dict[str, set[Product]] = defaultdict(set)
        self.seen: dict[int, int] = {}
        every = {row.id: row for row in db.session.scalars(select(Product))}
        for row in every.values():
            self.known[fold(row.sku)].add(row)
        for product_id, sku in db.session.execute(select(Variant.product_id, Variant.sku)):
            self.known[fold(sku)] |= {every[product_id]} if product_id in every else set()

    def of(self, row: Row) -> Product:
        """The product that a line is about; each once."""
        sku = row.cells["sku"]
        if not sku:
            raise _No(_("Write the SKU of the product."))
        found = list(self.known.get(fold(sku), ()))
        if len(found) != 1:
            raise _No(_("More than one product has this SKU.") if found else _("No product has this SKU."))
        [product] = found
        if product.kind == vouchers.KIND:
            raise _No(_("A gift card costs what it is worth."))
        if self.seen.setdefault(product.id, row.line) != row.line:
            raise _No(_("This product is on line %(line)s already.", line=self.seen[product.id]))
        return product


def _price(row: Row) -> int | None:
    """Minor units, or None for the listed price."""
    text, currency = row.cells["price"], tenancy.tenant().currency
    if row.more:
        raise _No(_("It has more cells than the first line: put prices with a comma between quotation marks."))
    if row.cells["currency"] not in ("", currency):
        raise _No(_("The price must be in %(currency)s.", currency=currency))
    if not text:
        return None
    if re.match(r"[-−–(]", text):
        raise _No(_("A price cannot be negative."))
    if text.startswith(FORMULA):
        raise _No(_("It is a formula: write the number itself."))
    minor = _exact(text, currency)
    if minor == 0:
        raise _No(_("The price is 0: leave it empty for the listed price."))
    if minor > MOST_PRICE:
        raise _No(_("That is more than a price can be."))
    return minor


def _exact(text: str, currency: str) -> int:
    digits = money.digits(currency)
    if digits and re.fullmatch(rf"[0-9]+\.[0-9]{{{digits}}}", text):  # as our own file writes it, in every language
        return int(text.replace(".", ""))
    try:
        return money.parse(text, currency, tenancy.tenant().locale).minor
    except money.BadAmount:
        raise _No(_("Write the price as a number, such as %(example)s.", example="12500")) from None
