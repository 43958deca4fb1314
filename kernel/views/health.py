"""Whether this process lives, whether it can work, and its figures when they are asked for."""

from flask import Response, abort
from sqlalchemy import func, select

from kernel import jobs, settings, tenancy
from kernel.db import db
from kernel.jobs import Job
from kernel.views import install

PLAIN = "text/plain; charset=utf-8"


@install.get("/healthz")
def alive() -> Response:
    """It answers."""
    return Response("ok\n", content_type=PLAIN)


@install.get("/readyz")
def ready() -> Response:
    """It reaches its database."""
    try:
        db.session.scalar(select(tenancy.Tenant.id).limit(1))
    except Exception:  # whatever the database says: this process cannot work now
        db.session.rollback()
        return Response("no database\n", 503, content_type=PLAIN)
    return Response("ready\n", content_type=PLAIN)


@install.get("/metrics")
def figures() -> Response:
    """Figures for a monitor, only when the install is told to show them."""
    if not settings.current().metrics:
        abort(404)
    told = {
        "plaza_shops": db.session.scalar(select(func.count(tenancy.Tenant.id))) or 0,
        "plaza_jobs_due": jobs.waiting(),
        "plaza_jobs_dead": db.session.scalar(select(func.count(Job.id)).where(Job.state == "dead")) or 0,
    }
    lines = (f"# TYPE {name} gauge\n{name} {value}\n" for name, value in told.items())
    return Response("".join(lines), content_type="text/plain; version=0.0.4; charset=utf-8")
