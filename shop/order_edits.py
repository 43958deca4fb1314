"""Order edits: what staff took off an order before it left, and what of its sums is then left."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kernel.i18n import _
from shop import invoice_parts, order_events, reductions
from shop.invoice_parts import Rest

if TYPE_CHECKING:
    from shop.order_discounts import OrderDiscount
    from shop.order_lines import OrderLine
    from shop.orders import Order


@dataclass(frozen=True)
class Edits:
    """How many went of which line, by the line's id and by its place, and what they cost together."""

    minor: int = 0
    units: Mapping[int, int] = field(default_factory=dict)
    shares: Mapping[int, tuple[int, int]] = field(default_factory=dict)  # by place: how many of how many

    def discount(self, one: "OrderDiscount") -> int:
        """What that discount comes to without what went, in minor units."""
        gone = [part * self.shares[place][0] // self.shares[place][1] for place, part in one.lines
                if place in self.shares]  # fmt: skip
        left: int = one.amount_minor - sum(gone)
        return left

    def listed(self, line: "OrderLine") -> int:
        """What is left of the line costs so much without its discount, in minor units."""
        whole: int = line.listed.minor
        return whole - whole * self.units.get(line.id, 0) // line.quantity

    def components(self, line: "OrderLine") -> list[dict[str, Any]]:
        """The taxes of what is left of the line; what went took its own along as on its credit note."""
        if not (units := self.units.get(line.id, 0)):
            return line.tax_components
        whole = Rest(line.net_minor, line.tax_minor, line.tax_components)
        gone = invoice_parts.part(whole, line.gross_minor * units // line.quantity)
        return invoice_parts.rest(whole, [gone]).components

    def all_of(self, line: "OrderLine") -> bool:
        """Whether nothing is left of it."""
        return self.units.get(line.id, 0) == line.quantity

    def words(self, line: "OrderLine", gone: int) -> str:
        """What became of the line when so many of it are gone, those that came back among them."""
        taken = self.units.get(line.id, 0)
        if self.all_of(line):
            return _("Taken off the order")
        off = _("%(units)s taken off the order", units=taken) if taken else ""
        came = _("%(units)s of them taken off or returned", units=gone - taken) if gone > taken else ""
        return " · ".join(filter(None, (off, came)))


def of(order: "Order") -> Edits:
    """What was taken off it while it was here: neither what came back later nor what was called off."""
    if not order.credited_minor:
        return Edits()
    said = {str(event.data.get("text"))[:300] for event in order_events.of(order) if event.kind == "taken_off"}
    rows = [row for row in reductions.of(order) if row.lines and row.reason in said] if said else []
    units: dict[int, int] = {}
    for row in rows:
        for line_id, many in row.units.items():
            units[line_id] = units.get(line_id, 0) + many
    shares = {line.position: (units[line.id], line.quantity) for line in order.lines if line.id in units}
    return Edits(sum(row.amount_minor for row in rows), units, shares)
