"""Rows of who waits for a time that is full: one for each asking, until it is answered, withdrawn or over."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CheckConstraint, Index, Select, and_, column, func, or_, select

from crm.contacts import Contact
from kernel import clock, jobs
from kernel.db import Base, Mapped, belongs, db, mapped_column, ref
from kernel.tenancy import TenantOwned
from shop.catalog import Product
from shop.occupations import Span
from shop.services import Service, ServiceResource
from shop.waits import Wait

THERE = column("ended_at").is_(None)
SETTLE = timedelta(minutes=2)  # what is taken again at once brings nobody


@dataclass(frozen=True)
class Wish:
    """What somebody wants: a time, any time of a day (whose bounds `span` has then), or a stay; for how many people."""

    span: Span
    places: int = 1
    any_time: bool = False


class TimeWait(Wait, TenantOwned, Base):
    """Somebody asked to be told, once, when so many people fit at a time of a service: a time, a day or a stay.

    It ends in two more ways than others do: they booked it themselves (`had`), or it is over (`past`).
    """

    __tablename__ = "time_wait"
    __extra__ = (
        CheckConstraint("starts_at < ends_at", name="forward"),
        CheckConstraint("places >= 1", name="places"),
        Index(
            "uq_time_wait_open", "tenant_id", "service_id", "contact_id", "starts_at", "ends_at", unique=True,
            sqlite_where=THERE, postgresql_where=THERE,
        ),
        Index("ix_time_wait_service", "tenant_id", "service_id", "ended_at"),
    )  # fmt: skip
    service_id: Mapped[int] = ref("service", index=False)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    any_time: Mapped[bool] = mapped_column(default=False)  # of that day, whose bounds these are then
    places: Mapped[int]  # how many people
    service: Mapped[Service] = belongs("TimeWait.service_id", "Service")
    contact = belongs("TimeWait.contact_id", "Contact")

    @property
    def wish(self) -> Wish:
        """What was asked for."""
        return Wish(Span(self.starts_at, self.ends_at), self.places, self.any_time)

    @property
    def what(self) -> tuple[int, datetime, datetime]:
        """The service and the time, for how many people ever."""
        return self.service_id, self.starts_at, self.ends_at

    @classmethod
    def standing(cls) -> Select["TimeWait"]:
        """The next time before the rest."""
        wanted = select(TimeWait).where(TimeWait.ended_at.is_(None), coming())
        return wanted.order_by(TimeWait.starts_at, TimeWait.id)


def coming() -> Any:
    """What has not begun; of a day what is not over."""
    now = clock.now()
    return or_(TimeWait.starts_at > now, and_(TimeWait.any_time, TimeWait.ends_at > now))


def waiting() -> Select[Any]:
    """Who still waits for what is to come and not in the bin, the next time first: "Hoy" counts these, its list too."""
    kept = select(Service.id).join(Product, Product.id == Service.product_id).where(Product.binned_at.is_(None))
    known = select(Contact.id).where(Contact.binned_at.is_(None))
    there = TimeWait.ended_at.is_(None), coming(), TimeWait.service_id.in_(kept), TimeWait.contact_id.in_(known)
    return select(TimeWait).where(*there).order_by(TimeWait.starts_at, TimeWait.ends_at, TimeWait.asked_at, TimeWait.id)


def of_service(service_id: int) -> Select[Any]:
    """Who waits for that service."""
    return waiting().where(TimeWait.service_id == service_id)


def by_service() -> Mapping[int, int]:
    """How many wait for each service, that for which most wait first."""
    mine = waiting().order_by(None).with_only_columns(TimeWait.service_id, func.count())
    rows = db.session.execute(mine.group_by(TimeWait.service_id).order_by(func.count().desc(), TimeWait.service_id))
    return dict(rows.all())


def at(service_id: int, starts_at: datetime) -> int:
    """How many people they are who wait for that time of a service, or for any of its day."""
    inside = and_(TimeWait.any_time, TimeWait.starts_at <= starts_at, TimeWait.ends_at > starts_at)
    return people(of_service(service_id).where(or_(TimeWait.starts_at == starts_at, inside)))


def people(wanted: Select[Any]) -> int:
    """How many people come with these."""
    places = wanted.order_by(None).with_only_columns(func.coalesce(func.sum(TimeWait.places), 0))
    return int(db.session.scalar(places) or 0)


def freed(service_ids: Collection[int], resource_ids: Collection[int] = ()) -> None:
    """Have those looked at who wait for these services, or for what takes the same; mostly nobody does."""
    for one in touched(service_ids, resource_ids):
        jobs.later("time_waits.tell", one, at=clock.now() + SETTLE, key=str(one))


def touched(service_ids: Collection[int], resource_ids: Collection[int] = ()) -> list[int]:
    """The services for which somebody waits and that need one of these resources or what these services need."""
    mine = sorted(set(service_ids))
    same = select(ServiceResource.resource_id).where(ServiceResource.service_id.in_(mine))
    shared = ServiceResource.resource_id.in_(same), ServiceResource.resource_id.in_(sorted(set(resource_ids)))
    others = select(ServiceResource.service_id).where(or_(*shared))
    these = or_(TimeWait.service_id.in_(mine), TimeWait.service_id.in_(others))
    wanted = select(TimeWait.service_id).where(TimeWait.ended_at.is_(None), coming(), these)
    return list(db.session.scalars(wanted.distinct().order_by(TimeWait.service_id)))
