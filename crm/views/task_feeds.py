"""Follow-ups in one's own calendar: the file that it follows, and the page on which one gets its address."""

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for

from crm import task_feeds
from crm.views import admin, store
from kernel import i18n, tenancy, web
from kernel.i18n import _
from kernel.web import needs


@store.get("/calendars/follow-ups/<feed>.ics", endpoint="tasks_feed")
def feed(feed: str) -> Response:
    """What somebody of the staff is to do; whoever has the address may read it."""
    tenant = tenancy.tenant()
    with i18n.speak(tenant.language, tenant.country):
        body = task_feeds.ics(task_feeds.whose(feed))
    made = Response(body, content_type="text/calendar; charset=utf-8")
    made.headers["Cache-Control"] = "private, max-age=300"
    made.headers["X-Robots-Tag"] = "noindex"
    return made


@admin.get("/tasks/calendar", endpoint="tasks_calendar")
@needs("tasks.view")
def address() -> str:
    """The address of one's own calendar, when one has one."""
    row = task_feeds.of(web.person())
    url = web.shop_url("crm.tasks_feed", feed=row.token) if row else ""
    return render_template("crm/desk/tasks/calendar.html", url=url)


@admin.post("/tasks/calendar", endpoint="tasks_calendar_renew")
@needs("tasks.view")
def renew() -> Any:
    """A new address, or none any more: whoever follows the old one sees nothing."""
    if request.form.get("do") == "end":
        task_feeds.end(web.person())
        flash(_("Your follow-ups are in no calendar any more."))
    else:
        task_feeds.renew(web.person())
        flash(_("The address is ready: copy it into your calendar."))
    return redirect(url_for(".tasks_calendar"), 303)
