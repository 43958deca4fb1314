"""Words of who waits for a time: which one and for how many people, and where it can be booked."""

from datetime import datetime

from kernel import web
from kernel.i18n import _, ngettext, pick
from shop import booking_story, booking_times, days, local_times, receipts
from shop.occupations import Span
from shop.services import Service
from shop.time_wait_rows import TimeWait, Wish


def when(service: Service, wish: Wish) -> str:
    """`sábado 5 de diciembre, 09:00–11:00`; a day, or the days of a stay."""
    begins, ends = _local(wish.span)
    if service.kind == "nights":
        return days.span(begins.date(), ends.date())
    if wish.any_time:
        return receipts.day(begins.date())
    starts = f"{receipts.day(begins.date())}, {booking_story.hour(begins)}"
    if begins.date() == ends.date():
        return f"{starts}–{booking_story.hour(ends)}"
    return f"{starts} – {receipts.day(ends.date())}, {booking_story.hour(ends)}"


def people(wish: Wish) -> str:
    """`2 personas`."""
    return str(ngettext("%(num)s person", "%(num)s people", wish.places))


def told(row: TimeWait, language: str = "") -> str:
    """The whole of it in one line, as lists have it."""
    return _("%(item)s: %(when)s, for %(people)s", item=name(row, language), when=when(row.service, row.wish),
             people=people(row.wish))  # fmt: skip


def name(row: TimeWait, language: str = "") -> str:
    """What it is called; '' when it lies in the bin."""
    return pick(row.service.product.name, language or None) if row.service.product else ""


def url(row: TimeWait, wish: Wish) -> str:
    """The page on which it is booked, with that time and so many people chosen already."""
    return web.shop_url(
        "shop.product", slug=row.service.product.slug, language=row.language, **chosen(row.service, wish)
    )


def chosen(service: Service, wish: Wish) -> dict[str, str]:
    """What the page's address says of it."""
    begins, ends = _local(wish.span)
    if service.kind == "nights":
        told = {"arrive": f"{begins:%Y-%m-%d}", "leave": f"{ends:%Y-%m-%d}"}
    else:
        told = {"day": f"{begins:%Y-%m-%d}", **({} if wish.any_time else {"time": booking_story.hour(begins)})}
    return {**told, "people" if service.kind == "departure" else "places": str(wish.places)}


def _local(span: Span) -> tuple[datetime, datetime]:
    begins, ends = (local_times.local(at, booking_times.zone()) for at in (span.starts_at, span.ends_at))
    return begins, ends
