"""Zones: the parts of a country that a tenant's delivery and payment methods reach."""

from collections.abc import Mapping

from sqlalchemy import String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, db, pk, words
from kernel.folding import fold
from kernel.tenancy import TenantOwned


class Zone(TenantOwned, Base):
    """A named part of a country; without regions it is the whole country."""

    __tablename__ = "zone"
    __extra__ = (UniqueConstraint("tenant_id", "code"),)
    id: Mapped[int] = pk()
    code: Mapped[str] = mapped_column(String(40))
    name: Mapped[dict[str, str]] = words()
    country: Mapped[str] = mapped_column(String(2))
    regions: Mapped[list[str]] = mapped_column(default=list)  # "San José", "San José|Escazú", postcode "72"

    def holds(self, address: Mapping[str, str]) -> bool:
        """Whether an address lies in it: its country, and one of its parts or its postcode's beginning."""
        if address.get("country", self.country) != self.country:
            return False
        return not self.regions or _inside(address, {fold(region) for region in self.regions})

    def may_hold(self, address: Mapping[str, str]) -> bool:
        """Whether it holds the address, or could once the rest of it is known."""
        if self.holds(address):
            return True
        known = "|".join(fold(address[key]) for key in ("region", "city", "district") if address.get(key))
        deeper = any(fold(region).startswith(f"{known}|" if known else "") for region in self.regions)
        return deeper and address.get("country", self.country) == self.country


def all_of_tenant() -> list[Zone]:
    """The tenant's zones by code."""
    return list(db.session.scalars(select(Zone).order_by(Zone.code)))


def of(address: Mapping[str, str]) -> set[str]:
    """The codes of the zones that hold the address."""
    return {zone.code for zone in all_of_tenant() if zone.holds(address)}


def _inside(address: Mapping[str, str], regions: set[str]) -> bool:
    parts = [fold(address.get(key, "")) for key in ("region", "city", "district")]
    paths = {"|".join(parts[:depth]) for depth in (1, 2, 3) if all(parts[:depth])}
    postcode = address.get("postcode", "")
    return bool(paths & regions) or any(region.isdigit() and postcode.startswith(region) for region in regions)
