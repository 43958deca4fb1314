"""Deals: what a prospect may buy, how much it would be, and how far it has come; moves are rows, with who and why.

Won and lost are the end; a slip of the hand is taken back for some minutes. What is won becomes an order like any
other: that is the fact of it, so a deal records none of its own.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.orm import selectinload

from crm import indicators, tasks
from crm.companies import Company
from crm.contacts import Contact
from crm.deal_stages import MOVES, OPEN, REASONS, STAGES, Deal, DealMove
from crm.tasks import Task
from kernel import binned, clock, journal, tenancy
from kernel.db import db
from kernel.i18n import _l
from kernel.money import Money
from kernel.refusal import Missing, Refusal

if TYPE_CHECKING:
    from kernel.accounts import Account

WHILE = timedelta(minutes=10)  # in which a mistake is taken back
STEPS = ("late", "bare")  # what is overdue, and what nobody has a next step for
SHOWN = timedelta(days=30)  # so long what is won or lost stays on the board
MOST = 500  # on a board


class NoMove(Refusal):
    """It stands elsewhere by now."""

    message = _l("It has been moved meanwhile: look where it stands now.")
    status = 409


class NoReason(Refusal):
    """One learns from what is lost."""

    message = _l("Say why it was lost.")


class TooLate(Refusal):
    """It is long ago, or it was moved since."""

    message = _l("That can no longer be taken back.")
    status = 409


@dataclass(frozen=True)
class Told:
    """What somebody says of a deal."""

    title: str
    amount: Money | None = None
    for_id: int | None = None
    closes_on: date | None = None
    company_id: int | None = None


def query(account: "Account | None" = None, show: str = "") -> Select[Any]:
    """All of one person or of everybody, what waits longest first; `show`: one of STAGES or STEPS."""
    wanted = select(Deal).options(*_whole()).where(_shown(show)).order_by(Deal.moved_at, Deal.id)
    return wanted if account is None else wanted.where(tasks.falls_to(Deal.for_id, account))


def _whole() -> list[Any]:
    """What a card shows of each, read together."""
    return [selectinload(one) for one in (Deal.contact, Deal.company)]


def _shown(show: str) -> ColumnElement[bool]:
    if show in STAGES:
        return Deal.stage == show
    if show not in STEPS:
        return true()
    step = select(Task.id).where(Task.deal_id == Deal.id, Task.done_at.is_(None))
    late = step.where(Task.due < tasks.today()).exists() if show == "late" else ~step.exists()
    return and_(Deal.stage.in_(OPEN), late)


def board(account: "Account | None" = None, show: str = "") -> dict[str, list[Deal]]:
    """What stands in each stage: all that is open, and what was won or lost lately."""
    found: dict[str, list[Deal]] = {stage: [] for stage in STAGES}
    lately = or_(Deal.stage.in_(OPEN), Deal.moved_at >= clock.now() - SHOWN)
    for deal in db.session.scalars(query(account, show).where(lately).limit(MOST)):
        found[deal.stage].append(deal)
    return found


def any_at_all() -> bool:
    """Whether the shop ever wrote one."""
    return db.session.scalar(select(Deal.id).limit(1)) is not None


def of(contact: Contact) -> list[Deal]:
    """The deals with a person, the newest first."""
    return _newest(Deal.contact_id == contact.id)


def of_company(company: Company) -> list[Deal]:
    """The deals with a company, the newest first."""
    return _newest(Deal.company_id == company.id)


def _newest(condition: ColumnElement[bool]) -> list[Deal]:
    mine = select(Deal).where(condition).options(*_whole())
    return list(db.session.scalars(mine.order_by(Deal.id.desc()).limit(20)))


def open_of(companies: Iterable[Company]) -> dict[int, int]:
    """How many are open with each of these companies, by the company's id."""
    mine = Deal.company_id.in_([one.id for one in companies]), Deal.stage.in_(OPEN)
    rows = select(Deal.company_id, func.count(Deal.id)).where(*mine).group_by(Deal.company_id)
    return {company: int(count) for company, count in db.session.execute(rows) if company}


def named(token: str) -> Deal:
    """The deal that an address names; raises Missing."""
    found = db.session.scalar(select(Deal).where(Deal.token == token))
    if found is None:
        raise Missing()
    return found


def add(contact: Contact, told: Told, *, by: "Account") -> Deal:
    """Write down that somebody may buy something."""
    deal = Deal(contact_id=contact.id, currency=tenancy.tenant().currency)
    _fill(deal, told)
    db.session.add(deal)
    db.session.flush()
    journal.write("deal.added", about=deal, by=by, data={"title": deal.title})
    return deal


def change(deal: Deal, told: Told, *, by: "Account") -> None:
    """Another title or amount, or somebody else who looks after it."""
    _fill(deal, told)
    journal.write("deal.changed", about=deal, by=by, data={"title": deal.title})


def _fill(deal: Deal, told: Told) -> None:
    deal.title, deal.for_id, deal.closes_on = told.title, told.for_id, told.closes_on
    deal.company_id = told.company_id
    if told.amount != deal.amount:
        deal.amount_minor = told.amount.minor if told.amount else None
        deal.currency = told.amount.currency if told.amount else deal.currency


def _locked(deal: Deal) -> Deal:
    """Two who move one deal follow each other."""
    db.session.refresh(deal, with_for_update=True)
    return deal


def move(deal: Deal, stage: str, *, by: "Account", reason: str = "", words: str = "") -> bool:
    """To another stage; whether it was not there already. What is lost has a reason. Raises NoMove, NoReason."""
    if _locked(deal).stage == stage:
        return False
    if (deal.stage, stage) not in MOVES:
        raise NoMove()
    if stage == "lost" and reason not in REASONS:
        raise NoReason()
    told = {"reason": reason if stage == "lost" else "", "words": words.strip()[:500]}
    db.session.add(DealMove(deal_id=deal.id, was=deal.stage, stage=stage, account_id=by.id, who=by.known_as, **told))
    journal.write("deal.moved", about=deal, by=by, data={"title": deal.title, "from": deal.stage, "to": stage})
    deal.stage, deal.moved_at = stage, clock.now()
    db.session.flush()
    return True


def undo(deal: Deal, *, by: "Account") -> None:
    """The last move was a mistake: it stands again where it was. Raises TooLate."""
    _locked(deal)
    mine = select(DealMove).where(DealMove.deal_id == deal.id).order_by(DealMove.id.desc()).limit(1)
    last = db.session.scalar(mine)
    if last is None or last.at < clock.now() - WHILE:
        raise TooLate()
    journal.write("deal.unmoved", about=deal, by=by, data={"title": deal.title, "from": last.stage, "to": last.was})
    deal.stage, deal.moved_at = last.was, clock.now()
    db.session.delete(last)
    db.session.flush()


def put_away(deal: Deal, *, by: "Account") -> None:
    """Into the bin; it can be taken back."""
    deal.binned_at = clock.now()
    journal.write("deal.binned", about=deal, by=by, data={"title": deal.title})


def take_back(token: str, *, by: "Account") -> Deal:
    """Out of the bin as it was."""
    deal: Deal = binned.named(Deal, token)
    deal.binned_at = None
    journal.write("deal.restored", about=deal, by=by, data={"title": deal.title})
    return deal


def _won(what: Any, first: date, last: date) -> Select[Any]:
    since, until = clock.span(first, last, tenancy.tenant().timezone)
    return select(what).where(Deal.stage == "won", Deal.moved_at >= since, Deal.moved_at < until)


def won(first: date, last: date) -> int:
    """How many were won on those days."""
    return int(db.session.scalar(_won(func.count(Deal.id), first, last)) or 0)


def brought(first: date, last: date) -> int:
    """What those together bring, in the shop's currency."""
    mine = _won(func.coalesce(func.sum(Deal.amount_minor), 0), first, last)
    return int(db.session.scalar(mine.where(Deal.currency == tenancy.tenant().currency)) or 0)


def init_app(_app: object) -> None:
    """Say how the journal tells it; bring the figures."""
    stages = {"from": STAGES, "to": STAGES}
    journal.kind("deal.added", _l("Wrote down the opportunity “%(title)s”"))
    journal.kind("deal.changed", _l("Changed the opportunity “%(title)s”"))
    journal.kind("deal.moved", _l("Moved “%(title)s” from “%(from)s” to “%(to)s”"), stages)
    journal.kind("deal.unmoved", _l("Took “%(title)s” back from “%(from)s” to “%(to)s”"), stages)
    journal.kind("deal.binned", _l("Put the opportunity “%(title)s” into the bin"))
    journal.kind("deal.restored", _l("Took the opportunity “%(title)s” out of the bin"))
    indicators.define("deals.won", _l("Opportunities won"), unit="count", direction="more", query=won)
    indicators.define(
        "deals.brought", _l("What won opportunities bring"), unit="money", direction="more", query=brought
    )
