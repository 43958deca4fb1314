"""Reports: what became of a letter to many; every number is the count of a list that can be opened."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, not_, or_, select
from sqlalchemy.orm import aliased

from campaigns import bounces, letter_events
from campaigns.attributed import Attributed
from campaigns.letter_events import LetterEvent
from campaigns.links import MailingLink
from campaigns.mailings import Mailing
from campaigns.recipients import OPEN, Recipient
from crm.contacts import Contact
from kernel.db import db
from kernel.i18n import _l
from kernel.money import Money
from shop.orders import Order

ARRIVED = ("sent", "captured")
Test = Callable[[], ColumnElement[bool]]


def _had(kind: str, *more: ColumnElement[bool]) -> ColumnElement[bool]:
    return Recipient.id.in_(letter_events.people(kind, *more))


def _came_back(kind: str) -> ColumnElement[bool]:
    """Who came back for that reason, and for no graver one."""
    graver = [one for one in bounces.KINDS[: bounces.KINDS.index(kind)] if one != "complaint"]
    mine = _had("bounced", LetterEvent.reason == kind)
    return and_(mine, not_(_had("bounced", LetterEvent.reason.in_(graver)))) if graver else mine


def _back() -> ColumnElement[bool]:
    return _had("bounced", letter_events.returning())


def _in(*states: str) -> ColumnElement[bool]:
    return Recipient.state.in_(states)


def _opened(*, privately: bool) -> ColumnElement[bool]:
    """Whose letter was opened; `privately`: nobody can tell, because their mailbox loads every letter's pictures."""
    seen, hidden = _had("opened", letter_events.opening()), _had("opened", letter_events.opening(hidden=True))
    return and_(hidden, not_(seen)) if privately else seen


def _clicked(verdict: str) -> ColumnElement[bool]:
    """Whose clicks are at best of that verdict."""
    better = {"human": (), "unknown": ("human",), "machine": ("human", "unknown")}[verdict]
    mine = _had("clicked", LetterEvent.verdict == verdict)
    return and_(mine, not_(_had("clicked", LetterEvent.verdict.in_(better)))) if better else mine


def _unopened() -> ColumnElement[bool]:
    """Whom it reached and of whom nothing was seen since; not whose mailbox hides it."""
    seen = or_(_opened(privately=False), _opened(privately=True), _clicked("human"))
    return and_(_in(*ARRIVED), not_(_back()), not_(seen))


def _unclicked() -> ColumnElement[bool]:
    """Whom it reached and who followed no link, as far as is known."""
    return and_(_in(*ARRIVED), not_(_back()), not_(_clicked("human")), not_(_clicked("unknown")))


def _left() -> ColumnElement[bool]:
    """Who unsubscribed by this letter and did not come back."""
    later = aliased(LetterEvent)
    back = exists().where(
        later.recipient_id == LetterEvent.recipient_id, later.kind == "allowed", later.id > LetterEvent.id
    )
    return _had("unsubscribed", not_(back))


def _bought() -> ColumnElement[bool]:
    return Recipient.id.in_(select(Attributed.recipient_id).where(Attributed.recipient_id.is_not(None)))


FIGURES: dict[str, tuple[Any, Test]] = {  # name: (label, which recipients); the first eight are all there are
    "delivered": (_l("Reached them"), lambda: and_(_in(*ARRIVED), not_(_back()))),
    "hard": (_l("No such address"), lambda: and_(_in(*ARRIVED, "failed"), _came_back("hard"))),
    "blocked": (_l("Refused by the other side"), lambda: and_(_in(*ARRIVED, "failed"), _came_back("blocked"))),
    "soft": (_l("Not possible now"), lambda: and_(_in(*ARRIVED, "failed"), _came_back("soft"))),
    "failed": (_l("Could not be sent"), lambda: and_(_in("failed"), not_(_back()))),
    "unknown": (_l("Nobody knows whether it arrived"), lambda: _in("unknown")),
    "waiting": (_l("Still to go"), lambda: _in(*OPEN)),
    "skipped": (_l("Left out"), lambda: _in("skipped")),
    "opened": (_l("Opened it"), lambda: _opened(privately=False)),
    "private": (_l("Perhaps opened it: their mailbox hides it"), lambda: _opened(privately=True)),
    "clicked": (_l("Followed a link"), lambda: _clicked("human")),
    "perhaps": (_l("Perhaps followed a link"), lambda: _clicked("unknown")),
    "machines": (_l("Only machines followed links"), lambda: _clicked("machine")),
    "unsubscribed": (_l("Unsubscribed"), _left),
    "complaints": (_l("Marked it as spam"), lambda: _had("bounced", LetterEvent.reason == "complaint")),
    "answered": (_l("Answered by themselves"), lambda: _had("answered")),
    "bought": (_l("Bought after it"), _bought),
    "unopened": (_l("Did not open it"), _unopened),
    "unclicked": (_l("Followed no link"), _unclicked),
}
BRIEF = ("delivered", "opened", "clicked")
WHOLE = ("delivered", "hard", "blocked", "soft", "failed", "unknown", "waiting", "skipped")


def rows(mailing: Mailing, name: str) -> Select[Recipient, Contact]:
    """The people of a figure, each with who it is as far as they are still known."""
    wanted = select(Recipient, Contact).outerjoin(Contact, Contact.id == Recipient.contact_id)
    return wanted.where(Recipient.mailing_id == mailing.id, FIGURES[name][1]()).order_by(Recipient.id)


def of(mailing: Mailing) -> dict[str, int]:
    """Every figure of a letter, in one look at its recipients."""
    sums = [func.coalesce(func.sum(case((test(), 1), else_=0)), 0) for _label, test in FIGURES.values()]
    found = db.session.execute(select(*sums).where(Recipient.mailing_id == mailing.id)).one()
    return {name: int(count) for name, count in zip(FIGURES, found, strict=True)}


def kept_here(mailing: Mailing) -> bool:
    """Whether its letters stayed in the house, because no mail server was set, and none has left."""
    mine = select(Recipient.state).where(Recipient.mailing_id == mailing.id, Recipient.state.in_(ARRIVED)).distinct()
    return set(db.session.scalars(mine)) == {"captured"}


def label(name: str, *, here: bool) -> Any:
    """What a figure is called; `here`: of a letter that was kept in the house."""
    return _l("Kept here, not sent") if here and name == "delivered" else FIGURES[name][0]


def orders(mailing: Mailing) -> Select[Attributed, Order]:
    """The orders that the letter led to, the newest first."""
    wanted = select(Attributed, Order).join(Order, Order.id == Attributed.order_id)
    return wanted.where(Attributed.mailing_id == mailing.id).order_by(Attributed.at.desc(), Attributed.id.desc())


@dataclass(frozen=True)
class Earned:
    """What a letter brought: orders, those known by the address alone, booked times, and money by currency."""

    orders: int
    by_address: int
    bookings: int
    money: list[Money]


def earned(mailing: Mailing) -> Earned:
    """What the letter brought, less what went back; an order that came to nothing is none."""
    return earned_by([mailing.id]).get(mailing.id, Earned(0, 0, 0, []))


def earned_by(ids: Sequence[int]) -> dict[int, Earned]:
    """The same of many letters, by letter; one that brought nothing is not there."""
    worth = func.sum(Attributed.amount_minor - Attributed.back_minor)
    by_address = func.sum(case((Attributed.how == "address", 1), else_=0))
    sums = func.count(), by_address, func.sum(Attributed.bookings), worth
    stands = or_(Attributed.back_minor < Attributed.amount_minor, Attributed.amount_minor == 0)
    wanted = select(Attributed.mailing_id, Attributed.currency, *sums).where(Attributed.mailing_id.in_(ids), stands)
    rows = db.session.execute(wanted.group_by(Attributed.mailing_id, Attributed.currency).order_by(Attributed.currency))
    told: dict[int, list[Any]] = {}
    for mailing_id, *found in rows:
        told.setdefault(mailing_id, []).append(found)
    return {mailing_id: _earned(found) for mailing_id, found in told.items()}


def _earned(found: list[Any]) -> Earned:
    """Of one letter, a line for each currency."""
    total, by_word, booked = (sum(int(row[place]) for row in found) for place in (1, 2, 3))
    return Earned(total, by_word, booked, [Money(int(row[4]), row[0]) for row in found if row[4]])


def brief(ids: Sequence[int]) -> dict[int, dict[str, int]]:
    """Whom letters reached, who opened them and who followed a link, by letter."""
    sums = [func.coalesce(func.sum(case((FIGURES[name][1](), 1), else_=0)), 0) for name in BRIEF]
    wanted = select(Recipient.mailing_id, *sums).where(Recipient.mailing_id.in_(ids)).group_by(Recipient.mailing_id)
    return {row[0]: dict(zip(BRIEF, map(int, row[1:]), strict=True)) for row in db.session.execute(wanted)}


@dataclass(frozen=True)
class LinkFigure:
    """How many people followed a link, how many perhaps did, and how many machines."""

    number: int
    url: str
    people: int
    perhaps: int
    machines: int


def links(mailing: Mailing) -> list[LinkFigure]:
    """Every link of a letter, the one that most people followed first."""
    who = {verdict: _who(verdict) for verdict in letter_events.VERDICTS}
    clicks = and_(LetterEvent.mailing_id == MailingLink.mailing_id, LetterEvent.link == MailingLink.number)
    wanted = select(MailingLink, *who.values()).outerjoin(LetterEvent, and_(clicks, LetterEvent.kind == "clicked"))
    mine = wanted.where(MailingLink.mailing_id == mailing.id).group_by(MailingLink.id)
    found = [
        LinkFigure(row.number, row.url, int(people), int(perhaps), int(machines))
        for row, people, machines, perhaps in db.session.execute(mine)
    ]
    return sorted(found, key=lambda one: (-one.people, -one.perhaps, one.number))


def _who(verdict: str) -> Any:
    return func.count(func.distinct(case((LetterEvent.verdict == verdict, LetterEvent.recipient_id))))
