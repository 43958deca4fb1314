"""Work for later: a row written in the same transaction, run at least once by any number of workers.

States: waiting → running (lease, heartbeat, fence) → done (the row goes) | waiting (backoff)
| dead (shown; can run again). Of a key one waits; while that runs another one may wait, for what changed meanwhile.
"""

import json
import threading
import traceback
from datetime import datetime, timedelta
from typing import Any

import structlog
from flask import current_app
from sqlalchemy import Index, Select, String, Text, UniqueConstraint, case, delete, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from kernel import beside, clock, tenancy, verbs
from kernel.db import Base, db, pk
from kernel.refusal import Missing
from kernel.verbs import every, job

__all__ = ["every", "job"]

log = structlog.get_logger()

LEASE = timedelta(seconds=60)
ATTEMPTS = 8
KEY = 120  # signs


class Job(Base):
    """One piece of work; `args` are ids and plain values as JSON text."""

    __tablename__ = "job"
    __table_args__ = (
        UniqueConstraint("name", "unique_key"),
        Index("ix_job_next", "state", "priority", "run_at"),
    )
    id: Mapped[int] = pk()
    tenant_id: Mapped[int | None] = mapped_column(index=True)
    name: Mapped[str] = mapped_column(String(80))
    args: Mapped[str] = mapped_column(Text, default="[]")
    state: Mapped[str] = mapped_column(String(8), default="waiting")  # waiting | running | dead
    priority: Mapped[int] = mapped_column(default=5)  # lower first
    run_at: Mapped[datetime] = mapped_column(default=clock.now)
    unique_key: Mapped[str | None] = mapped_column(String(KEY))  # `key~id` while it runs
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    fence: Mapped[int] = mapped_column(default=0)  # grows with every claim: a worker that woke late can't finish
    error: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    @property
    def cause(self) -> str:
        """What went wrong last, in one line."""
        return self.error.partition("\n")[0]


def later(name: str, *args: Any, at: datetime | None = None, key: str | None = None, priority: int = 5) -> None:
    """Write a job of the current tenant into this transaction, unless one with that key already waits.

    That one begins after this transaction has ended, so it sees what was changed here.
    """
    verbs.known(name)
    tenant_id = None if tenancy.is_system() else tenancy.current()
    told: dict[str, Any] = {"name": name, "args": json.dumps(args), "tenant_id": tenant_id, "priority": priority}
    told |= {"unique_key": None if key is None else f"{tenant_id}:{key}", "run_at": at or clock.now()}
    db.session.flush()
    beside.post(Job, unless=("name", "unique_key"), **told)


def forget(name: str, key: str) -> None:
    """Take back a job that waits under a key."""
    full = f"{tenancy.current()}:{key}"
    db.session.execute(delete(Job).where(Job.name == name, Job.unique_key == full, Job.state == "waiting"))


def forget_about(word: str) -> None:
    """Take back the current tenant's work that names somebody who is forgotten."""
    named = Job.args.contains(json.dumps(word)[1:-1], autoescape=True)
    gone = delete(Job).where(Job.tenant_id == tenancy.current(), Job.state != "running", named)
    db.session.execute(gone, execution_options={"synchronize_session": False})


def _due(now: datetime) -> Any:
    return or_(
        (Job.state == "waiting") & (Job.run_at <= now),
        (Job.state == "running") & (Job.lease_until < now),  # its worker died
    )


def claim() -> Job | None:
    """Take the next due job under a lease, in a transaction of its own; None when nothing waits."""
    now = clock.now()
    row = db.session.scalars(
        select(Job).where(_due(now)).order_by(Job.priority, Job.run_at).limit(1).with_for_update(skip_locked=True)
    ).first()
    if row is not None and row.attempts >= ATTEMPTS:  # it kills whoever runs it
        row.state, row.unique_key, row.error = "dead", None, "Its worker died each time."
        log.warning("job failed", job=row.name, tenant=row.tenant_id, attempts=row.attempts, dead=True, error=row.error)
        db.session.commit()
        return claim()
    if row is not None:
        row.state, row.lease_until, row.fence = "running", now + LEASE, row.fence + 1
        row.unique_key = _under_way(row)
        row.attempts += 1
        db.session.flush()
        db.session.expunge(row)
    db.session.commit()
    return row


def _key(row: Job) -> str | None:
    return row.unique_key and row.unique_key.removesuffix(f"~{row.id}")


def _under_way(row: Job) -> str | None:
    """Its key as it stands while it runs: another one may wait under the key itself. A long one it does without."""
    own = f"{_key(row)}~{row.id}" if row.unique_key else None
    return own if own and len(own) <= KEY else None


def run(row: Job) -> bool:
    """Run a claimed job as its tenant; True when it is done, else it waits again or lies dead."""
    try:
        with _beating(row):
            _perform(row)
    except Exception as error:
        db.session.rollback()
        _fail(row, error)
        return False
    return True


def _perform(row: Job) -> None:
    verb = verbs.told(row.name, json.loads(row.args))
    if row.tenant_id is not None:
        with tenancy.use(row.tenant_id):
            verb()
            _finish(row)
            db.session.commit()
        return
    verb()
    _finish(row)
    db.session.commit()


def _mine(row: Job) -> Any:
    return (Job.id == row.id) & (Job.fence == row.fence)


def _finish(row: Job) -> None:
    gone = db.session.execute(delete(Job).where(_mine(row)))
    if gone.rowcount != 1:  # type: ignore[attr-defined]
        raise RuntimeError("another worker took this job over")


def _fail(row: Job, error: Exception) -> None:
    told = f"{_first(error)}\n\n" + "".join(traceback.format_exception(error))[-4000:]
    dead = row.attempts >= ATTEMPTS
    at = clock.now() + backoff(row.attempts)
    values = {"state": "dead" if dead else "waiting", "run_at": at, "lease_until": None, "error": told}
    after = update(Job).where(_mine(row))
    try:
        with beside.attempt():
            db.session.execute(after.values(unique_key=None if dead else _key(row), **values))
    except IntegrityError:
        if _handed_on(row, values):
            db.session.execute(delete(Job).where(_mine(row)))
        else:
            db.session.execute(after.values(values))
    db.session.commit()
    who = {"job": row.name, "tenant": row.tenant_id, "attempts": row.attempts}
    log.warning("job failed", **who, dead=dead, error=repr(error))


def backoff(attempts: int) -> timedelta:
    """How long something waits that went wrong so many times: ever longer, six hours at most."""
    return timedelta(seconds=min(5 * 4 ** (attempts - 1), 6 * 3600))


def _handed_on(row: Job, values: dict[str, Any]) -> bool:
    """Have the one that waits under its key do it, with the tries that were used up and not before its own time."""
    other = (Job.name == row.name) & (Job.unique_key == _key(row)) & (Job.state == "waiting")
    at = case((Job.run_at > values["run_at"], Job.run_at), else_=values["run_at"])
    done = db.session.execute(update(Job).where(other).values(run_at=at, attempts=row.attempts, error=values["error"]))
    return bool(done.rowcount)  # type: ignore[attr-defined]


def _first(error: Exception) -> str:
    return f"{type(error).__name__}: {(str(error).strip().splitlines() or [''])[0][:200]}"


class _beating:
    """Keeps a job's lease while its verb runs."""

    def __init__(self, row: Job) -> None:
        self.row, self.stop = row, threading.Event()
        self.app: Any = current_app._get_current_object()  # type: ignore[attr-defined]
        self.thread = threading.Thread(target=self._beat, daemon=True)

    def __enter__(self) -> None:
        self.thread.start()

    def __exit__(self, *_error: object) -> None:
        self.stop.set()

    def _beat(self) -> None:
        while not self.stop.wait(LEASE.total_seconds() / 3):
            try:
                with self.app.app_context():
                    values = {"lease_until": clock.now() + LEASE}
                    db.session.execute(update(Job).where(_mine(self.row)).values(values))
                    db.session.commit()
            except Exception as error:  # on SQLite the verb itself may hold the writer's turn: nobody else can claim
                log.info("heartbeat waits", job=self.row.name, error=repr(error))


def run_due(limit: int = 1000) -> int:
    """Run what is due now, in order; how many ran. For tests."""
    count = 0
    while count < limit and (row := claim()) is not None:
        run(row)
        count += 1
    return count


def again(row: Job) -> None:
    """Let a dead job run once more, because a person asked."""
    row.state, row.attempts, row.run_at = "waiting", 0, clock.now()


def mine(state: str) -> Select[Job]:
    """The current tenant's jobs in that state, the newest first."""
    own = (Job.tenant_id == tenancy.current()) & (Job.state == state)
    return select(Job).where(own).order_by(Job.run_at.desc(), Job.id.desc())


def count(state: str) -> int:
    """How many jobs of the current tenant are in that state."""
    inner = mine(state).order_by(None).subquery()
    return int(db.session.scalar(select(func.count()).select_from(inner)) or 0)


def dead(job_id: int) -> Job:
    """One dead job of the current tenant; raises Missing."""
    found = db.session.scalar(mine("dead").where(Job.id == job_id))
    if found is None:
        raise Missing()
    return found


def waiting() -> int:
    """How many jobs are due and not yet taken."""
    return int(db.session.scalar(select(func.count()).select_from(Job).where(_due(clock.now()))) or 0)


def anything() -> bool:
    """Whether any job is due and not yet taken."""
    return db.session.scalar(select(Job.id).where(_due(clock.now())).limit(1)) is not None
