"""What lists say of tasks: until when in words, about whom, who does it."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from crm import tasks
from crm.contacts import Contact
from crm.tasks import Task
from kernel import about, instants, memberships, phones, tenancy, web
from kernel.accounts import Account
from kernel.db import db
from kernel.i18n import _

Row = dict[str, Any]


def day(due: date) -> str:
    """A day as one says it: today, tomorrow, yesterday, else with its weekday."""
    here = tasks.today()
    near = {0: _("Today"), 1: _("Tomorrow"), -1: _("Yesterday")}.get((due - here).days)
    return near or instants.day(due)


def whatsapp(contact: Contact | None) -> str:
    """The way to write to them, where there is one."""
    return phones.whatsapp("", contact.phone) if contact and contact.phone else ""


def rows(found: Iterable[Task]) -> list[Row]:
    """The tasks as a list shows them."""
    known = list(found)
    names, here = _names(known), {account.id for _row, account in memberships.staff()}
    return [_row(task, names, here) for task in known]


def _names(found: Sequence[Task]) -> dict[int, str]:
    """What everybody is called who has to do with these, in one look."""
    ids = {one for task in found for one in (task.for_id, task.done_by_id) if one}
    some = db.session.scalars(select(Account).where(Account.id.in_(ids))) if ids else ()
    return {account.id: account.known_as for account in some}


def _row(task: Task, names: dict[int, str], here: set[int]) -> Row:
    number, contact = task.order_number, task.contact
    return {
        "token": task.token, "text": task.text, "done": task.done_at is not None, "day": day(task.due),
        "iso": task.due.isoformat(), "late": task.done_at is None and task.due < tasks.today(),
        "who": _who(task, names, here), "number": number, "group": _group(task),
        "order": about.page("shop_admin.order", number=number) if number else "",
        "person": contact.called if contact else "",
        "url": about.page("crm_admin.person", token=contact.token) if contact else "", "whatsapp": whatsapp(contact),
        "deal": task.deal.title if task.deal else "",
        "deal_url": about.page("crm_admin.deal", token=task.deal.token) if task.deal else "",
        "done_at": _done(task, names),
    }  # fmt: skip


def heads() -> list[str]:
    """The names of the columns of a file."""
    return [
        _("What is to be done"), _("Until when"), _("Person"), _("Phone"), _("E-mail"), _("Opportunity"),
        _("Order number"), _("Who does it"), _("Written down on"), _("Done"), _("Done by"),
    ]  # fmt: skip


def lines(found: Iterable[Task]) -> list[list[object]]:
    """Each follow-up as a line of a file."""
    known, zone = list(found), ZoneInfo(tenancy.tenant().timezone)
    names = _names(known)
    return [_line(task, names, zone) for task in known]


def _line(task: Task, names: dict[int, str], zone: ZoneInfo) -> list[object]:
    who, here = task.contact, tenancy.tenant().country
    return [
        task.text, task.due, who.called if who else "", phones.show(who.phone, here) if who and who.phone else "",
        who.email if who else "", task.deal.title if task.deal else "", task.order_number,
        names.get(task.for_id or 0, ""), task.created_at.astimezone(zone).date(),
        task.done_at.astimezone(zone).date() if task.done_at else "", names.get(task.done_by_id or 0, ""),
    ]  # fmt: skip


def _who(task: Task, names: dict[int, str], here: set[int]) -> str:
    """Who is to do it, unless that is who reads."""
    if task.for_id == web.person().id:
        return ""
    if task.for_id is None:
        return _("Whoever gets to it")
    name = names.get(task.for_id, "—")
    return name if task.for_id in here else _("%(name)s, who no longer works here", name=name)


def _done(task: Task, names: dict[int, str]) -> str:
    if task.done_at is None:
        return ""
    name, at = names.get(task.done_by_id or 0, ""), instants.told(task.done_at)
    return f"{name}, {at}" if name else at


def _group(task: Task) -> str:
    """Under which heading it stands."""
    days = (task.due - tasks.today()).days
    if task.done_at is not None:
        return ""
    return "late" if days < 0 else "today" if days == 0 else "tomorrow" if days == 1 else "later"


def grouped(found: Iterable[Task]) -> list[tuple[str, list[Row]]]:
    """The same under headings, those with nothing left out; what is overdue first."""
    heads = {"late": _("Overdue"), "today": _("Today"), "tomorrow": _("Tomorrow"), "later": _("Later"), "": ""}
    known = rows(found)
    parts = [(label, [row for row in known if row["group"] == code]) for code, label in heads.items()]
    return [(label, some) for label, some in parts if some]
