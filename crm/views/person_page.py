"""What lists and pages say of a person: a row, the cells of a file, consents with their proof, facts, sums."""

from typing import Any

from sqlalchemy import select

from crm import facts, sums, tastes
from crm.consent import PURPOSES, Consent
from crm.contacts import Contact
from kernel import address, i18n, phones, tenancy
from kernel.db import db
from kernel.i18n import _, _l
from kernel.instants import told as moment
from kernel.money import Money

LABELS = {"marketing": _l("News and offers"), "behaviour": _l("Remembering what they look at")}
MOST = 60  # facts on a page


def row(contact: Contact) -> dict[str, Any]:
    """What a list shows."""
    return {
        "token": contact.token, "name": contact.called, "group": contact.group, "tags": contact.tags[:3],
        "email": contact.email or "", "phone": phone(contact), "place": address.short(contact.address),
        "since": contact.created_at,
    }  # fmt: skip


def phone(contact: Contact) -> str:
    """Their telephone as one writes it here."""
    return phones.show(contact.phone, tenancy.tenant().country) if contact.phone else ""


def heads() -> list[str]:
    """The names of the columns of a file."""
    return [
        _("Name"), _("E-mail"), _("Phone"), _("Language"), _("Country"), _("Region"), _("City"), _("Group"), _("Tags"),
        _("News allowed"), _("Since"),
    ]  # fmt: skip


def cells(contact: Contact) -> list[object]:
    """One person as a line of a file."""
    newest = _newest(contact, "marketing")
    return [
        contact.name, contact.email, phone(contact), contact.language, contact.country, contact.region, contact.city,
        contact.group, ", ".join(contact.tags), _("yes") if newest and newest.given else _("no"),
        contact.created_at.date(),
    ]  # fmt: skip


def told(contact: Contact) -> dict[str, Any]:
    """What a person's page shows beside the form."""
    return {
        "consents": [_consent(contact, purpose) for purpose in PURPOSES],
        "steps": [_step(fact) for fact in facts.of_contact(contact, MOST)],
        "figures": _figures(contact), "phone": phone(contact), "tastes": tastes.of(contact),
        "names": {one.code: i18n.pick(one.name) for one in tastes.interests()},
        "whatsapp": f"https://wa.me/{phones.digits(contact.phone)}" if contact.phone else "",
    }  # fmt: skip


def _newest(contact: Contact, purpose: str) -> Consent | None:
    mine = select(Consent).where(Consent.contact_id == contact.id, Consent.purpose == purpose)
    return db.session.scalar(mine.order_by(Consent.id.desc()).limit(1))


def _consent(contact: Contact, purpose: str) -> dict[str, Any]:
    newest = _newest(contact, purpose)
    if newest is None:
        return {"label": LABELS[purpose], "state": (_("Never asked"), "wait"), "proof": ""}
    proof = _("%(when)s, by %(form)s, words of %(version)s", when=moment(newest.at), form=_form(newest.form),
              version=newest.text_version)  # fmt: skip
    state = (_("Allowed"), "good") if newest.given else (_("Not allowed"), "off")
    return {"label": LABELS[purpose], "state": state, "proof": proof}


def _form(name: str) -> str:
    known = {"banner": _("the banner"), "checkout": _("the checkout"), "account": _("their account")}
    return known.get(name, name)


def _step(fact: facts.Fact) -> dict[str, Any]:
    kind = facts.kinds().get(fact.kind)
    amount = Money(fact.amount_minor, fact.currency) if fact.amount_minor is not None and fact.currency else None
    return {
        "text": str(kind.sentence) if kind else fact.kind, "icon": kind.icon if kind else "info",
        "at": moment(fact.at), "iso": fact.at.isoformat(), "url": kind.url(fact) if kind and kind.url else "",
        "note": amount.format(tenancy.tenant().locale, cents=False) if amount else "",
    }  # fmt: skip


def _figures(contact: Contact) -> list[dict[str, str]]:
    ordered = [one for one in sums.lifetime(contact) if one.kind == "ordered" and one.count]
    return [
        *({"number": _shown(one.amount_minor, one.currency), "label": _orders(one.count)} for one in ordered),
        *({"number": _shown(minor, currency), "label": _("paid")} for currency, minor in sums.spent(contact).items()),
    ]


def _shown(minor: int, currency: str) -> str:
    return Money(minor, currency).format(tenancy.tenant().locale, cents=False)


def _orders(count: int) -> str:
    return _("in one order") if count == 1 else _("in %(count)s orders", count=count)
