"""The page of what can be booked on some days: from when to when, how many come, and what is free for them then."""

from typing import Any

from flask import render_template, request

from kernel import web
from kernel.i18n import _, ngettext
from shop import days, openings
from shop.forms import openings as forms
from shop.forms.openings import Asked
from shop.holdings import TooMany
from shop.openings import MOST, STAYS, TIMES, Kinds
from shop.shelf import Listing
from shop.views import catalog, frame, goods, opening_links, opening_rows, seo, store, visitor
from shop.views.keeping import kept


@store.get("/when", endpoint="openings")
@kept(*forms.FIELDS, "page", store=False)
def show() -> Any:
    """What is free on the days that somebody has in mind."""
    known = opening_links.kinds()
    asked = forms.read(request.args, known, len(opening_links.people()))
    told, pager = _found(asked, known) if asked.ready else ({}, {})
    asked = told.pop("asked", asked)
    title = _("What is free on your dates")
    robots = "noindex, follow" if request.args else ""
    return render_template(
        "shop/bookings/openings.html", title=title, ask=opening_links.form(known, asked), asked=asked, found=told,
        pager=pager, there=bool(known), today=goods.today(),
        head=seo.head(title, frame.current().values["tagline"], "/when", robots=robots),
    )  # fmt: skip


def _found(asked: Asked, known: Kinds) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the days come to, by row; with `asked` where nothing has room for so many."""
    names, group = STAYS if asked.nights else TIMES, visitor.group()
    count = openings.count(known, names)
    there = Listing((), count, min(web.page_asked(), max(1, -(-count // MOST))))
    rows = opening_rows.first([opening_rows.of(one, asked) for one in openings.listed(names, there.page, group=group)])
    if there.pages == 1 and rows and all(row["room"] for row in rows):
        wrong = str(TooMany(most=max(row["room"] for row in rows)))
        return {"asked": asked.wrong("people", wrong)}, {}
    pictures = goods.pictures_of([row["product"].picture_id for row in rows])
    free = sum(row["free"] for row in rows)
    told = {
        "rows": [{**row, "picture": pictures.get(row["product"].picture_id)} for row in rows], "title": _title(asked),
        "said": ngettext("One of them is free.", "%(num)s of them are free.", free) if free
        else _("Nothing is free then."), "elsewhere": _elsewhere(asked, known),
    }  # fmt: skip
    return told, catalog.around(there)


def _title(asked: Asked) -> str:
    assert asked.first is not None
    return days.span(asked.first, asked.last) if asked.last else days.told(asked.first, weekday=True)


def _elsewhere(asked: Asked, known: Kinds) -> str:
    """How to find what the shop has of the other kind."""
    if not asked.nights and openings.count(known, STAYS):
        return _("To stay overnight, say also when you leave.")
    if asked.nights and openings.count(known, TIMES):
        return _("For what takes a day or some hours, leave out the day of departure.")
    return ""
