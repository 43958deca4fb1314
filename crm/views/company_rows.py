"""What lists and pages say of companies: a row, the cells of a file, who acts for one, the companies of a person."""

from collections.abc import Sequence
from typing import Any

from crm import chat_consent, companies, company_contacts, deals, facts
from crm.companies import Company
from crm.company_contacts import CompanyContact
from crm.contacts import Contact
from crm.views import deal_rows, notes, story, task_rows
from crm.views.task_forms import NoteForm
from kernel import about, address, phones, web
from kernel.i18n import _

STEPS = 60  # of what its contacts did


def rows(found: Sequence[Company]) -> list[dict[str, Any]]:
    """What a list shows of them."""
    mains, talks = company_contacts.main_ones(found), deals.open_of(found)
    return [
        {
            "token": one.token, "name": one.called, "tags": one.tags[:3], "legal": legal(one),
            "main": mains[one.id].called if one.id in mains else "",
            "phone": companies.phone(one.phone or one.whatsapp), "email": one.email, "deals": talks.get(one.id, 0),
        }
        for one in found
    ]  # fmt: skip


def legal(company: Company) -> tuple[str, str]:
    """(its legal name, its number with what the country calls it), as far as they are known."""
    number = f"{company.tax_label} {company.tax_number}".strip() if company.tax_number else ""
    return company.legal_name, number


def heads() -> list[str]:
    """The names of the columns of a file."""
    return [
        _("Company"), _("Legal name"), _("Kind of tax id"), _("Tax id"), _("Phone"), "WhatsApp", _("E-mail"),
        _("Address"), _("Tags"), _("Contacts"), _("Note"), _("Since"),
    ]  # fmt: skip


def lines(found: Sequence[Company]) -> list[list[object]]:
    """Each company as a line of a file."""
    return [
        [
            one.called, one.legal_name, one.tax_label, one.tax_number, companies.phone(one.phone),
            companies.phone(one.whatsapp), one.email, ", ".join(address.lines(one.address)), ", ".join(one.tags),
            "; ".join(_named(row) for row in company_contacts.of(one)), one.note, one.created_at.date(),
        ]
        for one in found
    ]  # fmt: skip


def _named(row: CompanyContact) -> str:
    called = row.contact.called if row.contact else ""
    return f"{called} ({row.role})" if row.role else called


def told(company: Company) -> dict[str, Any]:
    """What a company's page shows beside the form."""
    acting = company_contacts.of(company)
    people = [row.contact for row in acting if row.contact]
    cards = deal_rows.cards(deals.of_company(company)) if web.may("deals.view") else []
    return {
        "contacts": contacts(acting), "deals": cards, "steps": _steps(people), "alike": companies.alike(company),
        "whatsapp": phones.whatsapp("", company.whatsapp) if company.whatsapp else "",
        "notes": notes.rows(company), "notes_shown": notes.SHOWN, "note_form": NoteForm(),
    }  # fmt: skip


def contacts(acting: Sequence[CompanyContact]) -> list[dict[str, Any]]:
    """Who acts for a company, how to reach each."""
    refusing = chat_consent.refusing(row.contact_id for row in acting)
    return [
        {
            "token": one.token, "name": one.called, "role": row.role, "main": row.main, "email": one.email or "",
            "phone": companies.phone(one.phone or ""), "whatsapp": task_rows.whatsapp(one),
            "chat_refused": one.id in refusing,
        }
        for row in acting if (one := row.contact)
    ]  # fmt: skip


def _steps(people: Sequence[Contact]) -> list[dict[str, Any]]:
    """What its contacts did, the newest first, each with who it was."""
    named = {one.id: one.called for one in people}
    return [
        story.step(fact) | {"who": named.get(fact.contact_id or 0, "")}
        for fact in facts.of_contacts(list(named), STEPS)
    ]


def of_person(contact: Contact) -> list[dict[str, Any]]:
    """The companies for which somebody acts."""
    return [
        {"name": row.company.called, "role": row.role, "main": row.main, "legal": legal(row.company),
         "token": row.company.token, "url": about.page("crm_admin.company", token=row.company.token)}
        for row in company_contacts.of_person(contact) if row.company
    ]  # fmt: skip
