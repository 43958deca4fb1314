"""The storefront: how a tenant's shop presents itself, and what is written of when it is closed."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, String, UniqueConstraint, bindparam, select

from kernel import beside, rows, tenancy
from kernel.db import Base, Mapped, db, mapped_column, pk, ref, words
from kernel.tenancy import TenantOwned

PRESETS = ("neblina", "telar", "selva", "horno")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Storefront(TenantOwned, Base):
    """The one row of a tenant that says what its shop looks like and where it is."""

    __tablename__ = "storefront"
    __extra__ = (UniqueConstraint("tenant_id"),)
    id: Mapped[int] = pk()
    tagline: Mapped[dict[str, str]] = words()
    story: Mapped[dict[str, str]] = words()
    email: Mapped[str] = mapped_column(String(320), default="")
    phone: Mapped[str] = mapped_column(String(32), default="")
    whatsapp: Mapped[str] = mapped_column(String(32), default="")
    address: Mapped[dict[str, Any]] = mapped_column(default=dict)
    hours: Mapped[dict[str, Any]] = mapped_column(default=dict)  # {"mon": "08:00-17:00" | None}
    preset: Mapped[str] = mapped_column(String(16), default="neblina")
    primary: Mapped[str] = mapped_column(String(9), default="")  # "": the preset's own
    accent: Mapped[str] = mapped_column(String(9), default="")
    surface: Mapped[str] = mapped_column(String(9), default="")
    pattern: Mapped[str] = mapped_column(String(40), default="")
    logo_id: Mapped[int | None] = ref("file")
    hero_id: Mapped[int | None] = ref("file")
    show_cents: Mapped[bool] = mapped_column(default=False)
    closed_until: Mapped[date | None]  # closed by hand: the day on which it sells again
    closed_message: Mapped[dict[str, str]] = words()
    holidays: Mapped[list[dict[str, Any]]] = mapped_column(default=list)  # planned: [{from, until, message}]
    reviews: Mapped[str] = mapped_column(String(8), default="approval")  # off | approval | open: see reviews
    questions: Mapped[bool] = mapped_column(default=True)  # whether one may ask on the pages of products
    absent_times: Mapped[int | None]  # who did not come so often pays the whole price of a booking before …
    absent_months: Mapped[int] = mapped_column(default=12)  # … counted over so many months; None: nobody: see prepaying
    know: Mapped[dict[str, str]] = words()  # what guests should know of services that say nothing of their own
    know_read: Mapped[bool] = mapped_column(default=False)
    drawer_blind: Mapped[bool] = mapped_column(default=True)  # who counts the drawer does not see what should be in it
    ask_letters: Mapped[bool] = mapped_column(default=True)  # what colleagues ask for is told by letter: see asks
    setup_hidden: Mapped[bool] = mapped_column(default=False)
    tag_words: Mapped[dict[str, Any]] = mapped_column(default=dict)  # {"anil": {"es": "Añil", "en": "Indigo"}}

    @property
    def placed(self) -> bool:
        """Whether it says where it is, so that a buyer can come there."""
        return any(value for name, value in self.address.items() if name not in {"country", "lat", "lon"})


@dataclass(frozen=True)
class Hours:
    """One day of the week and when the shop opens it."""

    day: str
    opens: str
    closes: str


def of() -> Storefront:
    """The current tenant's storefront; an unsaved one with the defaults when it has none yet."""
    info = db.session().info
    tenant_id, found = info.get("storefront", (None, None))
    mine = tenancy.current()
    if tenant_id != mine or found is None or found.__dict__.get("tenant_id") != mine or found not in db.session:
        found = _read()  # of what is to be read anew, no tenant is known
        hold(found)
    return found or blank()


def _read() -> Storefront | None:
    """It and its tenant, which is always asked for too."""
    row = next(iter(beside.plain(_mine())), None)
    if row is None:
        raise tenancy.NoTenant("the current tenant is gone")
    found, tenant = rows.apart(row, Storefront, tenancy.Tenant)
    tenancy.hold(tenant)
    return found  # type: ignore[no-any-return]


def hold(found: Storefront | None) -> None:
    """This is the current tenant's: a session lets go of rows that nobody holds."""
    db.session().info["storefront"] = tenancy.current(), found


@lru_cache
def _mine() -> Select[Any]:
    told: Any = select(*rows.columns(Storefront), *rows.columns(tenancy.Tenant)).select_from(tenancy.Tenant)
    own = Storefront.tenant_id == tenancy.Tenant.id
    found: Select[Any] = told.outerjoin(Storefront, own).where(tenancy.Tenant.id == bindparam("tenant"))
    return found


def blank() -> Storefront:
    """A storefront as the defaults make it, not yet kept."""
    return Storefront(
        tagline={}, story={}, address={}, hours={}, closed_message={}, holidays=[], tag_words={}, email="", phone="",
        whatsapp="", pattern="", preset=PRESETS[0], primary="", accent="", surface="", show_cents=False,
        setup_hidden=False, reviews="approval", questions=True, absent_months=12, drawer_blind=True, ask_letters=True,
        know={}, know_read=False,
    )  # fmt: skip


def furnish(tenant: tenancy.Tenant) -> None:
    """Give a new tenant its storefront, with the contact it signed up with."""
    if not db.session.scalars(select(Storefront)).one_or_none():
        row = blank()
        row.email, row.phone, row.whatsapp = tenant.email, tenant.phone, tenant.phone
        db.session.add(row)


def week(storefront: Storefront) -> list[Hours]:
    """The opening hours in order of the week; days without hours have empty ones."""
    spans = ((day, str(storefront.hours.get(day) or "")) for day in DAYS if storefront.hours)
    return [Hours(day, *(span.split("-", 1) if "-" in span else (span, ""))) for day, span in spans]


def init_app(_app: Any) -> None:
    """Furnish new tenants."""
    tenancy.furnish(furnish)
