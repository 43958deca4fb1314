"""Watching: what people look at, in bulk; with their consent as their facts, else only as a count of the day."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import not_, select

from crm import consent, facts, picks, tallies
from crm.visitors import Visitor
from kernel import buffer, clock, tenancy
from kernel.db import db
from kernel.i18n import _l


class Seen(NamedTuple):
    """Somebody did something with one thing of the shop; `visitor_id` only when they allowed it.

    A search is about no one thing: it has its words and the codes of the tastes that what was found is for.
    """

    kind: str
    about_kind: str
    about_id: int
    at: datetime
    visitor_id: int | None = None
    words: str = ""
    likes: tuple[str, ...] = ()


def see(
    kind: str, *, about: tuple[str, int], visitor: Visitor | None = None, words: str = "", likes: Sequence[str] = ()
) -> None:
    """Remember that something was looked at, searched or put into a cart; who asks here has asked for consent."""
    who = visitor.id if visitor else None
    told = (words, tuple(likes)) if visitor else ("", ())
    buffer.put("seen", Seen(kind, about[0], about[1], clock.now(), who, *told))


def write(items: list[Seen]) -> None:
    """Count everything, and tell the facts of those who allowed it, each thing once."""
    zone = ZoneInfo(tenancy.tenant().timezone)
    days = Counter((item.at.astimezone(zone).date(), item.kind, item.about_kind, item.about_id) for item in items)
    tallies.add_all(days)
    once = {(item.visitor_id, item.kind, item.about_kind, item.about_id, item.words): item for item in items}
    _facts([item for item in once.values() if item.visitor_id])


def _facts(told: Collection[Seen]) -> None:
    known = _visitors({item.visitor_id for item in told if item.visitor_id})
    for item in told:
        visitor = known.get(item.visitor_id or 0)
        if visitor is None:
            continue
        visitor.last_seen = max(visitor.last_seen, item.at)
        about = (item.about_kind, item.about_id) if item.about_kind else None
        data = {"words": item.words, "likes": list(item.likes)} if item.words else None
        facts.record(item.kind, visitor=visitor, about=about, at=item.at, data=data)
    picks.clear_all([one.contact_id for one in known.values()], known)


def _visitors(ids: set[int]) -> dict[int, Visitor]:
    allowed = select(Visitor).where(Visitor.id.in_(ids), not_(consent.taken_back()))
    return {visitor.id: visitor for visitor in (db.session.scalars(allowed) if ids else ())}


def init_app(_app: object) -> None:
    """Let the buffer write, and the timeline tell."""
    buffer.writer("seen", write)
    facts.kind("viewed", _l("Looked at a product"), "eye")
    facts.kind("added", _l("Put something into the cart"), "cart")
    facts.kind("searched", _l("Searched the shop"), "search")
    facts.kind("allowed", _l("Changed what they allow"), "check")
    facts.kind("wrote", _l("Wrote to the shop"), "mail")
    facts.kind("logged_in", _l("Logged in"), "person")
