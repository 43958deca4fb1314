"""Tenants and their walls: no current tenant, no rows; and nobody else's rows ever."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, cast

from flask import g
from sqlalchemy import (
    Connection,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    TextClause,
    UniqueConstraint,
    column,
    select,
    text,
)
from sqlalchemy.orm import Mapped, MappedColumn, declared_attr, mapped_column

from kernel import clock, locales
from kernel.db import Base, db, pk


class NoTenant(RuntimeError):
    """Rows of a tenant were asked for and nobody said whose."""


class ForeignTenant(RuntimeError):
    """A row of another tenant would have been written or mixed in."""


class Tenant(Base):
    """An enterprise: the shop's name and the decisions that its country made."""

    __tablename__ = "tenant"
    id: Mapped[int] = pk()
    slug: Mapped[str] = mapped_column(String(63), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    legal_name: Mapped[str] = mapped_column(String(160), default="")
    tax_id: Mapped[str] = mapped_column(String(40), default="")
    fiscal: Mapped[dict[str, str]] = mapped_column(default=dict)  # what the tax office wants to know of it, by code
    country: Mapped[str] = mapped_column(String(2))
    currency: Mapped[str] = mapped_column(String(3))
    language: Mapped[str] = mapped_column(String(8), default="es")
    languages: Mapped[list[str]] = mapped_column(default=lambda: ["es"])
    timezone: Mapped[str] = mapped_column(String(64))
    treatment: Mapped[str] = mapped_column(String(8), default="usted")  # usted | tu
    phone: Mapped[str] = mapped_column(String(32), default="")
    email: Mapped[str] = mapped_column(String(320), default="")
    revision: Mapped[int] = mapped_column(default=1)  # moves when a public page may have changed
    live_at: Mapped[datetime | None]  # None: practice mode
    two_steps_since: Mapped[datetime | None]  # since when all staff are asked to log in by two steps or a passkey
    two_steps_grace: Mapped[int] = mapped_column(default=0)  # in how many days they must
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    @property
    def practice(self) -> bool:
        """Whether the tenant still practises: its own numbers, no facts, wiped in one click."""
        return self.live_at is None

    @property
    def locale(self) -> str:
        """Language and country together, for formats: `es_CR`; the language alone where that is no locale: `en`."""
        return str(locales.of(self.language, self.country))


class Domain(Base):
    """A host name of a tenant's own; without a verified one the shop lives at `<slug>.HOST`. Many may wish, one has."""

    __tablename__ = "domain"
    __table_args__ = (
        UniqueConstraint("tenant_id", "host"),
        Index(
            "uq_domain_verified", "host", unique=True,
            sqlite_where=column("verified_at").is_not(None), postgresql_where=column("verified_at").is_not(None),
        ),
    )  # fmt: skip
    id: Mapped[int] = pk()
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenant.id"), index=True)
    host: Mapped[str] = mapped_column(String(253))
    main: Mapped[bool] = mapped_column(default=False)  # the one that links in letters use
    verified_at: Mapped[datetime | None]


class FormerSlug(Base):
    """A name the shop had before: it redirects to today's."""

    __tablename__ = "tenant_former_slug"
    id: Mapped[int] = pk()
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenant.id"), index=True)
    slug: Mapped[str] = mapped_column(String(63), unique=True)


def _references(cls: type) -> list[ForeignKeyConstraint]:
    found = {}
    for place in reversed(cls.__mro__):
        for name, value in vars(place).items():
            if isinstance(value, MappedColumn) and "ref" in value.column.info:
                found[name] = value.column.info["ref"]
    return [
        ForeignKeyConstraint(
            ["tenant_id", name],
            [f"{target}.tenant_id", f"{target}.id"],
            name=f"fk_{cls.__tablename__}_{name}",  # type: ignore[attr-defined]
        )
        for name, target in found.items()
    ]


class TenantOwned:
    """A row that belongs to one tenant. Constraints of its own go into `__extra__`, not `__table_args__`."""

    __extra__: tuple[Any, ...] = ()
    __unique_id__ = True  # whether rows of the same tenant can be referred to
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenant.id"))

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Any, ...]:  # noqa: N805
        plain = [arg for arg in cls.__extra__ if not isinstance(arg, dict)]
        options = [arg for arg in cls.__extra__ if isinstance(arg, dict)]
        own = [UniqueConstraint("tenant_id", "id")] if cls.__unique_id__ else []
        return (*own, *_references(cast(type, cls)), *plain, *options)


class Binnable:
    """A row that can lie in the bin for thirty days; hidden meanwhile unless `binned=True` is asked for."""

    binned_at: Mapped[datetime | None] = mapped_column(default=None)


def current() -> int:
    """The current tenant's id; raises NoTenant."""
    try:
        found: int | None = g.get("tenant_id")
    except RuntimeError:  # outside any application
        found = None
    if found is None:
        raise NoTenant("no current tenant")
    return found


def tenant() -> Tenant:
    """The current tenant."""
    session, mine = db.session(), current()
    held: Tenant | None = session.info.get("tenant")  # a session lets go of rows that nobody holds
    if held is not None and held.__dict__.get("id") == mine and held in session:  # of what is to be read anew, no id
        return held
    found = session.get(Tenant, mine)
    if found is None:
        raise NoTenant("the current tenant is gone")
    return hold(found)


def hold(found: Tenant) -> Tenant:
    """This is the current tenant: a session lets go of rows that nobody holds."""
    db.session().info["tenant"] = found
    return found


def is_system() -> bool:
    """Whether all tenants' rows are open, as in the few listed places."""
    return bool(g and g.get("system"))


def enter(tenant_id: int) -> None:
    """Say whose request or job this is, once; another tenant's afterwards is refused."""
    known = g.get("tenant_id")
    if known is not None and known != tenant_id and db.session().in_transaction():
        raise ForeignTenant("end the transaction before another tenant's turn")
    g.tenant_id = tenant_id
    _rewall()


def leave() -> None:
    """Forget the current tenant; what was loaded of it goes too."""
    db.session.rollback()
    db.session.remove()
    g.pop("tenant_id", None)


@contextmanager
def use(tenant_id: int) -> Iterator[None]:
    """Work as one tenant, with a session of its own; commit inside."""
    before = g.get("tenant_id")
    if before == tenant_id:
        yield
        return
    enter(tenant_id)
    try:
        yield
    finally:
        leave()
        if before is not None:
            g.tenant_id = before


@contextmanager
def system() -> Iterator[None]:
    """Open all tenants' rows: only where the architecture test lists it."""
    before, g.system = g.get("system", False), True
    _rewall()
    try:
        yield
    finally:
        g.system = before
        _rewall()


def _rewall() -> None:
    if not db.session.registry.has():
        return
    session = db.session()
    if session.in_transaction() and session.get_bind().dialect.name == "postgresql":
        raise_wall(session.connection())


WALL = "set_config('app.tenant_id', :tenant, true), set_config('app.scope', :scope, true)"
_WALL = text(f"SELECT {WALL}")


def raise_wall(connection: Connection, statement: TextClause = _WALL, **more: str) -> None:
    """Tell PostgreSQL, for this transaction, whose rows are open; `statement` may do more than WALL."""
    connection.execute(statement, {**wall(), **more})


def wall() -> dict[str, str]:
    """Whose rows are open, as WALL wants to be told."""
    return {"tenant": str(g.get("tenant_id") or "") if g else "", "scope": "system" if is_system() else ""}


def touch() -> None:
    """Say that public pages of the current tenant may have changed: cached ones are left behind."""
    tenant().revision = Tenant.revision + 1


def open_shops() -> list[tuple[Tenant, str]]:
    """Every shop that sells, by name, with the host of its own where it has one."""
    own = (Domain.tenant_id == Tenant.id) & Domain.main & Domain.verified_at.is_not(None)
    rows = select(Tenant, Domain.host).outerjoin(Domain, own).where(Tenant.live_at.is_not(None))
    return [(tenant, host or "") for tenant, host in db.session.execute(rows.order_by(Tenant.name))]


_furnishers: list[Callable[[Tenant], None]] = []


def furnish(furnisher: Callable[[Tenant], None]) -> None:
    """Have `furnisher(tenant)` set up what a new tenant needs, inside the transaction that makes it."""
    if furnisher not in _furnishers:
        _furnishers.append(furnisher)


def open_shop(tenant: Tenant) -> Tenant:
    """Write a new tenant, enter it and let every package furnish it."""
    db.session.add(tenant)
    db.session.flush()
    enter(tenant.id)
    for furnisher in _furnishers:
        furnisher(tenant)
    return tenant
