"""Outside calendars: where else a unit is offered or a guide has time of their own, each at a secret address.

The address is sealed: it is asked, and never shown, told or exported. What stands there closes the unit here (see
outside_closures); who reads it, and when, is said by gateways/calendar_reader. What we tell of a unit at our own
addresses leaves out what came from elsewhere: else two places would keep a day closed for each other for ever.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Index, Select, String, Text, UniqueConstraint, column, delete, func, or_, select

from kernel import beside, clock, fetching, jobs, journal, prepared, sealing, settings, signing, tenancy
from kernel.db import Base, Mapped, belongs, db, mapped_column, pk, ref
from kernel.i18n import _l
from kernel.refusal import Missing, Refusal
from kernel.tenancy import Binnable, Domain, TenantOwned
from kernel.unfetched import Unfetched
from shop.closures import Closure
from shop.occupations import Occupation
from shop.outside_times import Frame
from shop.resources import Resource, ResourceUnit
from shop.services import Service, ServiceResource

if TYPE_CHECKING:
    from kernel.accounts import Account

PURPOSE = "outside-calendar"
READ = "outside_calendars.read"
MOST, MOST_OF_UNIT = 200, 5
EVERY, LONGEST = timedelta(minutes=15), timedelta(hours=6)  # between two readings; and after many that failed
STALE = timedelta(hours=24)  # unread for so long: somebody should know
KEPT = timedelta(days=1)  # so long what was taken away can come back
NAME = 60
KNOWN = {"airbnb.": "Airbnb", "booking.com": "Booking.com", "vrbo.": "Vrbo", "homeaway.": "Vrbo", "expedia.": "Expedia",
         "google.com": "Google Calendar", "icloud.com": "iCloud", "outlook.": "Outlook"}  # fmt: skip
SUGGESTED = ("Airbnb", "Booking.com", "Vrbo", "Expedia", "Google Calendar")
GONE = {"binned": True, "synchronize_session": False}


class Circle(Refusal):
    """It is one of our own addresses."""

    message = _l("That address is one of this house: paste the one that the other place gives you.")


class Already(Refusal):
    """The unit has it."""

    message = _l("That calendar already closes this one.")
    status = 409


class Enough(Refusal):
    """More than can be read in time."""

    message = _l("That is enough: take one of the calendars away first.")


class OutsideCalendar(TenantOwned, Binnable, Base):
    """A calendar elsewhere that closes a unit here; taken away, it can come back for a day."""

    __tablename__ = "outside_calendar"
    __extra__ = (
        UniqueConstraint("tenant_id", "token"),
        Index(
            "uq_outside_calendar_address", "tenant_id", "unit_id", "fingerprint", unique=True,
            sqlite_where=column("binned_at").is_(None), postgresql_where=column("binned_at").is_(None),
        ),
    )  # fmt: skip
    id: Mapped[int] = pk()
    token: Mapped[str] = mapped_column(String(32), default=signing.token)
    unit_id: Mapped[int] = ref("resource_unit")
    name: Mapped[str] = mapped_column(String(NAME))
    address_sealed: Mapped[str] = mapped_column(Text)
    fingerprint: Mapped[str] = mapped_column(String(64))
    etag: Mapped[str] = mapped_column(String(200), default="")  # what was said of the file that was read last …
    frame: Mapped[str] = mapped_column(String(64), default="")  # … and how and on which day it was understood
    asked: Mapped[bool] = mapped_column(default=True)  # somebody waits for it to be read now
    next_at: Mapped[datetime] = mapped_column(default=clock.now)
    read_at: Mapped[datetime | None]
    fault: Mapped[str] = mapped_column(String(12), default="")  # the code of what went wrong last
    faults: Mapped[int] = mapped_column(default=0)  # in a row
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    unit: Mapped[ResourceUnit] = belongs("OutsideCalendar.unit_id", "ResourceUnit")

    @property
    def since(self) -> datetime:
        """When it was known last what stands there."""
        return self.read_at or self.created_at


def add(unit: ResourceUnit, name: str, address: str, *, by: "Account | None" = None) -> OutsideCalendar:
    """Have a calendar close this unit, read at once; raises NoAddress, Circle, Already or Enough."""
    sound = fetching.sound(address)
    host = fetching.host(sound)
    if ours(host):
        raise Circle()
    if _count() >= MOST or _count(OutsideCalendar.unit_id == unit.id) >= MOST_OF_UNIT:
        raise Enough()
    called = " ".join(name.split())[:NAME] or next((told for sign, told in KNOWN.items() if sign in host), host[:NAME])
    print_ = signing.fingerprint(PURPOSE, sound)
    told = {"unit_id": unit.id, "name": called, "address_sealed": sealing.seal(PURPOSE, sound), "fingerprint": print_}
    row: OutsideCalendar | None = beside.put(OutsideCalendar(**told), unless=prepared.ANY)
    if row is None:
        raise Already()
    journal.write("bookings.outside_added", about=row, by=by, data={"name": called, "unit": unit.name})
    jobs.later(READ, row.id, key=str(row.id), priority=3)
    return row


def _count(*conditions: object) -> int:
    return db.session.scalar(select(func.count(OutsideCalendar.id)).where(*conditions)) or 0  # type: ignore[arg-type]


def ours(host: str) -> bool:
    """Whether this install answers at that name."""
    mine = settings.current().host.partition(":")[0].lower()
    name = host.rstrip(".")
    if name == mine or name.endswith(f".{mine}"):
        return True
    return db.session.scalar(select(Domain.id).where(Domain.host == name)) is not None


def address(row: OutsideCalendar) -> str:
    """What is asked; raises Broken where it was sealed with another secret."""
    return sealing.unseal(PURPOSE, row.address_sealed)


def read_now(row: OutsideCalendar) -> None:
    """Have it read before its time."""
    row.asked = True
    jobs.later(READ, row.id, key=str(row.id), priority=3)


def put_away(row: OutsideCalendar, *, by: "Account | None" = None) -> None:
    """It closes nothing any more; whoever opens its times again is outside_closures."""
    row.binned_at = clock.now()
    db.session.flush()
    journal.write("bookings.outside_removed", about=row, by=by, data={"name": row.name, "unit": row.unit.name})


def bring_back(row: OutsideCalendar, *, by: "Account | None" = None) -> None:
    """What was just taken away closes again, once it was read; raises Already."""
    if row.binned_at is None:
        return
    if _count(OutsideCalendar.unit_id == row.unit_id, OutsideCalendar.fingerprint == row.fingerprint):
        raise Already()
    row.binned_at, row.etag = None, ""
    db.session.flush()
    journal.write("bookings.outside_restored", about=row, by=by, data={"name": row.name, "unit": row.unit.name})
    read_now(row)


def read(row: OutsideCalendar, etag: str, frame: str) -> None:
    """It was read, as all is said now."""
    row.etag, row.frame, row.fault, row.faults, row.asked = etag, frame, "", 0, False
    row.read_at = clock.now()
    row.next_at = row.read_at + EVERY


def failed(row: OutsideCalendar, code: str) -> None:
    """It could not be read: it is tried again ever later, and what is known of it stays as it is."""
    row.fault, row.faults, row.asked = code, row.faults + 1, False
    row.next_at = clock.now() + min(EVERY * 2 ** min(row.faults - 1, 10), LONGEST)


def frame_of(unit: ResourceUnit) -> Frame:
    """How whole days are meant of it: where it is let by the night, from check-in to check-out."""
    nights = select(Service).join(ServiceResource, ServiceResource.service_id == Service.id)
    mine = nights.where(Service.kind == "nights", ServiceResource.resource_id == unit.resource_id)
    let = db.session.scalars(mine.order_by(Service.id).limit(1)).first()
    return Frame(tenancy.tenant().timezone, *((let.check_in, let.check_out) if let else ()))


def due() -> Select[OutsideCalendar]:
    """Those whose time to be read has come, of units that are in use."""
    return _used().where(OutsideCalendar.next_at <= clock.now()).order_by(OutsideCalendar.next_at)


def _used() -> Select[OutsideCalendar]:
    mine = select(OutsideCalendar).join(ResourceUnit, ResourceUnit.id == OutsideCalendar.unit_id)
    return mine.join(Resource, Resource.id == ResourceUnit.resource_id).where(ResourceUnit.active, Resource.active)


def stale() -> Select[OutsideCalendar]:
    """Those that went wrong for a day, or always: then nothing is known of them."""
    long = or_(OutsideCalendar.read_at.is_(None), OutsideCalendar.read_at < clock.now() - STALE)
    return _used().where(OutsideCalendar.fault != "", long).order_by(OutsideCalendar.id)


def any_at_all(*, binned: bool = False) -> bool:
    """Whether the shop follows a calendar; `binned`: or did until just now."""
    wanted = select(OutsideCalendar.id).limit(1).execution_options(binned=binned)
    return db.session.scalar(wanted) is not None


def by_token(token: str, *, binned: bool = False) -> OutsideCalendar:
    """The calendar that an address names; raises Missing."""
    wanted = select(OutsideCalendar).where(OutsideCalendar.token == token).execution_options(binned=binned)
    found = db.session.scalars(wanted).one_or_none() if token else None
    if found is None:
        raise Missing()
    return found


def of_units(unit_ids: Iterable[int]) -> Sequence[OutsideCalendar]:
    """The calendars of these units, in the order in which they came."""
    mine = select(OutsideCalendar).where(OutsideCalendar.unit_id.in_(sorted(set(unit_ids))))
    return db.session.scalars(mine.order_by(OutsideCalendar.id)).all()


def forget(*conditions: object) -> None:
    """Delete what nobody brings back, with whatever was still told by it."""
    gone = select(OutsideCalendar.id).where(*conditions).execution_options(**GONE)  # type: ignore[arg-type]
    ids = db.session.scalars(gone).all()
    said = select(Closure.id).where(Closure.calendar_id.in_(ids))
    for told in (delete(Occupation).where(Occupation.closure_id.in_(said)),
                 delete(Closure).where(Closure.calendar_id.in_(ids))) if ids else ():  # fmt: skip
        db.session.execute(told, execution_options=GONE)
    db.session.execute(delete(OutsideCalendar).where(*conditions), execution_options=GONE)  # type: ignore[arg-type]


def sweep() -> None:
    """What was taken away is gone after a day, its address with it."""
    forget(OutsideCalendar.binned_at < clock.now() - KEPT)


def trouble(code: str) -> str:
    """What went wrong, and what mends it."""
    return str(next((one.message for one in _all(Unfetched) if one.code == code), Unfetched.message))


def _all(cls: type[Unfetched]) -> list[type[Unfetched]]:
    return [cls, *(deeper for one in cls.__subclasses__() for deeper in _all(one))]


def init_app(_app: object) -> None:
    """Say how the journal tells it."""
    journal.kind("bookings.outside_added", _l("Follows a calendar from outside: %(name)s for %(unit)s"))
    journal.kind("bookings.outside_removed", _l("Follows it no more: %(name)s for %(unit)s"))
    journal.kind("bookings.outside_restored", _l("Follows it again: %(name)s for %(unit)s"))
