"""Instants as people of the current shop read them: in its zone, in the page's language."""

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from flask import Flask
from markupsafe import Markup

from kernel import clock, i18n, tenancy


def told(moment: datetime) -> str:
    """Day and time; the year only when it is another one."""
    zone = ZoneInfo(tenancy.tenant().timezone)
    here = moment.astimezone(zone)
    pattern = "d MMM, HH:mm" if here.year == clock.now().astimezone(zone).year else "d MMM y, HH:mm"
    return str(format_datetime(here, pattern, tzinfo=zone, locale=i18n.locale()))


def html(moment: datetime | None) -> Markup:
    """The same for a page, with the exact moment beside it."""
    if moment is None:
        return Markup("")
    return Markup('<time datetime="{}">{}</time>').format(moment.isoformat(timespec="seconds"), told(moment))


def init_app(app: Flask) -> None:
    """Let templates say `{{ letter.created_at|moment }}`."""
    app.jinja_env.filters["moment"] = html
