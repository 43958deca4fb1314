"""What the doctor asks of every shop: whether the sums agree, holds end, and Stripe's messages arrive."""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import func, select

from kernel import clock, doctor
from kernel.db import db
from kernel.doctor import Finding
from kernel.i18n import _, ngettext
from kernel.settings import Settings
from shop import outside_calendars, saved_cards
from shop.card_accounts import CardAccount
from shop.card_sessions import CardSession
from shop.ledger import LedgerEntry
from shop.orders import Order

LATE = timedelta(minutes=15)
WEEK = timedelta(days=7)


def sums_agree(_known: Settings) -> Iterator[Finding]:
    """What an order says it received is the sum of its ledger."""
    came = select(func.coalesce(func.sum(LedgerEntry.amount_minor), 0)).where(LedgerEntry.order_id == Order.id)
    wrong = select(Order.number).where(Order.received_minor != came.scalar_subquery()).order_by(Order.id).limit(5)
    numbers = list(db.session.scalars(wrong))
    if numbers:
        told = _("The sums of %(numbers)s are not their ledger's.", numbers=", ".join(numbers))
        yield Finding(
            "ledger", "wrong", told, _("Somebody changed the database by hand: compare with the last backup.")
        )


def holds_end(_known: Settings) -> Iterator[Finding]:
    """Goods are not kept longer than was said."""
    late = select(func.count(Order.id)).where(
        Order.state == "placed", Order.payment.in_(("due", "partial")), Order.hold_until < clock.now() - LATE
    )
    count = db.session.scalar(late)
    if count:
        told = ngettext(
            "One order keeps its goods past their time.", "%(num)s orders keep their goods past their time.", count
        )
        yield Finding("holds", "wrong", told, _("Start the worker: plaza worker"))


def stripe_is_heard(_known: Settings) -> Iterator[Finding]:
    """Cards were paid, so Stripe's messages must have come."""
    for account in db.session.scalars(select(CardAccount).where(CardAccount.used)):
        paid = select(func.max(CardSession.created_at)).where(
            CardSession.mode == account.mode, CardSession.state == "paid", CardSession.created_at > clock.now() - WEEK
        )
        last = db.session.scalar(paid)
        if last and (account.hook_seen_at is None or account.hook_seen_at < last - timedelta(days=1)):
            seen = account.hook_seen_at
            told = (_("No message of Stripe arrived since %(at)s.", at=f"{seen:%Y-%m-%d %H:%M}Z") if seen
                    else _("No message of Stripe has ever arrived."))  # fmt: skip
            mend = _("Compare the webhook's address and signing secret in Stripe with the settings.")
            yield Finding("stripe", "care", told, mend)


def cards_are_charged(_known: Settings) -> Iterator[Finding]:
    """What was held back at a restore waits for a person."""
    count = db.session.scalar(select(func.count()).select_from(saved_cards.waiting().order_by(None).subquery()))
    if count:
        told = ngettext(
            "One saved card is not charged since a restore.", "%(num)s saved cards are not charged since a restore.",
            count,
        )  # fmt: skip
        yield Finding(
            "cards", "care", told, _("Its owner lets them pay again in the back office: Settings, Card payments.")
        )


def calendars_are_read(_known: Settings) -> Iterator[Finding]:
    """What is taken elsewhere is known here."""
    for row in db.session.scalars(outside_calendars.stale()):
        told = _("%(name)s of %(unit)s has not been read since %(at)s: %(why)s", name=row.name, unit=row.unit.name,
                 at=f"{row.since:%Y-%m-%d %H:%M}Z", why=outside_calendars.trouble(row.fault))  # fmt: skip
        mend = _("Its owner looks at it in the back office, under Bookings, Calendars.")
        yield Finding("calendars", "care", told, mend)


def init_app(_app: object) -> None:
    """Bring the questions to the doctor."""
    doctor.of_each_shop("ledger", sums_agree)
    doctor.of_each_shop("holds", holds_end)
    doctor.of_each_shop("stripe", stripe_is_heard)
    doctor.of_each_shop("cards", cards_are_charged)
    doctor.of_each_shop("calendars", calendars_are_read)
