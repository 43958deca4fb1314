"""The books of a month at a glance: what each account of the journal comes to, and that the books agree."""

from collections.abc import Iterable
from dataclasses import dataclass

from kernel.i18n import _
from kernel.money import Money
from shop.account_codes import INCOME
from shop.accounting import Posting
from shop.tax_book import Book


@dataclass(frozen=True)
class Side:
    """What stands on one account of the journal in one currency."""

    code: str
    name: str
    debit: Money
    credit: Money

    @property
    def left(self) -> Money:
        """Debits less credits."""
        return self.debit - self.credit


def sides(postings: Iterable[Posting], currency: str) -> list[Side]:
    """The accounts that moved, by their codes; what is customary in a trial balance."""
    found: dict[tuple[str, str], list[int]] = {}
    for one in postings:
        if one.amount.currency == currency:
            kept = found.setdefault((one.account.code, one.account.name), [0, 0])
            kept[one.amount.minor < 0] += abs(one.amount.minor)
    return [Side(*key, *(Money(minor, currency) for minor in both)) for key, both in sorted(found.items())]


@dataclass(frozen=True)
class Check:
    """The same amount as two books tell it."""

    label: str
    book: Money
    journal: Money

    @property
    def agrees(self) -> bool:
        """Whether they tell the same, to the cent."""
        return self.book == self.journal


def checks(book: Book, postings: Iterable[Posting], currency: str) -> list[Check]:
    """The book of sales beside the journal: what was sold, its tax, what stays in the house."""
    told: dict[str, int] = {}
    for column, minor in book.sums(currency).items():
        told[column.meaning] = told.get(column.meaning, 0) + minor
    found = dict.fromkeys(("sold", "tax", "charges"), 0)
    for one in postings:
        key = "sold" if one.account.key in INCOME else one.account.key
        if key in found and one.amount.currency == currency:
            found[key] -= one.amount.minor
    beyond = told.get("beyond", 0)  # gift cards are owed: no income yet
    sold = _("Sold, without tax and gift cards") if beyond else _("Sold, without tax")
    rows = (
        (sold, told.get("net", 0) - beyond, "sold"),
        (_("Tax"), told.get("tax", 0), "tax"),
        (_("Service charges"), told.get("charges", 0), "charges"),
    )
    return [
        Check(label, Money(minor, currency), Money(found[key], currency))
        for label, minor, key in rows
        if minor or found[key] or key == "sold"
    ]
