"""Zones: the parts of a country that a tenant's delivery and payment methods reach."""

from collections.abc import Iterable, Mapping

from sqlalchemy import String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, db, pk, words
from kernel.tenancy import TenantOwned


class Zone(TenantOwned, Base):
    """A named part of a country; without regions it is the whole country."""

    __tablename__ = "zone"
    __extra__ = (UniqueConstraint("tenant_id", "code"),)
    id: Mapped[int] = pk()
    code: Mapped[str] = mapped_column(String(40))
    name: Mapped[dict[str, str]] = words()
    country: Mapped[str] = mapped_column(String(2))
    regions: Mapped[list[str]] = mapped_column(default=list)  # codes of divisions, or beginnings of postcodes

    def holds(self, address: Mapping[str, str]) -> bool:
        """Whether an address lies in it: its country, and any of its divisions or its postcode's beginning."""
        if address.get("country", self.country) != self.country:
            return False
        return not self.regions or any(_inside(value, self.regions) for value in _codes(address))


def all_of_tenant() -> list[Zone]:
    """The tenant's zones by code."""
    return list(db.session.scalars(select(Zone).order_by(Zone.code)))


def of(address: Mapping[str, str]) -> set[str]:
    """The codes of the zones that hold the address."""
    return {zone.code for zone in all_of_tenant() if zone.holds(address)}


def _codes(address: Mapping[str, str]) -> list[str]:
    return [value for key, value in address.items() if value and key not in {"country", "line1", "line2", "landmark"}]


def _inside(value: str, regions: Iterable[str]) -> bool:
    return any(value == region or (value.isdigit() and value.startswith(region)) for region in regions)
