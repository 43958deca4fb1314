"""Named holes in pages that are cached for everyone: what differs by visitor is filled in after the look-up."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from flask import g
from markupsafe import Markup

Fill = Callable[[], str]
FillMany = Callable[[list[str]], Mapping[str, str]]
_fills: dict[str, Fill] = {}
_groups: dict[str, FillMany] = {}
_MARK = re.compile(r"<!--hole:([a-z0-9:._-]+)-->")


def define(name: str, fill: Fill) -> None:
    """What fills hole `name` (HTML) for the current visitor."""
    _fills[name] = fill


def define_group(group: str, fill: FillMany) -> None:
    """What fills the holes `<group>:<key>`: asked once a page, with all its keys."""
    _groups[group] = fill


def mark(name: str) -> Markup:
    """Where hole `name` is, as a page that is kept says it."""
    return Markup(f"<!--hole:{name}-->")  # noqa: S704


def hole(name: str) -> Markup:
    """The hole's mark while a page is rendered for the cache, else its filling at once."""
    if g._get_current_object().get("open_holes"):
        return mark(name)
    return Markup(fillings([name]).get(name, ""))  # noqa: S704


def fillings(names: Iterable[str]) -> dict[str, str]:
    """What fills those holes for the current visitor."""
    found, asked = dict[str, str](), defaultdict[str, list[str]](list)
    for name in names:
        if fill := _fills.get(name):
            found[name] = str(fill())
        else:
            group, _, key = name.partition(":")
            asked[group].append(key)
    for group, keys in asked.items():
        if many := _groups.get(group):
            found |= {f"{group}:{key}": str(text) for key, text in many(keys).items()}
    return found


def parts(page: str) -> list[str]:
    """The page cut at its holes: text, name, text, name, … text."""
    return _MARK.split(page)


def join(parts: list[str], fillings: Mapping[str, str]) -> str:
    """The cut page put together again; a name that nobody knows stays empty."""
    return "".join(fillings.get(part, "") if place % 2 else part for place, part in enumerate(parts))


def fill(page: str, fillings: Mapping[str, str]) -> str:
    """The page with its holes filled; a name that nobody knows stays empty."""
    return join(parts(page), fillings)
