"""Conditions: for which of the people in an automation a letter is; the others go on to the next one.

Asked when the letter's turn has come, and again right before it leaves. Who followed a link is known rather well; who
opened a letter is not, because some mailboxes open every letter and others none: whoever may have opened it counts as
having done so.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, case, or_, select

from campaigns import audience, letter_events
from campaigns.automations import Automation, AutomationStep, Enrolment
from campaigns.letter_events import LetterEvent
from campaigns.recipients import Recipient
from kernel.db import db
from kernel.i18n import _l
from shop.orders import ENDED, Order

ONLY = {
    "": _l("To everybody in it"),
    "unbought": _l("Only to who has not bought since"),
    "bought": _l("Only to who has bought since"),
    "unclicked": _l("Only to who followed no link of the letter before"),
    "unopened": _l("Only to who did not open the letter before"),
}
BEFORE = ("unclicked", "unopened")  # those that look at the letter before
UNMET = "unmet"  # of recipients.REASONS
BUYING = ("cart", "lapsed", "reorder")  # of TRIGGERS: a purchase ends these anyway
BACK = ("refunded", "refund_due", "void")  # states of the money in which an order came to nothing
ARRIVED = ("sent", "captured")
SEEN = ("human", "unknown")


def offered(automation: Automation, position: int) -> list[str]:
    """The conditions that make sense for the letter of that place."""
    ends = automation.ends_bought or automation.trigger in BUYING
    return [one for one in ONLY if not ((ends and one in ("bought", "unbought")) or (not position and one in BEFORE))]


def stands(order: Any) -> tuple[ColumnElement[bool], ...]:
    """In SQL: orders that did not come to nothing, and were not for practice."""
    return order.state.not_in(sorted(ENDED)), order.payment.not_in(BACK), ~order.practice


def bought(rows: Sequence[Enrolment]) -> set[int]:
    """Which of these have bought after it began; not what they bought to begin it, nor what came to nothing."""
    return ordered(rows, *stands(Order))


def ordered(rows: Sequence[Enrolment], *kept: ColumnElement[bool]) -> set[int]:
    """Which of these have placed an order of those `kept` (none said: any) after it began."""
    if not rows:
        return set()
    ids, first = {row.contact_id for row in rows}, min(row.since for row in rows)
    since = select(Order.contact_id, Order.placed_at).where(Order.contact_id.in_(ids), Order.placed_at > first)
    orders = db.session.execute(since.where(*kept)).all()
    return {row.id for row in rows if any(who == row.contact_id and at > row.since for who, at in orders)}


def holds(row: Enrolment, step: AutomationStep) -> bool:
    """Whether a letter is for somebody."""
    return not step.only or row.id not in _unmet([row], step.only)


def _unmet(rows: Sequence[Enrolment], only: str) -> set[int]:
    """For which of these a letter with that condition is not."""
    if only in BEFORE:
        return _looked(rows, only)
    have = bought(rows)
    return have if only == "unbought" else {row.id for row in rows} - have


def _looked(rows: Sequence[Enrolment], only: str) -> set[int]:
    """Which of these opened the last letter of it that they had, or followed a link of it."""
    mine = select(Recipient.occasion, case((_seen(only), 1), else_=0))
    mine = mine.where(Recipient.occasion.in_([row.token for row in rows]), Recipient.state.in_(ARRIVED))
    letters = db.session.execute(mine.order_by(Recipient.sent_at, Recipient.id))
    last = {row[0]: row[1] for row in letters}
    return {row.id for row in rows if last.get(row.token)}


def _seen(only: str) -> ColumnElement[bool]:
    clicked = Recipient.id.in_(letter_events.people("clicked", LetterEvent.verdict.in_(SEEN)))
    if only == "unclicked":
        return clicked
    perhaps = or_(LetterEvent.verdict.in_(SEEN), LetterEvent.reason == "privacy")
    return or_(clicked, Recipient.id.in_(letter_events.people("opened", perhaps)))


def check(recipients: Sequence[Recipient]) -> dict[int, audience.Answer]:
    """Asked right before letters leave: whom a letter is no longer for, and who bought where that ends it."""
    tokens = {row.occasion for row in recipients if row.occasion}
    if not tokens:
        return {}
    of = AutomationStep.automation_id == Enrolment.automation_id
    asked = select(Enrolment, AutomationStep.mailing_id, AutomationStep.only, Automation.ends_bought)
    asked = asked.join(AutomationStep, of).join(Automation, Automation.id == Enrolment.automation_id)
    mine = {row.mailing_id for row in recipients}
    asked = asked.where(Enrolment.token.in_(tokens), AutomationStep.mailing_id.in_(mine))
    rows = db.session.execute(asked.where(or_(AutomationStep.only != "", Automation.ends_bought))).all()
    gone = bought([row for row, _letter, _only, ends in rows if ends])
    found: dict[tuple[str, int], audience.Answer] = {}
    for only in {only for _row, _letter, only, _ends in rows if only}:
        these = [(row, letter) for row, letter, word, _ends in rows if word == only]
        out = _unmet([row for row, _letter in these], only)
        found |= {(row.token, letter): UNMET for row, letter in these if row.id in out}
    found |= {(row.token, letter): "bought" for row, letter, _only, ends in rows if ends and row.id in gone}
    keys = {row.id: (row.occasion, row.mailing_id) for row in recipients}
    return {one: found[key] for one, key in keys.items() if key in found}


def init_app(_app: object) -> None:
    """Ask again before a letter leaves."""
    audience.also(check)
