"""Tax rates: what a tenant charges on what it sells."""

from sqlalchemy import String, UniqueConstraint, select

from kernel.db import Base, Mapped, db, mapped_column, pk
from kernel.tenancy import TenantOwned


class TaxRate(TenantOwned, Base):
    """One rate in hundredths of a percent; `included` when shown prices already contain it."""

    __tablename__ = "tax_rate"
    __extra__ = (UniqueConstraint("tenant_id", "code"),)
    id: Mapped[int] = pk()
    code: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(80))
    rate_bp: Mapped[int]
    included: Mapped[bool] = mapped_column(default=True)
    is_default: Mapped[bool] = mapped_column(default=False)


def rates() -> list[TaxRate]:
    """The tenant's rates, the default first."""
    return list(db.session.scalars(select(TaxRate).order_by(TaxRate.is_default.desc(), TaxRate.code)))


def default() -> TaxRate | None:
    """The rate of goods that name none."""
    return db.session.scalars(select(TaxRate).where(TaxRate.is_default).order_by(TaxRate.id)).first()


def rate(rate_id: int | None) -> TaxRate | None:
    """The rate with that id, else the default one, else none at all."""
    return (db.session.get(TaxRate, rate_id) if rate_id else None) or default()
