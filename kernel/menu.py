"""The rail of the back office: at most eight words, each brought by the package whose pages it opens.

Behind it the settings, and the pages that neither names: all of them are found by their words.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import current_app, request, url_for

from kernel import web
from kernel.i18n import _l

MOST = 8  # words: a rail is read at one glance


@dataclass(frozen=True)
class Entry:
    """One word of the rail; `badge()` is a number that waits, `match` what else belongs to it, `when()` where it is.

    What is `spare` gives way when there are too many, and is found among the settings then, with its `hint`.
    """

    order: int
    label: Any
    endpoint: str
    icon: str
    permission: str
    match: tuple[str, ...] = ()
    badge: Callable[[], int] | None = None
    when: Callable[[], bool] | None = None
    spare: bool = False
    hint: Any = ""
    group: str = "more"  # of the settings, where it gives way
    short: Any = ""  # where there is room for one word only: the bar under the thumb


@dataclass(frozen=True)
class Place:
    """A page as who searches finds it: by its name, its `hint` and other `words`; `set` is one of the settings."""

    label: Any
    endpoint: str
    hint: Any = ""
    words: Any = ""
    set: bool = False

    @property
    def open(self) -> bool:
        """Whether the current person may see it."""
        view = current_app.view_functions.get(self.endpoint)
        permission = getattr(view, "permission", "")
        return bool(permission) and web.may(permission)


_entries: dict[str, Entry] = {}
_pages: dict[str, Place] = {}
_words: dict[str, Any] = {}


def entry(order: int, label: Any, endpoint: str, **options: Any) -> None:
    """Put a word into the rail: `icon`, `permission`, and what else an Entry has."""
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
    group: str = "more"


GROUPS: dict[str, Any] = {  # of the settings: what a new owner needs first stands first
    "shop": _l("Shop"), "money": _l("Getting paid"), "delivery": _l("Delivery and returns"),
    "selling": _l("Selling and writing"), "team": _l("Team"), "more": _l("Also here"),
}  # fmt: skip

_sections: dict[str, Section] = {}


def section(order: int, label: Any, endpoint: str, **options: Any) -> None:
    """Put a page into the settings: `icon`, `permission`, its `group`, and when wanted `hint`."""
    _sections[endpoint] = Section(order, label, endpoint, **options)


def sections() -> list[Section]:
    """The pages of the settings that the current person may see, in order."""
    moved = [
        Section(one.order, one.label, one.endpoint, one.icon, one.permission, one.hint, one.group)
        for one in _parted()[1]
    ]
    found = sorted([*_sections.values(), *moved], key=lambda known: known.order)
    return [known for known in found if web.may(known.permission)]


def page(label: Any, endpoint: str, words: Any = "") -> None:
    """Let a page be found that neither the rail nor the settings name."""
    _pages[endpoint] = Place(label, endpoint, words=words)


def words(endpoint: str, told: Any) -> None:
    """Say by which other words a page of the rail or the settings is found."""
    _words[endpoint] = told


def places() -> list[Place]:
    """Every page that the current person may see and find, each once: of the rail, the settings, and others."""
    rail = [Place(one.label, one.endpoint, one.hint, _words.get(one.endpoint, "")) for one in _entries.values()]
    settings = [
        Place(one.label, one.endpoint, one.hint, _words.get(one.endpoint, ""), set=True) for one in _sections.values()
    ]
    known = {one.endpoint: one for one in (*rail, *settings)}
    return [one for one in {**_pages, **known}.values() if one.open]


def any_section() -> bool:
    """Whether the current person may see a page of the settings: without one their word would lead nowhere."""
    return any(web.may(known.permission) for known in _sections.values())


def groups() -> list[tuple[Any, list[Section]]]:
    """The same under their headings; a heading with nothing under it is left out."""
    mine = sections()
    found = [(label, [one for one in mine if one.group == name]) for name, label in GROUPS.items()]
    return [(label, some) for label, some in found if some]


def _parted() -> tuple[list[Entry], list[Entry]]:
    """(the words of the current person's rail, those for which there is no room), in order."""
    mine = [one for one in _entries.values() if web.may(one.permission) and (one.when is None or one.when())]
    mine.sort(key=lambda one: one.order)
    much = max(0, len(mine) - MOST)
    moved = [one for one in reversed(mine) if one.spare][:much]
    return [one for one in mine if one not in moved], moved


def _nearest(words: list[Entry], here: str) -> Entry | None:
    """The word to which a page belongs: its own, else the last of those that say so."""
    own = [one for one in words if one.endpoint == here]
    said = [one for one in words if any(here.startswith(prefix) for prefix in one.match)]
    found = own or said
    return found[-1] if found else None


def shown() -> list[dict[str, Any]]:
    """The rail for the current person: label, url, icon, active, badge."""
    words = _parted()[0]
    here = _nearest(words, request.endpoint or "")
    return [
        {
            "label": known.label,
            "short": known.short or known.label,
            "url": url_for(known.endpoint),
            "icon": known.icon,
            "active": known is here,
            "badge": known.badge() if known.badge else None,
        }
        for known in words
    ]
