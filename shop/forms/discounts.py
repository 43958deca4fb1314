"""What is asked of a discount: what comes off, of what, for whom, when and how often."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from wtforms import BooleanField, DateField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import Length, Optional, StopValidation, ValidationError

from kernel.forms import Form, choices, trimmed
from kernel.i18n import _, _l, pick
from shop import discount_sentences, discounts, shipping
from shop.discounts import Discount
from shop.forms import amounts, product_rows, words
from shop.forms.amounts import PriceField, WholeField
from shop.forms.categories import shelves

MOST = 300  # products to tick
NEEDED = {
    "percent": ("percent",), "amount": ("amount",), "shipping": (), "bundle": ("buy", "get", "percent"),
    "quantity": ("steps",),
}  # fmt: skip
LIST = {"maxlength": 200, "autocomplete": "off"}


class PercentField(StringField):
    """A percentage; `.bp` once it is validated, in hundredths of a percent."""

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("render_kw", {"inputmode": "decimal", "autocomplete": "off", "maxlength": 8})
        super().__init__(*args, **options)
        self.bp = 0

    def pre_validate(self, _form: Any) -> None:
        """Read what was typed."""
        if self.data and self.data.strip():
            self.bp = percent(self.data)


class DiscountForm(Form):
    """A discount; its name comes by language (see made)."""

    code = StringField(
        _l("Code"), [Length(max=40)], [trimmed],
        description=_l("Short enough to say aloud. Empty: it comes by itself to everybody whom it fits."),
        render_kw={**LIST, "maxlength": 40, "autocapitalize": "characters", "spellcheck": "false"},
    )  # fmt: skip
    percent = PercentField(_l("Percent off"))
    amount = PriceField(_l("Amount off"), empty=True)
    buy = WholeField(_l("Pays for"), most=100, least=1)
    get = WholeField(_l("And of so many more"), most=100, least=1)
    steps = TextAreaField(
        _l("From so many units on"), [Length(max=300)], [trimmed], render_kw={"rows": 3},
        description=_l("One a line: units and percent, such as 6: 10."),
    )  # fmt: skip
    categories = SelectMultipleField(_l("Categories"), choices=[], validate_choice=False)
    products = SelectMultipleField(_l("Products"), choices=[], validate_choice=False)
    methods = SelectMultipleField(
        _l("Ways of delivery"), choices=[], description=_l("None chosen: every way, the farthest too.")
    )
    least = PriceField(_l("Purchases from"), empty=True, description=_l("Empty: from the first."))
    customer_groups = StringField(
        _l("Only for these groups"), [], [trimmed], description=_l("Empty: for everybody."), render_kw=LIST
    )
    first_only = BooleanField(_l("Only on the first purchase"))
    starts_on = DateField(_l("First day"), [Optional()])
    ends_on = DateField(_l("Last day"), [Optional()])
    usage_limit = WholeField(_l("Times in all"), most=10**6, least=1, description=_l("Empty: no limit."))
    per_customer = WholeField(_l("Times per customer"), most=1000, least=1, description=_l("Empty: no limit."))
    combinable = BooleanField(_l("It adds up with other discounts"))
    priority = WholeField(_l("Turn"), most=999, description=_l("The lowest number comes off first."))

    def validate_ends_on(self, field: Any) -> None:
        """No earlier than the first day."""
        if field.data and self.starts_on.data and field.data < self.starts_on.data:
            raise ValidationError(_("The last day cannot come before the first."))


def percent(text: str) -> int:
    """Hundredths of a percent as somebody typed them; raises with the sentence to show."""
    clean = text.strip().rstrip("%").strip().replace(",", ".")
    if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,2})?", clean) or not 0 < Decimal(clean) <= 100:
        raise StopValidation(_("Write a percentage from 0.01 to 100."))
    return int(Decimal(clean) * 100)


def made(posted: Any, kind: str, goods: list[tuple[str, str]], **values: Any) -> Any:
    """The form of a kind of discount."""
    form = type("Form", (DiscountForm,), words.fields("label", _l("Name"), 80, needed=True))(posted, **values)
    form.categories.choices = choices((str(row.id), label) for row, label in shelves())
    form.products.choices = choices(goods)
    form.methods.choices = choices((way.code, pick(way.label)) for way in shipping.every())
    form.kind = kind
    for name in NEEDED[kind]:
        form[name].flags.required = True  # the browser then tells all that is missing at once
    return form


def shown(row: Discount) -> dict[str, Any]:
    """What a discount is, as one types it."""
    return {
        "code": row.code, "percent": _typed(row.percent_bp), "amount": amounts.typed(row.amount_minor or None),
        "buy": str(row.buy or ""), "get": str(row.get or ""),
        "steps": "\n".join(f"{units}: {_typed(off)}" for units, off in row.steps),
        "categories": [str(one) for one in row.categories], "products": [str(one) for one in row.products],
        "methods": row.methods, "least": amounts.typed(row.least_minor or None),
        "customer_groups": product_rows.written(row.customer_groups), "first_only": row.first_only,
        "starts_on": row.starts_on, "ends_on": row.ends_on, "combinable": row.combinable, "priority": str(row.priority),
        "usage_limit": _number(row.usage_limit), "per_customer": _number(row.per_customer),
        **words.shown("label", row.label),
    }  # fmt: skip


def _typed(basis_points: int) -> str:
    return (
        f"{Decimal(basis_points) / 100:f}".rstrip("0").rstrip(".")
        if basis_points % 100
        else str(basis_points // 100 or "")
    )


def _number(value: int | None) -> str:
    return "" if value is None else str(value)


def check(form: Any) -> bool:
    """Whether it can be kept: the fields, and what its kind needs."""
    fine: bool = form.validate()
    try:
        form.read_steps = _steps(form.steps.data or "")
    except (ValueError, StopValidation):
        form.steps.errors, fine = [_("Write units and percent, such as 6: 10, one a line.")], False
        form.read_steps = []
    read = {
        "percent": form.percent.bp, "amount": form.amount.minor, "buy": form.buy.number, "get": form.get.number,
        "steps": form.read_steps,
    }  # fmt: skip
    for name in NEEDED[form.kind]:
        if not read[name] and not form[name].errors:
            form[name].errors, fine = [_("Fill this in.")], False
    if form.code.data and len(discounts.normal(form.code.data)) < 3:
        form.code.errors, fine = [_("A code has at least three letters or digits.")], False
    return fine


def _steps(text: str) -> list[list[int]]:
    found = []
    for line in filter(str.strip, text.splitlines()):
        units, off = re.split(r"\s*[:=→\t]\s*|\s+", line.strip(), maxsplit=1)
        found.append([int(units), percent(off.strip(": "))])
    if any(units < 1 or units > 9_999 for units, _off in found) or len(found) > 10:
        raise ValueError
    return sorted(found)


def write(form: Any, row: Discount, names: Mapping[str, Mapping[int, dict[str, str]]]) -> Discount:
    """Write what was typed onto a discount; `names` says what its categories and products are called."""
    chosen = {key: [one for one in names[key] if str(one) in set(form[key].data or ())] for key in names}
    kind = form.kind
    values = {
        "label": words.read(form, "label"), "code": discounts.normal(form.code.data or ""),
        "percent_bp": form.percent.bp if kind in {"percent", "bundle"} else 0,
        "amount_minor": (form.amount.minor or 0) if kind == "amount" else 0,
        "buy": (form.buy.number or 0) if kind == "bundle" else 0,
        "get": (form.get.number or 0) if kind == "bundle" else 0,
        "steps": getattr(form, "read_steps", []) if kind == "quantity" else [],
        "methods": list(form.methods.data or ()) if kind == "shipping" else [], **chosen,
        "least_minor": form.least.minor or 0, "customer_groups": product_rows.listed(form.customer_groups.data),
        "first_only": form.first_only.data, "starts_on": form.starts_on.data, "ends_on": form.ends_on.data,
        "usage_limit": form.usage_limit.number, "per_customer": form.per_customer.number,
        "combinable": form.combinable.data, "priority": 100 if form.priority.number is None else form.priority.number,
    }  # fmt: skip
    for name, value in values.items():
        setattr(row, name, value)
    row.about = discount_sentences.about([names[key][one] for key in ("categories", "products") for one in chosen[key]])
    return row
