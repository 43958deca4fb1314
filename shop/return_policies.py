"""The return policy: for how many days buyers may ask to give something back, and the reasons they choose from."""

from typing import Any

from sqlalchemy import CheckConstraint, UniqueConstraint, select

from kernel.db import Base, Mapped, db, mapped_column, pk
from kernel.i18n import _l
from kernel.tenancy import TenantOwned

DAYS = 30
MOST_DAYS = 365
MOST_REASONS = 12
REASONS = (
    _l("It arrived damaged"),
    _l("It is not what I ordered"),
    _l("It does not fit"),
    _l("I changed my mind"),
    _l("Another reason"),
)


class ReturnPolicy(TenantOwned, Base):
    """The one row of a tenant that has decided; without it the house's own holds."""

    __tablename__ = "return_policy"
    __extra__ = (UniqueConstraint("tenant_id"), CheckConstraint("days >= 0", name="days"))
    id: Mapped[int] = pk()
    days: Mapped[int] = mapped_column(default=DAYS)  # 0: buyers ask in person
    reasons: Mapped[list[str]] = mapped_column(default=list)  # []: the house's own, in the buyer's language


def of() -> ReturnPolicy:
    """The shop's policy; an unsaved one when it has decided nothing."""
    return db.session.scalars(select(ReturnPolicy)).one_or_none() or ReturnPolicy(days=DAYS, reasons=[])


def reasons() -> list[str]:
    """What buyers and staff choose from."""
    return list(of().reasons) or [str(reason) for reason in REASONS]


def change(*, days: int, reasons: list[str]) -> None:
    """Decide; reasons that are the house's own are none of the shop's."""
    row = of()
    row.days = days
    row.reasons = [] if reasons == [str(known) for known in REASONS] else reasons[:MOST_REASONS]
    db.session.add(row)


def init_app(_app: Any) -> None:
    """Bring the table."""
