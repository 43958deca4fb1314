"""Price lists from a file: what it would change and what is wrong, line by line; kept whole or not at all."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
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
from shop.price_lists import Row as ListRow
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
    """A product, or a variant with a price of its own, whose price would be another one; None is the listed price."""

    row: ListRow
    before: Money | None
    after: Money | None

    @property
    def product(self) -> Product:
        """The product that it is about."""
        return self.row.product


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
    kept = _kept(group)
    for row in price_lists.rows():
        mine = Money(kept.get(_key(row), row.listed.minor), row.listed.currency)
        yield [row.sku, pick(row.product.name), row.listed.decimal, mine.decimal, mine.currency]


def _key(row: ListRow) -> tuple[int, int | None]:
    return row.product.id, row.variant.id if row.variant is not None else None


def _kept(group: str) -> dict[tuple[int, int | None], int]:
    own = price_lists.own_prices(group)
    found = db.session.execute(select(Variant.product_id, Variant.id).where(Variant.id.in_(list(own))))
    whole: dict[tuple[int, int | None], int] = {(key, None): minor for key, minor in price_lists.prices(group).items()}
    return whole | {(row.product_id, row.id): own[row.id] for row in found}


def read(group: str, text: str) -> Reading:
    """What the file would do to the group's list; raises Refusal when it is no table at all."""
    goods, kept, found = _Goods(), _kept(group), Reading()
    for row in table_files.rows(text, _columns(), optional={"currency"}):
        try:
            priced, minor = goods.of(row), _price(row)
        except _No as no:
            found.wrong.append(_wrong(row, str(no)))
            continue
        before = kept.get(_key(priced))
        if minor == 0 and priced.listed.minor:
            found.wrong.append(_wrong(row, _("The price is 0: leave it empty for the listed price.")))
        elif minor == before or (before is None and minor == priced.listed.minor):
            found.same += 1
        else:
            found.changes.append(Change(priced, _money(before), _money(minor)))
    return found


def _wrong(row: Row, why: str) -> Wrong:
    return Wrong(row.line, " · ".join(filter(None, row.cells.values()))[:80], why)


def keep(group: str, text: str, *, by: object) -> int:
    """Read it once more and keep it whole; raises Wrongs when a line is wrong by now. How many prices changed."""
    found = read(group, text)
    if found.wrong:
        raise Wrongs()
    after = [(one.row, one.after.minor if one.after else None) for one in found.changes]
    whole = {row.product.id: minor for row, minor in after if row.variant is None}
    own = {row.variant.id: minor for row, minor in after if row.variant is not None}
    return price_lists.put(group, whole, own, by=by)


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
    """The prices of a list by every SKU that leads to one."""

    def __init__(self) -> None:
        self.known: dict[str, set[ListRow]] = defaultdict(set)
        self.seen: dict[tuple[int, int | None], int] = {}
        every = price_lists.by_product(db.session.scalars(select(Variant).order_by(Variant.position, Variant.id)))
        for product in db.session.scalars(select(Product)):
            self._know(product, every.get(product.id, []))

    def _know(self, product: Product, every: Sequence[Variant]) -> None:
        prices = price_lists.of(product, [one for one in every if one.active])
        own = {one.variant.id: one for one in prices if one.variant is not None}
        whole = next((one for one in prices if one.variant is None), prices[0] if len(prices) == 1 else None)
        skus = {fold(product.sku): whole} | {fold(one.sku): own.get(one.id, whole) for one in every}
        for sku, found in skus.items():
            self.known[sku] |= {found} if found is not None else set()

    def of(self, row: Row) -> ListRow:
        """The price that a line is about; each once."""
        sku = row.cells["sku"]
        if not sku:
            raise _No(_("Write the SKU of the product."))
        found = list(self.known.get(fold(sku), ()))
        if len(found) != 1:
            raise _No(_("More than one product has this SKU.") if found else _("No product has this SKU."))
        [priced] = found
        if priced.product.kind == vouchers.KIND:
            raise _No(_("A gift card costs what it is worth."))
        if self.seen.setdefault(_key(priced), row.line) != row.line:
            raise _No(_("This product is on line %(line)s already.", line=self.seen[_key(priced)]))
        return priced


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
    if minor > MOST_PRICE:
        raise _No(_("That is more than a price can be."))
    return minor


def _exact(text: str, currency: str) -> int:
    digits = money.digits(currency)
    if digits and re.fullmatch(rf"[0-9]+\.[0-9]{{{digits}}}", text):  # as our own file writes it, in every language
        return int(text.replace(".", ""))
    try:
        return money.parse(text, currency, tenancy.tenant().locale).minor
    except money.OtherSign as other:
        raise _No(str(other)) from None
    except money.BadAmount:
        raise _No(_("Write the price as a number, such as %(example)s.", example="12500")) from None
