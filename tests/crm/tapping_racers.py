"""Staff who tap twice, each tap a process: the same form through the whole application, and careless ones beside."""

import time
from collections.abc import Callable
from typing import Any

from flask import current_app
from sqlalchemy import select

from crm import tasks
from crm.tasks import Task
from kernel import accounts, once, signing, transactions
from kernel.db import db
from shop import sales

THINKING = 0.05  # seconds between looking and writing
HERE = {"base_url": "http://plaza.localhost:8000", "headers": {"Sec-Fetch-Site": "same-origin"}}


def send(path: str, form: dict[str, str], cookie: tuple[str, str]) -> tuple[int, str]:
    """What the back office answers, and where it leads."""
    client = current_app.test_client()
    client.set_cookie(*cookie, domain="plaza.localhost")
    told: Any = HERE
    answer = client.post(path, data=form, **told)
    return answer.status_code, answer.headers.get("Location", "")


def _with(owner: Any, name: str, other: Callable[..., Any], verb: Callable[[], Any]) -> Any:
    kept = getattr(owner, name)
    setattr(owner, name, other)
    try:
        return verb()
    finally:
        setattr(owner, name, kept)


def careless_send(*told: Any) -> Any:
    """The same where one looks whether it was sent, thinks, and only then writes that it was."""

    def look(digest: str) -> bool:
        with transactions.reading():
            there = db.session.scalar(select(once.SentForm.id).where(once.SentForm.digest == digest))
            time.sleep(THINKING)
        return there is None

    return _with(once, "_first", look, lambda: send(*told))


def keyless_send(*told: Any) -> Any:
    """The same with a key that no two taps share."""
    return _with(sales, "key_of", lambda *_told: signing.token(), lambda: send(*told))


def do(token: str, account_id: int) -> bool:
    """As the tap on the circle does it."""
    return tasks.do(tasks.named(token), by=accounts.get(account_id))


def careless_do(token: str, account_id: int) -> bool:
    """Look whether it is still to do, think, and do it whatever another did meanwhile."""
    with transactions.reading():
        done = db.session.scalar(select(Task.done_at).where(Task.token == token))
        time.sleep(THINKING)
    if done is not None:
        return False
    task = tasks.named(token)
    task.done_at = None
    return _with(db.session, "refresh", lambda *_row, **_how: None, lambda: tasks.do(task, by=accounts.get(account_id)))
