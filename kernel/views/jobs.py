"""Work of the shop that waits or has stopped; what stopped runs again when a person says so."""

from typing import Any

from flask import Flask, flash, redirect, render_template, request, url_for

from kernel import jobs, journal, menu, permissions, signing, today, web
from kernel.db import db
from kernel.i18n import _, _l
from kernel.refusal import Missing
from kernel.views import admin
from kernel.web import needs

PURPOSE, MOST = "job", 100


@admin.get("/jobs", endpoint="jobs")
@needs("jobs.view")
def index() -> str:
    """How much waits, and what stopped with why."""
    rows = db.session.scalars(jobs.mine("dead").limit(MOST)).all()
    stopped = [(row, signing.make(PURPOSE, row.id)) for row in rows]
    return render_template(
        "kernel/jobs/list.html", stopped=stopped, count=jobs.count("dead"), waiting=jobs.count("waiting"),
        running=jobs.count("running"),
    )  # fmt: skip


@admin.post("/jobs/runs", endpoint="run_job")
@needs("jobs.run")
def again() -> Any:
    """Let one that stopped run again."""
    job_id = signing.read(PURPOSE, request.form.get("job", ""), minutes=None)
    if not isinstance(job_id, int):
        raise Missing()
    row = jobs.dead(job_id)
    jobs.again(row)
    journal.write("job.again", by=web.person(), data={"name": row.name})
    flash(_("It runs again in a moment."))
    return redirect(url_for("kernel_admin.jobs"), 303)


def init_app(_app: Flask) -> None:
    """Put the work into the settings and, when something stopped, into "Hoy"."""
    permissions.define("jobs.view", _l("See the work that waits or stopped"), roles=("manager",), area="shop")
    permissions.define("jobs.run", _l("Run stopped work again"), roles=("manager",), area="shop")
    journal.kind("job.again", _l("Ran “%(name)s” again"))
    menu.section(
        90, _l("Work behind the scenes"), "kernel_admin.jobs", icon="clock", group="team", permission="jobs.view",
        hint=_l("What waits to be done, and what stopped"),
    )  # fmt: skip
    today.line(
        "jobs", _l("Work that stopped"), lambda: jobs.mine("dead"), icon="clock", order=85,
        list_url=lambda: url_for("kernel_admin.jobs"), permission="jobs.view",
    )  # fmt: skip
