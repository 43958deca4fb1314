"""Wants: a variant, how many and with which words of the buyer's own; and whether the shop sells it so."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from kernel import clock, i18n, tenancy
from kernel.i18n import _l
from kernel.money import Money
from kernel.refusal import Refusal
from shop import booking_words, local_times, seasons, services, vouchers
from shop.catalog import Product
from shop.variants import Variant

if TYPE_CHECKING:
    from shop.bookings import Booking

MOST = 9_999  # units of one line


class BadQuantity(Refusal):
    """What was sent is not a quantity that the shop sells."""

    message = _l("Write how many as a whole number, such as 2.")


class NotSold(Refusal):
    """The product is not sold, or not to this buyer, or not for that day."""

    message = _l("%(item)s is not for sale at the moment.")


class NeedsTime(Refusal):
    """What is booked was wanted without a time."""

    message = _l("Choose when first: %(item)s is booked for a day and a time.")


class TextMissing(Refusal):
    """The buyer's own words are missing or too long; `field` is the code of the text."""

    field = ""


@dataclass(frozen=True)
class Wanted:
    """What somebody wants; `unit` is a price of its own, of so many nights or by staff, never one that was sent."""

    variant: Variant
    quantity: int
    texts: Mapping[str, str] = field(default_factory=dict)
    unit: Money | None = None
    token: str = ""  # of the cart line it comes from
    booking: "Booking | None" = None  # the time that it is for
    called: str = ""  # what a free line is, see free_lines

    @property
    def day(self) -> date | None:
        """The day of its booking, where the shop is."""
        return local_times.day(self.booking.starts_at, tenancy.tenant().timezone) if self.booking else None

    @property
    def product(self) -> Product:
        """What it is a variant of."""
        return self.variant.product  # type: ignore[no-any-return]

    @property
    def sku(self) -> str:
        """Its code in the catalogue; a free line has none."""
        return "" if self.called else self.variant.sku

    @property
    def name(self) -> dict[str, str]:
        """What its line is called, in each of the shop's languages."""
        return {tenancy.tenant().language: self.called} if self.called else dict(self.product.name)


def quantity(text: str) -> int:
    """A quantity as a person typed it; raises BadQuantity."""
    plain = text.strip()
    if not (plain.isascii() and plain.isdigit()):
        raise BadQuantity()
    if len(plain) > 9 or int(plain) > MOST:
        raise BadQuantity(_l("That is more than we can sell at once: the most is %(most)s."), most=MOST)
    if int(plain) < 1:
        raise BadQuantity(_l("The least is 1. To leave it out, take it out of the cart."))
    return int(plain)


def check(wanted: Sequence[Wanted], *, group: str = "", day: date | None = None) -> None:
    """Refuse what the shop does not sell, or not so many, or not on that day."""
    for want in wanted:
        sold(want.variant, group=group)
        if want.booking is None:
            timeless(want.product)
        _in_season(want.product, want.day or day or clock.today(tenancy.tenant().timezone))
        texts(want.variant, want.texts)
    limits(wanted)


def limits(wanted: Iterable[Wanted]) -> None:
    """Refuse fewer or more units of a product than go into one order."""
    for product, units in by_product(wanted):
        within(product, units)


def timeless(product: Product) -> None:
    """Refuse what is only sold for a time."""
    if product.kind == services.KIND:
        raise NeedsTime(item=i18n.pick(product.name))


def sold(variant: Variant, *, group: str = "") -> None:
    """Refuse a variant that this buyer cannot have."""
    product = variant.product
    if product is None or not product.live or not variant.active or not product.open_to(group):
        raise NotSold(item=i18n.pick(product.name) if product else variant.sku)


def by_product(wanted: Iterable[Wanted]) -> list[tuple[Product, int]]:
    """Units of each product over all lines: limits and quantity prices count them together."""
    tally: dict[int, tuple[Product, int]] = {}
    for want in wanted:
        _product, units = tally.get(want.product.id, (want.product, 0))
        tally[want.product.id] = want.product, units + want.quantity
    return list(tally.values())


def asked(variant: Variant) -> list[dict[str, Any]]:
    """What its buyer is asked to write; a text may be asked with one choice only: {"when": {"size": "to-measure"}}."""
    return [
        one for one in variant.product.texts
        if all(variant.options.get(code) == value for code, value in (one.get("when") or {}).items())
    ]  # fmt: skip


def texts(variant: Variant, given: Mapping[str, str]) -> dict[str, str]:
    """The buyer's own words, checked: only what that variant asks for, as long as it may be."""
    product = variant.product
    if product.kind == vouchers.KIND:
        return vouchers.read(given)
    if product.kind == services.KIND:  # its questions are the service's, the answers the booking's
        return {}
    return {one["code"]: text for one in asked(variant) if (text := _text(one, given.get(one["code"], "")))}


def _text(one: Mapping[str, Any], given: str) -> str:
    text, label, most = " ".join(given.split()), i18n.pick(one.get("label")), int(one.get("max") or 200)
    wrong = None
    if one.get("required") and not text:
        wrong = TextMissing(_l("Write “%(label)s”: it goes on the product."), label=label)
    elif len(text) > most:
        wrong = TextMissing(_l("“%(label)s” has room for %(most)s characters."), label=label, most=most)
    if wrong is not None:
        wrong.field = str(one["code"])
        raise wrong
    return text


def spoken(want: Wanted) -> dict[str, str]:
    """The buyer's own words under the label that the shop's people read."""
    if want.product.kind == vouchers.KIND:
        return vouchers.spoken(want.texts)
    if want.booking is not None:
        return booking_words.priced(want.booking, want.variant)
    language = tenancy.tenant().language
    labels = {one["code"]: i18n.pick(one.get("label"), language) for one in want.product.texts}
    return {labels.get(code) or code: text for code, text in want.texts.items()}


def options(variant: Variant) -> list[dict[str, Any]]:
    """The chosen options in words: [{"name": Words, "value": Words}]."""
    found = []
    for option in variant.product.options:
        chosen = variant.options.get(option["code"])
        value = next((one["name"] for one in option.get("values", ()) if one["code"] == chosen), None)
        if chosen:
            found.append({"name": option["name"], "value": value or chosen})
    return found


def _in_season(product: Product, day: date) -> None:
    if not seasons.state(product.season_from, product.season_to, day).open:
        raise NotSold(_l("%(item)s is out of season for that day."), item=i18n.pick(product.name))


def within(product: Product, units: int) -> None:
    """Refuse fewer or more units than go into one order."""
    name = i18n.pick(product.name)
    if units < product.min_qty:
        raise BadQuantity(_l("%(item)s is sold from %(least)s on."), item=name, least=product.min_qty)
    if product.max_qty and units > product.max_qty:
        raise BadQuantity(_l("At most %(most)s of %(item)s go into one order."), item=name, most=product.max_qty)
