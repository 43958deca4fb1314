"""What is checked of the forms about notes and tasks: the words, the day by one tap or by date, for whom."""

from datetime import date, timedelta
from typing import Any

from flask import request
from wtforms import DateField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from crm import notes, tasks
from crm.contacts import Contact
from crm.tasks import Task, Told
from kernel import memberships, web
from kernel.forms import Form, choices, trimmed
from kernel.i18n import _, _l

SOON = {"today": (_l("Today"), 0), "tomorrow": (_l("Tomorrow"), 1), "week": (_l("In a week"), 7)}
LAST = date(2100, 1, 1)


class NoteForm(Form):
    """What one writes down of a person."""

    text = TextAreaField(
        _l("New note"), [InputRequired(_l("Write the note first.")), Length(max=notes.LONGEST)], [trimmed],
        render_kw={"rows": 2, "maxlength": notes.LONGEST},
    )  # fmt: skip


class TaskForm(Form):
    """A sentence, a day, who does it, an order."""

    text = StringField(
        _l("What is to be done"), [InputRequired(_l("Write what is to be done.")), Length(max=tasks.LONGEST)],
        [trimmed], render_kw={"maxlength": tasks.LONGEST, "autocomplete": "off"},
    )  # fmt: skip
    when = RadioField(_l("Until when"), choices=[], validate_choice=False)
    due = DateField(_l("Another day"), [Optional()])
    who = SelectField(_l("Who does it"), choices=[])
    number = StringField(
        _l("Order number"), [Length(max=40)], [trimmed], render_kw={"maxlength": 40, "autocomplete": "off"},
    )  # fmt: skip
    stored: date | None = None

    def validate(self, *args: Any, **values: Any) -> bool:
        """A day is there, by one tap or by date."""
        fine = super().validate(*args, **values)
        if not self.due.errors and not self.day:
            self.due.errors = [_("Choose the day.")]
            return False
        if self.due.data and self.due.data > LAST:
            self.due.errors = [_("That day is too far away.")]
            return False
        return bool(fine)

    @property
    def day(self) -> date | None:
        """The day that is meant: a date that was typed, else what was tapped, else the one of before."""
        if self.due.data and self.due.data != self.stored:
            return self.due.data
        soon = SOON.get(self.when.data or "")
        return tasks.today() + timedelta(days=soon[1]) if soon else self.stored

    def told(self, contact: Contact | None, deal_id: int | None = None) -> Told:
        """What the verb wants to know."""
        day = self.day
        assert day is not None
        return Told(self.text.data or "", day, contact, self.number.data or "", account(self.who.data or ""), deal_id)


def account(token: str) -> int | None:
    """Whose membership an address names."""
    return memberships.member(token)[1].id if token else None


def task_form(task: Task | None = None, *, new: bool = False, begun: dict[str, str] | None = None) -> TaskForm:
    """The form as it was posted, else as the task stands; a new one is mine and for tomorrow, whoever asks for it.

    `begun`: what else stands in a new one (text, number, who).
    """
    staff = memberships.staff()
    kept = {account.id: row.token for row, account in staff}
    who = kept.get(task.for_id or 0, "") if task else kept.get(web.person().id, "")
    values: dict[str, Any] = {"who": who}
    posted = request.form if request.method == "POST" and not new else None
    if posted is None:  # else what was not tapped was not meant
        first = {"when": "tomorrow", **{name: text for name, text in (begun or {}).items() if text}}
        values |= {"text": task.text, "due": task.due, "number": task.order_number} if task else first
    form = TaskForm(posted, **values)
    form.stored = task.due if task else None
    form.when.choices = choices((code, label) for code, (label, _days) in SOON.items())
    everybody = [("", _("Whoever gets to it")), *((row.token, account.known_as) for row, account in staff)]
    form.who.choices = choices(everybody)
    return form
