"""Gathering: the audience of a mailing written down as recipients, in steps of a job that may die and be repeated.

A step and the job of the next one stand in one transaction, so each step happens once, whoever does it; who is not
written to stands there too, with the reason, so that the numbers of the report add up to the segment's.
"""

from typing import Any

from sqlalchemy import exists, insert, select

from campaigns import audience, mailings, subject_tests
from campaigns.mailings import Mailing
from campaigns.recipients import Recipient
from crm.contacts import Contact
from kernel import clock, i18n, jobs, suppression, tenancy
from kernel.db import db
from kernel.refusal import Refusal

STEP = 1_000  # people
OPEN = frozenset({"sending", "paused", "stopped"})  # a held one waits for a person


def begin(mailing: Mailing) -> None:
    """Have the recipients of a mailing written down from the first person on; what stands stays."""
    if mailing.gathered_at is None:
        jobs.later("campaigns.gather", mailing.id, 0, key=f"{mailing.id}:0:{clock.now().timestamp():.0f}")


@jobs.job("campaigns.gather")
def step(mailing_id: int, after: int) -> None:
    """Write down the next people after that contact, and have the next step done."""
    mailing = mailings.numbered(mailing_id)
    if mailing is None or mailing.state not in OPEN or mailing.gathered_at is not None:
        return
    try:
        rows = _next(mailing, after)
    except Refusal as told:  # its segment is gone, or names what is gone
        _hold(mailing, told)
        return
    _write(mailing, rows)
    if len(rows) < STEP:
        mailing.gathered_at = clock.now()
    else:
        jobs.later("campaigns.gather", mailing.id, rows[-1].id, key=f"{mailing.id}:{rows[-1].id}")


def _hold(mailing: Mailing, told: Refusal) -> None:
    if mailing.state == "stopped":
        mailing.gathered_at = clock.now()
    elif mailing.state == "sending":
        mailings.move(mailing, "hold")
    mailing.note = str(told)[:300]


def _next(mailing: Mailing, after: int) -> list[Any]:
    there = exists(select(Recipient.id).where(Recipient.mailing_id == mailing.id, Recipient.contact_id == Contact.id))
    told = Contact.id, Contact.email, Contact.language, audience.reason(mailing).label("why")
    wanted = audience.meant(mailing).order_by(None).where(Contact.id > after, ~there.correlate(Contact))
    return list(db.session.execute(wanted.with_only_columns(*told).order_by(Contact.id).limit(STEP)))


def _write(mailing: Mailing, people: list[Any]) -> None:
    prints = suppression.fingerprints(one.email or "" for one in people)
    blocked, taken = audience.blocked(prints), _taken(mailing, prints)
    spoken = set(i18n.languages_of(tenancy.tenant()))
    test, now, rows = subject_tests.of(mailing), clock.now(), []
    for one, address in zip(people, prints, strict=True):
        why = one.why or blocked.get(address, "") or ("same_address" if address in taken else "")
        why = "stopped" if not why and mailing.state == "stopped" else why
        if not why:
            taken.add(address)
        arm = subject_tests.arm(mailing, one.id, test.share) if test and not why else ""
        rests = test is not None and not arm and not why and test.decided_at is None
        rows.append({
            "arm": arm, "run_at": subject_tests.NEVER if rests else now,
            "mailing_id": mailing.id, "contact_id": one.id, "state": "skipped" if why else "pending", "reason": why,
            "language": one.language if one.language in spoken else tenancy.tenant().language,
            "email": "" if why else one.email, "address_hmac": address if one.email else "",
        })  # fmt: skip
    if rows:
        db.session.execute(insert(Recipient), rows)


def _taken(mailing: Mailing, prints: list[str]) -> set[str]:
    """Which of these addresses receive this mailing already."""
    mine = (Recipient.mailing_id == mailing.id) & (Recipient.state != "skipped") & Recipient.address_hmac.in_(prints)
    return set(db.session.scalars(select(Recipient.address_hmac).where(mine)))
