"""Issuing: what makes gift cards: vouchers of an order that is paid, one for each unit and once, or a hand."""

from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from kernel import clock, journal, tenancy
from kernel.db import db
from kernel.i18n import _l
from kernel.money import Money
from kernel.refusal import Refusal
from shop import gift_cards, gift_letters, vouchers
from shop.gift_cards import GiftCard
from shop.order_lines import OrderLine
from shop.orders import Order

if TYPE_CHECKING:
    from kernel.accounts import Account


def of(order: Order) -> list[GiftCard]:
    """Issue the cards that a paid order bought and does not have yet; the caller holds the order's row."""
    lines = [line for line in order.lines if line.voucher]
    if not lines:
        return []
    live = select(GiftCard.line_id, GiftCard.unit).where(GiftCard.order_id == order.id, GiftCard.voided_at.is_(None))
    there = {(line, unit) for line, unit in db.session.execute(live)}
    wanted = [(line, unit) for line in lines for unit in range(1, line.quantity + 1)]
    made = [_issue(order, line, unit) for line, unit in wanted if (line.id, unit) not in there]
    gift_letters.tell_buyer(order, made)
    return made


def _issue(order: Order, line: OrderLine, unit: int) -> GiftCard:
    said, today = line.voucher, clock.today(tenancy.tenant().timezone)
    card = gift_cards.make(
        line.unit, key=f"line:{line.id}:{unit}", practice=order.practice, order=order, line_id=line.id, unit=unit,
        product_id=line.product_id, recipient=said.get("to", ""), email=said.get("email", ""),
        message=said.get("message", ""), send_on=_day(said.get("on")), giver=order.name, language=order.language,
        expires_on=vouchers.last_day(said.get("months"), today),
    )  # fmt: skip
    gift_letters.plan(card)
    return card


def _day(text: Any) -> date | None:
    return date.fromisoformat(text) if text else None


def by_hand(face: Money, *, by: "Account", reason: str, once: str, **told: Any) -> GiftCard:
    """Staff give a card: a courtesy, a prize; once for each `once` (a random token).

    `told`: recipient, email, message, expires_on, product_id.
    """
    known = db.session.scalars(select(GiftCard).where(GiftCard.token == once)).one_or_none()
    if known is not None:
        return known
    if face.minor <= 0:
        raise Refusal(_l("Write an amount greater than zero."))
    if not reason.strip():
        raise Refusal(_l("Write why the card is given: your books ask for it."))
    tenant = tenancy.tenant()
    told = {"language": tenant.language, "giver": tenant.name, "token": once, **told}
    card = gift_cards.make(face, key="hand", practice=tenant.practice, by=by, reason=reason.strip()[:300], **told)
    journal.write("gift_cards.issued", about=card, by=by, data={"last4": card.last4, "reason": card.reason})
    gift_letters.plan(card)
    return card
