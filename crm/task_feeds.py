"""Task feeds: what one is to do, in the calendar on one's own phone; whoever has the secret address can read it."""

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import ForeignKey, String, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from crm import tasks
from crm.tasks import Task
from kernel import calendars, memberships, permissions, signing, tenancy, web
from kernel.calendars import Entry
from kernel.db import Base, db, pk
from kernel.i18n import _
from kernel.refusal import Missing
from kernel.tenancy import TenantOwned

if TYPE_CHECKING:
    from kernel.accounts import Account

MOST = 500


class TaskFeed(TenantOwned, Base):
    """The address at which somebody's calendar reads what they are to do in this shop."""

    __tablename__ = "task_feed"
    __extra__ = (UniqueConstraint("tenant_id", "account_id"), UniqueConstraint("tenant_id", "token"))
    id: Mapped[int] = pk()
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    token: Mapped[str] = mapped_column(String(32), default=signing.token)


def of(account: "Account") -> TaskFeed | None:
    """Their feed, when they have one."""
    return db.session.scalar(select(TaskFeed).where(TaskFeed.account_id == account.id))


def renew(account: "Account") -> None:
    """Give them a new address: the one from before shows nothing any more."""
    end(account)
    db.session.add(TaskFeed(account_id=account.id))
    db.session.flush()


def end(account: "Account") -> None:
    """No calendar reads it any more."""
    db.session.execute(delete(TaskFeed).where(TaskFeed.account_id == account.id))


def whose(token: str) -> "Account":
    """Whose feed has that address, while they work here and may see follow-ups; raises Missing."""
    feed = db.session.scalar(select(TaskFeed).where(TaskFeed.token == token)) if token else None
    for row, account in memberships.staff() if feed else ():
        if account.id == feed.account_id and permissions.allows(row.role, "tasks.view"):  # type: ignore[union-attr]
            return account
    raise Missing()


def ics(account: "Account") -> bytes:
    """What they are to do and what nobody is, each on its day; what is overdue stands today, where one sees it."""
    found = db.session.scalars(tasks.query("open", account).limit(MOST))
    name = f"{_('Follow-ups')} · {tenancy.tenant().name}"
    return calendars.ics([_entry(task) for task in found], name=name)


def _entry(task: Task) -> Entry:
    begins = datetime.combine(max(task.due, tasks.today()), time(0), ZoneInfo(tenancy.tenant().timezone))
    who = task.contact.first_name if task.contact else ""
    return Entry(
        calendars.uid("task", task.token), begins, begins + timedelta(days=1), task.text, whole=True,
        note=" · ".join(filter(None, (who, task.order_number))), url=web.admin_url("crm_admin.task", token=task.token),
    )  # fmt: skip
