"""The audience of a mailing: whom it means, who of them receives it, and why the others do not."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, exists, func, literal, not_, or_, select

from campaigns import habits, left_out, named_segments
from campaigns.mailings import Mailing
from campaigns.recipients import Recipient
from crm import consent, preferences, segments
from crm.consent import Consent
from crm.contacts import Contact
from kernel import bulk, clock, suppression
from kernel.db import UTCDateTime, db
from kernel.suppression import Suppression

CHUNK = 5_000  # addresses that are hashed between two looks
SLACK = timedelta(hours=2)  # who is reached earlier than last week still gets the weekly letter; clocks move too
SOON = timedelta(minutes=10)  # when somebody is looked at again whose other letter is on its way
FLYING = ("claimed", "sending")
# the order in which an estimate tells its reasons
RANK = (left_out.WHY, "consent", "unsubscribed", "cap", "no_address", "bounced")
Answer = str | datetime  # a reason of recipients.REASONS: never; a moment: not before
Check = Callable[[Sequence[Recipient]], dict[int, Answer]]


@dataclass(frozen=True)
class Estimate:
    """How many would receive a mailing if it went out now, and for which reasons how many would not."""

    will: int
    excluded: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """How many the segment has."""
        return self.will + sum(self.excluded.values())


_means: list[Callable[[Mailing], Select[Contact] | None]] = []


def means(verb: Callable[[Mailing], Select[Contact] | None]) -> None:
    """Have `verb(mailing)` say whom a letter is for that goes to no segment; None: it is no such letter."""
    if verb not in _means:
        _means.append(verb)


def meant(mailing: Mailing) -> Select[Contact]:
    """The people whom a mailing means, whether or not they may be written to."""
    for verb in _means:
        found = verb(mailing)
        if found is not None:
            return found
    kept = named_segments.audience(mailing)
    return segments.who(kept.rule) if kept else select(Contact).order_by(Contact.id)


def reason(mailing: Mailing | None = None) -> ColumnElement[str]:
    """Why a contact receives nothing as far as their rows tell; "" for those who may, bounced ones among them.

    `mailing`: of that one, which may leave a segment out; raises named_segments.NoSegment.
    """
    given = consent.last(Contact.id, "marketing")
    mine = (Consent.contact_id == Contact.id) & (Consent.purpose == "marketing") & Consent.given
    once = exists(select(Consent.id).where(mine).correlate(Contact))
    return case(
        *(left_out.among(mailing) if mailing is not None else ()),
        (Contact.email_norm.is_(None) | (func.coalesce(Contact.email, "") == ""), "no_address"),
        (and_(given.is_not(None), not_(given), once), "unsubscribed"),
        (or_(given.is_(None), not_(given)), "consent"),
        (_had_one(), "cap"),
        else_="",
    )


def _had_one() -> ColumnElement[bool]:
    """Whether their last letter is more recent than the shop's pause between two, or than the one they wish."""
    now, cap = clock.now(), habits.of().cap
    wished = [(Contact.letters_every == days, now - _pause(days, cap)) for days in preferences.OFTEN if days]
    since = case(*((whose, literal(at, UTCDateTime)) for whose, at in wished), else_=literal(now - cap, UTCDateTime))
    mine = (Recipient.contact_id == Contact.id) & (Recipient.sent_at > since)
    return exists(select(Recipient.id).where(mine).correlate(Contact))


def _pause(days: int, cap: timedelta) -> timedelta:
    """What they wish is told in days, not to the second: the same letter at the same hour is not too soon."""
    return max(cap, timedelta(days=days) - SLACK) if days else cap


def blocked(prints: Sequence[str]) -> dict[str, str]:
    """Which of these fingerprints of addresses may not be written to, and why."""
    rows = select(Suppression.address_hmac, Suppression.scope).where(bulk.among(Suppression.address_hmac, prints))
    return _scopes(db.session.execute(rows))


def _scopes(rows: Iterable[Any]) -> dict[str, str]:
    told: dict[str, str] = {}
    for address, scope in rows:  # what stops all has the last word
        told[address] = "bounced" if scope == "all" else told.get(address, "unsubscribed")
    return told


def _suppressed(mailing: Mailing) -> dict[int, str]:
    """Contacts who allowed letters and whose address may not be written to all the same, with why.

    Only hashes of those addresses are kept, so the candidates are hashed: in chunks, and not at all where none is kept.
    """
    if not db.session.scalar(select(Suppression.id).limit(1)):
        return {}
    known = _scopes(db.session.execute(select(Suppression.address_hmac, Suppression.scope)))
    fine = meant(mailing).order_by(None).where(reason(mailing) == "").with_only_columns(Contact.id, Contact.email)
    found = {}
    for few in db.session.execute(fine.execution_options(yield_per=CHUNK)).partitions():
        prints = suppression.fingerprints(row.email for row in few)
        found.update({row.id: known[one] for row, one in zip(few, prints, strict=True) if one in known})
    return found


def estimate(mailing: Mailing) -> Estimate:
    """Who would receive it now and who would not, counted by the database."""
    inner = meant(mailing).order_by(None).with_only_columns(Contact.id, reason(mailing).label("reason")).subquery()
    rows = db.session.execute(select(inner.c.reason, func.count()).group_by(inner.c.reason))
    counted = {why: int(number) for why, number in rows}
    for why in _suppressed(mailing).values():
        counted[""] -= 1
        counted[why] = counted.get(why, 0) + 1
    return Estimate(counted.pop("", 0), {why: counted[why] for why in RANK if counted.get(why)})


def people(mailing: Mailing, why: str) -> Select[Contact]:
    """The people behind a number of the estimate: those of a reason, or with "" those who would receive it."""
    shut = _suppressed(mailing)
    by_rows = (reason(mailing) == why) & not_(_among(list(shut)))
    return meant(mailing).where(or_(by_rows, _among([one for one, because in shut.items() if because == why])))


def _among(ids: list[int]) -> ColumnElement[bool]:
    return Contact.id.in_(bindparam(None, ids, expanding=True, literal_execute=True))


_checks: list[Check] = []


def also(check: Check) -> None:
    """Have `check(recipients)` say for whom of a batch it is no longer right, or not yet: {id: reason or moment}."""
    if check not in _checks:
        _checks.append(check)


def refusals(recipients: Sequence[Recipient]) -> dict[int, Answer]:
    """Who of a batch that is about to be sent gets nothing, with the reason, or nothing yet, with the moment.

    What was true when the audience was written down may have changed: asked inside the transaction that claims.
    """
    if not recipients:
        return {}
    found: dict[int, Answer] = {}
    for check in (left_out.late, *_checks, _rested, _allowed):  # the last has the last word
        found.update(check(recipients))
    return found


def _allowed(recipients: Sequence[Recipient]) -> dict[int, Answer]:
    """Who is gone, has not allowed letters, or is suppressed."""
    ids = sorted({row.contact_id for row in recipients if row.contact_id})
    locked = select(Contact.id).where(bulk.among(Contact.id, ids)).order_by(Contact.id).with_for_update(key_share=True)
    there = set(db.session.scalars(locked))  # nobody else claims a letter to them before this transaction ends
    given = consent.given(Contact.id, "marketing")
    allow = set(db.session.scalars(select(Contact.id).where(bulk.among(Contact.id, ids), given)))
    prints = dict(
        zip((row.id for row in recipients), suppression.fingerprints(row.email for row in recipients), strict=True)
    )
    shut = blocked(list(prints.values()))
    found: dict[int, Answer] = {}
    for row in recipients:
        why = shut.get(prints[row.id]) or ("" if row.contact_id in allow else "unsubscribed")
        why = "no_address" if not row.email else why
        why = "erased" if row.contact_id is None else "gone" if row.contact_id not in there else why
        if why:
            found[row.id] = why
    return found


def _rested(recipients: Sequence[Recipient]) -> dict[int, Answer]:
    """For whom it is too soon after another letter; what goes by itself waits instead, also for the morning."""
    kept, now = habits.of(), clock.now()
    pauses = _pauses(recipients, kept.cap)
    latest, flying = _others(recipients, now - max(pauses.values(), default=kept.cap))
    own = _by_itself(recipients)
    quiet = kept.quiet(now) if own else None
    found: dict[int, Answer] = {}
    for row in sorted(recipients, key=lambda one: one.id):
        last, patient = latest.get(row.contact_id or 0), row.mailing_id in own
        pause = pauses.get(row.contact_id or 0, kept.cap)
        if last is not None and last + pause > now:
            found[row.id] = (last + pause) if patient else "cap"
        elif pause and row.contact_id in flying:
            found[row.id] = now + SOON
        elif patient and quiet:
            found[row.id] = quiet
        elif pause and row.contact_id:
            flying.add(row.contact_id)  # one of a batch is enough
    return found


def _pauses(recipients: Sequence[Recipient], cap: timedelta) -> dict[int, timedelta]:
    """How long each rests between two letters: as the shop decided, or longer as they wish."""
    ids = sorted({row.contact_id for row in recipients if row.contact_id})
    rows = db.session.execute(select(Contact.id, Contact.letters_every).where(bulk.among(Contact.id, ids)))
    return {contact_id: _pause(days, cap) for contact_id, days in rows}


def _others(recipients: Sequence[Recipient], since: datetime) -> tuple[dict[int, datetime], set[int]]:
    """When each last had a letter after that moment, and to whom one is on its way right now."""
    ids, batch = {row.contact_id for row in recipients if row.contact_id}, {row.id for row in recipients}
    told = select(Recipient.id, Recipient.contact_id, Recipient.sent_at, Recipient.state)
    lately = or_(Recipient.sent_at > since, Recipient.state.in_(FLYING))
    latest: dict[int, datetime] = {}
    flying: set[int] = set()
    for row in db.session.execute(told.where(bulk.among(Recipient.contact_id, sorted(ids)), lately)):
        if row.id in batch:
            continue
        if row.state in FLYING:
            flying.add(row.contact_id)
        if row.sent_at is not None and row.sent_at > since:
            latest[row.contact_id] = max(row.sent_at, latest.get(row.contact_id, since))
    return latest, flying


def _by_itself(recipients: Sequence[Recipient]) -> set[int]:
    ids = {row.mailing_id for row in recipients}
    return set(db.session.scalars(select(Mailing.id).where(Mailing.id.in_(ids), Mailing.kind == "automation")))
