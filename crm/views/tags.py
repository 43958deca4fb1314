"""The tags of a shop's people: found, called otherwise, joined, taken from everybody; each toast takes it back."""

from typing import Any

from flask import Flask, flash, redirect, render_template, request, url_for

from crm import tag_changes, tags
from crm.views import admin, people_list
from kernel import permissions, web
from kernel.i18n import _, _l
from kernel.web import needs


@admin.get("/people/tags", endpoint="tags")
@needs("people.view")
def show() -> str:
    """One page of them, the commonest first."""
    text, number = request.args.get("q", "").strip()[: tags.LONGEST], web.page_asked()
    found, pages = tag_changes.page(text, number)
    where = tag_changes.uses([tag for tag, _count in found])
    rows = [{"tag": tag, "count": count, "uses": where[tag]} for tag, count in found]
    return render_template(
        "crm/desk/people/tags.html", rows=rows, q=text, any=bool(rows or text), page=min(number, pages), pages=pages,
        longest=tags.LONGEST, page_url=lambda other: web.page_url(".tags", other),
    )  # fmt: skip


@admin.post("/people/tags", endpoint="tags_save")
@needs("tags.edit")
def rename() -> Any:
    """Call one otherwise; a name that is there already joins the two."""
    return _done(tag_changes.rename(request.form.get("tag", ""), request.form.get("new", ""), by=web.person()))


@admin.post("/people/tags/drop", endpoint="tags_drop")
@needs("tags.edit")
def drop() -> Any:
    """Take it from everybody."""
    return _done(tag_changes.drop(request.form.get("tag", ""), by=web.person()))


def _done(change: Any) -> Any:
    if change.count:
        web.undo(people_list.said(change), ".people_undo", token=change.token)
    else:
        flash(_("They were so already."))
    return redirect(url_for(".tags"), 303)


def init_app(_app: Flask) -> None:
    """Who may."""
    permissions.define("tags.edit", _l("Rename, join and delete tags"), roles=("manager", "marketer"), area="people")
