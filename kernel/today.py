"""The lines of "Hoy": each number and the list that it opens share one query."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select

from kernel import web
from kernel.db import db


@dataclass(frozen=True)
class Line:
    """A number that waits for somebody; `query()` selects exactly the rows of the list at `list_url()`."""

    name: str
    label: Any
    query: Callable[[], Select[Any]]
    list_url: Callable[[], str]
    permission: str
    order: int = 50
    icon: str = "list"
    when: Callable[[], bool] | None = None  # which shops have such a list at all

    @property
    def number(self) -> int:
        """How many rows the list has now."""
        return int(db.session.scalar(select(func.count()).select_from(self.query().order_by(None).subquery())) or 0)


_lines: dict[str, Line] = {}


def line(name: str, label: Any, query: Callable[[], Select[Any]], **options: Any) -> None:
    """Add a line to "Hoy": `list_url`, `permission`, and when wanted `order`, `icon` and `when`."""
    _lines[name] = Line(name, label, query, **options)


def shown() -> list[Line]:
    """The lines that the current person may see, in order."""
    mine = (known for known in _lines.values() if web.may(known.permission) and (known.when is None or known.when()))
    return sorted(mine, key=lambda known: known.order)


def named(name: str) -> Line:
    """One line, for the list that it opens."""
    return _lines[name]
