"""A form that is sent twice, by a double tap or a line that stumbles, does its work once, and both lead to one place.

Same means: the same person, address, words and files, and the same page they were written on when it says which
(`once()` in its form); where it does not, within a minute. Who comes second waits until the first is kept, and finds
it; what was refused is nobody's, so it can be sent again. A script that says which form it is hears the same answer
twice, and names the next one anew. A view that first reads and checks without the writer's turn
loses what it began before: `done` guards what it writes after that.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial, wraps
from typing import IO, Any, TypeVar, cast

from flask import Flask, Response, make_response, redirect, request
from markupsafe import Markup
from sqlalchemy import String, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from kernel import clock, signing, tenancy, web
from kernel.db import Base, db, pk, upsert
from kernel.tenancy import TenantOwned

View = TypeVar("View", bound=Callable[..., Any])
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
LONGEST = 300
CHUNK = 1024 * 1024
TOLD = "{"  # how an answer to a script begins, and no address


class SentForm(TenantOwned, Base):
    """That a form was sent, and where its sender was led; or what their script was told."""

    __tablename__ = "sent_form"
    __extra__ = (UniqueConstraint("tenant_id", "digest"),)
    id: Mapped[int] = pk()
    digest: Mapped[str] = mapped_column(String(64))  # whose it was and all that it said; nothing of it can be read here
    leads: Mapped[str] = mapped_column(String(LONGEST), default="")
    at: Mapped[datetime] = mapped_column(default=clock.now, index=True)


def once(view: View) -> View:
    """The view does its work once for each form, however often it is sent."""

    @wraps(view)
    def guarded(*args: Any, **values: Any) -> Any:
        return done(partial(view, *args, **values))

    guarded.once = True  # type: ignore[attr-defined]
    return cast(View, guarded)


def done(work: Callable[[], Any]) -> Any:
    """What that answers, done once for each form; or where the first one led. No `web.reading()` within."""
    digest = _digest()
    if not _first(digest):
        return _again(db.session.scalar(select(SentForm.leads).where(SentForm.digest == digest)) or "")
    answer = make_response(work())
    kept = db.session.scalar(select(SentForm).where(SentForm.digest == digest))
    leads = _leads(answer)
    if kept is not None and leads is not None and len(leads) <= LONGEST:
        kept.leads = leads
    elif kept is not None:
        db.session.delete(kept)
    return answer


def _again(leads: str) -> Any:
    if leads.startswith(TOLD):
        return Response(leads, mimetype="application/json")
    return redirect(leads, 303) if leads else web.back("/")


def _leads(answer: Response) -> str | None:
    """Where it leads, or what a script is told that says which form it sent; None where neither is known."""
    if answer.status_code == 200 and answer.is_json and request.form.get("once"):
        return json.dumps(answer.get_json(), separators=(",", ":"))
    return answer.location or "" if answer.status_code == 303 else None


def _digest() -> str:
    told = [str(web.person().id), request.full_path]
    told += [f"{key}={value}" for key, value in request.form.items(multi=True)]
    told += [f"{key}={one.filename}:{_content(one.stream)}" for key, one in request.files.items(multi=True)]
    return signing.fingerprint("form", "\0".join(told))


def _content(file: IO[bytes]) -> str:
    """What is in it, whoever has read it before or wants to afterwards."""
    file.seek(0)
    found = hashlib.sha256()
    while part := file.read(CHUNK):
        found.update(part)
    file.seek(0)
    return found.hexdigest()


def _first(digest: str) -> bool:
    """Whether nobody sent it before; two who ask at once wait for each other."""
    now = clock.now()
    db.session.execute(delete(SentForm).where(SentForm.at < now - DAY))
    new = upsert(SentForm).values(tenant_id=tenancy.current(), digest=digest, leads="", at=now)
    again = SentForm.at < now - (DAY if request.form.get("once") else MINUTE)
    told = new.on_conflict_do_update(index_elements=["tenant_id", "digest"], set_={"at": now, "leads": ""}, where=again)
    return db.session.scalar(told.returning(SentForm.id)) is not None


def field() -> Markup:
    """Which page it is, hidden in its form."""
    return Markup('<input type="hidden" name="once" value="{}">').format(signing.token())


def init_app(app: Flask) -> None:
    """Let forms say which page they are."""
    app.jinja_env.globals["once"] = field
