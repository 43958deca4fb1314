"""What lists and pages say of a person: a row, the cells of a file, consents with their proof, facts, sums."""

from collections.abc import Sequence
from typing import Any

from babel.dates import format_date

from crm import birthdays, chat_consent, custom_fields, custom_values, deals, spending, sums, tasks, withdrawals
from crm.consent import PURPOSES
from crm.contacts import Contact
from crm.custom_fields import CustomField
from crm.spending import Spending
from crm.views import company_rows, custom_forms, deal_rows, known, notes, story, task_rows
from crm.views.task_forms import NoteForm
from kernel import address, i18n, phones, tenancy, web
from kernel.i18n import _, _l, ngettext
from kernel.money import Money

DONE = 5  # things that were done last
LABELS = {
    "marketing": _l("News and offers"), "whatsapp": _l("News by WhatsApp"),
    "behaviour": _l("Remembering what they look at"),
}  # fmt: skip


def rows(people: Sequence[Contact]) -> list[dict[str, Any]]:
    """What a list shows of them."""
    bought = spending.of(people)
    return [row(one, bought.get(one.id)) for one in people]


def row(contact: Contact, bought: Spending | None = None) -> dict[str, Any]:
    """What a list shows of one."""
    return {
        "orders": bought.orders if bought else 0, "paid": _paid(bought), "last": _day(bought),
        "token": contact.token, "name": contact.called, "group": contact.group, "tags": contact.tags[:3],
        "email": contact.email or "", "phone": phone(contact), "place": address.short(contact.address),
        "since": contact.created_at,
    }  # fmt: skip


def _paid(bought: Spending | None) -> str:
    return bought.paid.format(tenancy.tenant().locale, cents=False) if bought and bought.paid else ""


def _day(bought: Spending | None) -> str:
    return str(format_date(bought.last, "medium", locale=i18n.locale())) if bought and bought.last else ""


def phone(contact: Contact) -> str:
    """Their telephone as one writes it here."""
    return phones.show(contact.phone, tenancy.tenant().country) if contact.phone else ""


def asked() -> list[CustomField]:
    """The shop's own fields that whoever is looking may see."""
    return custom_fields.live(sensitive=web.may("people.sensitive"))


def custom(contact: Contact, posted: Any = None) -> custom_forms.ValuesForm:
    """The form of the shop's own fields."""
    fields = asked()
    return custom_forms.made(fields, custom_values.mine(contact, fields), posted)


def heads(fields: Sequence[CustomField] = ()) -> list[str]:
    """The names of the columns of a file."""
    return [
        _("Name"), _("E-mail"), _("Phone"), _("Language"), _("Country"), _("Region"), _("City"), _("Birthday"),
        _("Group"), _("Tags"), _("Company"), _("News allowed"), _("Since"), _("Orders"), _("Paid in all"),
        _("Last order"), *(one.label for one in fields),
    ]  # fmt: skip


def cells(contact: Contact, *, allows: bool, bought: Spending | None = None, firms: Sequence[str] = ()) -> list[object]:
    """One person, who allows letters or not and acts for these companies, as a line of a file."""
    return [
        contact.name, contact.email, phone(contact), contact.language, contact.country, contact.region, contact.city,
        birthdays.cell(contact.birthday), contact.group, ", ".join(contact.tags), "; ".join(firms),
        _("yes") if allows else _("no"), contact.created_at.date(),
        *(_bought(bought) if bought else (None, None, None)),
    ]  # fmt: skip


def _bought(bought: Spending) -> tuple[object, object, object]:
    """Empty where the list shows nothing, too: who never paid has paid no 0.00."""
    return bought.orders or None, bought.paid.decimal if bought.paid else None, bought.last


def told(contact: Contact) -> dict[str, Any]:
    """What a person's page shows beside the form."""
    return {
        "consents": [_consent(contact, purpose) for purpose in PURPOSES],
        "steps": story.steps(contact), "known": known.fields(contact), "likes": known.likes(contact),
        "figures": _figures(contact), "phone": phone(contact),
        "whatsapp": task_rows.whatsapp(contact), "chat_refused": chat_consent.refused(contact),
        "notes": notes.rows(contact), "notes_shown": notes.SHOWN, "note_form": NoteForm(), **_tasks(contact),
    }  # fmt: skip


def _tasks(contact: Contact) -> dict[str, Any]:
    open_ones, done = tasks.of(contact), tasks.of(contact, "done", DONE)
    cards = deal_rows.cards(deals.of(contact)) if web.may("deals.view") else []
    firms = company_rows.of_person(contact) if web.may("companies.view") else []
    return {"companies": firms, "tasks": task_rows.rows(open_ones), "tasks_done": task_rows.rows(done), "deals": cards}


def _consent(contact: Contact, purpose: str) -> dict[str, Any]:
    told = known.answers(contact, purpose)
    if not told:
        ends = purpose == chat_consent.PURPOSE and bool(contact.phone)  # a chat may begin by itself
        return {"label": LABELS[purpose], "state": (_("Never asked"), "wait"), "proof": "", "former": [],
                "purpose": purpose, "ends": ends}  # fmt: skip
    state = (_("Allowed"), "good") if told[0]["given"] else (_("Not allowed"), "off")
    ends = purpose in withdrawals.PURPOSES and told[0]["given"]
    return {"label": LABELS[purpose], "state": state, "purpose": purpose, "ends": ends, **told[0], "former": told[1:]}


def _figures(contact: Contact) -> list[dict[str, str]]:
    known = [one for one in sums.lifetime(contact) if one.count]
    ordered = [one for one in known if one.kind == "ordered"]
    gone = sum(one.count for one in known if one.kind == "cancelled")
    costly = [(one.amount_minor, one.currency, one.count) for one in ordered if one.amount_minor]
    free = sum(one.count for one in ordered if not one.amount_minor)  # a free table names no currency: counted along
    minor, currency, count = costly[0] if costly else (0, tenancy.tenant().currency, 0)
    rows = [(minor, currency, count + free), *costly[1:]] if count + free else []
    return [
        *(
            {"number": _shown(minor, currency), "label": _orders(count, 0 if at else gone)}
            for at, (minor, currency, count) in enumerate(rows)
        ),
        *({"number": _shown(minor, currency), "label": _("paid")} for currency, minor in sums.spent(contact).items()),
    ]


def _shown(minor: int, currency: str) -> str:
    return Money(minor, currency).format(tenancy.tenant().locale, cents=False)


def _orders(count: int, gone: int) -> str:
    """In how many orders; of those that were called off the sum still speaks, so they are told."""
    said = _("in one order") if count == 1 else _("in %(count)s orders", count=count)
    return ngettext("%(said)s (%(num)s cancelled)", "%(said)s (%(num)s cancelled)", gone, said=said) if gone else said
