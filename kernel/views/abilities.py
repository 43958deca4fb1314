"""Who may do what here: every ability and the roles that have it; and what a page says to whom may not."""

from flask import Flask, render_template

from kernel import abilities, menu, permissions
from kernel.i18n import _l
from kernel.views import admin
from kernel.web import needs


@admin.get("/settings/staff/abilities", endpoint="abilities")
@needs("staff.see")
def show() -> str:
    """All of them: what pages and buttons ask, and nothing else."""
    return render_template("kernel/staff/abilities.html", areas=abilities.table(), roles=abilities.holders())


def init_app(app: Flask) -> None:
    """Let everybody on the staff read it; let templates say who may."""
    permissions.define("staff.see", _l("See who works here and what each may do"), roles=permissions.ROLES, area="shop")
    menu.section(
        81, _l("Who may do what"), "kernel_admin.abilities", icon="lock", group="team", permission="journal.view",
        hint=_l("What each role opens and changes, and who has it"),
    )  # fmt: skip
    app.jinja_env.globals.update(refused=abilities.refused, roles_that_may=abilities.roles)
