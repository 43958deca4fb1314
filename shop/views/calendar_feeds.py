"""Feeds of units: the file that a calendar follows, and where staff copy its address or have it renewed."""

from collections.abc import Mapping
from typing import Any

from flask import Response, flash, redirect, render_template, url_for

from kernel import i18n, tenancy, web
from kernel.i18n import _, pick
from kernel.web import needs
from shop import calendar_feeds, resources
from shop.outside_calendars import SUGGESTED
from shop.views import admin, outside_rows, store


@store.get("/calendars/<feed>.ics", endpoint="calendar_feed")
def feed(feed: str) -> Response:
    """What occupies one unit; whoever has the address may read it."""
    tenant = tenancy.tenant()
    with i18n.speak(tenant.language, tenant.country):
        body = calendar_feeds.ics(calendar_feeds.unit(feed))
    made = Response(body, mimetype="text/calendar", content_type="text/calendar; charset=utf-8")
    made.headers["Cache-Control"] = "private, max-age=300"
    made.headers["X-Robots-Tag"] = "noindex"
    return made


@admin.get("/bookings/calendars", endpoint="bookings_feeds")
@needs("bookings.view")
def addresses() -> str:
    """The address of each unit's calendar, and the calendars from outside that close it."""
    return page()


def page(wrong: Mapping[str, str] | None = None) -> str:
    """The same; `wrong`: which unit's form was refused, why, and what was typed."""
    found = [one for one in resources.every() if one.active]
    within = outside_rows.of_units([unit.id for one in found for unit in one.units if unit.active])
    rows = [
        {"name": pick(one.name), "units": [{"unit": unit, "url": web.shop_url("shop.calendar_feed", feed=unit.feed),
                                            "outside": within.get(unit.id, [])} for unit in one.units if unit.active]}
        for one in found
    ]  # fmt: skip
    return render_template(
        "shop/desk/bookings/feeds.html", rows=rows, clashes=outside_rows.clashes(), wrong=wrong or {},
        suggested=SUGGESTED,
    )  # fmt: skip


@admin.post("/bookings/calendars/<token>", endpoint="bookings_feed_renew")
@needs("bookings.manage")
def renew(token: str) -> Any:
    """Another address for a unit's calendar: whoever follows the old one sees nothing new."""
    row = resources.unit(token)
    calendar_feeds.renew(row, by=web.person())
    flash(_("%(unit)s has a new calendar address.", unit=row.name))
    return redirect(url_for(".bookings_feeds"), 303)
