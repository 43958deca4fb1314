"""Whose birthday comes: today, in the next days; each with the words of a greeting ready for WhatsApp."""

from datetime import date
from typing import Any

from flask import Flask, render_template, request, url_for
from sqlalchemy import Select, case, select

from crm import birthdays, chat_consent, consent, people
from crm.contacts import Contact
from crm.views import admin, person_page, task_rows
from kernel import i18n, phones, tenancy, today, web
from kernel.db import db
from kernel.i18n import _, _l
from kernel.web import needs

SPANS = {"today": (0, _l("Today")), "week": (7, _l("Next 7 days")), "month": (30, _l("Next 30 days"))}


def query(days: int) -> Select[Any]:
    """Whose birthday is today or in so many days at most, the nearest first."""
    since = birthdays.today()
    later = case((Contact.birthday < since.month * 1_000_000 + since.day * 10_000, 1), else_=0)
    return select(Contact).where(birthdays.ahead(days)).order_by(later, Contact.birthday // 10_000, Contact.id)


@admin.get("/people/birthdays", endpoint="birthdays")
@needs("people.view")
def show() -> str:
    """The days to come, the nearest first."""
    span = request.args.get("show", "week")
    span = span if span in SPANS else "week"
    wanted, number = query(SPANS[span][0]), web.page_asked()
    found, pages = people.page(wanted, number)
    chips = [
        {"label": label, "url": url_for(".birthdays", show=name), "active": name == span,
         "count": people.count(query(days))}
        for name, (days, label) in SPANS.items()
    ]  # fmt: skip
    answers = consent.newest_of([one.id for one in found], "marketing")
    no_letters = {who for who, answer in answers.items() if not answer.given}
    no_chats = chat_consent.refusing(one.id for one in found)
    rows = [{**_row(one, no_letters), "refused": one.id in no_chats} for one in found]
    return render_template(
        "crm/desk/people/birthdays.html", rows=rows, chips=chips, span=span,
        any=bool(found) or _any(), page=min(number, pages), pages=pages, page_url=_page_url,
    )  # fmt: skip


def _any() -> bool:
    """Whether anybody told theirs."""
    return db.session.scalar(select(Contact.id).where(Contact.birthday > 0).limit(1)) is not None


def _page_url(number: int) -> str:
    return web.page_url(".birthdays", number)


def _row(contact: Contact, no_letters: set[int]) -> dict[str, Any]:
    here = birthdays.today()
    day = birthdays.following(contact.birthday, here)
    return {
        "token": contact.token, "name": contact.called, "day": task_rows.day(day), "iso": day.isoformat(),
        "turns": birthdays.age(contact.birthday, day), "phone": person_page.phone(contact),
        "email": contact.email or "", "no_letters": contact.id in no_letters, "today": day == here,
        "whatsapp": phones.whatsapp(_words(contact, day, here), contact.phone) if contact.phone else "",
    }  # fmt: skip


def _words(contact: Contact, day: date, here: date) -> str:
    """The words of a greeting, or before the day an offer to prepare something, in the language that they read."""
    tenant = tenancy.tenant()
    told: dict[str, Any] = {"name": contact.first_name or contact.name, "shop": tenant.name}
    with i18n.speak(contact.language, tenant.country):
        if day > here:
            return _("Hello, %(name)s. Your birthday is coming. If you would like something from %(shop)s for it, tell"
                     " us and we prepare it with pleasure.", **told)  # fmt: skip
        return _("Happy birthday, %(name)s! All the best for your day and your year, from %(shop)s.", **told)


def _today() -> Select[Any]:
    return query(0)


def init_app(_app: Flask) -> None:
    """Put who has their birthday today onto the first page."""
    today.line(
        "people.birthdays", _l("Birthdays today"), _today, order=36, icon="gift", permission="people.view",
        list_url=lambda: url_for("crm_admin.birthdays", show="today"), when=_any,
    )  # fmt: skip
