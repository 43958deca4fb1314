"""Numbers of a file of products: read as this country writes them, refused where they could be two different ones."""

import re
from dataclasses import dataclass

from kernel import money, tenancy
from kernel.tables import FORMULA
from shop.sheets import MOST_PRICE

NEGATIVE = re.compile(r"\D*[-−–]|\(.*\)$")
GROUPED = re.compile(r"\D*[1-9]\d{0,2}([.,])\d{3}\D*")  # one sign with three digits behind: thousands, or a fraction
HUGE = re.compile(r"\D*\d[\d.,\s]{14,}\D*")


class Unclear(Exception):
    """It is no number that can be taken: `why` of import_lines.WHYS."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)


@dataclass(frozen=True)
class Kind:
    """How a number is kept: in which places, how much at most, and why not when it is none."""

    places: int
    most: int
    none: str
    signs: frozenset[str] = frozenset()  # that may stand before or after it, as `money.bare` gives them


def price(text: str) -> int:
    """Minor units of the shop's currency; raises Unclear."""
    currency = tenancy.tenant().currency
    signs = money.signs(currency, tenancy.tenant().locale)
    return read(text, Kind(money.digits(currency), MOST_PRICE, "price", signs))


def read(text: str, kind: Kind, locale: str = "") -> int:
    """The number in the smallest of its places, as the shop's country writes it; raises Unclear."""
    locale, plain = locale or tenancy.tenant().locale, text.strip()
    if re.match(NEGATIVE, plain):
        raise Unclear("negative")
    if plain.startswith(FORMULA):
        raise Unclear("formula")
    if money.bare(plain) not in {"", *kind.signs}:
        raise Unclear(kind.none)
    if (found := GROUPED.fullmatch(plain)) and found[1] == money.decimal_sign(locale):
        raise Unclear("unclear")
    try:
        told = money.smallest(plain, kind.places, locale)
    except money.BadAmount:
        raise Unclear("most" if HUGE.fullmatch(plain) else kind.none) from None
    if told > kind.most:
        raise Unclear("most")
    return told
