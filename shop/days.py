"""Days as people read them: "martes 24 de noviembre"."""

from datetime import date

from babel.dates import format_date, format_skeleton

from kernel import i18n


def told(day: date | None, *, weekday: bool = False) -> str:
    """A day in the page's language, with its weekday when that helps."""
    return format_skeleton("MMMMEEEEd" if weekday else "MMMMd", day, locale=i18n.locale()) if day else ""


def brief(day: date) -> str:
    """A day as the head of a column: "lun 7"."""
    return str(format_date(day, "EEE d", locale=i18n.locale()))


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
