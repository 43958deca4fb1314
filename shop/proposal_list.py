"""The back office's list of quotes: filters that share their queries with the number on "Hoy", and a search."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, and_, case, exists, func, or_, select

from kernel import clock, phones, tenancy
from kernel.db import db
from kernel.folding import fold
from kernel.i18n import _l
from shop import proposal_rows
from shop.orders import ENDED, Order
from shop.proposal_rows import Proposal

PAGE = 50
SOON = timedelta(days=3)  # so long before its end one asks what they think of it


def _sent() -> Any:
    return and_(Proposal.state == "sent", Proposal.ends_at > clock.now())


def _lapsed() -> Any:
    """See Proposal.lapsed."""
    ended = Order.id == Proposal.order_id, Order.state.in_(ENDED), Order.received_minor == 0
    return and_(Proposal.state == "accepted", exists().where(*ended))


FILTERS: dict[str, tuple[Any, Callable[[], Any]]] = {
    "open": (_l("Not answered yet"), lambda: or_(Proposal.state == "draft", _sent())),
    "follow": (
        _l("To follow up"),
        lambda: and_(_sent(), or_(Proposal.stuck_at.is_not(None), Proposal.ends_at <= clock.now() + SOON)),
    ),
    "draft": (_l("Drafts"), lambda: Proposal.state == "draft"),
    "accepted": (_l("Accepted quotes"), lambda: and_(Proposal.state == "accepted", ~_lapsed())),
    "lapsed": (_l("Accepted, but not paid"), _lapsed),
    "declined": (_l("Declined quotes"), lambda: Proposal.state == "declined"),
    "ended": (
        _l("Ended quotes"),
        lambda: and_(Proposal.state == "sent", Proposal.ends_at <= clock.now()),
    ),
    "withdrawn": (_l("Withdrawn quotes"), lambda: Proposal.state == "withdrawn"),
    "all": (_l("All quotes"), lambda: Proposal.id.is_not(None)),
}


def query(name: str = "open", text: str = "") -> Select[Any]:
    """The quotes of a filter that match a text, the newest first; those to follow up by their end."""
    found = select(Proposal).where(FILTERS.get(name, FILTERS["open"])[1]())
    for word in fold(text)[:200].split()[:6]:
        found = found.where(or_(*(Proposal.haystack.contains(one, autoescape=True) for one in _needles(word))))
    first = (Proposal.ends_at, Proposal.id) if name == "follow" else (Proposal.id.desc(),)
    return found.order_by(*first)


def _needles(word: str) -> list[str]:
    """A word, and a telephone number as its digits are kept."""
    return [word, *(phones.needles(word, tenancy.tenant().country) if phones.is_part(word) else ())]


def follow() -> Select[Any]:
    """Those to ask about: they end soon, or a yes could not be kept."""
    return query("follow")


def page(name: str, text: str, number: int) -> tuple[Sequence[Proposal], int]:
    """One page of a filter and how many pages there are."""
    wanted = query(name, text).options(*proposal_rows.whole())
    whole = select(func.count()).select_from(query(name, text).order_by(None).subquery())
    pages = max(1, -(-int(db.session.scalar(whole) or 0) // PAGE))
    return db.session.scalars(wanted.limit(PAGE).offset((min(max(1, number), pages) - 1) * PAGE)).all(), pages


def counts() -> dict[str, int]:
    """How many each filter has, in one question."""
    sums = [func.sum(case((condition(), 1), else_=0)).label(name) for name, (_label, condition) in FILTERS.items()]
    row = db.session.execute(select(*sums).select_from(Proposal)).one()
    return {name: int(getattr(row, name) or 0) for name in FILTERS}
