"""How a shop knows what it knows of a person: each field and taste with source and day, each answer with proof."""

from typing import Any

from sqlalchemy import select

from crm import consent, custom_fields, custom_values, sources, tastes
from crm.contacts import Contact
from crm.imports import ContactImport
from crm.views.tastes import because
from kernel import i18n, web
from kernel.db import db
from kernel.i18n import _, _l
from kernel.instants import told as moment

SHOWN = 20  # answers about one purpose
LABELS = {
    "name": _l("Name"), "email": _l("E-mail"), "phone": _l("Phone"), "language": _l("Language"),
    "country": _l("Country"), "region": _l("Region"), "city": _l("City"), "address": _l("Address"),
    "tax_id": _l("Tax id"), "birthday": _l("Birthday"), "group": _l("Group"), "stage": _l("Stage"), "note": _l("Note"),
    "source": _l("How they came"),
}  # fmt: skip
FORMS = {
    "banner": _l("the banner"), "checkout": _l("the checkout"), "account": _l("their account"),
    "subscribe": _l("the sign-up form, confirmed by letter"), "preferences": _l("their preferences"),
    "letter": _l("the way out in a letter"), "letter-undo": _l("the way out in a letter, taken back"),
    "staff": _l("the shop, by word of mouth"), "staff-undo": _l("the shop, where it was taken back"),
    "merge": _l("the same person, kept twice"), "tastes": _l("the page of their tastes"),
}  # fmt: skip


def fields(contact: Contact) -> list[dict[str, Any]]:
    """Each field that holds something, from where, and since when."""
    told = sources.of(contact)
    found = [
        {"label": label, "by": by(told[name].source) if name in told else "",
         "at": moment(told[name].at) if name in told else ""}
        for name, label in LABELS.items() if name != "source" and (getattr(contact, name) and name in told)
    ]  # fmt: skip
    came = {"label": LABELS["source"], "by": by(contact.source) or _("not known"), "at": moment(contact.created_at)}
    return [came, *found, *_custom(told)]


def _custom(told: dict[str, sources.ContactSource]) -> list[dict[str, Any]]:
    """The shop's own fields, as far as whoever is looking may see them."""
    if not any(name.startswith(custom_values.MARK) for name in told):
        return []
    mine = custom_fields.live(sensitive=web.may("people.sensitive"))
    known = [(one.label, told.get(f"{custom_values.MARK}{one.code}")) for one in mine]
    return [{"label": label, "by": by(row.source), "at": moment(row.at)} for label, row in known if row]


def by(source: str) -> str:
    """By which way something came, in words."""
    kind, _colon, token = source.partition(":")
    if kind == "import" and token:
        name = db.session.scalar(select(ContactImport.name).where(ContactImport.token == token))
        if name:
            return _("the file %(name)s", name=name)
    return sources.named(source)


def likes(contact: Contact) -> list[dict[str, Any]]:
    """Each taste: said, and where, or guessed, and from what; since when."""
    names = {one.code: i18n.pick(one.name) for one in tastes.interests()}
    told = sources.of(contact)
    return [
        {"label": names.get(one.code, one.code), "by": _like(one, told.get(f"t:{one.code}")), "at": moment(one.at)}
        for one in tastes.of(contact)
    ]  # fmt: skip


def _like(one: tastes.Taste, told: sources.ContactSource | None) -> str:
    if one.origin == "said":
        return _("they said it: %(where)s", where=by(told.source)) if told else _("they said it")
    return because(one.evidence) if one.evidence else _("guessed from what they did")


def form(name: str) -> str:
    """Where an answer was given, in words."""
    known = FORMS.get(name)
    return str(known) if known else by(name)


def answers(contact: Contact, purpose: str) -> list[dict[str, Any]]:
    """Every answer about one purpose, the newest first, with its proof: when, where, by which words, from where."""
    return [
        {"given": row.given, "proof": _proof(row), "ip": row.ip} for row in consent.answers(contact, purpose, SHOWN)
    ]


def _proof(row: consent.Consent) -> str:
    """When and where; by which words, where they read any of ours."""
    when, where = moment(row.at), form(row.form)
    if not row.text_version or row.form.startswith("import"):
        return _("%(when)s, by %(form)s", when=when, form=where)
    return _("%(when)s, by %(form)s, words of %(version)s", when=when, form=where, version=row.text_version)
