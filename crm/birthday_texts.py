"""Birthdays as files write them: `31/12`, `31-12-1990`, `1990-12-31`, `31 de diciembre`, `31-dic`, `--12-31`."""

import re

from crm import birthdays
from crm.birthdays import NoDay
from kernel.folding import fold

MONTHS = (
    ("enero", "january"), ("febrero", "february"), ("marzo", "march"), ("abril", "april"), ("mayo", "may"),
    ("junio", "june"), ("julio", "july"), ("agosto", "august"), ("septiembre", "setiembre", "september"),
    ("octubre", "october"), ("noviembre", "november"), ("diciembre", "december"),
)  # fmt: skip
NO_YEAR = {0, 1604}  # what other programs write where they know none
BETWEEN, CLOCK = r"[-/. ]", re.compile(r"[ t]\d{1,2}:\d\d.*")
YEAR_FIRST = re.compile(rf"(\d{{4}}){BETWEEN}(\d{{1,2}}){BETWEEN}(\d{{1,2}})", re.ASCII)
BARE = re.compile(r"--(\d\d)-?(\d\d)", re.ASCII)
NUMBERS = re.compile(rf"(\d{{1,2}}){BETWEEN}(\d{{1,2}})(?:{BETWEEN}(\d{{4}}|\d\d))?", re.ASCII)
DAY_WORD = re.compile(r"(\d{1,2})(?:[-/. ]| de )([a-z]{3,})\.?(?:(?:[-/. ]| del? |, ?)(\d{4}|\d\d))?", re.ASCII)
WORD_DAY = re.compile(r"([a-z]{3,})\.?[-/. ](\d{1,2})(?:,? ?(\d{4}))?", re.ASCII)


def read(text: str, *, month_first: bool = False) -> int:
    """A birthday as birthdays.made keeps it, 0 for an empty text; raises NoDay or NoYear.

    12/31 is a day only where the month is written first, 31/12 only elsewhere: a file is not read half one way. A year
    of two digits can be of two centuries, and is left out.
    """
    plain = CLOCK.sub("", " ".join(fold(text[:80]).split()))
    if not plain:
        return 0
    if found := YEAR_FIRST.fullmatch(plain):
        return birthdays.made(int(found[3]), int(found[2]), _year(found[1]))
    if found := BARE.fullmatch(plain):
        return birthdays.made(int(found[2]), int(found[1]))
    if found := NUMBERS.fullmatch(plain):
        day, month = (found[2], found[1]) if month_first else (found[1], found[2])
        return birthdays.made(int(day), int(month), _year(found[3]))
    if found := DAY_WORD.fullmatch(plain):
        return birthdays.made(int(found[1]), _month(found[2]), _year(found[3]))
    if found := WORD_DAY.fullmatch(plain):
        return birthdays.made(int(found[2]), _month(found[1]), _year(found[3]))
    raise NoDay()


def _year(text: str | None) -> int:
    year = int(text) if text and len(text) == 4 else 0
    return 0 if year in NO_YEAR else year


def _month(word: str) -> int:
    return next((place for place, names in enumerate(MONTHS, 1) if any(one.startswith(word) for one in names)), 0)
