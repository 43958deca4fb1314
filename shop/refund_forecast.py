"""What a refund would do, said before somebody presses: which money goes which way, the letter, the credit notes."""

from kernel.i18n import _, pick
from kernel.money import Money
from shop import credit_notes, receipts, refund_ways, refunds
from shop.orders import Order
from shop.payment_methods import PaymentMethod
from shop.payments import Payment, WrongAmount

Parts = list[tuple[Payment, int]]


def usual(order: Order, amount: Money, parts: Parts | None = None) -> str:
    """The code of the way that stands chosen for an amount: that of the payment most of it is taken from."""
    found: dict[str, int] = {}
    for payment, minor in shares(order, amount) if parts is None else parts:
        if refunds.hand(payment):
            code = refund_ways.usual(order, payment)
            found[code] = found.get(code, 0) + minor
    return max(found, key=lambda code: found[code], default="")


def told(
    order: Order, amount: Money, *, method: PaymentMethod | None = None, to: str = "money", parts: Parts | None = None
) -> list[str]:
    """Short sentences; [] for an amount that cannot go back. Without a `method`: the one that stands chosen."""
    parts = shares(order, amount) if parts is None else parts
    if not parts or amount > refunds.refundable(order):
        return []
    less = refunds.lowered(order, amount.minor, ())
    papers = [
        _("Credit note of %(amount)s on %(number)s.", amount=receipts.shown(part), number=row.number)
        for row, part in credit_notes.foreseen(order, less)
    ]
    ways = [_("The buyer gets %(amount)s of store credit.", amount=receipts.shown(amount))]
    if to != "credit":
        ways = _ways(order, parts, method)
    return [*ways, _letter(order, all_hand=to == "credit" or _at_once(parts)), *papers]


def shares(order: Order, amount: Money) -> Parts:
    """What goes back by which payment; [] for an amount that cannot go back."""
    try:
        return list(refunds.shares(order, amount.minor)) if amount.minor > 0 else []
    except WrongAmount:
        return []


def _ways(order: Order, parts: Parts, method: PaymentMethod | None) -> list[str]:
    """Which part takes which way."""
    hand: dict[str, int] = {}
    alone: dict[str, int] = {}
    for payment, minor in parts:
        mine = refunds.hand(payment)
        way = pick(method.label if mine and method is not None else payment.label)
        sums = hand if mine else alone
        sums[way] = sums.get(way, 0) + minor
    return [
        *(_("You return %(amount)s: %(way)s.", amount=receipts.shown(order.money(minor)), way=way)
          for way, minor in hand.items()),
        *(_("%(amount)s goes back by itself: %(way)s.", amount=receipts.shown(order.money(minor)), way=way)
          for way, minor in alone.items()),
    ]  # fmt: skip


def _at_once(parts: Parts) -> bool:
    return not any(refunds.asked_again(payment.kind) for payment, _minor in parts)


def _letter(order: Order, *, all_hand: bool) -> str:
    if not order.email:
        return _("No letter: this order has no e-mail address.")
    if all_hand:
        return _("One letter tells it to %(email)s.", email=order.email)
    return _("A letter tells it to %(email)s once the money is back.", email=order.email)
