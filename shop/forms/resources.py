"""What the desk asks about a resource and about days that are otherwise; errors stand at their field."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from wtforms import BooleanField, DateField, FieldList, FormField, HiddenField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from kernel import clock, tenancy
from kernel.forms import Form as Base
from kernel.forms import choices, trimmed
from kernel.i18n import _, _l
from shop import local_times, resource_sheets, resources
from shop.forms import words
from shop.forms.amounts import WholeField
from shop.forms.service_rows import read_clock, wrong_end
from shop.hours import Window
from shop.resource_sheets import Said

HOW = choices([("closed", _l("Closed")), ("hours", _l("Other hours"))])


class UnitForm(Base):
    """One unit's row."""

    token = HiddenField()
    name = StringField(_l("Name"), [Length(max=80)], [trimmed], render_kw={"autocomplete": "off"})
    active = BooleanField(_l("In use"))
    seats = WholeField(_l("People"), most=resource_sheets.MOST_SEATS, least=1)


class ResourceForm(Base):
    """A resource without its words, which come by language (see made)."""

    units = WholeField(_l("How many there are"), most=resources.MOST_UNITS, least=1)
    seats = WholeField(_l("People in each"), most=resource_sheets.MOST_SEATS, least=1)
    more = WholeField(_l("How many more"), most=resources.MOST_UNITS)
    rows = FieldList(FormField(UnitForm))


def made(posted: Any, values: dict[str, Any] | None = None) -> Any:
    """The form in the tenant's languages."""
    cls = type("ResourceForm", (ResourceForm,), words.fields("name", _l("What it is called"), 60, needed=True))
    return cls(posted, data=values or {})


def said(form: Any) -> dict[str, Said]:
    """What is said of each unit."""
    rows = [entry.form for entry in form.rows]
    return {row.token.data: Said(row.name.data or "", bool(row.active.data), row.seats.number) for row in rows}


class SpecialForm(Base):
    """Days that are otherwise."""

    first = DateField(_l("From"), [InputRequired(_l("Choose a day."))])
    last = DateField(_l("Until"), [Optional()], description=_l("Empty: that one day."))
    of = SelectField(_l("Of what"), choices=[])
    how = RadioField(_l("What it is like"), choices=HOW, default="closed")
    times = StringField(
        _l("Times"), [Length(max=200)], [trimmed],
        description=_l("With commas between: 08:00, 14:00. Of appointments from when until when: 09:00-12:00."),
        render_kw={"autocomplete": "off"},
    )  # fmt: skip
    note = StringField(_l("Why"), [Length(max=120)], [trimmed], description=_l("Only you see it."))

    def validate_last(self, field: Any) -> None:
        """Not before the first."""
        if field.data and self.first.data and field.data < self.first.data:
            raise ValidationError(_("The end comes before the beginning: look at both again."))

    def validate_first(self, field: Any) -> None:
        """Not over, nor in ten years."""
        today = clock.today(tenancy.tenant().timezone)
        if field.data and not today <= field.data <= today + timedelta(days=1100):
            raise ValidationError(_("Choose a day from today on, within three years."))


def special(posted: Any, products: Sequence[tuple[str, str]]) -> Any:
    """The form, with what it may be of."""
    form = SpecialForm(posted)
    form.of.choices = choices([("", _("Everything that is booked")), *products])
    return form


def windows(form: Any) -> list[Window]:
    """The other hours; what is wrong is told at its field."""
    if form.how.data != "hours":
        return []
    parts = [part for part in (form.times.data or "").split(",") if part.strip()]
    try:
        found = [_window(part) for part in parts]
    except local_times.NoTime as refusal:
        form.times.errors = [str(refusal)]
        return []
    if not found:
        form.times.errors = [_("Write the time, such as 09:00.")]
    return found


def _window(text: str) -> Window:
    opens, dash, closes = text.replace("–", "-").partition("-")
    window = Window(read_clock(opens), read_clock(closes))
    if not window.opens or (dash and window.closes in ("", window.opens)):
        raise local_times.NoTime()
    if window.closes and (refusal := wrong_end(window.opens, closes)):
        raise refusal
    return window


def days(form: Any) -> tuple[date, date]:
    """The first and the last."""
    return form.first.data, form.last.data or form.first.data
