"""The bin's page and the buttons that take things out of it again."""

from typing import Any

from flask import flash, render_template, url_for

from kernel import web
from kernel.i18n import _l, ngettext
from kernel.web import needs
from shop import bin as rubbish
from shop.views import admin
from shop.views.goods import pictures_of

LABELS = {"product": _l("Product"), "category": _l("Category"), "page": _l("Page")}
NEEDS = {"product": "products.edit", "category": "products.edit", "page": "pages.edit"}


@admin.get("/bin", endpoint="bin")
@needs("pages.edit")
def listed() -> Any:
    """What lies in the bin, for who may take it out."""
    rows = [(kind, row) for kind, row in rubbish.listed() if web.may(NEEDS[kind])]
    pictures = pictures_of([getattr(row, "picture_id", None) for _kind, row in rows])
    things = [
        {
            "label": LABELS[kind],
            "name": rubbish.name(row),
            "at": row.binned_at,
            "pic": pictures.get(getattr(row, "picture_id", None) or 0),
            "undo": url_for(".bin_undo", ticket=rubbish.ticket(kind, [row.id])),
        }
        for kind, row in rows
    ]
    return render_template("shop/desk/bin/list.html", things=things)


@admin.post("/bin/undo/<ticket>", endpoint="bin_undo")
@needs("pages.edit")
def undo(ticket: str) -> Any:
    """Take things out of the bin as they were."""
    kind, ids = rubbish.opened(ticket)
    if not web.may(NEEDS[kind]):
        return web.back(url_for(".bin"))
    rows = rubbish.restore(kind, ids, by=web.person())
    flash(ngettext("“%(name)s” is back.", "%(num)s things are back.", len(rows), name=rubbish.name(rows[0])))
    return web.back(url_for(".bin"))
