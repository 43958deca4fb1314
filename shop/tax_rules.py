"""Tax rules: what a rate consists of in a zone and between two days, and which of its rules count there and then."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, String

from kernel import signing
from kernel.db import Base, Mapped, mapped_column, pk, ref
from kernel.tenancy import TenantOwned
from shop.zones import Zone

if TYPE_CHECKING:
    from shop.taxes import TaxRate

EVERYWHERE, ABROAD = "", "*"
TAX, CHARGE = "tax", "charge"  # what goes to the state, and what stays in the house: a service charge


@dataclass(frozen=True)
class Rate:
    """One component of a line's tax as it is charged; `exempt` is the paper for which it is not."""

    code: str
    name: str
    rate_bp: int
    included: bool = True
    compound: bool = False  # on the net and on the taxes before it
    kind: str = TAX
    exempt: str = ""


class TaxRule(TenantOwned, Base):
    """A component of a rate: a further one, one of a zone, or one that begins or ends on a day.

    Rules of a zone stand in for everything that the rate says elsewhere. Of rules with the same code the latest counts.
    """

    __tablename__ = "tax_rule"
    __extra__ = (CheckConstraint("rate_bp BETWEEN 0 AND 10000", name="rate"),)
    id: Mapped[int] = pk()
    token: Mapped[str] = mapped_column(String(32), default=signing.token)
    rate_id: Mapped[int] = ref("tax_rate")
    code: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(12), default=TAX)
    rate_bp: Mapped[int]
    included: Mapped[bool] = mapped_column(default=True)
    compound: Mapped[bool] = mapped_column(default=False)
    zone: Mapped[str] = mapped_column(String(40), default=EVERYWHERE)  # a zone's code
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]  # the last day

    def on(self, day: date) -> bool:
        """Whether it counts that day."""
        return (self.valid_from or day) <= day <= (self.valid_to or day)

    def charged(self) -> Rate:
        """What it charges."""
        return Rate(self.code, self.name, self.rate_bp, self.included, self.compound, self.kind)


def on_top(components: Iterable[Mapping[str, Any]]) -> int:
    """How much of a line's tax was added to the price that the shop shows, in minor units."""
    return sum(part["tax_minor"] for part in components if not part.get("included", True))


Row = tuple[TaxRule, Zone | None]


def resolve(rate: "TaxRate", rows: Iterable[Row], place: Mapping[str, str], day: date, *, home: str) -> list[Rate]:
    """What a rate charges for that place on that day: included ones first, as they are inside the price."""
    counted = [(rule, zone) for rule, zone in rows if rule.on(day)]
    depths = {rule.zone: _depth(rule.zone, zone, place, home) for rule, zone in counted}
    deepest = max(depths, key=lambda code: (depths[code], code), default=EVERYWHERE)
    chosen = deepest if depths.get(deepest, -1) > 0 else EVERYWHERE
    found = {} if chosen else {rate.tax: rate.charged()}
    mine = [rule for rule, _zone in counted if rule.zone == chosen]
    for rule in sorted(mine, key=lambda rule: (rule.valid_from or date.min, rule.id or 0)):
        found[rule.code] = rule.charged()
    return sorted(found.values(), key=lambda one: (not one.included, one.compound))


def _depth(code: str, zone: Zone | None, place: Mapping[str, str], home: str) -> int:
    """How exactly a zone names a place: 0 for everywhere, more the smaller it is, -1 when it lies elsewhere."""
    if code == EVERYWHERE:
        return 0
    if code == ABROAD:
        return 1 if place.get("country", home) != home else -1
    if zone is None or not zone.holds(place):
        return -1
    return 3 if zone.regions else 2
