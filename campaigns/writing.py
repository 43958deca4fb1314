"""Writing: the words and blocks of a mailing as they are kept; what is on its way stays as it was looked at."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from campaigns import audience, mailings
from campaigns.mailings import Mailing, NotNow
from crm.contacts import Contact
from kernel import journal
from kernel.db import db
from kernel.i18n import _l
from kernel.refusal import Refusal

LONGEST = 200  # characters of a subject
PEOPLE = 12


def keep(mailing: Mailing, *, subject: dict[str, str], preheader: dict[str, str], blocks: list[dict[str, Any]]) -> bool:
    """Keep what was written; whether it changed anything. Raises NotNow once the letter may not change any more."""
    row = mailings.locked(mailing)
    if not row.editable:
        raise NotNow(state=row.state)
    told = {"subject": _short(subject), "preheader": _short(preheader), "blocks": blocks}
    changed = [name for name, value in told.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, told[name])
    if changed:
        row.version += 1
        db.session.flush()
    return bool(changed)


def _short(words: dict[str, str]) -> dict[str, str]:
    return {language: " ".join(text.split())[:LONGEST] for language, text in words.items() if text.strip()}


def empty(mailing: Mailing) -> bool:
    """Whether nothing was written yet."""
    return not mailing.blocks and not mailing.subject and not mailing.preheader


def readers(mailing: Mailing, *, also: str = "") -> list[Contact]:
    """Some people whom the letter means, to look at it as they do; `also` is the token of one who is wanted."""
    try:
        found = list(db.session.scalars(audience.meant(mailing).order_by(None).order_by(Contact.id).limit(PEOPLE)))
    except Refusal:
        found = []
    return found if not also or any(one.token == also for one in found) else [*found, *_named(also)]


def _named(token: str) -> Iterable[Contact]:
    return db.session.scalars(select(Contact).where(Contact.token == token))


def init_app(_app: object) -> None:
    """How the journal tells of it."""
    journal.kind("mailing.tested", _l("Sent “%(name)s” to themselves as a test"))
