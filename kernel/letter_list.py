"""The back office's list of letters: filters that share their queries with the numbers shown."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select, true

from kernel.db import db
from kernel.i18n import _l
from kernel.letters import Letter

PAGE = 50
STATES: dict[str, tuple[Any, str]] = {
    "pending": (_l("Waiting"), "wait"),
    "claimed": (_l("Waiting"), "wait"),
    "sending": (_l("Being sent"), "now"),
    "sent": (_l("Sent"), "good"),
    "captured": (_l("Kept here"), "off"),
    "deferred": (_l("Tried, goes again"), "wait"),
    "failed": (_l("Could not be sent"), "bad"),
    "skipped": (_l("Not sent"), "care"),
    "held": (_l("Held back: sent only if you say so"), "care"),
}
FILTERS: dict[str, tuple[Any, Callable[[], ColumnElement[bool]]]] = {
    "all": (_l("All letters"), true),
    "waiting": (_l("Waiting"), lambda: Letter.state.in_(("pending", "claimed", "sending", "deferred"))),
    "sent": (_l("Already sent"), lambda: Letter.state.in_(("sent", "captured"))),
    "failed": (_l("Could not be sent"), lambda: Letter.state.in_(("failed", "skipped", "held"))),
}


def query(name: str = "all", text: str = "") -> Select[Letter]:
    """The letters of a filter that match a text, the newest first."""
    found = select(Letter).where(FILTERS.get(name, FILTERS["all"])[1]())
    for word in text[:200].split()[:6]:
        hit = (Letter.to, Letter.to_name, Letter.subject)
        found = found.where(or_(*[column.icontains(word, autoescape=True) for column in hit]))
    return found.order_by(Letter.created_at.desc(), Letter.id.desc())


def count(name: str) -> int:
    """How many letters a filter has."""
    return _number(query(name))


def _number(found: Select[Letter]) -> int:
    return int(db.session.scalar(select(func.count()).select_from(found.order_by(None).subquery())) or 0)


def page(name: str, text: str, number: int) -> tuple[Sequence[Letter], int]:
    """One page of a filter and how many pages there are."""
    whole = query(name, text)
    pages = max(1, -(-_number(whole) // PAGE))
    return db.session.scalars(whole.limit(PAGE).offset((min(max(1, number), pages) - 1) * PAGE)).all(), pages


def by_ids(ids: Sequence[int]) -> Sequence[Letter]:
    """Those letters."""
    return db.session.scalars(select(Letter).where(Letter.id.in_(ids))).all()
