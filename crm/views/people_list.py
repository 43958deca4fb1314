"""The list of a shop's people: found, filtered, taken out as a file, changed many at once and taken back."""

from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, url_for
from sqlalchemy import Select

from crm import changes, company_contacts, consent, contacts, custom_texts, custom_values, people, segments, spending
from crm import tags as labels
from crm.changes import PeopleChange
from crm.contacts import Contact
from crm.views import admin, people_chips, people_tasks, person_page
from kernel import tables, tenancy, web
from kernel.db import db
from kernel.i18n import _, ngettext
from kernel.web import needs


@admin.get("/people", endpoint="people")
@needs("people.view")
def show() -> str:
    """One page of a filter."""
    chosen, text = people_chips.asked()
    wanted, trouble = _wanted(chosen, text)
    number = web.page_asked()
    rows, pages = people.page(wanted, number)
    return render_template(
        "crm/desk/people/list.html", rows=person_page.rows(rows), q=text, chosen=chosen,
        sorts=people_chips.sorts(), heads=people_chips.heads(chosen, text),
        chips=people_chips.chips(chosen, text), choices=people_chips.choices(chosen), trouble=trouble,
        binned=chosen["show"] == "bin", page=min(number, pages), pages=pages, page_url=_page_url, csv=_csv_url(),
        total=people.count(wanted) if pages > 1 else len(rows), any=bool(rows) or people.count(people.query()) > 0,
        tags=[tag for tag, _count in labels.counted(50)],
    )  # fmt: skip


def _wanted(chosen: dict[str, str], text: str) -> tuple[Select[Any], str]:
    """The people of a filter; and a sentence when its segment cannot be read: then it means nobody."""
    named = {name: chosen[name] for name in ("tag", "allows", *people.FIELDS)}
    wanted = spending.ordered(people.query(text, binned=chosen["show"] == "bin", **named), chosen["sort"])
    if not chosen["segment"]:
        return wanted, ""
    kept = people_chips.segment(chosen["segment"])
    try:
        rule: dict[str, Any] = kept.rule if kept else {"any": []}
        inside = segments.who(rule).order_by(None).with_only_columns(contacts.Contact.id)
    except segments.BadRule as bad:
        return wanted.where(contacts.Contact.id.is_(None)), str(bad)
    return wanted.where(contacts.Contact.id.in_(inside)), ""


def _page_url(number: int) -> str:
    return web.page_url(".people", number)


def _csv_url() -> str:
    args: dict[str, Any] = {key: value for key, value in request.args.items() if key != "page"}
    return url_for(".people_csv", **args)


@admin.get("/people.csv", endpoint="people_csv")
@admin.get("/people.xlsx", endpoint="people_xlsx")
@needs("people.export")
def csv() -> Response:
    """The people of the filter as a file for a spreadsheet."""
    wanted, _trouble = _wanted(*people_chips.asked())
    told = db.session.execute(wanted.add_columns(consent.given(Contact.id, "marketing"))).all()
    paid = spending.of(row for row, _yes in told)
    fields = person_page.asked()
    ids = [row.id for row, _yes in told]
    has, firms = custom_values.of(ids, fields), company_contacts.names_of(ids)
    rows = (
        [*person_page.cells(row, allows=yes, bought=paid.get(row.id), firms=firms.get(row.id, ())),
         *(custom_texts.cell(one, has.get(row.id, {}).get(one.id)) for one in fields)]
        for row, yes in told
    )  # fmt: skip
    return tables.answer(f"{tenancy.tenant().slug}-people", person_page.heads(fields), rows)


@admin.post("/people/many", endpoint="people_many")
@needs("people.edit")
def many() -> Any:
    """Tag, untag or put away whom somebody ticked, or everybody of the filter; the toast takes it back."""
    form = request.form
    if form.get("do") == "merge":
        return _merge(form.getlist("token"))
    ids = _everybody() if form.get("whole") else contacts.ids_of(form.getlist("token")[: people.PAGE])
    if not ids:
        flash(_("Tick the people first."), "error")
        return web.back(url_for(".people"))
    if form.get("do") == "task":
        return people_tasks.ask(ids)
    verbs = {
        "tag": lambda: changes.tag(ids, form.get("tag", ""), by=web.person()),
        "untag": lambda: changes.untag(ids, form.get("tag", ""), by=web.person()),
        "bin": lambda: changes.put_away(ids, by=web.person()),
    }
    change = verbs.get(form.get("do", ""), lambda: abort(404))()
    if change.count:
        web.undo(said(change), ".people_undo", token=change.token)
    else:
        flash(_("They were so already."))
    return web.back(url_for(".people"))


def _merge(tokens: list[str]) -> Any:
    """On to the two that were ticked, side by side."""
    if not web.may("people.merge"):
        abort(404)
    if len(tokens) != 2 or request.form.get("whole"):
        flash(_("Tick the two who are one person."), "error")
        return web.back(url_for(".people"))
    return redirect(url_for(".duplicate", token=tokens[0], other=tokens[1]), 303)


def _everybody() -> list[int]:
    """Everybody of the filter that the form carries: there `tag` is what is given, `in_tag` what is filtered by."""
    chosen, text = people_chips.asked()
    return changes.chosen(_wanted({**chosen, "tag": request.form.get("in_tag", "")[:80]}, text)[0])


def said(change: PeopleChange) -> str:
    """What was done to many, in a sentence."""
    num, tag = change.count, change.tag
    told = {
        "tag": ngettext("One person has the tag “%(tag)s” now.", "%(num)s people have the tag “%(tag)s” now.", num,
                        tag=tag),
        "untag": ngettext("One person lost the tag “%(tag)s”.", "%(num)s people lost the tag “%(tag)s”.", num, tag=tag),
        "retag": ngettext("The tag of one person is called “%(tag)s” now.",
                          "The tag of %(num)s people is called “%(tag)s” now.", num, tag=tag),
        "task": ngettext("Noted about one person.", "Noted about %(num)s people.", num),
        "bin": ngettext("One person is in the bin.", "%(num)s people are in the bin.", num),
    }  # fmt: skip
    return str(told[change.verb])


@admin.post("/people/many/<token>/undo", endpoint="people_undo")
@needs("people.edit")
def undo(token: str) -> Any:
    """Take a change of many back, for exactly those whom it changed."""
    _change, left = changes.take_back(token, by=web.person())
    flash(_("Taken back."))
    if left:
        flash(ngettext("One person stays as they are: somebody changed them meanwhile.",
                       "%(num)s people stay as they are: somebody changed them meanwhile.", left))  # fmt: skip
    return web.back(url_for(".people"))
