"""Who it is, as staff say it in a form: somebody known, looked for, or new with a way to reach them."""

from typing import Any

from flask import request
from wtforms import Field, StringField
from wtforms.validators import Length, ValidationError

from crm import contacts, people
from crm.contacts import Contact
from kernel import accounts, phones, tenancy
from kernel.db import db
from kernel.forms import Form, trimmed
from kernel.i18n import _, _l
from kernel.refusal import Refusal

FOUND = 6  # people of a search


class WhomForm(Form):
    """A person: somebody known, or new with a name and how to reach them."""

    name = StringField(
        _l("Name"), [Length(max=160)], [trimmed], render_kw={"maxlength": 160, "autocomplete": "off"},
    )  # fmt: skip
    reach = StringField(
        _l("Phone or e-mail"), [Length(max=254)], [trimmed], render_kw={"maxlength": 254, "autocomplete": "off"},
    )  # fmt: skip
    email, phone = "", ""
    stage = ""  # at which somebody new stands
    person: Contact | None = None

    def validate_reach(self, field: Field) -> None:
        """An address or a number, whichever it is."""
        if not field.data or self.person is not None:
            return
        try:
            if "@" in field.data:
                self.email = accounts.given(field.data)
            else:
                self.phone = phones.parse(field.data, tenancy.tenant().country)
        except Refusal as refusal:
            raise ValidationError(str(refusal)) from None

    def validate(self, *args: Any, **values: Any) -> bool:
        """Somebody is known, or has a name, an e-mail or a telephone at least."""
        fine = super().validate(*args, **values)
        if self.person is None and not (self.name.data or self.reach.data):
            self.name.errors = [_("Write a name, an e-mail or a telephone.")]
            return False
        return bool(fine)

    def whom(self) -> Contact:
        """The person, made when nobody has that address or number."""
        if self.person is not None:
            return self.person
        there = contacts.by_email(self.email) or contacts.by_phone(self.phone)
        new = {} if there else {"source": "staff", "stage": self.stage, "country": tenancy.tenant().country}
        told = {"name": self.name.data or "", "language": tenancy.tenant().language, "learned": "staff", **new}
        return contacts.known(email=self.email or None, phone=self.phone or None, vouched=True, **told)


def found(form: WhomForm) -> dict[str, Any]:
    """What the page shows of people that may be meant, once somebody asks for them."""
    text = " ".join(filter(None, (form.name.data, form.reach.data))) if request.args.get("find") else ""
    some = db.session.scalars(people.query(text).limit(FOUND)).all() if text else ()
    return {"found": [row(one) for one in some], "looked": bool(text)}


def row(contact: Contact) -> dict[str, str]:
    """Somebody to choose from a list."""
    reach = contact.email or (phones.show(contact.phone, tenancy.tenant().country) if contact.phone else "")
    return {"token": contact.token, "name": contact.called, "also": reach}
