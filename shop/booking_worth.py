"""What a booking comes to when it is changed: the price that was agreed, carried over to other nights or people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from kernel.db import db
from kernel.money import Money, ratio
from shop import booking_prices, holdings, order_events, pricing, variants
from shop.occupations import Span
from shop.services import Service
from shop.variants import Variant

if TYPE_CHECKING:
    from shop.bookings import Booking
    from shop.orders import Order

KIND = "booking_changed"


@dataclass(frozen=True)
class Row:
    """So many of a variant at that price for each, and what comes off all of them, in minor units."""

    variant_id: int
    quantity: int
    unit: int
    discount: int = 0

    @property
    def listed(self) -> int:
        """Without what comes off."""
        return self.quantity * self.unit

    @property
    def bare(self) -> int:
        """Before the taxes that come on top of the shop's prices."""
        return self.listed - self.discount


@dataclass(frozen=True)
class Worth:
    """What was agreed on, and for what; `fee`: what of it is kept of nights or places that were given up."""

    service_id: int
    span: Span
    places: int
    units: int
    rows: Sequence[Row]
    fee: int = 0

    @property
    def bare(self) -> int:
        """What all of it costs before the taxes that come on top."""
        return sum(row.bare for row in self.rows)

    def told(self) -> dict[str, Any]:
        """As a step of its order keeps it."""
        return {
            "service": self.service_id, "places": self.places, "units": self.units, "fee": self.fee,
            "from": self.span.starts_at.isoformat(), "to": self.span.ends_at.isoformat(),
            "rows": [[row.variant_id, row.quantity, row.unit, row.discount] for row in self.rows],
        }  # fmt: skip


def read(told: Mapping[str, Any]) -> Worth:
    """The same from where it was kept."""
    span = Span(datetime.fromisoformat(told["from"]), datetime.fromisoformat(told["to"]))
    rows = [Row(*row) for row in told["rows"]]
    return Worth(told["service"], span, told["places"], told["units"], rows, told["fee"])


@dataclass(frozen=True)
class Wish:
    """How a booking shall be: `people` of a departure by variant, `units` that staff chose; `keep`: at its price."""

    service: Service
    span: Span
    places: int
    people: Mapping[Variant, int] = field(default_factory=dict)
    units: Sequence[int] = ()
    keep: bool = False

    @property
    def count(self) -> int:
        """How many units so many people take."""
        return holdings.units_for(self.service, self.places)


def now(booking: "Booking") -> Worth:
    """What its lines say."""
    rows = [
        Row(line.variant_id, line.left, line.unit_minor, line.discount_minor) for line in booking.lines if line.left
    ]
    span = Span(booking.starts_at, booking.ends_at)
    return Worth(booking.service_id, span, booking.places, booking.units, rows)


def usual(booking: "Booking", variant: Variant) -> int:
    """What a unit of it costs today for all its nights, in minor units."""
    return booking_prices.of_booking(booking, variant).total.minor


def changes(booking: "Booking", order: "Order") -> list[order_events.OrderEvent]:
    """The steps of its order that moved or changed it and were not taken back, the first one first."""
    known = [one for one in order_events.of(order) if one.kind in {KIND, "booking_moved"} and one.undone_at is None]
    return [one for one in known if one.data.get("booking", booking.id) == booking.id]


def agreed(booking: "Booking", order: "Order") -> Worth:
    """What its price goes back to: what was agreed when it was booked, or last moved or changed at the price it had.

    All changes are told from there, so that who lengthens a stay and shortens it again pays what they did before.
    """
    last = next(reversed(changes(booking, order)), None)
    told = last.data.get("base") if last is not None and last.kind == KIND else None
    return read(told) if told and _sold(told["service"]) else now(booking)


def _sold(service_id: int) -> bool:
    """Whether it has a price: its product does not lie in the bin."""
    service = db.session.get(Service, service_id)
    return service is not None and service.product is not None


def of(base: Worth, wish: Wish, group: str = "") -> list[Row]:
    """What it would cost by what was agreed: the price of today where that is the agreed one.

    Where it is another, what is added costs the price of today, and what is given up its part of the agreed one.
    A discount never grows: it is for what was booked with it, and what is given up of that takes its part along.
    """
    rows = _nights(base, wish) if wish.service.kind == "nights" else _people(base, wish, group)
    return [_discounted(base, row, wish) for row in rows]


def _nights(base: Worth, wish: Wish) -> list[Row]:
    row, units = base.rows[0], max(wish.count, 1)
    service = db.session.get_one(Service, base.service_id)
    variant = _variant(base, wish)
    own = db.session.get_one(Variant, row.variant_id)
    was = _stay(service, own, base.span, (base.places, max(base.units, 1)))
    costs = _stay(wish.service, variant, wish.span, (wish.places, units))
    if row.unit == was and row.quantity == max(base.units, 1):
        return [Row(variant.id, units, costs)]
    before, after = was * max(base.units, 1), costs * units
    whole = row.listed + after - before if after >= before else _part(row.listed, after, before)
    return [Row(variant.id, units, whole // units)]


def _variant(base: Worth, wish: Wish) -> Variant:
    """The one thing that is sold of its service: as it was booked, where it stays there."""
    if base.service_id == wish.service.id:
        return db.session.get_one(Variant, base.rows[0].variant_id)
    return variants.of(wish.service.product_id)[0]


def _stay(service: Service, variant: Variant, span: Span, much: tuple[int, int]) -> int:
    places, units = much
    return booking_prices.unit(service, variant, span, places=places, units=units).minor


def _people(base: Worth, wish: Wish, group: str) -> list[Row]:
    """Each kind at the price that was agreed for it; a kind that is new at that of today."""
    known = {row.variant_id: row for row in base.rows}
    if wish.service.kind == "appointment":
        return [replace(base.rows[0], discount=0)]
    found = []
    for variant, quantity in wish.people.items():
        today = pricing.unit(variant, wish.places, group).minor
        old = known.get(variant.id)
        same = old is None or old.unit == pricing.unit(variant, base.places, group).minor
        found.append(Row(variant.id, quantity, today if same or old is None else old.unit))
    return found


def _discounted(base: Worth, row: Row, wish: Wish) -> Row:
    own = [one for one in base.rows if one.variant_id == row.variant_id or wish.service.kind == "nights"]
    off, listed = sum(one.discount for one in own), sum(one.listed for one in own)
    return replace(row, discount=off if row.listed >= listed else _part(off, row.listed, listed))


def _part(whole: int, top: int, bottom: int) -> int:
    return ratio(Money(whole, ""), top, bottom).minor if bottom else 0


def reaching(rows: Sequence[Row], minor: int) -> list[Row]:
    """These rows at other prices, so that together they come to exactly so many minor units."""
    found = list(rows)
    for place, row in sorted(enumerate(rows), key=lambda one: -one[1].bare):
        more = minor - sum(one.bare for one in found)
        wanted = max(0, row.bare + more) + row.discount
        unit = -(-wanted // row.quantity)
        found[place] = replace(row, unit=unit, discount=row.discount + unit * row.quantity - wanted)
    return found
