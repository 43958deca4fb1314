"""Days as people read them: "martes 24 de noviembre"."""

from datetime import date

from babel.dates import format_date, format_skeleton

from kernel import i18n

COMMA = {"en", "pt", "de"}  # languages that set one between weekday and day


def told(day: date | None, *, weekday: bool = False) -> str:
    """A day in the page's language, with its weekday, written out, when that helps."""
    if day is None:
        return ""
    alone = str(format_skeleton("MMMMd", day, locale=i18n.locale()))
    if not weekday:  # which a skeleton would shorten: "mar, 8 de diciembre" speaks of the sea
        return alone
    between = ", " if i18n.language() in COMMA else " "
    return f"{format_date(day, 'EEEE', locale=i18n.locale())}{between}{alone}"


def full(day: date) -> str:
    """A day with its year, for one that may be so far ahead that it would be read as this year's."""
    return str(format_date(day, "long", locale=i18n.locale()))


def span(first: date, last: date) -> str:
    """From the first to the last day, shortly: "24 – 26 de noviembre"."""
    if first == last:
        return told(first, weekday=True)
    if first.month == last.month:
        return f"{first.day}\u2009–\u2009{told(last)}" if i18n.language() != "en" else f"{told(first)}–{last.day}"
    return f"{told(first)} – {told(last)}"


def ends(first: date, last: date) -> tuple[str, str]:
    """Both ends of some days, as they stand in a sentence: "27" and "28 de noviembre"."""
    if first.month != last.month:
        return told(first), told(last)
    return (str(first.day), told(last)) if i18n.language() != "en" else (told(first), str(last.day))
