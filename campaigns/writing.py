"""Writing: the words and blocks of a mailing as they are kept; what is on its way stays as it was looked at."""

import copy
from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from campaigns import audience, mailings, versions
from campaigns.mailings import Mailing, NotNow
from campaigns.versions import LetterVersion
from crm.contacts import Contact
from kernel import clock, journal
from kernel.db import db
from kernel.i18n import _l
from kernel.refusal import Refusal

LONGEST = 200  # characters of a subject
PEOPLE = 12


def keep(
    mailing: Mailing, *, subject: dict[str, str], preheader: dict[str, str], blocks: list[dict[str, Any]],
    by: Any = None, mark: bool = False,
) -> bool:  # fmt: skip
    """Keep what was written; whether it changed anything. Raises NotNow once the letter may not change any more.

    What stood before is kept as a version when it has rested; `mark`: what stands now is kept as one too.
    """
    row, name = mailings.locked(mailing), by.known_as if by else ""
    if not row.editable:
        raise NotNow(state=row.state)
    told = {"subject": _short(subject), "preheader": _short(preheader), "blocks": blocks}
    changed = [one for one, value in told.items() if getattr(row, one) != value]
    if changed and versions.rested(row, name):
        versions.keep(row)
    for one in changed:
        setattr(row, one, told[one])
    if changed:
        row.version += 1
        row.written_by, row.written_at = name, clock.now()
        db.session.flush()
    if mark:
        versions.keep(row)
    return bool(changed)


def go_back(mailing: Mailing, version: LetterVersion, *, by: Any) -> None:
    """Let the letter say again what a version does; what it says now is kept as one. Raises NotNow."""
    row = mailings.locked(mailing)
    if row.editable:
        versions.keep(row)
    told = {name: copy.deepcopy(getattr(version, name)) for name in versions.WRITTEN}
    keep(row, **told, by=by)
    journal.write("mailing.back", about=row, by=by, data={"name": row.called})


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
    journal.kind("mailing.back", _l("Went back to an earlier version of “%(name)s”"))
    journal.kind("mailing.tested", _l("Sent “%(name)s” to themselves as a test"))
