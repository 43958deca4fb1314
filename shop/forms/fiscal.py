"""What the tax office wants to know of a product, the shop or a buyer, as fields of a form: the country says which."""

from collections.abc import Mapping
from typing import Any

from wtforms import StringField
from wtforms.validators import ValidationError

from kernel import countries, tenancy
from kernel.forms import Form, trimmed
from kernel.i18n import _, pick

PREFIX, MOST = "fiscal_", 80


def fields(on: str) -> dict[str, Any]:
    """A field for each, by name; none must be filled in."""
    return {
        PREFIX + one.code: StringField(
            one.label, [_fits(one)], [trimmed], description=pick(one.help),
            render_kw={"maxlength": MOST, "autocomplete": "off", "placeholder": one.example},
        )
        for one in _of(on)
    }  # fmt: skip


def names(on: str) -> list[str]:
    """What the fields are called, in order."""
    return [PREFIX + one.code for one in _of(on)]


def shown(on: str, kept: Mapping[str, str] | None) -> dict[str, str]:
    """The values by the fields' names."""
    return {PREFIX + one.code: (kept or {}).get(one.code, "") for one in _of(on)}


def read(form: Any, on: str) -> dict[str, str]:
    """What is kept, by code; empty fields are left out."""
    told = {one.code: form[PREFIX + one.code].data or "" for one in _of(on) if PREFIX + one.code in form}
    return {code: text for code, text in told.items() if text}


def _fits(one: countries.Fiscal) -> Any:
    def check(_form: Form, field: Any) -> None:
        if not field.data:
            return
        clean = one.clean(field.data[:MOST])
        if not clean:
            raise ValidationError(_("That cannot be right. Write it like %(example)s.", example=one.example))
        field.data = clean

    return check


def _of(on: str) -> list[countries.Fiscal]:
    return countries.profile(tenancy.tenant().country).fiscal_fields(on)
