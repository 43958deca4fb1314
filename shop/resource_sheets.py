"""Resource sheets: making and changing what bookings occupy; what somebody has booked there stays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import exists, func, select

from kernel import clock, i18n, journal, tenancy
from kernel.db import db
from kernel.i18n import _l
from kernel.refusal import Refusal
from shop import outside_calendars, resources, slugs, time_wait_rows
from shop.catalog import Product
from shop.occupations import Occupation
from shop.outside_calendars import OutsideCalendar
from shop.resources import Resource, ResourceUnit
from shop.services import Service, ServiceResource

MOST_SEATS = 10_000


class Used(Refusal):
    """A service occupies it."""

    message = _l("“%(name)s” occupies it. Take it out there first.")


class UsedInBin(Used):
    """A service whose product lies in the bin occupies it: it may be brought back."""

    message = _l("“%(name)s”, which is in the bin, occupies it. Bring it back and take it out there first.")


class Kept(Refusal):
    """Somebody has or had it."""

    message = _l("Somebody has booked it: stop using it instead.")


def make(name: dict[str, str], *, units: int = 1, seats: int = 1, by: Any = None) -> Resource:
    """A new resource with so many units, each of which has room for so many people."""
    said = i18n.pick(name, tenancy.tenant().language)
    last = db.session.scalar(select(func.max(Resource.position))) or 0
    row = Resource(code=_code(said), name=name, seats=seats, position=last + 1)
    db.session.add(row)
    db.session.flush()
    resources.grow(row, units, named=said)
    _told(row, by, "made")
    return row


def _code(name: str) -> str:
    wish = slugs.make(name)[:50]
    known = set(db.session.scalars(select(Resource.code).where(Resource.code.startswith(wish))))
    return next(code for n in range(1, len(known) + 2) if (code := wish if n == 1 else f"{wish}-{n}") not in known)


@dataclass(frozen=True)
class Said:
    """What is said of one unit."""

    name: str
    active: bool
    seats: int | None = None


def save(
    row: Resource, name: dict[str, str], *, seats: int, said: Mapping[str, Said], more: int = 0, by: Any = None
) -> int:
    """Another name, other seats, other units (by token), some more; how many bookings to come lie on units that go.

    Who booked a unit that is put away keeps it; nobody else is put there.
    """
    resources.lock([row.id])
    row.name, row.seats = name, seats
    gone = []
    for unit in row.units:
        told = said.get(unit.token, Said(unit.name, unit.active, unit.seats))
        if unit.active and not told.active:
            gone.append(unit)
        unit.name, unit.active, unit.seats = told.name[:80] or unit.name, told.active, told.seats
    if more:
        resources.grow(row, len(row.units) + more, named=i18n.pick(name, tenancy.tenant().language))
    db.session.flush()
    time_wait_rows.freed((), [row.id])
    _told(row, by)
    return busy(gone)


def busy(units: Sequence[ResourceUnit]) -> int:
    """How many times to come are booked on them."""
    ids = [unit.id for unit in units]
    taken = Occupation.unit_id.in_(ids), Occupation.ends_at > clock.now(), Occupation.closure_id.is_(None)
    return db.session.scalar(select(func.count(Occupation.id)).where(*taken)) or 0


def users(row: Resource, *, binned: bool = False) -> Sequence[Service]:
    """The services that occupy it; those in the bin are left out, or with `binned` come last."""
    mine = select(ServiceResource.service_id).where(ServiceResource.resource_id == row.id)
    wanted = select(Service).join(Product, Product.id == Service.product_id).where(Service.id.in_(mine))
    if not binned:
        wanted = wanted.where(Product.binned_at.is_(None))
    by = Product.binned_at.is_not(None), Product.position, Product.id
    return db.session.scalars(wanted.order_by(*by).execution_options(binned=binned)).all()


def _unused(row: Resource) -> None:
    used = users(row, binned=True)
    if used:
        product = db.session.get_one(Product, used[0].product_id, execution_options={"binned": True})
        raise (UsedInBin if product.binned_at else Used)(name=i18n.pick(product.name))


def put_away(row: Resource, *, by: Any = None) -> None:
    """Offer it no more; raises Used while a service occupies it, in the bin too."""
    _unused(row)
    row.active = False
    _told(row, by)


def drop(row: Resource, *, by: Any = None) -> None:
    """Take it out wholly: nobody uses it or ever had it; raises Used or Kept."""
    _unused(row)
    ids = [unit.id for unit in row.units]
    if db.session.scalar(select(exists().where(Occupation.unit_id.in_(ids)))):
        raise Kept()
    _told(row, by)
    outside_calendars.forget(OutsideCalendar.unit_id.in_(ids))
    for unit in list(row.units):
        db.session.delete(unit)
    db.session.flush()
    db.session.delete(row)


def bring_back(row: Resource, *, by: Any = None) -> None:
    """Offer it again."""
    row.active = True
    _told(row, by)


def _told(row: Resource, by: Any, what: str = "edited") -> None:
    name = i18n.pick(row.name, tenancy.tenant().language)
    journal.write(f"resource.{what}", about=row, by=by, data={"name": name})
    tenancy.touch()


def init_app(_app: object) -> None:
    """Say how the journal tells it."""
    journal.kind("resource.made", _l("Made something that bookings occupy: %(name)s"))
    journal.kind("resource.edited", _l("Changed what bookings occupy: %(name)s"))
