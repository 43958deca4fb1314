"""Bounces: what comes back of letters, from the server that refused them or by mail, and who is written to no more."""

import re
from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import func, select

from campaigns import bounce_kinds, bounce_parts, letter_events, outcomes, recipients
from campaigns.bounce_kinds import Bounce
from campaigns.bounce_parts import Returned
from campaigns.letter_events import LetterEvent
from campaigns.mailings import Mailing
from campaigns.recipients import Recipient
from kernel import clock, suppression
from kernel.db import db
from kernel.letters import Letter

KINDS = ("hard", "complaint", "blocked", "soft")  # of a letter that came back more than once the first of these counts
SOFT_TIMES = 3  # letters that could not be delivered for a while, within…
SOFT_DAYS = 30  # …so many days: then no more letters to many
RECENT = timedelta(days=7)  # who is only named by an address had a letter lately, else it is not ours that came back
ANSWER = re.compile(r"\s*[245]\d\d[ -]")


def refused(rows: Iterable[Recipient]) -> None:
    """Keep what a server answered that took letters for no longer possible; what went wrong here is no bounce."""
    ids = [row.id for row in rows]
    fresh = select(Recipient).where(Recipient.id.in_(ids)).execution_options(populate_existing=True)
    for row in db.session.scalars(fresh).all():
        if ANSWER.match(row.answer):
            note(row, bounce_kinds.answered(row.answer))


def note(row: Recipient, bounce: Bounce, *, sure: bool = True) -> None:
    """Keep what came back of a letter, each kind once, and write no more where that makes no sense.

    `sure`: it carries the letter's own token. Anybody can write one that only names an address, so that ends no more
    than letters to many: what concerns an order still goes.
    """
    if bounce.kind == "none":
        return
    if bounce.kind == "auto-reply":
        letter_events.add(row, "answered", dedupe="", said=bounce.said[:300])
        return
    told = _new(row, bounce, sure)
    if told and bounce.kind in {"hard", "complaint"}:
        _stop(row, "all" if sure else "marketing", bounce.kind)
    elif told and bounce.kind == "soft" and _soft(row) >= SOFT_TIMES:
        _stop(row, "marketing", "soft")


def _new(row: Recipient, bounce: Bounce, sure: bool) -> bool:
    """Keep it, unless it was told before; what is sure takes the place of what was not."""
    same = [one for one in letter_events.of(row, "bounced") if one.reason == bounce.kind]
    doubtful = f"{bounce.kind}?"
    if not sure and same:
        return False
    for one in same:
        if one.dedupe.endswith(doubtful):
            db.session.delete(one)
    key = bounce.kind if sure else doubtful
    return letter_events.add(row, "bounced", dedupe=key, reason=bounce.kind, said=bounce.said[:300])


def _stop(row: Recipient, scope: str, why: str) -> None:
    marks = {row.address_hmac, suppression.fingerprint(row.email) if row.email else ""} - {""}
    for mark in sorted(marks):
        suppression.stop(mark, scope, why)


def _soft(row: Recipient) -> int:
    """How many letters to that address could not be delivered lately."""
    mine = LetterEvent.kind == "bounced", LetterEvent.reason == "soft", Recipient.address_hmac == row.address_hmac
    since = LetterEvent.at > clock.now() - timedelta(days=SOFT_DAYS)
    counted = select(func.count(func.distinct(LetterEvent.recipient_id)))
    joined = counted.join(Recipient, Recipient.id == LetterEvent.recipient_id).where(*mine, since)
    return int(db.session.scalar(joined) or 0) if row.address_hmac else 0


def read(raw: bytes) -> tuple[Returned, Bounce]:
    """A message of the return mailbox, and what it is."""
    row = bounce_parts.read(raw)
    return row, bounce_kinds.of(row)


def take(returned: Returned, bounce: Bounce) -> str:
    """Keep what a message tells of a letter of this shop; its address, or '' when it is about none of them."""
    if bounce.kind == "none":
        return ""
    own = next(filter(None, map(recipients.by_token, returned.tokens())), None)
    row = own or next(filter(None, map(_last_to, returned.addresses())), None)
    if row is not None:
        note(row, bounce, sure=own is not None)
        return row.email or "?"
    letter = next(filter(None, map(_house_letter, returned.tokens())), None)
    if letter is not None and bounce.kind in {"hard", "complaint"}:
        suppression.add(letter.to, "all", bounce.kind)
    return letter.to if letter is not None else ""


def _last_to(address: str) -> Recipient | None:
    """The letter that went there last."""
    mine = Recipient.address_hmac == suppression.fingerprint(address), Recipient.sent_at > clock.now() - RECENT
    return db.session.scalars(select(Recipient).where(*mine).order_by(Recipient.sent_at.desc()).limit(1)).first()


def _house_letter(token: str) -> Letter | None:
    return db.session.scalar(select(Letter).where(Letter.token == token))


def came_back(limit: int = 200) -> list[tuple[LetterEvent, Recipient, Mailing]]:
    """What came back, the newest first."""
    rows = select(LetterEvent, Recipient, Mailing).join(Recipient, Recipient.id == LetterEvent.recipient_id)
    rows = rows.join(Mailing, Mailing.id == LetterEvent.mailing_id).where(LetterEvent.kind == "bounced")
    newest = rows.order_by(LetterEvent.at.desc(), LetterEvent.id.desc()).limit(limit)
    return [(event, row, mailing) for event, row, mailing in db.session.execute(newest)]


def init_app(_app: object) -> None:
    """Hear what servers refuse."""
    outcomes.on_refusal(refused)
