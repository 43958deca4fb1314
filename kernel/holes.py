"""Named holes in pages that are cached for everyone: what differs by visitor is filled in after the look-up."""

import re
from collections.abc import Callable, Mapping

from flask import g
from markupsafe import Markup

Fill = Callable[[], str]
_fills: dict[str, Fill] = {}
_MARK = re.compile(r"<!--hole:([a-z0-9:._-]+)-->")


def define(name: str, fill: Fill) -> None:
    """What fills hole `name` (HTML) for the current visitor."""
    _fills[name] = fill


def hole(name: str) -> Markup:
    """The hole's mark while a page is rendered for the cache, else its filling at once."""
    if g.get("open_holes") is not None:
        g.open_holes.append(name)
        return Markup(f"<!--hole:{name}-->")  # noqa: S704
    return Markup(_fills[name]())  # noqa: S704


def fillings(names: Mapping[str, str] | list[str]) -> dict[str, str]:
    """What fills those holes for the current visitor."""
    return {name: str(_fills[name]()) for name in names if name in _fills}


def fill(page: str, fillings: Mapping[str, str]) -> str:
    """The page with its holes filled; a name that nobody knows stays empty."""
    return _MARK.sub(lambda mark: fillings.get(mark[1], ""), page)
