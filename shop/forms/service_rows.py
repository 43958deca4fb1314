"""The rows of the booking editor: times of the week, kinds of person, what is occupied, refunds, questions, seasons."""

import re
from collections.abc import Sequence
from typing import Any

from wtforms import BooleanField, FieldList, FormField, HiddenField, SelectField, SelectMultipleField, StringField
from wtforms.validators import StopValidation

from kernel import signing
from kernel.forms import Form, choices
from kernel.i18n import _, _l
from shop import local_times, year_days
from shop.forms import rate_rows, words
from shop.forms.amounts import PriceField, WholeField
from shop.forms.products import flipped
from shop.forms.rate_rows import DAYS, EASTER
from shop.service_sheets import Person

WHEN = choices([("days", _l("Between two days of the year")), ("easter", _l("Holy Week"))])
LATE = "06:00"  # a table may be had past midnight; hours that end later than this on the next day are a slip
HALF, MOST_SHARE = 50, 1000  # percent of the price
MOST = {"hours": 24, "people": 8, "tiers": 6, "questions": 8, "seasons": 8, "rates": 16}


class Backwards(local_times.NoTime):
    """Hours that end before they begin."""

    message = _l("It ends before it begins. Past midnight, write 06:00 at the latest.")


class Morning(local_times.NoTime):
    """Hours of a day that end at a bare number of the small hours: "9" to "5"."""

    message = _l("That is %(time)s in the morning. For the afternoon write %(later)s.")


class ClockField(StringField):
    """A time of the day as people type it: 9, 9:30, 14.30, 2:30 pm; `.clock` is "09:30" once it is validated."""

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("render_kw", {"autocomplete": "off", "maxlength": 12, "placeholder": "09:00"})
        super().__init__(*args, **options)
        self.clock = ""

    def pre_validate(self, _form: Any) -> None:
        """Read what was typed."""
        try:
            self.clock = read_clock(self.data or "")
        except local_times.NoTime as refusal:
            raise StopValidation(str(refusal)) from None


def read_clock(text: str) -> str:
    """A time of the day as it is kept; "" when nothing is written; raises NoTime."""
    told = re.fullmatch(r"(\d{1,2})(?:[:.h ](\d{2}))?\s*(?:h|hs)?\s*([ap])?\.?\s?m?\.?", text.strip().lower(), re.ASCII)
    if not text.strip():
        return ""
    if told is None:
        raise local_times.NoTime()
    hour, half = int(told[1]), told[3]
    if half:
        if not 1 <= hour <= 12:
            raise local_times.NoTime()
        hour = hour % 12 + (12 if half == "p" else 0)
    minutes = told[2] or "00"
    return f"{local_times.clock_time(f'{hour}:{minutes}'):%H:%M}"


class ShareField(StringField):
    """A season's share of the price: 140 or +40, 80 or -20; `.number` is 140 or 80 once it is validated."""

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("render_kw", {"autocomplete": "off", "maxlength": 8, "placeholder": "140"})
        super().__init__(*args, **options)
        self.number: int | None = None

    def pre_validate(self, _form: Any) -> None:
        """Read what was typed; a bare number below half is rather meant to be added."""
        told = re.fullmatch(r"([+−–-]?)\s*(\d{1,4})\s*%?", (self.data or "").strip(), re.ASCII)
        if not (self.data or "").strip():
            return
        if told is None:
            raise StopValidation(_("Write a share such as 140: the price and 40 % more."))
        sign, number = told[1], int(told[2])
        share = 100 + number if sign == "+" else 100 - number if sign else number
        if not sign and number < HALF:
            raise StopValidation(_("%(num)s is less than half of the price. For more write +%(num)s.", num=number))
        if not 1 <= share <= MOST_SHARE:
            raise StopValidation(_("Write a share from 1 to %(most)s.", most=MOST_SHARE))
        self.number = share


class HoursForm(Form):
    """A time of the day with the days of the week on which it is."""

    opens = ClockField(_l("Time"))
    closes = ClockField(_l("Until"))
    days = SelectMultipleField(_l("Days"), choices=choices([(str(day), name) for day, name in enumerate(DAYS)]))


class TierForm(Form):
    """So many hours before it begins, this share comes back."""

    hours = WholeField(_l("Hours before"), most=24 * 365)
    share = WholeField(_l("Comes back (%)"), most=100)


class NeedForm(Form):
    """A resource, ticked when it is occupied."""

    token = HiddenField()
    used = BooleanField(_l("Occupied"))
    seats = WholeField(_l("People in each"), most=10_000)


def lists() -> dict[str, Any]:
    """The lists of rows in the tenant's languages, by name."""
    person = {**words.fields("name", _l("Kind of person"), 60), "price": PriceField(_l("Price"), empty=True)}
    question = {
        "code": HiddenField(),
        **words.fields("label", _l("Question"), 120),
        "required": BooleanField(_l("Must be answered")),
    }
    season = {
        **words.fields("name", _l("Season"), 60),
        "when": SelectField(_l("When"), choices=WHEN, default="days"),
        "begins": StringField(_l("From"), render_kw={"maxlength": 5, "placeholder": "15-12", "autocomplete": "off"}),
        "ends": StringField(_l("Until"), render_kw={"maxlength": 5, "placeholder": "06-01", "autocomplete": "off"}),
        "percent": ShareField(_l("Of the price (%)")),
    }
    return {
        "hours": FieldList(FormField(HoursForm)),
        "people": FieldList(FormField(type("PersonForm", (Form,), person))),
        "tiers": FieldList(FormField(TierForm)),
        "questions": FieldList(FormField(type("QuestionForm", (Form,), question))),
        "seasons": FieldList(FormField(type("SeasonForm", (Form,), season))),
        "needs": FieldList(FormField(NeedForm)),
        "rates": rate_rows.field(),
    }


def roomy(form: Any) -> Any:
    """The form with a blank row below what it lists, for who has no scripts."""
    for name, most in MOST.items():
        rows = form[name]
        if len(rows.entries) < most and all(filled(row.form) for row in rows):
            rows.append_entry()
    return form


def filled(row: Any) -> bool:
    """Whether somebody wrote into it."""
    return any(field.data for field in row if field.type != "HiddenField" and field.short_name != "when")


def week(form: Any, *, until: bool) -> list[tuple[int, str, str]]:
    """The times of the week; what is wrong is told at its field."""
    found = []
    for entry in form.hours:
        row = entry.form
        if not filled(row):
            continue
        if not row.opens.clock and not row.opens.errors:
            row.opens.errors = [_("Write the time, such as 09:00.")]
        if not row.days.data:
            row.days.errors = [_("Tick at least one day.")]
        if until and not row.closes.errors and row.closes.clock in ("", row.opens.clock):
            row.closes.errors = [_("Write until when, such as 17:00.")]
        elif until and not row.closes.errors and (refusal := wrong_end(row.opens.clock, row.closes.data or "")):
            row.closes.errors = [str(refusal)]
        found += [(day, row.opens.clock, row.closes.clock if until else "") for day in weekdays(row.days)]
    return found


def weekdays(field: Any) -> list[int]:
    """The days of a week that are ticked, Monday is 0; another word that was sent is an error of the field."""
    return [day for day in range(7) if str(day) in (field.data or ())]


def backwards(opens: str, closes: str) -> bool:
    """Whether an end comes before its beginning and is not of the small hours of the next day."""
    return LATE < closes < opens


def wrong_end(opens: str, typed: str) -> local_times.NoTime | None:
    """Why hours cannot end so: before they begin, or in the small hours where the afternoon is meant."""
    closes = read_clock(typed)
    if opens < "12:00" and closes < opens and re.fullmatch(r"\d{1,2}", typed.strip()):
        return Morning(time=closes, later=f"{int(closes[:2]) + 12}:00")
    return Backwards() if backwards(opens, closes) else None


def people(form: Any) -> list[Person]:
    """The kinds of person; one without a price is told at its field."""
    own, found = words.languages()[0], []
    for entry in form.people:
        name, row = words.read(entry.form, "name"), entry.form
        if name.get(own) and row.price.minor is None and not row.price.errors:
            row.price.errors = [_("Write the price, such as %(example)s.", example="12500")]
        if name and not name.get(own):
            row.name.errors = [_("Fill this in.")]
        if name.get(own) and row.price.minor is not None:
            found.append(Person(name, row.price.minor))
    return found


def tiers(form: Any) -> list[dict[str, int]]:
    """What comes back how long before, the longest first."""
    rows = [entry.form for entry in form.tiers if entry.form.hours.number is not None]
    found = {row.hours.number: 100 * (row.share.number or 0) for row in rows}
    return [{"hours": hours, "back_bp": found[hours]} for hours in sorted(found, reverse=True) if found[hours]]


def absent(form: Any) -> list[dict[str, int]]:
    """What comes back to who does not come; nothing of it is kept where it is nothing."""
    return [{"absent_bp": 100 * form.absent.number}] if form.absent.number else []


def questions(form: Any) -> list[dict[str, Any]]:
    """What is asked of who books."""
    found = []
    for entry in form.questions:
        label = words.read(entry.form, "label")
        if label.get(words.languages()[0]):
            code = entry.form.code.data or signing.token()[:8]
            found.append({"code": code, "label": label, "required": bool(entry.form.required.data)})
    return found


def seasons(form: Any) -> list[dict[str, Any]]:
    """The seasons with their factor; what is wrong is told at its field."""
    found = []
    for entry in form.seasons:
        row = entry.form
        if not filled(row):
            continue
        begins, ends = EASTER if row.when.data == "easter" else (_of_year(row.begins), _of_year(row.ends))
        if row.percent.number is None and not row.percent.errors:
            row.percent.errors = [_("Write a share such as 140: the price and 40 % more.")]
        points = 100 * (row.percent.number or 100)
        found.append({"name": words.read(row, "name"), "from": begins, "to": ends, "factor_bp": points})
    return found


def _of_year(field: Any) -> str:
    text = flipped(field.data) if field.data else ""
    if not year_days.valid(text) or text.startswith("easter"):
        field.errors = [_("Write day and month, such as 01-12.")]
    return text


def needs(form: Any, known: Sequence[Any]) -> dict[int, int]:
    """The resources that are ticked, with how many people go into each of their units."""
    ids = {row.token: row.id for row in known}
    rows = [entry.form for entry in form.needs if entry.form.used.data and entry.form.token.data in ids]
    return {ids[row.token.data]: row.seats.number if row.seats.number is not None else 1 for row in rows}


def wrong(form: Any) -> bool:
    """Whether anything is told at a field of a row."""
    rows = [entry.form for name in (*MOST, "needs") for entry in form[name]]
    return any(field.errors for row in rows for field in row)
