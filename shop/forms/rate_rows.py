"""The rows of the booking editor that say what a night costs when: dates, nights of the week, price, fewest nights."""

import re
from typing import Any

from wtforms import FieldList, FormField, SelectField, SelectMultipleField, StringField

from kernel.forms import Form, choices
from kernel.i18n import _, _l
from shop import rates, year_days
from shop.forms import words
from shop.forms.amounts import PriceField, WholeField
from shop.forms.amounts import typed as price_typed
from shop.forms.products import flipped
from shop.rates import ServiceRate

DAYS = (_l("Mon"), _l("Tue"), _l("Wed"), _l("Thu"), _l("Fri"), _l("Sat"), _l("Sun"))
EASTER = ("easter-7", "easter-1")  # Palm Sunday to Holy Saturday
WHEN = choices([("days", _l("All year, or between two days")), ("easter", _l("Holy Week"))])
LONGEST = 366  # days of a time that is said with its years


def field() -> Any:
    """The list of rows in the tenant's languages."""
    day = {"maxlength": 10, "autocomplete": "off"}
    row = {
        **words.fields("name", _l("What it is called"), 60),
        "when": SelectField(_l("When"), choices=WHEN, default="days"),
        "begins": StringField(_l("First night"), render_kw={**day, "placeholder": "27-12"}),
        "ends": StringField(_l("Last night"), render_kw={**day, "placeholder": "02-01"}),
        "weekdays": SelectMultipleField(
            _l("Nights of the week (none: all)"), choices=choices([(str(d), name) for d, name in enumerate(DAYS)])
        ),
        "price": PriceField(_l("Price of a night"), empty=True),
        "nights_min": WholeField(_l("The fewest nights then"), most=60, least=1),
    }
    return FieldList(FormField(type("RateForm", (Form,), row)))


def shown(rate: ServiceRate) -> dict[str, Any]:
    """A rate as the form writes it."""
    easter = rate.begins.startswith("easter")
    days = {"when": "easter"} if easter else {"begins": _written(rate.begins), "ends": _written(rate.ends)}
    least = str(rate.nights_min or "")
    told = {"weekdays": [str(day) for day in rate.weekdays], "price": price_typed(rate.price_minor)}
    return {**words.shown("name", rate.name), **days, **told, "nights_min": least}


def read(form: Any) -> list[ServiceRate]:
    """The rates; what is wrong is told at its field, two of equal force with the names of both."""
    found: list[ServiceRate] = []
    for entry in form.rates:
        row = entry.form
        if not any(one.data for one in row if one.short_name != "when"):
            continue
        rate = _rate(row, form.nights_max.number)
        try:
            rates.check([*found, rate] if not _wrong(row) else found)
        except rates.Clash as refusal:
            row.name.errors = [str(refusal)]
        found += [] if _wrong(row) else [rate]
    return found


def _rate(row: Any, most: int | None) -> ServiceRate:
    if not words.read(row, "name").get(words.languages()[0]) and not row.name.errors:
        row.name.errors = [_("Fill this in.")]
    if row.price.minor is None and not row.price.errors:
        row.price.errors = [_("Write the price, such as %(example)s.", example="12500")]
    if most and (row.nights_min.number or 1) > most:
        row.nights_min.errors = [_("The longest stay has %(most)s nights.", most=most)]
    begins, ends = EASTER if row.when.data == "easter" else _days(row)
    weekdays = [day for day in range(7) if str(day) in (row.weekdays.data or ())]
    if not begins and not weekdays and not _wrong(row):
        row.begins.errors = [_("Say between which days, or tick nights of the week: all others cost the price above.")]
    return ServiceRate(
        name=words.read(row, "name"), begins=begins, ends=ends, weekdays=weekdays if len(weekdays) < 7 else [],
        price_minor=row.price.minor or 0, nights_min=row.nights_min.number,
    )  # fmt: skip


def _days(row: Any) -> tuple[str, str]:
    """The two days: of each year, or with their years."""
    begins, ends = _kept(row.begins), _kept(row.ends)
    if row.begins.errors or row.ends.errors or not (begins or ends):
        return "", ""
    if year_days.once(begins) != year_days.once(ends) or not begins or not ends:
        row.ends.errors = [_("Write both days, both with their year or both without.")]
    elif year_days.once(begins) and not 0 <= year_days.length(begins, ends) <= LONGEST:
        row.ends.errors = [_("The last night is the first one or later, within a year.")]
    return begins, ends


def _kept(field: Any) -> str:
    """A day as it is kept: "12-27", or "2026-12-27"; "" while nothing is written."""
    text = (field.data or "").strip().replace("/", "-").replace(".", "-")
    dated = re.fullmatch(r"(\d{1,2})-(\d{1,2})-(\d{4})", text, re.ASCII)
    found = f"{dated[3]}-{dated[2]:0>2}-{dated[1]:0>2}" if dated else text if year_days.once(text) else flipped(text)
    if not text:
        return ""
    if not (year_days.once(found) or year_days.valid(found)) or found.startswith("easter"):
        field.errors = [_("Write day and month, such as 27-12, or with the year, 27-12-2026.")]
    return found


def _written(text: str) -> str:
    return "-".join(reversed(text.split("-")))


def _wrong(row: Any) -> bool:
    return any(one.errors for one in row)
