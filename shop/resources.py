"""Resources: what bookings occupy (boats, guides, cabins, tables), each with so many units that nobody has twice."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import CheckConstraint, Select, String, UniqueConstraint, bindparam, func, select
from sqlalchemy.orm import selectinload

from kernel import beside, signing
from kernel.db import Base, Mapped, belongs, db, many, mapped_column, pk, ref, words
from kernel.refusal import Missing
from kernel.tenancy import TenantOwned

MOST_UNITS = 200


class Resource(TenantOwned, Base):
    """Something of which there are one or several alike; `seats` people fit into one of them."""

    __tablename__ = "resource"
    __extra__ = (
        UniqueConstraint("tenant_id", "code"),
        UniqueConstraint("tenant_id", "token"),
        CheckConstraint("seats >= 1", name="seats"),
    )
    id: Mapped[int] = pk()
    token: Mapped[str] = mapped_column(String(32), default=signing.token)
    code: Mapped[str] = mapped_column(String(60))
    name: Mapped[dict[str, str]] = words()
    seats: Mapped[int] = mapped_column(default=1)
    position: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)
    units: Mapped[list["ResourceUnit"]] = many(
        "Resource", "ResourceUnit.resource_id", order_by="(ResourceUnit.position, ResourceUnit.id)"
    )


class ResourceUnit(TenantOwned, Base):
    """One of them: what is really occupied; one that was ever booked is put away, never deleted."""

    __tablename__ = "resource_unit"
    __extra__ = (
        UniqueConstraint("tenant_id", "token"),
        UniqueConstraint("tenant_id", "feed"),
        CheckConstraint("seats >= 1", name="seats"),
    )
    id: Mapped[int] = pk()
    token: Mapped[str] = mapped_column(String(32), default=signing.token)
    feed: Mapped[str] = mapped_column(String(32), default=signing.token)  # the secret address of its calendar
    resource_id: Mapped[int] = ref("resource")
    name: Mapped[str] = mapped_column(String(80))
    seats: Mapped[int | None]  # of the people of one appointment; None: as many as the service takes
    position: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)
    resource: Mapped[Resource] = belongs("ResourceUnit.resource_id", "Resource")

    @property
    def label(self) -> str:
        """Its name, and how many sit at it where that was said: `Mesa 3 · 4`."""
        return f"{self.name} · {self.seats}" if self.seats else self.name


def every() -> Sequence[Resource]:
    """The resources with their units, in order, the active ones first."""
    wanted = select(Resource).options(selectinload(Resource.units))
    return db.session.scalars(wanted.order_by(Resource.active.desc(), Resource.position, Resource.id)).all()


def by_token(token: str) -> Resource:
    """The resource that an address names; raises Missing."""
    found = db.session.scalars(select(Resource).where(Resource.token == token)).one_or_none() if token else None
    if found is None:
        raise Missing()
    return found


def unit(token: str) -> ResourceUnit:
    """The unit that an address names; raises Missing."""
    wanted = select(ResourceUnit).where(ResourceUnit.token == token)
    found = db.session.scalars(wanted).one_or_none() if token else None
    if found is None:
        raise Missing()
    return found


def units(resource_ids: Iterable[int]) -> Sequence[ResourceUnit]:
    """The units that can be taken of these resources, in the order in which they are filled."""
    asked = select(ResourceUnit).where(ResourceUnit.resource_id.in_(sorted(set(resource_ids))), ResourceUnit.active)
    return db.session.scalars(asked.order_by(ResourceUnit.resource_id, ResourceUnit.position, ResourceUnit.id)).all()


def largest(resource_id: int) -> int | None:
    """How many people of one appointment the largest unit in use holds; None: as many as the service takes."""
    found = [unit.seats for unit in units([resource_id])]
    return None if not found or None in found else max(one for one in found if one is not None)


def grow(resource: Resource, count: int, *, named: str) -> None:
    """Have at least `count` units, the new ones called “named 2”, “named 3”…"""
    known = db.session.scalar(select(func.count(ResourceUnit.id)).where(ResourceUnit.resource_id == resource.id)) or 0
    for place in range(known, count):
        name = named if count == 1 else f"{named} {place + 1}"
        db.session.add(ResourceUnit(resource_id=resource.id, name=name[:80], position=place))
    db.session.flush()
    db.session.expire(resource, ["units"])


def lock(resource_ids: Iterable[int]) -> None:
    """Hold these resources, in key order: who takes, moves or frees their time follows each other.

    What only refers to them (a unit that is added) does not wait.
    """
    if db.engine.dialect.name != "sqlite":  # there is one writer at a time
        beside.column(_locking(), resources=sorted(set(resource_ids)))


@lru_cache
def _locking() -> Select[Any]:
    these = Resource.id.in_(bindparam("resources", expanding=True))
    mine = Resource.tenant_id == bindparam("tenant"), these
    return select(Resource.id).where(*mine).order_by(Resource.id).with_for_update(key_share=True)
