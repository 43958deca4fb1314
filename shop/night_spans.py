"""Night spans: from what to what a night costs in the coming year, by which lists sort and say "from"."""

from datetime import date, timedelta

from sqlalchemy import select

from kernel import clock, countries, jobs, tenancy, transactions
from kernel.db import db
from kernel.money import Money
from kernel.tenancy import Tenant
from shop import availability, booking_prices, booking_times, catalog, services
from shop.catalog import Product
from shop.services import Service

AHEAD = 365  # days


def of(product: Product) -> tuple[int, int] | None:
    """The lowest and the highest price of a night that can still be had, in minor units; None where all cost one price.

    The highest is that of a full unit, where guests beyond those in the price cost more.
    When nothing is left, of the nights that are sold.
    """
    service = services.of(product)
    if service is None or service.kind != "nights":
        return None
    beyond = booking_prices.most_beyond(service)
    if not (service.rates or service.seasons or beyond):
        return None
    first = clock.today(booking_times.zone())
    known = availability.month(service, first, first + timedelta(days=AHEAD))
    days = [day for day, one in known.items() if one.open] or [day for day, one in known.items() if one.state == "full"]
    found = _costs(service, days)
    return (min(found), max(found) + beyond) if found else None


def _costs(service: Service, days: list[date]) -> list[int]:
    plain = Money(service.product.price_minor, service.product.currency)
    rounding = countries.profile(tenancy.tenant().country).rounding
    return [booking_prices.night(service, day, plain, rounding).price.minor for day in days]


@jobs.job("night_spans.look")
def look() -> None:
    """A season comes into the coming year, another goes, nights are let: what lists say follows once a day."""
    for tenant_id in db.session.scalars(select(Tenant.id).order_by(Tenant.id)).all():
        with tenancy.use(tenant_id):
            transactions.retry_free(_look)


def _look() -> None:
    for service in db.session.scalars(select(Service).where(Service.kind == "nights").order_by(Service.id)):
        product = service.product
        told = of(product) if product is not None else None
        if told and told != (product.low_minor, product.high_minor):
            catalog.changed(product)


def init_app(_app: object) -> None:
    """Say what a night costs in lists."""
    catalog.priced(of)


jobs.every("night_spans.look", seconds=86400)
