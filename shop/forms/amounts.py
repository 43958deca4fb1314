"""Amounts and counts as people type them into the back office: read exactly, refused with a sentence."""

import re
from collections.abc import Mapping
from typing import Any

from wtforms import StringField
from wtforms.validators import StopValidation

from kernel import money, tenancy
from kernel.i18n import _, _l
from kernel.money import Money
from shop.sheets import MOST_PRICE

HUGE = re.compile(r"\D?(\d[\d\s]{11,}|\d{1,3}([.,\s]\d{3}){4,})([.,]\d{1,2})?")  # well written, and too much
EXAMPLE = {"example": "12500"}
PRICE = {
    "none": _l("Write the price, such as %(example)s."),
    "negative": _l("A price cannot be negative."),
    "number": _l("Write the price as a number, such as %(example)s."),
    "most": _l("That is more than a price can be: the most is %(most)s."),
}
AMOUNT = {
    "none": _l("Write the amount, such as %(example)s."),
    "negative": _l("An amount cannot be negative."),
    "number": _l("Write the amount as a number, such as %(example)s."),
    "most": _l("That is too much: the most is %(most)s."),
}


def price(text: str, *, empty: bool = False, said: Mapping[str, Any] = PRICE) -> int | None:
    """Minor units of the shop's currency; raises ValueError with the sentence to show, one of those `said`."""
    tenant = tenancy.tenant()
    if not text.strip():
        if empty:
            return None
        raise ValueError(str(said["none"]) % EXAMPLE)
    if re.match(r"\D*[-−–]", text.strip()):
        raise ValueError(str(said["negative"]))
    try:
        minor = money.parse(text, tenant.currency, tenant.locale).minor
    except money.OtherSign as other:
        raise ValueError(str(other)) from None
    except money.BadAmount:
        if not HUGE.fullmatch(text.strip()):
            raise ValueError(str(said["number"]) % EXAMPLE) from None
        minor = MOST_PRICE + 1  # a number, but one that no amount can hold
    if minor > MOST_PRICE:
        most = Money(MOST_PRICE, tenant.currency).format(tenant.locale, cents=False)
        raise ValueError(str(said["most"]) % {"most": most})
    return minor


def money_of(minor: int) -> Money:
    """Minor units of the shop's currency, as money."""
    return Money(minor, tenancy.tenant().currency)


def typed(minor: int | None) -> str:
    """Minor units as one types them."""
    tenant = tenancy.tenant()
    return "" if minor is None else money.typed(Money(minor, tenant.currency), tenant.locale)


def whole(text: str, most: int, *, least: int = 0) -> int | None:
    """A whole number, None when nothing is written; raises ValueError with the sentence to show."""
    plain = re.sub(r"[\s\u00a0\u202f]", "", text)
    if not plain:
        return None
    if re.fullmatch(r"[0-9]{1,3}([.,][0-9]{3})+", plain):
        plain = re.sub(r"[.,]", "", plain)
    if not (plain.isascii() and plain.isdigit() and len(plain) < 12 and least <= int(plain) <= most):
        raise ValueError(_("Write a whole number from %(least)s to %(most)s.", least=least, most=most))
    return int(plain)


class PricesField(StringField):
    """Several prices with semicolons between; `.minors` once it is validated."""

    def __init__(self, *args: Any, most: int = 20, **options: Any) -> None:
        options.setdefault("render_kw", {"autocomplete": "off", "maxlength": 300})
        super().__init__(*args, **options)
        self.most = most
        self.minors: list[int] = []

    def pre_validate(self, _form: Any) -> None:
        """Read what was typed, the lowest first, each once."""
        parts = [part for part in re.split(r"[;\n]", self.data or "") if part.strip()]
        try:
            found = {minor for part in parts if (minor := price(part))}
        except ValueError as error:
            raise StopValidation(str(error)) from None
        if len(found) > self.most:
            raise StopValidation(_("At most %(most)s amounts.", most=self.most))
        self.minors = sorted(found)


class PriceField(StringField):
    """A price; `.minor` once it is validated."""

    said = PRICE

    def __init__(self, *args: Any, empty: bool = False, **options: Any) -> None:
        options.setdefault("render_kw", {"inputmode": "decimal", "autocomplete": "off", "maxlength": 24})
        super().__init__(*args, **options)
        self.empty = empty
        self.minor: int | None = None

    def pre_validate(self, _form: Any) -> None:
        """Read what was typed."""
        try:
            self.minor = price(self.data or "", empty=self.empty, said=self.said)
        except ValueError as error:
            raise StopValidation(str(error)) from None


class AmountField(PriceField):
    """An amount that is no price."""

    said = AMOUNT


class WholeField(StringField):
    """A whole number; `.number` once it is validated, None when nothing is written."""

    def __init__(self, *args: Any, most: int = 1_000_000, least: int = 0, **options: Any) -> None:
        options.setdefault("render_kw", {"inputmode": "numeric", "autocomplete": "off", "maxlength": 12})
        super().__init__(*args, **options)
        self.most, self.least = most, least
        self.number: int | None = None

    def pre_validate(self, _form: Any) -> None:
        """Read what was typed."""
        try:
            self.number = whole(self.data or "", self.most, least=self.least)
        except ValueError as error:
            raise StopValidation(str(error)) from None
