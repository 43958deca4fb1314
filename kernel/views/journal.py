"""The journal: what the staff did, who and when, the newest first."""

from flask import Flask, render_template, url_for

from kernel import about, journal, menu, permissions, web
from kernel.i18n import _l
from kernel.views import admin
from kernel.web import needs


@admin.get("/journal", endpoint="journal")
@needs("journal.view")
def index() -> str:
    """One page of it."""
    number = web.page_asked()
    rows, pages = journal.page(number)
    here = min(number, pages)
    return render_template(
        "kernel/journal/list.html", rows=rows, told=about.of(rows), page=here, pages=pages,
        before=url_for("kernel_admin.journal", page=here - 1) if here > 1 else "",
        after=url_for("kernel_admin.journal", page=here + 1) if here < pages else "",
    )  # fmt: skip


def init_app(_app: Flask) -> None:
    """Put the journal into the settings."""
    permissions.define("journal.view", _l("Read what the staff did"), roles=("manager",), area="shop")
    menu.section(
        95, _l("Journal"), "kernel_admin.journal", icon="note", group="team", permission="journal.view",
        hint=_l("Who did what, and when"),
    )  # fmt: skip
