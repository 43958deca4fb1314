"""The card of a subscription: it pays each order by itself where its buyer said so, until they take it off."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from kernel import clock, jobs, tenancy
from kernel.db import db
from kernel.i18n import _
from kernel.money import Money
from shop import (
    card_accounts,
    intervals,
    payment_methods,
    receipts,
    saved_cards,
    subscription_rows,
    subscriptions,
    zones,
)
from shop.payment_methods import CARDS, PaymentMethod
from shop.saved_cards import SavedCard
from shop.subscription_rows import Subscription, lock

if TYPE_CHECKING:
    from kernel.accounts import Account
    from shop.orders import Order


def sentence(parts: Iterable[tuple[str, Money]]) -> str:
    """What a buyer agrees to, exactly: about how much, how often, how it ends; `parts`: interval and amount each."""
    sums: dict[str, Money] = {}
    for every, amount in parts:
        if every:
            sums[every] = sums[every] + amount if every in sums else amount
    told = [_("about %(amount)s %(every)s", amount=receipts.shown(one), every=intervals.said(every))
            for every, one in sorted(sums.items())]  # fmt: skip
    return _(
        "The shop charges each delivery to this card without your doing anything: %(what)s, at the price of that day, "
        "and what its delivery costs. It writes to you before each charge. You can take the card off or end the "
        "subscription at any time on its page.",
        what=_(" and ").join(told),
    )  # fmt: skip


def of_lines(order: "Order") -> str:
    """The sentence for what an order begins."""
    return sentence((line.every, line.gross) for line in order.lines)


def agree(row: Subscription, words: str) -> None:
    """Its buyer says that a card pays each turn by itself; the words that they saw are kept."""
    row.agreed_at = clock.now()
    subscriptions.note(row, "agreed", reason=words)


def agreeing(row: Subscription, words: str) -> None:
    """Its buyer goes to type a card and agrees to that; only what they type there makes it so."""
    if not any(one.kind == "agreed" and one.reason == words[:300] for one in subscription_rows.events(row)[:1]):
        subscriptions.note(row, "agreed", reason=words)


def agreed(order: "Order") -> None:
    """Who placed an order that is paid by card said that this card pays by itself what the order begins."""
    if not order.payments or order.payments[-1].kind not in CARDS:
        return
    for row in subscription_rows.of_order(order):
        agree(row, of_lines(order))


def said(order: "Order") -> str:
    """What the letter of an order says of what comes again in it, and that a card pays it by itself."""
    card, told = pays(order), subscriptions.said(order)
    if card is None or order.balance.minor <= 0:
        return told
    return f"{told} {_('We charge it to your card %(card)s by ourselves: you need not do anything.', card=card.label)}"


def wanted(order: "Order") -> bool:
    """Whether the card that pays this order on a page is saved."""
    return any(_open(row) for row in subscription_rows.of_order(order))


def _open(row: Subscription) -> bool:
    return row.live and row.agreed_at is not None and row.card_id is None


def pays(order: "Order") -> SavedCard | None:
    """The card that pays an order by itself."""
    live = (row for row in subscription_rows.of_order(order) if row.live)
    return next((row.card for row in live if row.card is not None and row.card.kept), None)


def way(row: Subscription) -> PaymentMethod | None:
    """The shop's way to pay it by card; None where there is none now."""
    practice = tenancy.tenant().practice
    if not card_accounts.offered(practice=practice):
        return None
    group, place = row.contact.group if row.contact else "", zones.of(row.address) if row.address else set()
    case = payment_methods.Case(practice, "delivery" if row.address else "pickup", group, row.unit_minor * row.quantity)
    fit = (one for one in payment_methods.active() if one.kind in CARDS and payment_methods.fits(one, case, place))
    return next(fit, None)


def begun(row: Subscription, card: SavedCard) -> None:
    """Its buyer goes to type a card for it; one that was being typed before counts no more."""
    before = row.next_card
    row.next_card_id = card.id
    db.session.flush()
    db.session.expire(row, ["next_card"])
    if before is not None:
        saved_cards.drop(before)


def typed(card: SavedCard) -> None:
    """The card was typed for whoever waits for it: it pays from now on, another one of theirs goes."""
    rows = db.session.scalars(select(Subscription).where(Subscription.next_card_id == card.id)).all()
    for row in rows:
        lock(row).next_card_id = None
    _attach(rows, card)


def attach(order: "Order", card: SavedCard) -> None:
    """A card that paid on a page was saved: it pays what its order began, as its buyer said."""
    rows = [lock(row) for row in subscription_rows.of_order(order)]
    _attach([row for row in rows if _open(row)], card)


def _attach(rows: Sequence[Subscription], card: SavedCard) -> None:
    rows = [row for row in rows if row.live]
    for row in rows:
        before, by = row.card, way(row)
        row.card_id, row.agreed_at = card.id, row.agreed_at or clock.now()
        row.payment_code = by.code if by is not None else row.payment_code
        db.session.flush()
        db.session.expire(row, ["card", "next_card"])
        subscriptions.note(row, "card", reason=card.label)
        if before is not None and before.id != card.id:
            _let_go(before)
    if not rows:
        saved_cards.drop(card)  # it ended meanwhile


def off(row: Subscription, *, by: "Account | None" = None) -> None:
    """No card pays it by itself any more; one that pays nothing else is forgotten, at Stripe too."""
    lock(row)
    known = [one for one in (row.card, row.next_card) if one is not None]
    if not known and row.agreed_at is None:
        return
    row.card_id = row.next_card_id = row.agreed_at = None
    db.session.flush()
    db.session.expire(row, ["card", "next_card"])
    if known:
        subscriptions.note(row, "card_off", by=by)
        subscriptions.journaled(row, "card_off", by)
    for card in known:
        _let_go(card)


def _let_go(card: SavedCard) -> None:
    uses = or_(Subscription.card_id == card.id, Subscription.next_card_id == card.id)
    if db.session.scalar(select(Subscription.id).where(uses).limit(1)) is None:
        saved_cards.drop(card)


def changed(row: Subscription) -> None:
    """It is paid another way from now on: no card pays it by itself."""
    method = payment_methods.named(row.payment_code)
    if method is not None and method.kind not in CARDS:
        off(row)


@jobs.job("subscriptions.card_over")
def over(row_id: int) -> None:
    """One that ended, and did not go on within the hour, keeps no card."""
    row = db.session.get(Subscription, row_id)
    if row is not None and not row.live:
        off(row)
