"""Openings: what a shop sells by time, read for many services at once, and the free stay nearest to a wished one."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager, selectinload

from kernel import clock
from kernel.db import db
from kernel.refusal import Refusal
from shop import availability, booking_times, hours, kept_services, pricing, shelf, variants
from shop.booking_times import Times
from shop.bookings import Booking
from shop.catalog import Product
from shop.kept_services import Known
from shop.occupations import Span
from shop.services import Service

STAYS, TIMES = ("nights",), ("departure", "appointment")
MOST = shelf.PER_PAGE  # of a page
MOST_PEOPLE = 4  # kinds of person that are asked for
BEFORE, AFTER = 30, 60  # days around the wished arrival in which another one is looked for

Kinds = Mapping[str, tuple[int, int]]  # by kind: how many services of it there are, how many days ahead they are sold


def kinds(group: str = "", category_ids: Collection[int] = ()) -> Kinds:
    """What somebody of that customer group may book: on these shelves, of none anywhere."""
    wanted = select(Service.kind, func.count(Service.id), func.max(Service.horizon)).join(Service.product)
    wanted = wanted.where(*_open(group), *shelf.lying(list(category_ids))).group_by(Service.kind)
    return {kind: (count, horizon) for kind, count, horizon in db.session.execute(wanted)}


def people(group: str = "") -> list[dict[str, str]]:
    """The kinds of person that are asked for apart: those of every departure that has several, where they are alike."""
    wanted = select(Product.options).join(Service, Service.product_id == Product.id)
    wanted = wanted.where(*_open(group), Service.kind == "departure")
    found = [[one["name"] for one in option["values"]] for options in db.session.scalars(wanted) for option in options]
    several = [names for names in found if len(names) > 1]
    alike = bool(several) and all(names == several[0] for names in several)
    return several[0] if alike and len(several[0]) <= MOST_PEOPLE else []


def count(known: Kinds, names: Collection[str]) -> int:
    """How many services of these kinds there are."""
    return sum(known[name][0] for name in names if name in known)


def horizon(known: Kinds, names: Collection[str]) -> date:
    """The last day on which any of them is sold; today where there is none."""
    ahead = max((known[name][1] for name in names if name in known), default=0)
    return clock.today(booking_times.zone()) + timedelta(days=min(ahead, booking_times.MOST_DAYS))


def many() -> bool:
    """Whether everybody finds several to choose from: then the menu and the sitemap lead to their page."""
    return count(kinds(), (*STAYS, *TIMES)) > 1


def listed(names: Collection[str], page: int = 1, *, group: str = "") -> list[Known]:
    """A page of the services of these kinds, in the order of the products, with all that tells when they are free.

    In a fixed number of statements, however many they are.
    """
    wanted = select(Service).join(Service.product).where(*_open(group), Service.kind.in_(names))
    whole = contains_eager(Service.product), selectinload(Service.needs), selectinload(Service.rates)
    paged = wanted.options(*whole).order_by(Product.position, Product.id).limit(MOST).offset((page - 1) * MOST)
    rows = db.session.scalars(paged).all()
    ids = [row.product_id for row in rows]
    since = clock.now().date() - kept_services.BEFORE
    lower, plans = pricing.breaks(ids), hours.plans(rows, since, date.max) if rows else {}
    sold: dict[int, list[Any]] = {one: [] for one in ids}
    for variant in variants.of(*ids) if ids else ():
        sold[variant.product_id].append(variant)
    return [Known(row, sold[row.product_id], lower[row.product_id], plans[row.id]) for row in rows]


def _open(group: str) -> tuple[Any, ...]:
    return shelf.public(group), Product.binned_at.is_(None)


def nearest(times: Times, arrive: date, nights: int, places: int, *, besides: Booking | None = None) -> date | None:
    """The arrival nearest to that day from which as many nights are free for so many people; None: not around it."""
    asked = dict(_stays(times, arrive, nights))
    told = availability.stays(times.service, list(asked.values()), places, besides=besides)
    free = [day for day, one in zip(asked, told, strict=True) if one.free]
    return min(free, key=lambda day: (abs((day - arrive).days), day), default=None)


def _stays(times: Times, arrive: date, nights: int) -> Iterator[tuple[date, Span]]:
    """The stays of that length that are sold around that day."""
    first = max(arrive - timedelta(days=BEFORE), clock.today(booking_times.zone()))
    last = min(arrive + timedelta(days=AFTER), booking_times.last_day(times.service))
    for number in range((last - first).days + 1 if nights <= times.service.nights_max else 0):
        day = first + timedelta(days=number)
        try:
            yield day, times.stay(day, day + timedelta(days=nights))
        except Refusal:
            continue
