"""Birthdays: a day and a month, the year where it was told; as it is typed, kept, said, and when it comes next.

Kept as one number, MMDDYYYY: 12311990, or 12310000 without its year; 0: not told. So the days of the year lie in
their order, and a day with its year is one value. Who was born on 29 February has it on the 28th in all other years.
"""

from calendar import isleap
from datetime import date, timedelta

from babel.dates import format_skeleton
from sqlalchemy import ColumnElement, and_, or_

from crm import sources
from crm.contacts import Contact
from kernel import clock, i18n, tenancy
from kernel.i18n import _l
from kernel.refusal import Refusal

FIELD = "birthday"  # of the contact, and in what is known of where it came from
MONTH_FIRST = frozenset({"US"})  # the lands of the profiles that write 12/31
OLDEST = 120  # years
LEAP = 2000  # a year that has every day


class NoDay(Refusal):
    """A day that is in no calendar."""

    message = _l("There is no such day: look at the day and the month again.")


class NoYear(Refusal):
    """A year in which nobody who lives was born."""

    message = _l("Write the year with four digits, such as 1990, or leave it empty.")


def made(day: int, month: int, year: int = 0) -> int:
    """A birthday as it is kept; year 0: not told. Raises NoDay or NoYear."""
    if year and not today().year - OLDEST <= year <= today().year:
        raise NoYear()
    try:
        born = date(year or LEAP, month, day)
    except (ValueError, OverflowError):
        raise NoDay() from None
    if year and born > today():
        raise NoYear(_l("That day is still to come: look at the year again."))
    return month * 1_000_000 + day * 10_000 + year


def parts(birthday: int) -> tuple[int, int, int]:
    """(day, month, year); year 0: not told."""
    return birthday // 10_000 % 100, birthday // 1_000_000, birthday % 10_000


def today() -> date:
    """The day it is at the shop."""
    return clock.today(tenancy.tenant().timezone)


def on(birthday: int, year: int) -> date:
    """The day on which it falls in a year: of 29 February, in years without one, the 28th."""
    day, month, _year = parts(birthday)
    return date(year, 2, 28) if (month, day) == (2, 29) and not isleap(year) else date(year, month, day)


def following(birthday: int, since: date) -> date:
    """When it comes next, that day included."""
    found = on(birthday, since.year)
    return found if found >= since else on(birthday, since.year + 1)


def age(birthday: int, day: date) -> int:
    """How old they become on that birthday; 0 where no year was told."""
    year = parts(birthday)[2]
    return max(0, day.year - year) if year else 0


def falls(first: date, last: date) -> ColumnElement[bool]:
    """In SQL: contacts whose birthday lies in these days, both included; a year at most is looked at."""
    if (last - first).days >= 365:
        return Contact.birthday > 0
    begins, ends = _key(first), _key(last)
    if ends == _key(date(LEAP, 2, 28)) and not isleap(last.year):
        ends += 10_000  # and those of the 29th
    since, until = Contact.birthday >= begins, and_(Contact.birthday > 0, Contact.birthday <= ends + 9_999)
    return or_(since, until) if first.year < last.year else and_(since, until)


def _key(day: date) -> int:
    return day.month * 1_000_000 + day.day * 10_000


def ahead(days: int) -> ColumnElement[bool]:
    """In SQL: whose birthday is today or in so many days at most."""
    return falls(today(), today() + timedelta(days=days))


def told(birthday: int) -> str:
    """In words, in the page's language: `31 de diciembre de 1990`; "" when it was not told."""
    if not birthday:
        return ""
    day, month, year = parts(birthday)
    return str(format_skeleton("yMMMMd" if year else "MMMMd", date(year or LEAP, month, day), locale=i18n.locale()))


def plain(birthday: int) -> str:
    """For programs: `1990-12-31`, or `--12-31` without its year; "" when it was not told."""
    day, month, year = parts(birthday)
    return f"{f'{year:04}' if year else '-'}-{month:02}-{day:02}" if birthday else ""


def cell(birthday: int) -> str:
    """For a file that is read again by read(): `1990-12-31`, else `31/12` as the shop's country writes it."""
    day, month, year = parts(birthday)
    if year or not birthday:
        return plain(birthday)
    return f"{month:02}/{day:02}" if tenancy.tenant().country in MONTH_FIRST else f"{day:02}/{month:02}"


def keep(contact: Contact, birthday: int, source: str) -> None:
    """Write it down, and by which way of sources.TOLD it came; 0 takes it out."""
    if contact.birthday != birthday:
        contact.birthday = birthday
        sources.note(contact, [FIELD], source)
