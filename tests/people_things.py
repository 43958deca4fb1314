"""What a shop has of people besides themselves: for every route to be asked for with a neighbour's things."""

from typing import Any

from crm import (
    changes,
    companies,
    company_contacts,
    custom_fields,
    custom_values,
    deals,
    imports,
    notes,
    subscribing,
    task_feeds,
    tasks,
)
from crm.tasks import Told
from kernel import tokens
from kernel.db import db


def of(world: Any, contact: Any) -> dict[str, dict[str, Any]]:
    """A change of many, a sign-up that waits for its button, a file."""
    change = changes.tag([contact.id], f"feria {world.slug}", by=world.owner)
    told = {"name": "", "language": "es", "source": "", "interests": [], "asked_at": "", "asked_ip": "", "version": "x"}
    secret = tokens.make(
        subscribing.PURPOSE, email=f"new@{world.slug}.example.com", tenant_id=world.tenant_id, data=told
    )
    sheet, _encoding = imports.opened(f"correo,nombre\nx@{world.slug}.example.com,Florero {world.slug}\n".encode())
    brought = imports.begin(sheet, f"gente {world.slug}.csv", encoding="utf-8", by=world.owner)
    twin = world.contact(f"twin@{world.slug}.example.com", name=f"Gemela {world.slug}")
    fields = [
        custom_fields.add(custom_fields.Told(f"{word} {world.slug}", "text"), by=world.owner)
        for word in ("Talla", "Ida")
    ]
    custom_fields.put_away(fields[1], by=world.owner)
    custom_values.keep(contact, {fields[0]: f"38 {world.slug}"}, "staff")
    db.session.commit()
    return {
        **_noted(world, contact),
        **_firms(world, contact),
        "custom_field": {"code": fields[0].code},
        "gone_field": {"code": fields[1].code},
        "two_people": {"token": contact.token, "other": twin.token},
        "people_file": {"token": brought.token},
        "people_change": {"token": change.token},
        "people_tag": {"tag": f"feria {world.slug}"},
        "sign_up": {"token": secret},
    }


def _firms(world: Any, contact: Any) -> dict[str, dict[str, Any]]:
    """Two companies, one of them in the bin, with a contact and two notes, one of those in the bin too."""
    firm, gone = (companies.add(companies.Told(f"{word} {world.slug}"), by=world.owner) for word in ("Hotel", "Ida"))
    company_contacts.join(firm, contact, by=world.owner, role="compras")
    note, away = (notes.write(firm, f"{word} {world.slug}", by=world.owner) for word in ("lunes", "martes"))
    notes.put_away(firm, away, by=world.owner)
    companies.put_away(gone, by=world.owner)
    db.session.commit()
    return {
        "company": {"token": firm.token}, "gone_company": {"token": gone.token},
        "company_contact": {"token": firm.token, "person": contact.token},
        "company_note": {"token": firm.token, "note": note.token},
        "gone_company_note": {"token": firm.token, "note": away.token},
    }  # fmt: skip


def _noted(world: Any, contact: Any) -> dict[str, dict[str, Any]]:
    """Two notes and two things to do about them, one of each in the bin."""
    words = ("tardes", "sábados")
    note, gone = (notes.write(contact, f"{word} {world.slug}", by=world.owner) for word in words)
    told = Told(f"Llamar a {world.slug}", tasks.today(), contact, "", world.owner_id)
    task, gone_task = (tasks.add(told, by=world.owner) for _time in range(2))
    deal, gone_deal = (deals.add(contact, deals.Told(f"Tazas para {world.slug}"), by=world.owner) for _time in range(2))
    deals.put_away(gone_deal, by=world.owner)
    notes.put_away(contact, gone, by=world.owner)
    tasks.put_away(gone_task, by=world.owner)
    task_feeds.renew(world.owner)
    db.session.commit()
    return {
        "note": {"token": contact.token, "note": note.token}, "gone_note": {"token": contact.token, "note": gone.token},
        "deal": {"token": deal.token}, "gone_deal": {"token": gone_deal.token},
        "tasks_feed": {"feed": task_feeds.of(world.owner).token},
        "task": {"token": task.token}, "gone_task": {"token": gone_task.token},
    }  # fmt: skip
