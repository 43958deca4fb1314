"""Quotes that are offered to somebody: written, sent, changed, and answered once; a yes makes exactly one order."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, delete, update

from crm import facts
from kernel import clock, journal, signing, tenancy
from kernel.db import db
from kernel.i18n import _l
from kernel.refusal import Refusal
from shop import (
    checkout,
    days,
    numbering,
    order_events,
    orders,
    proposal_letters,
    proposal_prices,
    proposal_rows,
    proposal_stuck,
    terms,
)
from shop.proposal_prices import Terms
from shop.proposal_rows import Proposal, ProposalLine
from shop.quotes import Details

if TYPE_CHECKING:
    from crm.contacts import Contact
    from kernel.accounts import Account
    from shop.payment_methods import PaymentMethod

DAYS = 15  # a quote is good for so long, when nobody says otherwise
SOURCE = "quote"  # where such an order comes from
MOVES = {
    ("draft", "send"): "sent", ("sent", "send"): "sent", ("declined", "send"): "sent", ("withdrawn", "send"): "sent",
    ("accepted", "send"): "sent",  # only when its order ended unpaid
    ("sent", "accept"): "accepted", ("sent", "decline"): "declined", ("sent", "withdraw"): "withdrawn",
}  # fmt: skip


class Answered(Refusal):
    """It is an order by now, or the answer was no."""

    message = _l("This quote was answered already: look where it stands now.")
    status = 409


class Over(Refusal):
    """Its last day has passed."""

    message = _l("This quote was good until %(day)s. Write to the shop: it may renew it.")
    status = 409


class Changed(Refusal):
    """What they saw is not what holds now."""

    message = _l("The shop changed this quote meanwhile: look at it again.")
    status = 409


class SavedMeanwhile(Refusal):
    """Somebody else on the staff saved it since the form was opened."""

    message = _l("Somebody else saved this quote meanwhile. What you wrote stands here: saving again replaces theirs.")
    status = 409


class Withdrawn(Refusal):
    """The shop took it back."""

    message = _l("The shop took this quote back. Write to it if you still want this.")
    status = 409


class PastDay(Refusal):
    """It would be over before anybody reads it."""

    message = _l("Choose a day from today on, until which the quote is good.")


def usual_day() -> date:
    """Until when a new one is good."""
    return clock.today(tenancy.tenant().timezone) + timedelta(days=DAYS)


def write(terms: Terms, contact: "Contact | None", *, by: "Account", deal: str = "") -> Proposal:
    """A new one, which nobody but the shop sees until it is sent."""
    row = Proposal(account_id=by.id, practice=tenancy.tenant().practice, deal=deal)
    _fill(row, terms, contact)
    return row


def change(row: Proposal, terms: Terms, contact: "Contact | None", *, by: "Account", seen: str = "") -> None:
    """What it says from now on; of one that was sent they see the new one at once. Raises Answered or SavedMeanwhile.

    `seen`: the `stamp` of what was on the page; empty: whatever it was.
    """
    if proposal_rows.lock(row).settled:
        raise Answered()
    if seen and seen != row.stamp:
        raise SavedMeanwhile()
    _fill(row, terms, contact)
    row.changed_at, row.stuck, row.stuck_told, row.stuck_at = clock.now(), "", {}, None
    if row.sent_at is not None:
        row.version += 1
        row.seen_at = None
        journal.write("quote.changed", about=row, by=by, data={"number": row.number})


def _fill(row: Proposal, terms: Terms, contact: "Contact | None") -> None:
    row.contact_id = contact.id if contact else None
    row.company_id = terms.company.id if terms.company else None
    row.name, row.email, row.phone = terms.name, terms.email, terms.phone
    row.language = terms.language or tenancy.tenant().language
    row.message, row.note = terms.message, terms.note
    _until(row, terms.valid_until)
    proposal_rows.sought(row)
    proposal_prices.keep(row, terms, proposal_prices.priced(terms, contact))


def _until(row: Proposal, day: date) -> None:
    zone = tenancy.tenant().timezone
    if day < clock.today(zone):
        raise PastDay()
    row.valid_until, row.ends_at = day, clock.span(day, day, zone)[1]


def send(row: Proposal, *, by: "Account", letter: bool = True) -> bool:
    """They see it from now on, and hear of it by letter where they have an address; whether one was written."""
    if proposal_rows.lock(row).ends_at <= clock.now():
        raise PastDay()
    again = _again(row, by)
    row.number = row.number or numbering.take("practice-quote" if row.practice else "quote")
    proposal_rows.sought(row)
    if not _moved(row, "send", sent_at=clock.now(), answered_at=None, reason="", **proposal_stuck.NOT, **again):
        raise Answered()
    journal.write("quote.sent", about=row, by=by, data={"number": row.number})
    _fact("quoted", row, dedupe=f"quoted:{row.id}:{row.version}")
    return letter and proposal_letters.offer(row)


def _again(row: Proposal, by: "Account") -> dict[str, Any]:
    """What changes when one is offered again whose order ended unpaid; raises Answered while that order stands."""
    if row.order is None:
        return {}
    orders.lock(row.order)  # money that comes late may bring it back at this moment
    if not row.lapsed:
        raise Answered()
    order_events.record(row.order, "offered_again", by=by, reason=row.number)
    return {"order_id": None, "version": row.version + 1, "seen_at": None}


def withdraw(row: Proposal, *, by: "Account") -> None:
    """It does not hold any more; a yes that came first stands. Raises Answered."""
    if not _moved(row, "withdraw", answered_at=clock.now()):
        raise Answered()
    journal.write("quote.withdrawn", about=row, by=by, data={"number": row.number})


def extend(row: Proposal, day: date, *, by: "Account") -> None:
    """Good until another day, also when the last one has passed. Raises Answered, PastDay."""
    if proposal_rows.lock(row).state != "sent":
        raise Answered()
    _until(row, day)
    journal.write("quote.extended", about=row, by=by, data={"number": row.number, "day": days.told(day)})


def decline(row: Proposal, *, reason: str = "") -> None:
    """They say no. Raises Answered, or why there is nothing to say no to."""
    if not _moved(row, "decline", answered_at=clock.now(), reason=" ".join(reason.split())[:300]):
        raise _why_not(row)
    _fact("quote_declined", row)
    proposal_letters.declined(row)


def accept(row: Proposal, *, version: int, method: "PaymentMethod | None", by: "Account | None" = None) -> orders.Order:
    """They say yes to the version that they saw, or staff who heard it note so: one order, at the prices offered;
    whoever comes second gets the same. Raises Over, Changed, Withdrawn, Answered, NoLonger, what an order raises."""
    mine = Proposal.version == version, Proposal.ends_at > clock.now()
    key = signing.digest(f"quote:{row.token}:{version}")  # offered again it is another version, and another order
    if not _claimed(row, *mine):
        if row.state == "accepted" and row.order is not None:
            return row.order
        raise _why_not(row, version)
    proposal_stuck.refuse_put_away(row)
    order = checkout.complete(
        proposal_prices.quote(row), _details(row, method, by), contact=row.contact, key=key, method=method
    )
    if not _moved(row, "accept", answered_at=clock.now(), order_id=order.id, **proposal_stuck.NOT):
        raise Answered()
    _fact("quote_accepted", row)
    if by is not None:
        journal.write("quote.accepted", about=row, by=by, data={"number": row.number, "order": order.number})
    return order


def copy(row: Proposal, *, by: "Account") -> Proposal:
    """The same for another time: a draft with its lines as they were offered, good as long as a new one."""
    same = (
        "contact_id", "company_id", "name", "email", "phone", "language", "customer_group", "address", "deal",
        "delivery_method_id", "currency", "items_minor", "discount_minor", "shipping_minor", "shipping_components",
        "shipping_own_minor", "tax_minor", "total_minor", "rounding", "savings", "off", "message", "note",
    )  # fmt: skip
    made = Proposal(account_id=by.id, practice=tenancy.tenant().practice, **{one: getattr(row, one) for one in same})
    _until(made, usual_day())
    proposal_rows.sought(made)
    db.session.add(made)
    db.session.flush()
    proposal_prices.copied(made, row.lines)
    return made


def discard(row: Proposal) -> None:
    """A draft that nobody ever saw goes for good. Raises Answered."""
    if proposal_rows.lock(row).state != "draft":
        raise Answered()
    remove(Proposal.id == row.id)


def rehearsed(orders: Any) -> None:
    """Those orders were made while the shop practised, and go: what was offered in earnest stands as it did."""
    back = {"state": "sent", "order_id": None, "answered_at": None}
    mine = update(Proposal).where(Proposal.order_id.in_(orders), ~Proposal.practice).values(**back)
    db.session.execute(mine, execution_options={"synchronize_session": False})


def remove(*which: ColumnElement[bool]) -> None:
    """Those go, with their lines."""
    mine, quiet = db.select(Proposal.id).where(*which).scalar_subquery(), {"synchronize_session": False}
    db.session.execute(delete(ProposalLine).where(ProposalLine.proposal_id.in_(mine)), execution_options=quiet)
    db.session.execute(delete(Proposal).where(*which), execution_options=quiet)


def _claimed(row: Proposal, *conditions: ColumnElement[bool]) -> bool:
    """Whether it can be accepted now; its row is held from here on, so of two who ask at once the second waits."""
    mine = update(Proposal).where(Proposal.id == row.id, Proposal.state == "sent", *conditions)
    held = mine.values(answered_at=clock.now()).returning(Proposal.id)
    found = db.session.scalar(held, execution_options={"synchronize_session": False})
    db.session.refresh(row)
    return found is not None


def _moved(row: Proposal, step: str, **told: Any) -> bool:
    """Take a step from a state that has it, by one statement; whether it was there."""
    before = [state for state, name in MOVES if name == step]
    mine = update(Proposal).where(Proposal.id == row.id, Proposal.state.in_(before))
    moved = mine.values(state=MOVES[before[0], step], **told).returning(Proposal.id)
    db.session.flush()
    found = db.session.scalar(moved, execution_options={"synchronize_session": False})
    db.session.refresh(row)
    return found is not None


def _why_not(row: Proposal, version: int = 0) -> Refusal:
    """Why nobody can say yes or no to it now."""
    if row.state == "withdrawn":
        return Withdrawn()
    if row.state != "sent":
        return Answered()
    return Changed() if version and version != row.version and not row.ended else over(row)


def over(row: Proposal) -> Refusal:
    """Its last day has passed, said with that day."""
    return Over(day=days.told(row.valid_until))


def _details(row: Proposal, method: "PaymentMethod | None", by: "Account | None") -> Details:
    return Details(
        email=row.email, name=row.name, phone=row.phone, language=row.language, address=dict(row.address),
        payment=method.code if method else "", source=SOURCE, by=by,
        terms_version="" if by is not None else terms.version(), company=row.company,
        tax=row.company.billed if row.company else {},
    )  # fmt: skip


def _fact(kind: str, row: Proposal, dedupe: str | None = None) -> None:
    if not (row.practice or tenancy.tenant().practice):
        facts.record(kind, contact=row.contact, about=row, amount=row.total, dedupe=dedupe)


def init_app(_app: object) -> None:
    """Say how timeline and journal tell it."""
    facts.kind("quoted", _l("Got a quote"), "note")
    facts.kind("quote_accepted", _l("Accepted a quote"), "check")
    facts.kind("quote_declined", _l("Declined a quote"), "close")
    journal.kind("quote.sent", _l("Sent the quote %(number)s"))
    journal.kind("quote.changed", _l("Changed the quote %(number)s"))
    journal.kind("quote.withdrawn", _l("Withdrew the quote %(number)s"))
    journal.kind("quote.extended", _l("Made the quote %(number)s good until %(day)s"))
    journal.kind("quote.accepted", _l("Noted that %(number)s was accepted: %(order)s"))
