"""The words of the rule language for birthdays: today, in the days to come, in a month, not told.

Days are those of the shop's calendar, and run over the end of the year. In other years 29 February is the 28th.
"""

from babel.dates import get_month_names
from sqlalchemy import ColumnElement, false, or_

from crm import birthdays, rules
from crm.contacts import Contact
from crm.rules import Field, Person, either
from kernel import i18n
from kernel.i18n import _, _l, ngettext

WORD = "birthday_month"


def _known(person: Person) -> int:
    return person.contact.birthday if person.contact else 0


def _is_near(person: Person, days: int) -> bool:
    known = _known(person)
    return bool(known) and (birthdays.following(known, person.today) - person.today).days <= days


def _in_months(value: list[str]) -> ColumnElement[bool]:
    whole = [Contact.birthday.between(month * 1_000_000, month * 1_000_000 + 999_999) for month in _numbers(value)]
    return or_(false(), *whole, *([Contact.birthday == 0] if "" in value else []))


def _numbers(value: list[str]) -> list[int]:
    return [int(one) for one in value if one]


def _has_month(person: Person, value: list[str]) -> bool:
    known = _known(person)
    return birthdays.parts(known)[1] in _numbers(value) if known else "" in value


def _months() -> list[tuple[str, str]]:
    return [(str(one), name) for one, name in get_month_names("wide", "stand-alone", locale=i18n.locale()).items()]


def _named(value: list[str]) -> str:
    names = dict(_months())
    return either([names.get(one, one) if one else _("an unknown month") for one in value])


def _says_near(days: int) -> str:
    return str(ngettext("have their birthday today or tomorrow", "have their birthday in the next %(num)s days", days))


def _other_month(value: list[str]) -> str:
    if not value:
        return _("have told their birthday")
    return _("have their birthday in a known month other than %(month)s", month=_named(value))


def init_app(_app: object) -> None:
    """Teach the language these words."""
    rules.term(
        "birthday_today", _l("have their birthday today"), form=(), sql=lambda _value: birthdays.ahead(0),
        python=lambda person, _value: _is_near(person, 0), says=lambda _value: _("have their birthday today"),
    )  # fmt: skip
    rules.term(
        "birthday_soon", _l("have their birthday in the next days"), sql=birthdays.ahead, python=_is_near,
        says=_says_near, form=(Field("days", _l("In how many days at most"), "number", most=366, default=7),),
    )  # fmt: skip
    rules.term(
        WORD, _l("have their birthday in the month"), sql=_in_months, python=_has_month, unknown=True,
        says=lambda value: _("have their birthday in %(month)s", month=_named(value)), elsewhere=_other_month,
        form=(Field("month", _l("Month"), "choices", _months, closed=True, blank=_l("not known")),),
    )  # fmt: skip
    rules.term(
        "birthday_unknown", _l("have told no birthday"), form=(), sql=lambda _value: Contact.birthday == 0,
        python=lambda person, _value: not _known(person), says=lambda _value: _("have told no birthday"),
        contrary=lambda _value: _("have told their birthday"),
    )  # fmt: skip
