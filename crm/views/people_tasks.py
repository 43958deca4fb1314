"""The same follow-up about many people: whom somebody ticked in their list, then what is to be done and until when."""

from collections.abc import Sequence
from typing import Any

from flask import abort, redirect, render_template, request, url_for
from sqlalchemy import select

from crm import changes, contacts, tasks
from crm.contacts import Contact
from crm.views import admin
from crm.views.task_forms import TaskForm, task_form
from kernel import web
from kernel.db import db
from kernel.i18n import ngettext
from kernel.once import once
from kernel.web import needs

NAMED = 5  # people whom the page names


def ask(ids: Sequence[int]) -> Any:
    """What is to be done about them; nothing is written yet."""
    if not web.may("tasks.edit"):
        abort(404)
    if len(ids) > changes.MOST_TASKS:
        raise changes.TooMany(most=changes.MOST_TASKS)
    return _page(ids, task_form(new=True))


@admin.post("/people/many/tasks", endpoint="people_tasks")
@needs("tasks.edit")
@once
def make() -> Any:
    """Note it about each of them; the toast takes it back."""
    ids, form = contacts.ids_of(request.form.getlist("token")[: changes.MOST_TASKS]), task_form()
    if not ids:
        abort(404)
    if not form.validate():
        return _page(ids, form), 422
    change = changes.follow_up(ids, form.told(None), by=web.person())
    text = ngettext("Noted about one person.", "Noted about %(num)s people.", change.count)
    web.undo(text, ".people_undo", token=change.token)
    return redirect(url_for(".tasks", who="all"), 303)


def _page(ids: Sequence[int], form: TaskForm) -> str:
    found = db.session.scalars(select(Contact).where(Contact.id.in_(ids)).order_by(Contact.name, Contact.id)).all()
    names, more = [one.called for one in found[:NAMED]], len(found) - NAMED
    told = [*names, ngettext("one more", "%(num)s more", more)] if more > 0 else names
    return render_template(
        "crm/desk/tasks/many.html", form=form, tokens=[one.token for one in found], about=", ".join(told),
        alone=len(tasks.staff()) < 2,
    )  # fmt: skip
