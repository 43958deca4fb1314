"""What a test's shop sells of its time: resources with units, services with hours, a time that a cart holds."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from kernel import clock, tenancy
from kernel.db import db
from kernel.folding import fold
from shop import cart as carts
from shop import catalog, checkout, holdings, hours, local_times, resources, variants
from shop.bookings import Booking
from shop.catalog import Product, Variant
from shop.occupations import Span
from shop.quotes import Choice
from shop.resources import Resource
from shop.services import KIND, Service, ServiceResource

Price = int | Mapping[str, int]


def _slug(name: str) -> str:
    return fold(name).replace(" ", "-")


class Times:
    """The part of a test's world that is booked; every word commits, times of the day are the tenant's."""

    def resource(self, name: str = "Bote", units: int = 1, seats: int = 1, **values: Any) -> Resource:
        """Something of which so many units can be occupied: “Bote 1”, “Bote 2”…"""
        row = Resource(code=_slug(name), name={"es": name}, seats=seats, **values)
        db.session.add(row)
        db.session.flush()
        resources.grow(row, units, named=name)
        db.session.commit()
        return row

    def service(
        self,
        name: str = "Paseo",
        kind: str = "departure",
        *,
        price: Price = 5_000_00,
        resource: Resource | Sequence[Resource] = (),
        **values: Any,
    ) -> Service:
        """A live product that is booked, sold every day at nine (appointments from nine to five, nights any day).

        `price={"adulto": …, "nino": …}` makes a variant of each; `resource=` one or several, `seats=` people in
        each of their units (0: one unit however many come), `times=`, `days=` (Monday is 0), `product=` values of
        the product; what else is said is the service's.
        """
        told = {"minutes": 120, "capacity": 6 if kind == "departure" else 2, **values}
        times, days, seats = told.pop("times", None), told.pop("days", range(7)), told.pop("seats", None)
        product = self._booked(name, price, told.pop("product", {}))
        row = Service(product_id=product.id, kind=kind, **told)
        db.session.add(row)
        db.session.flush()
        for one in [resource] if isinstance(resource, Resource) else resource:
            taken = one.seats if seats is None else seats
            db.session.add(ServiceResource(service_id=row.id, resource_id=one.id, seats=taken))
        self.week(row, _usual(kind) if times is None else times, days)
        return row

    def week(self, service: Service, times: Iterable[str], days: Iterable[int] = range(7)) -> None:
        """Sell it at these times ("09:00", or "09:00-17:00" of an appointment) on these days, too."""
        for day in days:
            for text in times:
                opens, _, closes = text.partition("-")
                row = hours.Hours(service_id=service.id, weekday=day, opens=opens, closes=closes)
                db.session.add(row)
        db.session.commit()
        db.session.expire(service)

    def day(self, ahead: int = 7) -> date:
        """The tenant's day so many days from today."""
        return local_times.day(clock.now(), tenancy.tenant().timezone) + timedelta(days=ahead)

    def when(self, ahead: int = 7, at: str = "09:00") -> datetime:
        """That time of the day so many days from today."""
        return local_times.moment(self.day(ahead), at, tenancy.tenant().timezone)

    def span(self, service: Service, when: datetime, nights: int = 1) -> Span:
        """From then as long as the service lasts; of nights from check-in to check-out, that day's date counting."""
        zone = tenancy.tenant().timezone
        if service.kind != "nights":
            return Span(when, when + service.length)
        day = local_times.day(when, zone)
        begins = local_times.moment(day, service.check_in, zone)
        return Span(begins, local_times.moment(day + timedelta(days=nights), service.check_out, zone))

    def held(self, service: Service, when: datetime, places: int = 1, **how: Any) -> Booking:
        """A time that a cart of its own holds (`cart=` another), without lines; `nights=` of nights."""
        span, cart = self.span(service, when, how.pop("nights", 1)), how.pop("cart", None)
        row = holdings.hold(service, span, places, cart=cart or carts.begin()[0], **how)
        db.session.commit()
        return row

    def booked(self, service: Service, when: datetime, people: int | Sequence[int] = 1, **how: Any) -> Booking:
        """A time that somebody ordered, as the checkout does it: so many people, or so many of each kind.

        `nights=`, `paid=True`, what `holdings.hold` is told (answers, language, timezone); the rest is the buyer's.
        """
        counts = [people] if isinstance(people, int) else list(people)
        nights, paid, payment = how.pop("nights", 1), how.pop("paid", False), how.pop("payment", "transfer")
        told = {name: how.pop(name) for name in ("answers", "timezone") if name in how}
        cart = carts.begin()[0]
        row = self.held(service, when, sum(counts), cart=cart, nights=nights, **told)
        carts.book(cart, row, dict(zip(variants.of(service.product_id), counts, strict=False)))
        self.transfer()  # type: ignore[attr-defined]
        details = self.details(payment, **how)  # type: ignore[attr-defined]
        order = checkout.place(cart, Choice(shipping=""), details, key=f"booked-{cart.id}")
        if paid:
            self.pay(order)  # type: ignore[attr-defined]
        db.session.commit()
        return row

    def _booked(self, name: str, price: Price, values: Mapping[str, Any]) -> Product:
        prices = price if isinstance(price, Mapping) else {"": price}
        told = {"slug": _slug(name), "currency": tenancy.tenant().currency, **values}
        row = Product(name={"es": name}, kind=KIND, price_minor=next(iter(prices.values())), **told)
        row.sku = row.slug.upper()[:60]
        named = [{"code": code, "name": {"es": code.capitalize()}} for code in prices if code]
        row.options = [{"code": "persona", "name": {"es": "Persona"}, "values": named}] if named else []
        db.session.add(row)
        db.session.flush()
        for place, (code, minor) in enumerate(prices.items()):
            db.session.add(
                Variant(
                    product_id=row.id, sku=f"{row.sku}-{code.upper()}".rstrip("-"), position=place, stock_kind=KIND,
                    options={"persona": code} if code else {}, price_minor=minor if code else None,
                )
            )  # fmt: skip
        row.state, row.published_at = "live", clock.now()  # also without hours or resources
        catalog.changed(row)
        return row


def _usual(kind: str) -> tuple[str, ...]:
    return {"departure": ("09:00",), "appointment": ("09:00-17:00",)}.get(kind, ())
