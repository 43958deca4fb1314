"""The forms about a shop's own fields: that of a field itself, and that which asks what somebody has in them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from wtforms import BooleanField, Field, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, ValidationError
from wtforms.widgets import DateInput

from crm import custom_texts
from crm.custom_fields import KINDS, LISTS, LONGEST_HINT, LONGEST_LABEL, CustomField, Told
from crm.custom_texts import NOTHING, Value
from kernel.forms import Form, choices, lines, trimmed
from kernel.i18n import _, _l
from kernel.refusal import Refusal

BEFORE = "f_"  # before the code, in the names of a form's fields
THERE = "custom"  # a hidden field for each that was asked: what a page did not ask stays as it is


class FieldForm(Form):
    """A field as its owner describes it."""

    label = StringField(
        _l("What it is called"), [InputRequired(_l("Write what it is called.")), Length(max=LONGEST_LABEL)], [trimmed],
        description=_l("Such as “Shoe size”, “Allergies” or “Name of the pet”."),
        render_kw={"maxlength": LONGEST_LABEL, "autocomplete": "off"},
    )  # fmt: skip
    kind = SelectField(
        _l("What is written into it"), choices=[],
        description=_l("The kind stays as it is; everything else can be changed later."),
    )  # fmt: skip
    hint = StringField(
        _l("Hint"), [Length(max=LONGEST_HINT)], [trimmed], description=_l("A line below it, for whoever fills it in."),
        render_kw={"maxlength": LONGEST_HINT, "autocomplete": "off"},
    )  # fmt: skip
    more = TextAreaField(
        _l("What can be chosen"), [Length(max=6000)], [lines], render_kw={"rows": 4},
        description=_l("One on each line; only for lists."),
    )  # fmt: skip
    sensitive = BooleanField(
        _l("Sensitive"),
        description=_l("Only who may see it finds it on a person's page. It is in no letter, no segment and no form."),
    )  # fmt: skip
    asked = BooleanField(
        _l("Ask it when people sign up for news"), description=_l("They may leave it empty.")
    )  # fmt: skip

    def __init__(self, posted: Any = None, row: CustomField | None = None, **kept: Any) -> None:
        super().__init__(posted, obj=row, **kept)
        self.row = row
        self.kind.choices = choices(KINDS.items())
        if row is not None:
            self.kind.data = row.kind

    def validate(self, *args: Any, **values: Any) -> bool:
        """What is sensitive is asked on no page that everybody sees."""
        fine = bool(super().validate(*args, **values))
        if self.sensitive.data and self.asked.data:
            self.asked.errors = [_("What is sensitive is not asked on a page of the shop.")]
            return False
        return fine

    def told(self, options: Mapping[str, str]) -> Told:
        """What was said; `options`: how those that are there are called now."""
        return Told(
            str(self.label.data), str(self.kind.data), self.hint.data or "", bool(self.sensitive.data),
            bool(self.asked.data), options, (self.more.data or "").split("\n"),
        )  # fmt: skip


class ValuesForm(Form):
    """What somebody has in some fields: made anew for the fields that a shop has."""

    asked: Sequence[CustomField] = ()

    @property
    def every(self) -> list[tuple[CustomField, Any]]:
        """Each field with how it is asked."""
        return [(one, self[BEFORE + one.code]) for one in self.asked]

    @property
    def typed(self) -> dict[str, list[str]]:
        """What was typed, by code, as `custom_texts.read` reads it; what was left empty is left out."""
        return {one.code: raw for one, field in self.every if any(raw := _raw(field))}

    def values(self, there: Iterable[str]) -> dict[CustomField, Value]:
        """What was typed into those that the page had, after `validate`."""
        codes = set(there)
        return {one: custom_texts.read(one, _raw(field)) for one, field in self.every if one.code in codes}


def _raw(field: Field) -> list[str]:
    data = field.data
    return [str(one) for one in data] if isinstance(data, list) else [str(data or "")]


def made(fields: Sequence[CustomField], has: Mapping[int, Value] | None = None, posted: Any = None) -> ValuesForm:
    """The form for these fields, with what is there or what was posted, as typed."""
    names: dict[str, Any] = {BEFORE + one.code: _field(one, (has or {}).get(one.id)) for one in fields}
    form: ValuesForm = type("Values", (ValuesForm,), names)(
        posted, data={BEFORE + one.code: _shown(one, (has or {}).get(one.id)) for one in fields}
    )
    form.asked = fields
    return form


def _shown(field: CustomField, value: Value) -> Any:
    if value in NOTHING:
        return [] if field.kind == "several" else ""
    return value if field.kind in (*LISTS, "yes") else custom_texts.bare(field, value)


def _field(one: CustomField, value: Value) -> Any:
    def fits(_form: Form, field: Field) -> None:
        try:
            custom_texts.read(one, _raw(field))
        except Refusal as refusal:
            raise ValidationError(str(refusal)) from None

    only = _("Sensitive: not everybody who works here sees it.") if one.sensitive else ""
    hint = f"{one.hint} {only}".strip()
    most: dict[str, Any] = {"maxlength": custom_texts.LONGEST.get(one.kind, 40), "autocomplete": "off"}
    if one.kind in (*LISTS, "yes"):
        kind: Any = SelectMultipleField if one.kind == "several" else SelectField
        empty: list[tuple[str, str]] = [] if one.kind == "several" else [("", "—")]
        offered = choices([*empty, *_open(one, value)])
        return kind(one.label, [fits], choices=offered, validate_choice=False, description=hint)
    if one.kind == "long":
        return TextAreaField(one.label, [fits], [trimmed], hint, render_kw={"rows": 3, **most})
    if one.kind == "day":
        return StringField(one.label, [fits], [trimmed], hint, widget=DateInput(), render_kw={"autocomplete": "off"})
    most |= {"inputmode": "decimal"} if one.kind == "number" else {}
    return StringField(one.label, [fits], [trimmed], hint, render_kw=most)


def _open(one: CustomField, value: Value) -> list[tuple[str, str]]:
    """What can be chosen; what is chosen and offered no more stays among it."""
    mine = value if isinstance(value, list) else [value]
    there = dict(one.offered)
    return [*there.items(), *((code, one.called[code]) for code in mine if code in one.called and code not in there)]
