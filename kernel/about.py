"""What letters and journal lines speak about: each package says how its rows are called and where they are."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, Protocol

from flask import current_app, url_for

from kernel import web


class Told(NamedTuple):
    """A row by its name for people, and the address of its page when they may see it."""

    label: str
    url: str = ""


class Speaks(Protocol):
    """Something that speaks about a row."""

    about_kind: str
    about_id: int | None


Describe = Callable[[Sequence[int]], dict[int, Told]]
_kinds: dict[str, Describe] = {}


def kind(table: str, describe: Describe) -> None:
    """Have rows of `table` described by `describe(ids)`, once a page."""
    _kinds[table] = describe


def of(rows: Iterable[Speaks]) -> dict[tuple[str, int | None], Told]:
    """What those rows speak about, by (kind, id)."""
    wanted: dict[str, set[int]] = defaultdict(set)
    for row in rows:
        if row.about_id is not None and row.about_kind in _kinds:
            wanted[row.about_kind].add(row.about_id)
    return {(name, key): told for name, ids in wanted.items() for key, told in _kinds[name](sorted(ids)).items()}


def page(endpoint: str, **values: Any) -> str:
    """The address of a back-office page when it is there and the person may see it, else ''."""
    permission = getattr(current_app.view_functions.get(endpoint), "permission", "")
    return url_for(endpoint, **values) if permission and web.may(permission) else ""
