"""The rail of the back office: at most eight words, each brought by the package whose pages it opens."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import request, url_for

from kernel import web


@dataclass(frozen=True)
class Entry:
    """One word of the rail; `badge()` is a number that waits, `match` what else belongs to it, `when()` where it is."""

    order: int
    label: Any
    endpoint: str
    icon: str
    permission: str
    match: tuple[str, ...] = ()
    badge: Callable[[], int] | None = None
    when: Callable[[], bool] | None = None


_entries: dict[str, Entry] = {}


def entry(order: int, label: Any, endpoint: str, **options: Any) -> None:
    """Put a word into the rail: `icon`, `permission`, and when wanted `match` (endpoint prefixes), `badge`, `when`."""
    _entries[endpoint] = Entry(order, label, endpoint, **options)


@dataclass(frozen=True)
class Section:
    """One page of the settings; `hint` says in a few words what is decided there."""

    order: int
    label: Any
    endpoint: str
    icon: str
    permission: str
    hint: Any = ""


_sections: dict[str, Section] = {}


def section(order: int, label: Any, endpoint: str, **options: Any) -> None:
    """Put a page into the settings: `icon`, `permission`, and when wanted `hint`."""
    _sections[endpoint] = Section(order, label, endpoint, **options)


def sections() -> list[Section]:
    """The pages of the settings that the current person may see, in order."""
    found = sorted(_sections.values(), key=lambda known: known.order)
    return [known for known in found if web.may(known.permission)]


def shown() -> list[dict[str, Any]]:
    """The rail for the current person: label, url, icon, active, badge."""
    here = request.endpoint or ""
    return [
        {
            "label": known.label,
            "url": url_for(known.endpoint),
            "icon": known.icon,
            "active": here == known.endpoint or any(here.startswith(prefix) for prefix in known.match),
            "badge": known.badge() if known.badge else None,
        }
        for known in sorted(_entries.values(), key=lambda known: known.order)
        if web.may(known.permission) and (known.when is None or known.when())
    ]
