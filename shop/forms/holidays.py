"""What the holidays of the shop ask: when they begin, when it sells again, and what visitors read meanwhile."""

from datetime import datetime, time, timedelta
from typing import Any

from wtforms import DateField, TimeField
from wtforms.validators import InputRequired, Optional, ValidationError

from kernel import clock, tenancy
from kernel.forms import Form
from kernel.i18n import _, _l
from shop import holidays, local_times
from shop.forms import words

LONGEST = timedelta(days=366)  # days are told without their year


class HolidayForm(Form):
    """From when until when the shop is closed; its words come by language (see made)."""

    begins = DateField(_l("We close on"), [Optional()], description=_l("Empty: from now on."))
    at = TimeField(
        _l("At what time"), [Optional()], render_kw={"step": 60 * holidays.STEP},
        description=_l("Empty: when that day begins."),
    )  # fmt: skip
    until = DateField(
        _l("We sell again on"), [InputRequired(_l("Choose the day on which you sell again.")), Optional()]
    )

    def validate_begins(self, field: Any) -> None:
        """Today or a day to come, within a year."""
        today = _today()
        if field.data and field.data < today:
            raise ValidationError(_("That day is over. Choose a later one, or none to close at once."))
        if field.data and field.data > today + LONGEST:
            raise ValidationError(_("Choose a day within a year."))

    def validate_at(self, field: Any) -> None:
        """A time of that day that is not over, at which kept pages turn."""
        if field.data is None:
            return
        if not self.begins.data:
            raise ValidationError(_("Choose the day, too."))
        if field.data.minute % holidays.STEP:
            raise ValidationError(_("Choose a full quarter of an hour, such as 17:00 or 17:15."))
        if self.begins.data == _today() and _instant(self) <= clock.now():
            raise ValidationError(_("That time is over. Choose a later one, or neither day nor time to close at once."))

    def validate_until(self, field: Any) -> None:
        """A day to come, after the one on which it closes."""
        if not field.data:
            return
        begins = max(self.begins.data or _today(), _today())
        if field.data <= _today():
            raise ValidationError(_("Choose a day after today."))
        if field.data <= begins:
            raise ValidationError(_("Choose a day after the one on which you close."))
        if field.data > begins + LONGEST:
            raise ValidationError(_("Choose a day within a year."))

    @property
    def planned(self) -> datetime | None:
        """When it begins on the shop's clocks; None: at once, as without a day or on this very one."""
        if self.begins.data is None or (self.at.data is None and self.begins.data <= _today()):
            return None
        return datetime.combine(self.begins.data, self.at.data or time())


def made(posted: Any = None, **values: Any) -> Any:
    """The form, with its words in each language."""
    return type("Form", (HolidayForm,), words.fields("message", _l("What visitors read"), 200))(posted, **values)


def told(one: holidays.Holiday) -> dict[str, str]:
    """What would be sent to write them again."""
    day, _sep, at = one.planned.partition("T")
    begun = {"begins": day, "at": at} if day else {}
    return {**begun, "until": one.until.isoformat(), **words.shown("message", dict(one.message))}


def _today() -> Any:
    return clock.today(tenancy.tenant().timezone)


def _instant(form: HolidayForm) -> datetime:
    assert form.begins.data is not None
    return local_times.instant(form.begins.data, form.at.data or time(), tenancy.tenant().timezone)
