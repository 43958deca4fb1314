"""Tasks in the back office: what is mine or everybody's, open or done; one tap does it, another takes it back."""

from typing import Any

from flask import Flask, Response, abort, flash, redirect, render_template, request, url_for

from crm import contacts, deals, tasks
from crm.contacts import Contact
from crm.deal_stages import Deal
from crm.tasks import Task, Told
from crm.views import admin, task_rows
from crm.views.task_forms import TaskForm, task_form
from kernel import permissions, slots, tables, tenancy, today, web
from kernel.db import db
from kernel.i18n import _, _l
from kernel.memberships import Membership
from kernel.once import once
from kernel.web import needs

DONE = 5  # things that were done last
LABELS = {"open": _l("To do"), "due": _l("Until today"), "done": _l("Already done")}


@admin.get("/tasks", endpoint="tasks")
@needs("tasks.view")
def listed() -> str:
    """One state of them, of oneself or of everybody."""
    show, whose = _asked()
    number = web.page_asked()
    found, pages = tasks.page(tasks.query(show, None if whose == "all" else web.person()), number)
    here = min(number, pages)
    return render_template(
        "crm/desk/tasks/list.html", groups=task_rows.grouped(found), any=bool(found) or tasks.any_at_all(),
        states=_states(show, whose), people=_people(show, whose), show=show,
        csv=url_for(".tasks_csv", show=show, who=whose), page=here, pages=pages,
        before=web.page_url(".tasks", here - 1) if here > 1 else "",
        after=web.page_url(".tasks", here + 1) if here < pages else "",
    )  # fmt: skip


@admin.get("/tasks.csv", endpoint="tasks_csv")
@admin.get("/tasks.xlsx", endpoint="tasks_xlsx")
@needs("people.export")
def csv() -> Response:
    """The follow-ups of the filter as a file for a spreadsheet."""
    show, whose = _asked()
    found = db.session.scalars(tasks.query(show, None if whose == "all" else web.person())).all()
    return tables.answer(f"{tenancy.tenant().slug}-tasks", task_rows.heads(), task_rows.lines(found))


def _asked() -> tuple[str, str]:
    show, whose = request.args.get("show", ""), request.args.get("who", "")
    return show if show in tasks.STATES else "open", "all" if whose == "all" else "mine"


def _states(show: str, whose: str) -> list[dict[str, Any]]:
    return [
        {"label": label, "url": url_for(".tasks", show=state, who=whose), "active": state == show}
        for state, label in LABELS.items()
    ]


def _people(show: str, whose: str) -> list[dict[str, Any]]:
    """Mine or everybody's, where more than one works."""
    words = {"mine": _("Mine"), "all": _("Everybody's")} if len(tasks.staff()) > 1 else {}
    return [
        {"label": label, "url": url_for(".tasks", show=show, who=code), "active": code == whose}
        for code, label in words.items()
    ]


@admin.get("/tasks/new", endpoint="task_new")
@needs("tasks.edit")
def new() -> Any:
    """Something to do, about somebody or their deal when one comes from there."""
    return _page(None, task_form(begun=_begun()), *_about(request.args))


def _begun() -> dict[str, str]:
    """What an address that leads here already says of it."""
    most = {"text": tasks.LONGEST, "number": 40, "who": 32}
    return {name: request.args.get(name, "")[:length] for name, length in most.items()}


def ask_who_may(wanted: str, member: Membership, permission: str) -> str:
    """A link below a refusal: a follow-up for somebody who may, ready to be sent, about the order it came from."""
    if not web.may("tasks.edit"):
        return ""
    asked = _("%(name)s asks: %(what)s", name=web.person().known_as, what=wanted)
    number = tasks.known_order(str((request.view_args or {}).get("number", "")))
    url = url_for("crm_admin.task_new", text=asked[: tasks.LONGEST], who=member.token, number=number or None)
    return render_template("crm/desk/tasks/_ask.html", url=url, permission=permission)


@admin.post("/tasks", endpoint="task_make")
@needs("tasks.edit")
@once
def make() -> Any:
    """Note it."""
    return _save(None, *_about(request.form))


def _about(told: Any) -> tuple[Contact | None, Deal | None]:
    """About whom and which deal; who is named and not there is an address that was made up."""
    deal = deals.named(told["deal"]) if told.get("deal") else None
    if deal is not None:
        return deal.contact, deal
    return (contacts.by_token(told["person"]) or abort(404)) if told.get("person") else None, None


@admin.get("/tasks/<token>", endpoint="task")
@needs("tasks.edit")
def edit(token: str) -> Any:
    """One of them, to change."""
    task = tasks.named(token)
    return _page(task, task_form(task), task.contact, task.deal)


@admin.post("/tasks/<token>", endpoint="task_save")
@needs("tasks.edit")
def save(token: str) -> Any:
    """Keep what was changed."""
    task = tasks.named(token)
    return _save(task, task.contact, task.deal)


def _save(task: Task | None, contact: Contact | None, deal: Deal | None) -> Any:
    form = task_form(task)
    if not form.validate():
        return _page(task, form, contact, deal), 422
    try:
        told = form.told(contact, deal.id if deal else None)
        kept = _kept(task, told)
    except tasks.NoOrder as refusal:
        form.number.errors = [str(refusal)]
        return _page(task, form, contact, deal), 422
    flash(_("Noted for %(day)s.", day=task_rows.day(kept.due).lower()))
    return redirect(web.local(request.form.get("next"), _home(kept)), 303)


def _kept(task: Task | None, told: Told) -> Task:
    if task is None:
        return tasks.add(told, by=web.person())
    tasks.change(task, told, by=web.person())
    return task


def _home(task: Task) -> str:
    """Where one goes on: to the deal or to whom it is about, else to the list."""
    deal = db.session.get(Deal, task.deal_id) if task.deal_id else None
    if deal is not None:
        return url_for(".deal", token=deal.token)
    contact = db.session.get(Contact, task.contact_id) if task.contact_id else None
    return url_for(".person", token=contact.token) + "#tasks" if contact else url_for(".tasks")


def _page(task: Task | None, form: TaskForm, contact: Contact | None, deal: Deal | None) -> str:
    rows = task_rows.rows([task]) if task else [None]
    return render_template(
        "crm/desk/tasks/edit.html", task=task, row=rows[0], form=form, contact=contact, deal=deal,
        whatsapp=task_rows.whatsapp(contact), alone=len(tasks.staff()) < 2,
        next=web.local(request.values.get("next"), ""),
    )  # fmt: skip


@admin.post("/tasks/<token>/done", endpoint="task_do")
@needs("tasks.edit")
def do(token: str) -> Any:
    """It is done; the toast takes it back."""
    task = tasks.named(token)
    if tasks.do(task, by=web.person()):
        web.undo(_("Done: “%(text)s”", text=task.text), ".task_undo", token=token)
    return _back(token)


@admin.post("/tasks/<token>/open", endpoint="task_undo")
@needs("tasks.edit")
def undo(token: str) -> Any:
    """It is to be done again."""
    tasks.undo(tasks.named(token), by=web.person())
    return _back(token)


@admin.post("/tasks/<token>/bin", endpoint="task_bin")
@needs("tasks.edit")
def put_away(token: str) -> Any:
    """Into the bin; the toast takes it back."""
    task = tasks.named(token)
    home = _home(task)
    tasks.put_away(task, by=web.person())
    web.undo(_("“%(name)s” is in the bin.", name=task.text), ".task_back", token=token)
    return redirect(home, 303)


@admin.post("/tasks/<token>/back", endpoint="task_back")
@needs("tasks.edit")
def take_back(token: str) -> Any:
    """Out of the bin."""
    return redirect(_home(tasks.take_back(token, by=web.person())), 303)


def _back(token: str) -> Any:
    """To the page where it was tapped; from its own page to the list."""
    own = url_for(".task", token=token)
    return redirect(url_for(".tasks"), 303) if (request.referrer or "").endswith(own) else web.back(url_for(".tasks"))


def of_order(number: str, contact: Contact | None, url: str) -> str:
    """What is to be done about an order, on its own page and on its bookings': noted there, done there."""
    if not web.may("tasks.view"):
        return ""
    found, done = task_rows.rows(tasks.of_order(number)), task_rows.rows(tasks.of_order(number, "done", DONE))
    told = {"number": number, "person": contact.token if contact else None, "next": f"{url}#tasks"}
    return render_template("crm/desk/tasks/_of_order.html", tasks=found, tasks_done=done, told=told)


def _due() -> Any:
    return tasks.query("due", web.person())


def init_app(_app: Flask) -> None:
    """Say who may; put what is due onto the first page."""
    permissions.define("tasks.view", _l("See follow-ups"), roles=("manager", "marketer", "clerk"), area="people")
    permissions.define(
        "tasks.edit", _l("Note follow-ups and do them"), roles=("manager", "marketer", "clerk"), area="people"
    )
    slots.fill("shop.order", of_order)
    slots.fill("refused.ask", ask_who_may)
    today.line(
        "tasks.due", _l("Follow-ups until today"), _due, order=35, icon="check", permission="tasks.view",
        list_url=lambda: url_for("crm_admin.tasks", show="due"),
    )  # fmt: skip
