"""What the booking editor asks of one kind of service, and how it is read into a sheet; nothing typed is lost."""

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import BooleanField, RadioField, SelectField, SelectMultipleField, StringField
from wtforms.validators import Length, ValidationError

from kernel import tenancy
from kernel.forms import Form as Base
from kernel.forms import choices, trimmed
from kernel.i18n import _, _l
from shop import approval_rows, booking_series, resource_sheets, resources
from shop.forms import deposits, knowing, product_rows, rate_rows, service_rows, words
from shop.forms.amounts import PriceField, WholeField
from shop.forms.rate_rows import DAYS
from shop.forms.service_rows import ClockField, weekdays
from shop.resources import Resource
from shop.service_sheets import Fresh, ServiceSheet

POLICIES: dict[str, list[dict[str, int]]] = {
    "flexible": [{"hours": 24, "back_bp": 10_000}],
    "moderate": [{"hours": 72, "back_bp": 10_000}, {"hours": 24, "back_bp": 5_000}],
    "strict": [{"hours": 168, "back_bp": 5_000}],
    "none": [],
}
SAID = choices(
    [
        ("flexible", _l("Flexible: everything comes back until 24 hours before")),
        ("moderate", _l("Moderate: everything until 72 hours before, half until 24 hours before")),
        ("strict", _l("Strict: half until a week before, later nothing")),
        ("none", _l("Nothing comes back")),
        ("own", _l("My own terms")),
    ]
)
ANSWERS = choices([("", _l("It is booked at once")), ("yes", _l("I confirm each one: it is paid only after my yes"))])
SPANS = {"minutes": 1, "hours": 60, "days": 24 * 60}
UNITS = choices([("minutes", _l("minutes")), ("hours", _l("hours")), ("days", _l("days"))])
SPOKEN = choices(words.NAMES.items())
PRICES = {
    "departure": _l("Price of a place"),
    "appointment": _l("Price of an appointment"),
    "nights": _l("Price of a night"),
}
ROOM = {
    "departure": _l("Places of a departure"),
    "appointment": _l("People who can come at once"),
    "nights": _l("People in each one"),
}
LONGEST = 60 * 24 * 60  # minutes


class ServiceForm(Base):
    """The editor without its words and rows, which come by language (see made)."""

    price = PriceField(_l("Price"), empty=True, description=_l("0 is free: nothing is asked to pay."))
    lasts = WholeField(_l("How long it takes"), most=LONGEST, least=1)
    lasts_in = SelectField(_l("Minutes, hours or days"), choices=UNITS, default="minutes")
    step = WholeField(_l("A time every so many minutes"), most=24 * 60, least=5)
    before = WholeField(_l("Minutes to get ready before"), most=24 * 60)
    after = WholeField(_l("Minutes to tidy up after"), most=24 * 60)
    capacity = WholeField(_l("Places"), most=10_000, least=1)
    group_min = WholeField(
        _l("It goes from so many people on"), most=10_000, least=1,
        description=_l("With fewer we tell you in time: run it all the same, or call it off and pay everybody back."),
    )  # fmt: skip
    check_in = ClockField(_l("Arrival from"))
    check_out = ClockField(_l("Departure until"))
    nights_min = WholeField(_l("The fewest nights"), most=60, least=1)
    nights_max = WholeField(_l("The most nights"), most=365, least=1)
    week_off = WholeField(_l("Off a stay of 7 nights or more"), most=90)
    month_off = WholeField(_l("Off a stay of 28 nights or more"), most=90)
    guests_in = WholeField(_l("Guests in the price"), most=10_000, least=1)
    guest_price = PriceField(_l("Each guest more, a night"), empty=True)
    arrivals = SelectMultipleField(_l("Days of arrival"), choices=choices([(str(d), n) for d, n in enumerate(DAYS)]))
    lead = WholeField(_l("Sold until so many hours before"), most=24 * 365)
    horizon = WholeField(_l("Open so many days ahead"), most=1095, least=1)
    series = WholeField(
        _l("The same time in a row, at most"), most=booking_series.MOST, least=1,
        description=_l("A course, a therapy, a table every week: so many times are booked and paid at once. 1: no."),
    )  # fmt: skip
    holidays = BooleanField(_l("Also on national holidays"))
    policy = RadioField(_l("When somebody cancels"), choices=SAID, default="moderate")
    absent = WholeField(
        _l("Comes back to who does not come"), most=100,
        description=_l("Empty or 0: you keep what was paid. Who calls off late gets as much."),
    )  # fmt: skip
    deposit = product_rows.line(
        _l("Deposit when it is booked"), 24,
        _l("A share such as 30 %, or an amount for each one. A number below 100 alone is a share. Empty: all at once."),
    )  # fmt: skip
    answers = RadioField(_l("When somebody books"), choices=ANSWERS, default="")
    answer_hours = WholeField(
        _l("Hours that you give yourself to answer"), most=approval_rows.MOST_HOURS, least=1,
        description=_l("Without an answer by then the time is free again by itself."),
    )  # fmt: skip
    answer_from = WholeField(
        _l("Only from so many people on"), most=10_000, least=1,
        description=_l("Smaller groups book at once. 1: you confirm all of them."),
    )  # fmt: skip
    age_min = WholeField(_l("Youngest age"), most=99)
    languages = SelectMultipleField(_l("Languages of your people"), choices=SPOKEN)
    new_name = StringField(_l("New: what it is called"), [Length(max=60)], [trimmed], render_kw={"autocomplete": "off"})
    new_units = WholeField(_l("How many there are"), most=resources.MOST_UNITS, least=1)
    new_seats = WholeField(_l("People in each"), most=resource_sheets.MOST_SEATS, least=1)

    def validate_deposit(self, field: Any) -> None:
        """A share below all of it, or an amount."""
        try:
            deposits.read(field.data or "")
        except ValueError as error:
            raise ValidationError(str(error)) from None

    def validate_group_min(self, _field: Any) -> None:
        """Not more than it has places: it would never go."""
        most = self.capacity.number
        if most and (self.group_min.number or 1) > most:
            raise ValidationError(_("It has %(most)s places: with that minimum it would never go.", most=most))

    def validate_answer_hours(self, field: Any) -> None:
        """There is an answer before what is booked can begin."""
        if not self.answers.data:
            return
        if not field.number:
            raise ValidationError(_("Fill this in."))
        if field.number > (self.lead.number or 0):
            raise ValidationError(
                _("It is sold until %(lead)s hours before it begins: give yourself at most so many, or sell it until "
                  "earlier (under “How early, how late, holidays, time between”).", lead=self.lead.number or 0)
            )  # fmt: skip

    def validate_nights_max(self, _field: Any) -> None:
        """Not below the fewest."""
        if self.nights_max.number and self.nights_max.number < (self.nights_min.number or 1):
            raise ValidationError(_("The most cannot be below the least."))

    def validate_guest_price(self, field: Any) -> None:
        """Not without how many guests the price is for."""
        if field.minor and not self.guests_in.number:
            raise ValidationError(_("Say also for how many guests the price of a night is."))

    def validate_guests_in(self, field: Any) -> None:
        """Not without what each one more costs, and not more than fit."""
        if field.number and not (self.guest_price.data or "").strip():
            raise ValidationError(_("Say also what each guest more costs."))
        if field.number and self.capacity.number and field.number > self.capacity.number:
            raise ValidationError(_("At most %(most)s fit into one.", most=self.capacity.number))

    def validate_lasts(self, field: Any) -> None:
        """Not longer than two months."""
        if field.number and field.number * SPANS.get(self.lasts_in.data, 1) > LONGEST:
            raise ValidationError(_("That is longer than %(days)s days.", days=LONGEST // (24 * 60)))


def made(posted: Any, kind: str, values: Mapping[str, Any] | None = None) -> ServiceForm:
    """The form in the tenant's languages for that kind, with what was posted or with `values`."""
    meeting = words.fields("meeting", _l("Where to be"), 300, area=True)
    cls = type("ServiceForm", (ServiceForm,), {**service_rows.lists(), **meeting, **knowing.fields()})
    form: Any = knowing.dressed(cls(posted, data=dict(values or {})))
    form.price.label.text, form.capacity.label.text = PRICES[kind], ROOM[kind]
    tenant = tenancy.tenant()
    shown = {"data-currency": tenant.currency, "data-locale": tenant.locale.replace("_", "-")}
    form.price.render_kw = {**form.price.render_kw, **shown}
    return form  # type: ignore[no-any-return]


def sheet(form: Any, kind: str, known: Sequence[Resource]) -> ServiceSheet | None:
    """What the form says; None when something is wrong, told at its field."""
    fine = form.validate()
    people = service_rows.people(form) if kind == "departure" else []
    week = _arrivals(form) if kind == "nights" else service_rows.week(form, until=kind == "appointment")
    seasons = service_rows.seasons(form) if kind == "nights" else []
    own = rate_rows.read(form) if kind == "nights" else []
    if not people:
        _needed(form.price)
    for name in ("lasts", "capacity") if kind != "nights" else ("capacity",):
        _needed(form[name])
    if not fine or service_rows.wrong(form) or form.errors:
        return None
    columns = {**_columns(form), **_of_kind(form, kind), "seasons": seasons}
    told = deposits.read(form.deposit.data or "")
    return ServiceSheet(kind, columns, form.price.minor or 0, week, service_rows.needs(form, known), _fresh(form),
                        people, own, told)  # fmt: skip


def _needed(field: Any) -> None:
    if not (field.data or "").strip() and not field.errors:
        field.errors = [_("Fill this in.")]


def _arrivals(form: Any) -> list[tuple[int, str, str]]:
    days = weekdays(form.arrivals)
    return [] if len(days) in (0, 7) else [(day, form.check_in.clock or "14:00", "") for day in days]


def _columns(form: Any) -> dict[str, Any]:
    told = service_rows.tiers(form) if form.policy.data == "own" else [dict(one) for one in POLICIES[form.policy.data]]
    return {
        "capacity": form.capacity.number or 1,
        "before": form.before.number or 0,
        "after": form.after.number or 0,
        "lead": form.lead.number or 0,
        "horizon": form.horizon.number or 365,
        "holidays": bool(form.holidays.data),
        "policy": [*told, *service_rows.absent(form)],
        "questions": service_rows.questions(form),
        "languages": list(form.languages.data or ()),
        "age_min": form.age_min.number,
        "answer_hours": form.answer_hours.number if form.answers.data else None,
        "answer_from": form.answer_from.number or 1 if form.answers.data else 1,
        "meeting": words.read(form, "meeting"),
        **knowing.read(form),
    }


def _of_kind(form: Any, kind: str) -> dict[str, Any]:
    if kind == "nights":
        return {
            "check_in": form.check_in.clock or "14:00",
            "check_out": form.check_out.clock or "11:00",
            "nights_min": form.nights_min.number or 1,
            "nights_max": form.nights_max.number or 30,
            "week_bp": 100 * (form.week_off.number or 0),
            "month_bp": 100 * (form.month_off.number or 0),
            "guests_in": form.guests_in.number if form.guest_price.minor else None,
            "guest_minor": (form.guest_price.minor or 0) if form.guests_in.number else 0,
        }
    told = {"minutes": (form.lasts.number or 1) * SPANS[form.lasts_in.data], "step": form.step.number or 30}
    told["series_most"] = form.series.number or 1
    return {**told, "group_min": form.group_min.number or 1} if kind == "departure" else told


def _fresh(form: Any) -> Fresh | None:
    if not form.new_name.data:
        return None
    name = {words.languages()[0]: form.new_name.data}
    return Fresh(name, form.new_units.number or 1, form.new_seats.number or form.capacity.number or 1)
