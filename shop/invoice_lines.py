"""The lines of an invoice: copied from the order's stored lines and its delivery, never computed anew."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, String, func, select

from kernel import i18n, tenancy
from kernel.db import Base, Mapped, db, mapped_column, pk, ref, words
from kernel.i18n import _, pick
from kernel.tenancy import TenantOwned
from shop import invoice_parts, reductions, tax_rules
from shop.invoice_parts import Rest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shop.order_lines import OrderLine
    from shop.orders import Order

VOUCHERS = frozenset({"gift_card", "voucher"})  # what is sold here is money for later, not yet goods
DELIVERY = {
    "delivery": {"es": "Envío", "en": "Delivery"},
    "pickup": {"es": "Retiro", "en": "Pick-up"},
    "none": {"es": "Entrega", "en": "Handing over"},
}


class InvoiceLine(TenantOwned, Base):
    """One line of an invoice, or of a credit note, where it names the line that it corrects. Never changed."""

    __tablename__ = "invoice_line"
    __extra__ = (
        CheckConstraint("gross_minor = net_minor + tax_minor", name="gross"),
        CheckConstraint("net_minor >= 0 AND tax_minor >= 0 AND discount_minor >= 0", name="positive"),
        CheckConstraint("quantity >= 0", name="quantity"),
    )
    id: Mapped[int] = pk()
    invoice_id: Mapped[int] = ref("invoice")
    order_line_id: Mapped[int | None] = ref("order_line")
    corrects_id: Mapped[int | None] = ref("invoice_line")
    position: Mapped[int] = mapped_column(default=0)
    kind: Mapped[str] = mapped_column(String(12), default="goods")  # goods | delivery | voucher
    sku: Mapped[str] = mapped_column(String(64), default="")
    name: Mapped[dict[str, str]] = words()
    options: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    quantity: Mapped[int] = mapped_column(default=1)  # 0: a credit note takes a part of the amount, no unit
    unit_minor: Mapped[int]
    discount_minor: Mapped[int] = mapped_column(default=0)
    net_minor: Mapped[int]
    tax_minor: Mapped[int]
    gross_minor: Mapped[int]
    components: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    fiscal: Mapped[dict[str, Any]] = mapped_column(default=dict)  # CABYS, unit codes … as they were then

    @property
    def priced_minor(self) -> int:
        """What stands in its column of amounts: with the taxes that its price contains, without those on top."""
        inside = [part["tax_minor"] for part in self.components if part.get("included", True)]
        return self.net_minor + int(sum(inside))

    def told(self) -> dict[str, Any]:
        """What its invoice's hash covers of it."""
        plain = ("kind", "sku", "name", "quantity", "unit_minor", "discount_minor", "net_minor", "tax_minor")
        return {name: getattr(self, name) for name in plain} | {"components": self.components, "fiscal": self.fiscal}


@dataclass(frozen=True)
class Left:
    """What a line of an invoice still holds after its credit notes."""

    line: InvoiceLine
    units: int
    rest: Rest


def copied(order: "Order") -> list[InvoiceLine]:
    """The order as lines; together they are its total to the last cent."""
    lines = [_goods(line, place) for place, line in enumerate(order.lines)]
    if order.shipping_minor:
        lines.append(_delivery(order, len(lines)))
    if sum(line.gross_minor for line in lines) != order.total_minor:
        raise ValueError(f"the lines of order {order.number} are not its total")
    return lines


def known(papers: "Sequence[int]") -> set[int | None]:
    """The order lines that stand on those invoices."""
    return set(db.session.scalars(select(InvoiceLine.order_line_id).where(InvoiceLine.invoice_id.in_(papers))))


def added(order: "Order", fresh: "Sequence[OrderLine]", missing: int) -> list[InvoiceLine]:
    """Lines that stand on no invoice yet, and what bookings and the delivery cost more: up to `missing` minor units."""
    lines = [_goods(line, place) for place, line in enumerate(fresh)]
    missing -= sum(line.gross_minor for line in lines)
    for line, held in _grown(order, fresh) if missing > 0 else ():
        more = min(missing, line.gross_minor - held)
        missing -= more
        lines += [_only(_goods(line, len(lines)), more, whole=not held)] if more > 0 else []
    more = min(missing, order.shipping_minor)
    return [*lines, _only(_delivery(order, len(lines)), more)] if more > 0 else lines


def _grown(order: "Order", fresh: "Sequence[OrderLine]") -> "list[tuple[OrderLine, int]]":
    """The lines of bookings, which may cost more since they were billed, and what invoices hold of them by now."""
    papers = select(InvoiceLine.invoice_id).where(InvoiceLine.order_line_id.in_([line.id for line in order.lines]))
    rests = [
        one for paper in sorted(set(db.session.scalars(papers))) for one in left(paper) if not one.line.corrects_id
    ]
    less = {line_id for one in reductions.of(order) for line_id in one.units}  # these last: they may be called off
    mine = [line for line in order.lines if line.booking_id and line not in fresh]
    mine.sort(key=lambda line: line.id in less)
    return [(line, sum(one.rest.gross for one in rests if one.line.order_line_id == line.id)) for line in mine]


def _only(line: InvoiceLine, more: int, *, whole: bool = False) -> InvoiceLine:
    """The line over a part of its amount, as one unit; as it is where the `whole` is meant."""
    if whole and more == line.gross_minor:
        return line
    part = invoice_parts.part(_rest(line), more)
    line.net_minor, line.tax_minor, line.gross_minor = part.net, part.tax, part.gross
    line.components, line.unit_minor = part.components, more - tax_rules.on_top(part.components)
    line.quantity, line.discount_minor = 1, 0
    return line


def kept(order: "Order", held: "Mapping[int, int]") -> list[InvoiceLine]:
    """What the shop keeps of an order that ended, as lines, with the tax that lies in it.

    First the price of gift cards that are still good (`held`: order line → minor), then of goods and delivery each
    its share, last what came for cards that never were or are void.
    """
    lines = copied(order)
    found = tiers([Left(line, line.quantity, _rest(line)) for line in lines], held)
    shares = invoice_parts.filled(min(order.kept_minor, order.total_minor), found[::-1])
    return [line for line, share in zip(lines, shares, strict=True) if share and _shrunk(line, share, order, held)]


def tiers(rests: "Sequence[Left]", held: "Mapping[int, int]") -> list[list[int]]:
    """How much of each line is: the price of gift cards that are not good, goods and delivery, cards that are."""
    good = [min(held.get(one.line.order_line_id or 0, 0), one.rest.gross) for one in rests]
    card = [one.line.kind == "voucher" for one in rests]
    dead = [(one.rest.gross - minor) * is_card for one, minor, is_card in zip(rests, good, card, strict=True)]
    goods = [one.rest.gross * (not is_card) for one, is_card in zip(rests, card, strict=True)]
    return [dead, goods, good]


def _shrunk(line: InvoiceLine, share: int, order: "Order", held: "Mapping[int, int]") -> InvoiceLine:
    if share != line.gross_minor:
        part = invoice_parts.part(_rest(line), share)
        line.net_minor, line.tax_minor, line.gross_minor, line.components = (
            part.net,
            part.tax,
            part.gross,
            part.components,
        )
        line.quantity, line.discount_minor = 0, 0  # an amount of it, no units
    if line.kind == "voucher":
        if held.get(line.order_line_id or 0):  # somebody spends it still: it stays owed
            return line
        line.kind = "goods"  # nobody can spend it later: it is earned
    with i18n.speak(order.language, tenancy.tenant().country):
        line.options = [*line.options, {"name": _("Order called off"), "value": _("what the shop keeps of it")}]
    return line


def _goods(line: "OrderLine", place: int) -> InvoiceLine:
    kind = "voucher" if line.product.kind in VOUCHERS else "goods"
    return InvoiceLine(
        order_line_id=line.id, position=place, kind=kind, sku=line.sku, name=dict(line.name),
        options=[*line.options, *_when(line)], quantity=line.quantity, unit_minor=line.unit_minor,
        discount_minor=line.discount_minor, net_minor=line.net_minor, tax_minor=line.tax_minor,
        gross_minor=line.gross_minor, components=[dict(part) for part in line.tax_components],
        fiscal=dict(getattr(line.product, "fiscal", None) or {}),
    )  # fmt: skip


def _when(line: "OrderLine") -> list[dict[str, str]]:
    """The time of a booking and how many come, as the line tells them."""
    return [{"name": label, "value": text} for label, text in line.texts.items()] if line.booking_id else []


def _delivery(order: "Order", place: int) -> InvoiceLine:
    tax = sum(part["tax_minor"] for part in order.shipping_components)
    return InvoiceLine(
        position=place, kind="delivery", name=dict(order.delivery_label) or DELIVERY[order.delivery_kind], quantity=1,
        unit_minor=order.shipping_minor - tax_rules.on_top(order.shipping_components),
        net_minor=order.shipping_minor - tax, tax_minor=tax, sku="",
        gross_minor=order.shipping_minor, components=[dict(part) for part in order.shipping_components],
        options=[], discount_minor=0, fiscal={},
    )  # fmt: skip


def of(invoice_id: int) -> "Sequence[InvoiceLine]":
    """The lines of an invoice, in order."""
    mine = select(InvoiceLine).where(InvoiceLine.invoice_id == invoice_id)
    return db.session.scalars(mine.order_by(InvoiceLine.position, InvoiceLine.id)).all()


def left(invoice_id: int) -> list[Left]:
    """What each line of an invoice still holds."""
    lines = of(invoice_id)
    credited: dict[int, list[InvoiceLine]] = {line.id: [] for line in lines}
    for row in db.session.scalars(select(InvoiceLine).where(InvoiceLine.corrects_id.in_(list(credited)))):
        credited[row.corrects_id or 0].append(row)
    return [_left(line, credited[line.id]) for line in lines]


def _left(line: InvoiceLine, gone: "list[InvoiceLine]") -> Left:
    rest = invoice_parts.rest(_rest(line), [_rest(one) for one in gone])
    return Left(line, line.quantity - sum(one.quantity for one in gone), rest)


def _rest(line: InvoiceLine) -> Rest:
    return Rest(line.net_minor, line.tax_minor, line.components, shared=line.kind != "delivery")


def credited_minor(invoice_id: int) -> int:
    """How much of an invoice was taken back by credit notes."""
    mine = select(InvoiceLine.id).where(InvoiceLine.invoice_id == invoice_id)
    gone = select(func.sum(InvoiceLine.gross_minor)).where(InvoiceLine.corrects_id.in_(mine))
    return int(db.session.scalar(gone) or 0)


def exempt(line: InvoiceLine) -> int:
    """How much of what it sells bears no tax."""
    if line.kind == "voucher":
        return 0
    return invoice_parts.exempt(line.net_minor, line.components, shared=line.kind != "delivery")


def beyond(line: InvoiceLine) -> int:
    """What no tax asks about: money for later, which is taxed as what it buys one day, and is no exempt sale."""
    return line.net_minor if line.kind == "voucher" else 0


def called(line: InvoiceLine) -> str:
    """Its name and what was chosen, in the current language."""
    chosen = ", ".join(f"{pick(one['name'])}: {pick(one['value'])}" for one in line.options)
    return f"{pick(line.name)} ({chosen})" if chosen else pick(line.name)
