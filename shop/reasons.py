"""Why a product is suggested to somebody, in words: the same on pages and in letters."""

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from kernel import countries, i18n
from kernel.i18n import _
from shop import days
from shop.suggestions import Suggestion

ABOUT = frozenset({"bought", "seen", "like"})  # reasons that name another product


def told(one: Suggestion, name: str, tastes: Mapping[str, Mapping[str, str]], zone: str) -> str:
    """The reason. `name`: that of the product which it is about, "" when it is gone; `tastes`: their names by code."""
    if one.why == "again":
        return _("because you bought it on %(day)s", day=days.told(day(one.about, zone)))
    if one.why == "taste":
        return _("because you like: %(taste)s", taste=i18n.pick(tastes.get(one.about)) or one.about)
    if one.why == "country":
        return _("much bought in %(country)s", country=countries.country_name(one.about, i18n.language()))
    if one.why in ABOUT and name:
        return _("because you bought %(name)s", name=name) if one.why == "bought" else _("like %(name)s", name=name)
    plain = {"shop": _("much bought here"), "shelf": _("from the same shelf")}
    return plain.get(one.why) or _("the shop recommends it")


def day(moment: datetime, zone: str) -> date:
    """The day where the shop is."""
    return moment.astimezone(ZoneInfo(zone)).date()
