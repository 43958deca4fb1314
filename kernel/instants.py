"""Instants and days as people of the current shop read them: in its zone, in the page's language."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from flask import Flask
from markupsafe import Markup

from kernel import clock, i18n, tenancy


def told(moment: datetime) -> str:
    """Day and time; the year only when it is another one."""
    zone = ZoneInfo(tenancy.tenant().timezone)
    here = moment.astimezone(zone)
    pattern = "d MMM, HH:mm" if here.year == clock.now().astimezone(zone).year else "d MMM y, HH:mm"
    return str(format_datetime(here, pattern, tzinfo=zone, locale=i18n.locale()))


def day(value: date, *, month: bool = True) -> str:
    """A day, shortly: `mar 8 dic`; the year only when it is another one. Without its month where that stands above."""
    year = value.year != clock.today(tenancy.tenant().timezone).year
    pattern = ("E d MMM y" if year else "E d MMM") if month else "E d"
    return str(format_date(value, pattern, locale=i18n.locale()))


def html(moment: datetime | None) -> Markup:
    """The same for a page, with the exact moment beside it."""
    if moment is None:
        return Markup("")
    return Markup('<time datetime="{}">{}</time>').format(moment.isoformat(timespec="seconds"), told(moment))


def init_app(app: Flask) -> None:
    """Let templates say `{{ letter.created_at|moment }}`."""
    app.jinja_env.filters["moment"] = html
