"""A word of the rule language for dates in the shop's own fields, seen from today: lately, soon, long ago, every year.

Days are those of the shop's calendar. An anniversary runs over the end of the year, and that of 29 February is the 28th
in other years, as birthdays are.
"""

from calendar import isleap
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, extract, or_

from crm import birthdays, custom_terms, rules
from crm.custom_values import CustomValue
from crm.rules import Field, Person
from kernel.i18n import _l, ngettext

WHEN = {
    "last": _l("is in the last days"), "next": _l("is in the next days"), "ago": _l("is longer ago, in days"),
    "yearly": _l("its day and month come in the next days"),
}  # fmt: skip
WHOLE = 365  # days in which everything comes round again


def _sql(value: Any) -> Select[Any]:
    here, days = birthdays.today(), timedelta(days=value["days"])
    mine = {
        "last": CustomValue.day.between(here - days, here), "next": CustomValue.day.between(here, here + days),
        "ago": CustomValue.day < here - days, "yearly": _comes(here, here + days),
    }  # fmt: skip
    return custom_terms.those(value["field"], mine[value["how"]])


def _comes(first: date, last: date) -> ColumnElement[bool]:
    """In SQL: whether its day of the year lies in these days, both included."""
    if (last - first).days >= WHOLE:
        return CustomValue.day.is_not(None)
    key = extract("month", CustomValue.day) * 100 + extract("day", CustomValue.day)
    begins, ends = _key(first), _key(last)
    if ends == 228 and not isleap(last.year):
        ends = 229
    return or_(key >= begins, key <= ends) if first.year < last.year else and_(key >= begins, key <= ends)


def _key(day: date) -> int:
    return day.month * 100 + day.day


def _is(person: Person, value: Any) -> bool:
    mine, here, days = custom_terms.holds(person).get(value["field"]), person.today, value["days"]
    if not isinstance(mine, date):
        return False
    if value["how"] == "yearly":
        again = birthdays.following(mine.month * 1_000_000 + mine.day * 10_000, here)
        return bool((again - here).days <= days)
    away = (mine - here).days
    return bool({"last": -days <= away <= 0, "next": 0 <= away <= days, "ago": away < -days}[value["how"]])


def _says(value: Any) -> str:
    count, told = value["days"], {"field": custom_terms.called(value["field"])}
    ways = {
        "last": lambda: ngettext("have in “%(field)s” today or yesterday",
                                 "have in “%(field)s” a day of the last %(num)s days", count, **told),
        "next": lambda: ngettext("have in “%(field)s” today or tomorrow",
                                 "have in “%(field)s” a day of the next %(num)s days", count, **told),
        "ago": lambda: ngettext("have in “%(field)s” a day before yesterday",
                                "have in “%(field)s” a day more than %(num)s days ago", count, **told),
        "yearly": lambda: ngettext("have their day of “%(field)s” come round today or tomorrow",
                                   "have their day of “%(field)s” come round in the next %(num)s days", count, **told),
    }  # fmt: skip
    return str(ways[value["how"]]())


def init_app(_app: object) -> None:
    """Teach the language this word."""
    rules.term(
        "custom_near", _l("have a date in a field of yours, seen from today"), sql=_sql, python=_is, says=_says,
        form=(custom_terms.which("day"), custom_terms.how(WHEN, "last"),
              Field("days", _l("How many days"), "number", default=30)),
        offered=custom_terms.offered("day"),
    )  # fmt: skip
