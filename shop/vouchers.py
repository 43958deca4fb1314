"""Vouchers: products that become gift cards; what their buyers say of the card, checked and in words."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from kernel import accounts, clock, i18n, tenancy
from kernel.db import db
from kernel.i18n import _l
from kernel.money import Money
from kernel.refusal import Refusal
from shop import days, intervals
from shop.catalog import Product

KIND = "voucher"
AMOUNT = {"es": "Monto", "en": "Amount"}  # the option by which a voucher is chosen
AHEAD = timedelta(days=366)  # how far in advance a card may be ordered
FIELDS = {
    "to": (_l("For"), 120),
    "email": (_l("Their e-mail"), 254),
    "message": (_l("Your message"), 300),
    "on": (_l("Send it on"), 10),
}


class BadWish(Refusal):
    """What was written for the card cannot be so; `field` says which of it."""

    field = ""

    def at(self, field: str) -> "BadWish":
        """The same, said of a field."""
        self.field = field
        return self


def named(minors: Sequence[int]) -> list[dict[str, str]]:
    """Amounts as choices, in words of every language that the product itself speaks."""
    tenant = tenancy.tenant()
    places = {"es": f"es_{tenant.country}", "en": "en"}
    amounts = [Money(minor, tenant.currency) for minor in minors]
    whole = all(amount.decimal == amount.decimal.to_integral_value() for amount in amounts)
    return [{code: amount.format(place, cents=not whole) for code, place in places.items()} for amount in amounts]


def amounts(product: Product) -> list[int]:
    """What a card may be bought with."""
    own = (row.price_minor for row in product.variants if row.active and row.price_minor is not None)
    return sorted(set(own))


def sold() -> bool:
    """Whether the shop sells any: then its pages say where a balance can be asked for."""
    live = select(Product.id).where(Product.kind == KIND, Product.state == "live").limit(1)
    return db.session.scalar(live) is not None


def read(given: Mapping[str, str]) -> dict[str, str]:
    """What a buyer wrote for the card, checked; nothing of it is needed: they can also print or hand it on."""
    found = {code: " ".join(given.get(code, "").split()) for code in FIELDS}
    for code, (label, most) in FIELDS.items():
        if len(found[code]) > most:
            raise BadWish(_l("“%(label)s” has room for %(most)s characters."), label=label, most=most).at(code)
    if found["email"]:
        found["email"] = _address(found["email"])
    if found["on"]:
        found["on"] = _day(found["on"]).isoformat()
    return {code: text for code, text in found.items() if text}


def _address(text: str) -> str:
    try:
        return accounts.given(text)
    except accounts.BadAddress:
        raise BadWish(_l("Write the e-mail of who gets the card like name@example.com.")).at("email") from None


def _day(text: str) -> date:
    today = clock.today(tenancy.tenant().timezone)
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise BadWish(_l("Choose the day on which the card is sent.")).at("on") from None
    if day > today + AHEAD:
        raise BadWish(_l("A card can be sent at most a year from now.")).at("on")
    if day < today - timedelta(days=1):  # where the buyer is it may still be yesterday
        raise BadWish(_l("That day is over: choose a later one, or none to have it sent at once.")).at("on")
    return max(day, today)


def spoken(said: Mapping[str, str]) -> dict[str, str]:
    """What was written, under labels in the shop's own language."""
    tenant = tenancy.tenant()
    with i18n.speak(tenant.language, tenant.country):
        words = {**said, "on": days.told(date.fromisoformat(said["on"]), weekday=True)} if "on" in said else said
        return {str(FIELDS[code][0]): text for code, text in words.items() if code in FIELDS}


def terms(product: Product, said: Mapping[str, str]) -> dict[str, Any]:
    """What an order's line keeps of a voucher, to issue its cards by when it is paid."""
    return {**said, "months": product.valid_months} if product.kind == KIND else {}


def last_day(months: int | None, today: date) -> date | None:
    """The last good day of a card that is issued today."""
    return None if months is None else intervals.months(today, months)
