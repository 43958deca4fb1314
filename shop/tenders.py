"""Tenders: gift cards and store credit given in payment of an order; its total stays, what is due becomes less."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from kernel import signing
from kernel.db import db
from kernel.i18n import _
from kernel.money import Money
from shop import gift_cards, payment_methods, payments, refunds, store_credit, stored_value
from shop.gift_cards import GiftCard
from shop.orders import Order
from shop.payments import Payment
from shop.refund_rows import Refund
from shop.stored_value import StoredValue

if TYPE_CHECKING:
    from shop.order_lines import OrderLine
    from shop.quotes import QuoteLine


@dataclass(frozen=True)
class Tender:
    """So much of one balance, to be given for an order."""

    value: StoredValue
    amount: Money
    card: GiftCard | None = None

    @property
    def label(self) -> str:
        """What it is called in a list of sums."""
        return _("Gift card …%(last4)s", last4=self.card.last4) if self.card else _("Store credit")


def cards(codes: Iterable[str]) -> list[GiftCard]:
    """The cards among a cart's codes, each once; a card that is no longer good is refused with its reason."""
    return [gift_cards.usable(card) for card in named(codes)]


def named(codes: Iterable[str]) -> list[GiftCard]:
    """The cards among a cart's codes, good or not."""
    found = [card for code in codes if (card := gift_cards.by_handle(code)) is not None]
    return list({card.id: card for card in found}.values())


def planned(
    lines: "Iterable[QuoteLine | OrderLine]", total: Money, given: Sequence[GiftCard], credit: StoredValue | None = None
) -> list[Tender]:
    """What would be given for so much: cards first, the one that ends first before others, then credit.

    A card buys no card: its price is money, else an end date could be moved for ever.
    """
    room = total.minor - sum(line.gross.minor for line in lines if line.voucher)
    sources: list[tuple[StoredValue, GiftCard | None]] = [
        (card.value, card) for card in sorted(given, key=lambda card: (card.expires_on or date.max, card.id))
    ]
    if credit is not None:
        sources.append((credit, None))
    found = []
    for value, card in sources:
        part = min(room, value.balance_minor)
        if part > 0 and value.currency == total.currency:
            room -= part
            found.append(Tender(value, Money(part, total.currency), card))
    return found


def worth(given: Iterable[GiftCard], credit: StoredValue | None = None) -> int:
    """What lies on the cards and the credit together, to notice that it changed since the page was shown."""
    return sum(card.value.balance_minor for card in given) + (credit.balance_minor if credit else 0)


def due(total: Money, tenders: Sequence[Tender]) -> Money:
    """What remains to be paid by another way."""
    return Money(total.minor - sum(tender.amount.minor for tender in tenders), total.currency)


def spend(order: Order, codes: Iterable[str], credit: StoredValue | None = None) -> list[Payment]:
    """Give cards and credit for the order: each a payment, settled with its ledger entry in this transaction."""
    given = planned(order.lines, order.balance, cards(codes), credit)
    return [_give(order, tender) for tender in sorted(given, key=lambda tender: tender.value.id)]


def _give(order: Order, tender: Tender) -> Payment:
    stored_value.move(tender.value, "spend", -tender.amount, key=f"order:{order.id}", order=order)
    method = payment_methods.stored(tender.value.kind)
    payment = Payment(order_id=order.id, method_id=method.id, kind=method.kind, label=dict(method.label))
    payment.amount_minor, payment.currency, payment.value_id = tender.amount.minor, order.currency, tender.value.id
    db.session.add(payment)
    db.session.flush()
    db.session.expire(order, ["payments"])
    last4 = f"…{tender.card.last4}" if tender.card else ""
    payments.settle(payment, key=f"value:{tender.value.id}", amount=tender.amount, reference=last4, tell=False)
    return payment


def give_back(order: Order) -> None:
    """The order ended: what was given of cards and credit goes back where it came from, once."""
    given = [payment for payment in order.payments if payment.kind in payment_methods.STORED]
    free = refunds.refundable(order).minor - order.kept_minor  # what the shop keeps of a plan stays, whatever paid it
    whole = min(free, sum(refunds.left(payment) for payment in given))
    if whole > 0:
        refunds.give(order, amount=order.money(whole), key=f"ended:{order.id}:{signing.token()}")


def put_back(refund: Refund) -> str:
    """A refund of what was paid by card or credit: it goes back to that balance; to a dead card's owner as credit."""
    value = db.session.get_one(StoredValue, refund.payment.value_id)
    stored_value.move(value, "return", refund.amount, key=f"refund:{refund.id}", order=refund.order, by=refund.by)
    card = gift_cards.of_value(value)
    if card is not None:
        gift_cards.returned(card)
    return f"…{card.last4}" if card else ""


def to_credit(refund: Refund) -> str:
    """A refund that becomes credit of the order's buyer."""
    contact = refund.order.contact
    if contact is None:
        raise refunds.NoCredit()
    told = {"order": refund.order, "by": refund.by, "reason": refund.reason or refund.order.number}
    kind = "return" if refund.payment.kind in payment_methods.STORED else "refund"
    store_credit.add(contact, refund.amount, key=f"refund:{refund.id}", kind=kind, **told)
    return ""


def init_app(_app: object) -> None:
    """Return what was paid by card or credit within the house."""
    refunds.tender("gift_card", put_back)
    refunds.tender("store_credit", back_or_credit)


def back_or_credit(refund: Refund) -> str:
    """Store credit: of a payment by credit back to it, of any other payment as new credit."""
    return put_back(refund) if refund.payment.kind == "store_credit" else to_credit(refund)
