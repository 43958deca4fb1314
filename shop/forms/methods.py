"""What is asked of a way to deliver, a way to pay and a zone."""

import re
from typing import Any

from wtforms import SelectMultipleField, StringField, TextAreaField, TimeField
from wtforms.validators import Length, Optional, ValidationError

from kernel.forms import Form, choices, trimmed
from kernel.i18n import _, _l, pick
from shop import storefront, zones
from shop.forms import words
from shop.forms.amounts import PriceField, WholeField

DAYS = dict(
    zip(
        storefront.DAYS,
        (_l("Mon"), _l("Tue"), _l("Wed"), _l("Thu"), _l("Fri"), _l("Sat"), _l("Sun")),
        strict=True,
    )
)
LIST = {"maxlength": 200, "autocomplete": "off"}


class Reached(Form):
    """Where and for whom a method is."""

    zones = SelectMultipleField(_l("Zones"), choices=[], description=_l("None chosen: the whole country."))
    customer_groups = StringField(
        _l("Only for these groups"), [], [trimmed], description=_l("Empty: for everybody."), render_kw=LIST
    )


class DeliveryForm(Reached):
    """A way to deliver or to pick up; its name comes by language (see delivery)."""

    price = PriceField(_l("Price"), empty=True, description=_l("Empty: free."))
    free_over = PriceField(_l("Free from this amount on"), empty=True)
    least = WholeField(
        _l("Days at least"), most=60, description=_l("From the order until it arrives. Empty: the same day.")
    )
    most = WholeField(_l("Days at most"), most=90)
    days = SelectMultipleField(
        _l("Days that can be chosen"), choices=choices(DAYS.items()),
        description=_l("None chosen: buyers choose no day; they read how long it takes."),
    )  # fmt: skip
    slots = TextAreaField(
        _l("Times that can be chosen"), [Length(max=600)], [trimmed], render_kw={"rows": 4},
        description=_l("One a line, such as 07:30-09:00."),
    )  # fmt: skip
    capacity = WholeField(_l("Orders for one day and time"), most=10_000, least=1, description=_l("Empty: no limit."))
    cutoff = TimeField(_l("Orders until"), [Optional()])
    days_before = WholeField(
        _l("So many days before"), most=30, description=_l("0: until that hour of the same day. 1: of the day before.")
    )

    def validate_slots(self, field: Any) -> None:
        """Spans of the day, each beginning before it ends."""
        self.spans = [_span(line) for line in re.split(r"[\n,;]+", field.data or "") if line.strip()]
        if self.spans and not self.days.data:
            raise ValidationError(_("Choose the days on which these times are open."))

    def validate_most(self, field: Any) -> None:
        """No less than the least."""
        if field.number is not None and field.number < (self.least.number or 0):
            raise ValidationError(_("Write at least as many as above."))


def _span(line: str) -> str:
    found = re.fullmatch(r"\s*(\d{1,2}):?(\d{2})?\s*(?:-|–|a)\s*(\d{1,2}):?(\d{2})?\s*", line)
    if found is None or int(found[1]) > 23 or int(found[3]) > 24:
        raise ValidationError(_("Write times like 07:30-09:00, one a line."))
    first, last = (f"{int(found[at]):02}:{found[at + 1] or '00'}" for at in (1, 3))
    if first >= last or int(first[3:]) > 59 or int(last[3:]) > 59:
        raise ValidationError(_("Write times like 07:30-09:00, one a line."))
    return f"{first}-{last}"


class PaymentForm(Reached):
    """A way to pay; its name and instructions come by language (see payment), the account is read beside it."""

    max_total = PriceField(_l("Up to this total"), empty=True, description=_l("Empty: no limit."))
    hold_hours = WholeField(
        _l("Hours that you keep the goods"), most=720, least=1,
        description=_l("Whoever has not paid by then loses the reservation; before that a letter reminds. "
                       "For a booking that begins soon it is half of the time left to sell it, an hour at least."),
    )  # fmt: skip


class ZoneForm(Form):
    """A part of the country; its name comes by language (see zone), its places are read beside it."""

    more = TextAreaField(
        _l("Other places or postcodes"), [Length(max=4000)], [trimmed], render_kw={"rows": 3},
        description=_l("One a line. Digits are the beginning of postcodes."),
    )  # fmt: skip


def delivery(posted: Any = None, **values: Any) -> Any:
    """The form of a way to deliver."""
    return _made(DeliveryForm, words.fields("label", _l("Name"), 80, needed=True), posted, values)


def payment(posted: Any = None, **values: Any) -> Any:
    """The form of a way to pay."""
    fields = {
        **words.fields("label", _l("Name"), 80, needed=True),
        **words.fields("instructions", _l("What buyers must know"), 600, area=True),
    }
    return _made(PaymentForm, fields, posted, values)


def zone(posted: Any = None, **values: Any) -> Any:
    """The form of a zone."""
    return type("Form", (ZoneForm,), words.fields("name", _l("Name"), 80, needed=True))(posted, **values)


def _made(kind: Any, fields: dict[str, Any], posted: Any, values: dict[str, Any]) -> Any:
    form = type("Form", (kind,), fields)(posted, **values)
    form.zones.choices = choices((zone.code, pick(zone.name)) for zone in zones.all_of_tenant())
    return form
