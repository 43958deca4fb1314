"""Hearts: on cards and product pages whether this browser saved a thing, and the way to all that it saved.

Who saved nothing has no cookie, and nothing is asked; for all others one question answers a whole page.
"""

from flask import Flask, g, render_template
from markupsafe import Markup

from crm.views import asking
from kernel import holes, origins
from shop import saved
from shop.views import visitor

OFF = 'name="save" aria-pressed="false"'  # of the button: what a tap does now, and how it is
ON = 'name="drop" aria-pressed="true"'


def init_app(_app: Flask) -> None:
    """Fill the hearts, and the ways to the list in the header and in the bar under the thumb."""
    holes.define_group("heart", fill)
    holes.define("saved", tool)
    holes.define("saved.bar", thumb)


def fill(keys: list[str]) -> dict[str, str]:
    """For every product of a page whether it is saved."""
    known = ids()
    return {key: ON if int(key) in known else OFF for key in keys} if known else dict.fromkeys(keys, OFF)


def pressed(html: str, product_id: int) -> str:
    """A card that was drawn for everybody as this visitor sees it."""
    return html.replace(OFF, ON) if product_id in ids() else html


def tool() -> Markup:
    """The way to the list, for who has one."""
    return _way("tool")


def thumb() -> Markup:
    """The same in the bar."""
    return _way("bar")


def _way(where: str) -> Markup:
    count = len(ids())
    drawn = render_template("_parts/hole_saved.html", count=count, where=where) if count else ""
    return Markup(drawn)  # noqa: S704


def ids() -> frozenset[int]:
    """What they saved and may see now; looked up once a request."""
    here = g._get_current_object()
    found: frozenset[int] | None = here.get("saved_ids")
    if found is None:
        found = here.saved_ids = _ids()
    return found


def known(now: frozenset[int]) -> None:
    """What they have saved by now, in a request that has just changed it."""
    g.saved_ids = now


def _ids() -> frozenset[int]:
    secret = origins.cookie(visitor.SAVED) if not g.get("preview") else ""
    if not secret:
        return frozenset()
    return saved.ids(asking.contact() or secret, visitor.group())
