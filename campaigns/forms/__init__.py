"""What is asked of a letter to many: its name, whom it is for and in whose name; and of how a shop writes."""

from datetime import date, time, timedelta
from typing import Any

from wtforms import (
    BooleanField,
    DateField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError

from campaigns import automations, followups, habits, named_segments, rhythms, subject_tests, writing
from campaigns.automations import Automation
from campaigns.habits import Habits
from campaigns.mailings import Mailing
from campaigns.rhythms import Rhythm
from campaigns.series import LetterSeries
from campaigns.series import Plan as Repeats
from campaigns.subject_tests import Plan, SubjectTest
from crm import segments
from crm.segments import Segment
from kernel.forms import Form, choices, trimmed
from kernel.i18n import _, _l, pick
from shop.forms import words

FOLLOWS = "="  # stands for the people of an earlier letter
GONE = "?"  # stands for a segment that is no longer there
PLAIN = {"autocomplete": "off"}


class MailingForm(Form):
    """A letter as its page asks for it; its words are written in the editor."""

    name = StringField(
        _l("Name"), [DataRequired(), Length(max=160)], [trimmed], render_kw={**PLAIN, "maxlength": 160},
        description=_l("Only you see it."),
    )  # fmt: skip
    segment = SelectField(_l("Audience"), choices=[])
    without = SelectField(_l("Except"), choices=[], default="")

    def validate_without(self, field: Any) -> None:
        """Of one segment nobody is left when it is left out."""
        if field.data and field.data == self.segment.data:
            raise ValidationError(_("Then nobody would receive it: choose another segment."))


class SenderForm(MailingForm):
    """The same with what is rarely changed."""

    sender_name = StringField(
        _l("Sender"), [Length(max=160)], [trimmed], render_kw={**PLAIN, "maxlength": 160},
        description=_l("Empty: the name that you chose for all letters."),
    )  # fmt: skip
    utm = BooleanField(_l("Mark the links, so that the report knows who came from this letter"))


class SubjectsForm(Form):
    """A second subject, who is asked and for how long; the words come in the languages of the shop."""

    share = IntegerField(
        _l("How many of a hundred are asked"), [InputRequired(), NumberRange(10, 50)],
        render_kw={"inputmode": "numeric", **PLAIN}, description=_l("Half of them read one subject, half the other."),
    )  # fmt: skip
    hours = IntegerField(
        _l("Hours until the better one goes to the rest"), [InputRequired(), NumberRange(1, 72)],
        render_kw={"inputmode": "numeric", **PLAIN},
    )  # fmt: skip


class SendForm(Form):
    """When it goes, and the number of people where they are many."""

    when = RadioField(_l("When"), choices=choices([("now", _l("Now")), ("later", _l("On a day and at an hour"))]))
    day = DateField(_l("Day"), [Optional()])
    hour = TimeField(_l("Hour"), [Optional()])
    typed = StringField(_l("How many people will receive it?"), [Length(max=12)], [trimmed],
                        render_kw={**PLAIN, "inputmode": "numeric", "maxlength": 12})  # fmt: skip


class RepeatForm(Form):
    """How often a letter goes out, until when, and what is asked before each time."""

    unit = RadioField(_l("How often"), choices=choices([("week", _l("By the week")), ("month", _l("By the month"))]))
    days = SelectMultipleField(_l("On these days"), choices=[])
    monthday = IntegerField(_l("Day of the month"), [Optional(), NumberRange(1, 31)],
                       render_kw={"inputmode": "numeric", **PLAIN},
                       description=_l("29 to 31: the last day of shorter months."))  # fmt: skip
    gap = IntegerField(_l("Every so many weeks or months"), [InputRequired(), NumberRange(1, rhythms.MOST_GAP)],
                       render_kw={"inputmode": "numeric", **PLAIN},
                       description=_l("1: each one. 2: every second one."))  # fmt: skip
    at = TimeField(_l("Hour"), [InputRequired()])
    begins = DateField(_l("From this day on"), [InputRequired()])
    ends = RadioField(_l("Until"), choices=choices([
        ("never", _l("Without end")), ("day", _l("Until a day")), ("times", _l("So many times"))]))  # fmt: skip
    until = DateField(_l("Last day"), [Optional()])
    most = IntegerField(_l("How many issues"), [Optional(), NumberRange(1, 999)],
                        render_kw={"inputmode": "numeric", **PLAIN})  # fmt: skip
    asks = BooleanField(_l("Show me each issue first: it goes when I say yes"))
    fresh = BooleanField(_l("Leave an issue out when there is nothing new"),
                         description=_l("Nothing new: no product came and nobody changed the words since the issue"
                                        " before."))  # fmt: skip
    people = StringField(_l("How many people will receive it?"), [Length(max=12)], [trimmed],
                        render_kw={**PLAIN, "inputmode": "numeric", "maxlength": 12})  # fmt: skip

    def validate(self, extra_validators: Any = None) -> bool:
        """Each choice brings its field with it."""
        fine = super().validate(extra_validators)
        asked = {"days": self.unit.data == "week", "monthday": self.unit.data == "month",
                 "until": self.ends.data == "day", "most": self.ends.data == "times"}  # fmt: skip
        for name, wanted in asked.items():
            field: Any = self[name]
            if wanted and not field.data and not field.errors:
                field.errors, fine = [_("Choose at least one day.") if name == "days" else _("Fill this in.")], False
        return fine

    @property
    def plan(self) -> Repeats:
        """What was typed."""
        weekly, ends = self.unit.data == "week", self.ends.data
        days, day = "".join(sorted(self.days.data or ())) if weekly else "", self.monthday.data if not weekly else 1
        until = self.until.data if ends == "day" else None
        rhythm = Rhythm(self.unit.data, self.gap.data or 1, days, day or 1, self.begins.data or date.min, until)
        hour = self.at.data or time(9)
        most = self.most.data if ends == "times" else None
        return Repeats(rhythm, f"{hour:%H:%M}", most, asks=self.asks.data, fresh=self.fresh.data)


class HabitsForm(Form):
    """How often and when a shop writes."""

    sender_name = StringField(
        _l("Sender"), [Length(max=160)], [trimmed], render_kw={**PLAIN, "maxlength": 160},
        description=_l("The name that people see in their inbox. Empty: the name of the shop."),
    )  # fmt: skip
    postal = TextAreaField(
        _l("Postal address"), [Length(max=400)], [trimmed], render_kw={"rows": 3, "autocomplete": "off"},
        description=_l("It stands below every letter, as many countries ask. Empty: the address of the shop."),
    )  # fmt: skip
    cap_hours = IntegerField(
        _l("Hours between two letters to the same person"),
        [InputRequired(), NumberRange(0, habits.MOST_HOURS)], render_kw={"inputmode": "numeric", **PLAIN},
        description=_l("Whoever had a letter less than so long ago does not receive the next one. 0: no limit."),
    )  # fmt: skip
    quiet_from = TimeField(_l("Quiet from"), [InputRequired()])
    quiet_until = TimeField(_l("Quiet until"), [InputRequired()])


def mailing(row: Mailing, segment: Segment | None, posted: Any = None) -> SenderForm:
    """The form of a letter that is for that segment."""
    kept: dict[str, Any] = {"name": row.name, "sender_name": row.sender_name, "utm": row.utm}
    left, gone = _left_out(row)
    kept |= {"segment": segment.code if segment else "", "without": left.code if left else ""}
    form = SenderForm(posted, **{} if posted is not None else kept)
    form.segment.choices, form.without.choices = audiences(), exceptions()
    if gone:
        form.without.choices.insert(0, SelectChoice(GONE, _("Choose…")))
        form.without.data = GONE if posted is None else form.without.data
    follow = followups.of(row)
    if follow is not None:
        form.segment.choices.insert(0, SelectChoice(FOLLOWS, followups.called(follow)))
        form.segment.data = FOLLOWS if posted is None else form.segment.data
    if row.segment_id and segment is None:  # it was put away: nobody is chosen until somebody is
        form.segment.choices.insert(0, SelectChoice(GONE, _("Choose…")))
        form.segment.data = GONE if posted is None else form.segment.data
    return form


def subjects(row: SubjectTest | None, posted: Any = None) -> Any:
    """The form of a second subject."""
    named = (("subject_b", _("Second subject"), "subject"), ("line_b", _("Its preview text"), "preheader"))
    made: dict[str, Any] = {}
    for code, label, _name in named:
        made |= words.fields(code, label, writing.LONGEST)
    cls = type("SubjectsForm", (SubjectsForm,), made)
    if posted is not None:
        return cls(posted)
    kept: dict[str, Any] = {"share": row.share if row else subject_tests.SHARE}
    kept["hours"] = row.hours if row else subject_tests.HOURS
    for code, _label, name in named:
        kept |= words.shown(code, getattr(row, name) if row else {})
    return cls(**kept)


def plan(form: Any) -> Plan:
    """What was typed of a second subject."""
    return Plan(words.read(form, "subject_b"), words.read(form, "line_b"), form.share.data, form.hours.data)


def repeat(row: LetterSeries | None, today: date, posted: Any = None) -> RepeatForm:
    """The form of how a letter repeats; one that does not yet: each week, on the day that it is today."""
    weekday = today.weekday()
    kept: dict[str, Any] = {
        "unit": "week", "days": [str(weekday)], "monthday": today.day, "gap": 1, "at": time(9), "begins": today,
        "ends": "never", "until": today + timedelta(weeks=12), "most": 6,
    }  # fmt: skip
    if row is not None:
        ends = "day" if row.until else "times" if row.most else "never"
        same = ("unit", "gap", "begins", "asks", "fresh")
        kept |= {name: getattr(row, name) for name in same}
        kept |= {name: getattr(row, name) for name in ("until", "most") if getattr(row, name)}
        kept |= {"days": list(row.days) or [str(weekday)], "at": time.fromisoformat(row.hour), "ends": ends}
        kept["monthday"] = row.day if row.unit == "month" else today.day
    form = RepeatForm(posted, **{} if posted is not None else kept)
    form.days.choices = choices([(str(one), rhythms.name_of(one)) for one in range(7)])
    return form


def automation(row: Automation) -> list[tuple[str, str, bool]]:
    """Whom an automation can be for: (code, name, whether it is)."""
    kept, gone = automations.segment(row), automations.lost(row)
    found = [("", _("Everybody to whom it happens"), kept is None and not gone)]
    found += [(one.code, pick(one.name) or one.code, kept is not None and one.id == kept.id)
              for one in segments.listed()]  # fmt: skip
    return [(GONE, _("Choose…"), True), *found] if gone else found


def audiences() -> list[SelectChoice]:
    """Everybody first, then the segments by name."""
    kept = ((one.code, pick(one.name) or one.code) for one in segments.listed())
    return choices([("", _("Everybody who allowed letters")), *kept])


def exceptions() -> list[SelectChoice]:
    """Nobody first, then the segments by name."""
    kept = ((one.code, pick(one.name) or one.code) for one in segments.listed())
    return choices([("", _("Nobody is left out")), *kept])


def begun(posted: Any = None, **values: Any) -> MailingForm:
    """The form of a letter that is begun."""
    form = MailingForm(posted, **values)
    form.segment.choices, form.without.choices = audiences(), exceptions()
    return form


def _left_out(row: Mailing) -> tuple[Segment | None, bool]:
    """(the segment that a letter leaves out, whether it was put away)."""
    try:
        return named_segments.left_out(row), False
    except named_segments.NoSegment:
        return None, True


def habits_of(row: Habits, posted: Any = None) -> HabitsForm:
    """The form of the habits."""
    kept: dict[str, Any] = {
        "sender_name": row.sender_name, "postal": row.postal, "cap_hours": row.cap_hours,
        "quiet_from": time.fromisoformat(row.quiet_from), "quiet_until": time.fromisoformat(row.quiet_until),
    }  # fmt: skip
    return HabitsForm(posted, **{} if posted is not None else kept)


def write_habits(form: HabitsForm, row: Habits) -> Habits:
    """Write what was typed."""
    row.sender_name, row.postal = form.sender_name.data or "", form.postal.data or ""
    row.cap_hours = form.cap_hours.data or 0
    row.quiet_from, row.quiet_until = (f"{one.data:%H:%M}" for one in (form.quiet_from, form.quiet_until))
    return row
