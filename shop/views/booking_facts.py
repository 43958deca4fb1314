"""What one wants to know before booking: how long, where to be, for whom, and when the money comes back."""

from typing import Any

from babel import Locale, UnknownLocaleError

from kernel import i18n
from kernel.i18n import _, ngettext
from shop import booking_policies, booking_series
from shop.services import Service

Fact = tuple[str, Any, Any]  # a drawing, its name, the text


def of(service: Service) -> list[Fact]:
    """The facts that this service has, the most asked for first."""
    found = [_length(service), _meeting(service), _age(service), _languages(service), _group(service), _series(service)]
    if service.product.high_minor:  # nothing comes back of what is free
        found.append(("undo", _("If you cancel"), booking_policies.sentence(service.policy)))
    return [one for one in found if one is not None]


def _length(service: Service) -> Fact:
    if service.kind != "nights":
        return "clock", _("How long"), length(service.minutes)
    told = _(
        "Arrive from %(check_in)s on, leave until %(check_out)s.",
        check_in=service.check_in,
        check_out=service.check_out,
    )
    return "clock", _("Arriving and leaving"), told


def length(minutes: int) -> str:
    """A time of so many minutes: `1 h 30 min`, `2 días`."""
    hours, rest = divmod(minutes, 60)
    if minutes >= 36 * 60:
        return str(ngettext("%(num)s day", "%(num)s days", -(-minutes // (24 * 60))))
    parts = [_("%(num)s h", num=hours)] if hours else []
    return " ".join([*parts, *([_("%(num)s min", num=rest)] if rest else [])])


def _meeting(service: Service) -> Fact | None:
    return ("pin", _("Where to be"), i18n.words_html(service.meeting)) if any(service.meeting.values()) else None


def _age(service: Service) -> Fact | None:
    if service.age_min is None:
        return None
    return "person", _("Minimum age"), ngettext("%(num)s year", "%(num)s years", service.age_min)


def _languages(service: Service) -> Fact | None:
    names = [language_name(code) for code in service.languages]
    return ("info", _("Languages"), ", ".join(names)) if names else None


def language_name(code: str) -> str:
    """A language as the page's language names it: “inglés”."""
    try:
        name = Locale.parse(code).get_language_name(i18n.language()) or code
    except (ValueError, UnknownLocaleError):
        return code
    return name[:1].upper() + name[1:]


def _series(service: Service) -> Fact | None:
    most = booking_series.most(service)
    if most < 2:
        return None
    told = _("Up to %(num)s times at once, such as every week: choose a time, and the rest in the cart.", num=most)
    return "calendar", _("Several times"), told


def _group(service: Service) -> Fact | None:
    if service.kind != "departure" or service.group_min < 2:
        return None
    told = _("It goes with %(num)s people. If fewer come, we tell you and give everything back.", num=service.group_min)
    return "people", _("Minimum group"), told
