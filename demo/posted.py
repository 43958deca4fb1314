"""Letters that demo shops sent in past weeks, by the verbs that send them: who opened one, who followed a link, and
whose came back from a full mailbox. The post itself is left out: no mail server is asked, each letter arrives.
"""

import random
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from sqlalchemy import select

from campaigns import bounces, gathering, links, scheduling, tracking
from campaigns.bounce_kinds import Bounce
from campaigns.mailings import Mailing
from campaigns.recipients import Recipient
from campaigns.verdicts import Look
from demo import mailings, world
from demo.world import Told
from kernel import clock, jobs, tenancy
from kernel.accounts import Account
from kernel.db import db

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
SETTLED = timedelta(days=3)  # after it nobody opens the letter any more
AGENTS = (
    "Mozilla/5.0 (Linux; Android 13; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:125.0) Gecko/20100101 Thunderbird/125.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 Version/17.4 Mobile/15E148 Safari/604",
)
FULL = "452 4.2.2 The recipient's inbox is out of storage space."


@cache
def _told() -> Any:
    return yaml.load((world.HERE / "posted.yaml").read_bytes(), world.QUICK)


def write(shop: Told, by: Account) -> None:
    """Send a shop's letters of the past, the oldest first; of the first one a letter comes back."""
    for number, told in enumerate(_told().get(world.slug(shop), ())):
        made, at = _sent(shop, told, by)
        _became(made, at, random.Random(f"{world.slug(shop)} {told['code']}"), first=not number)


def _sent(shop: Told, told: Told, by: Account) -> tuple[Mailing, datetime]:
    zone = tenancy.tenant().timezone
    at = datetime.combine(clock.today(zone) - timedelta(days=told["days"]), time(9), ZoneInfo(zone))
    with clock.at(at - HOUR):
        made = mailings.letter(shop, told, by, kind="campaign")
        scheduling.await_hour(made, at, by=by)
    with clock.at(at):
        scheduling.start(made.id)
        gathering.step(made.id, 0)
        for row in _mine(made, "pending"):
            row.state, row.sent_at, row.answer = "sent", at + MINUTE, "250 2.0.0 OK"
        db.session.flush()
    with clock.at(at + 2 * MINUTE):
        scheduling.conclude(made.id)
    jobs.forget("campaigns.start", f"{made.id}:{at.timestamp()}")  # what was waited for is done
    jobs.forget("campaigns.gather", f"{made.id}:0:{at.timestamp():.0f}")
    jobs.forget("campaigns.conclude", f"{made.id}:{(at + scheduling.LOOK).timestamp()}")
    return made, at


def _mine(made: Mailing, state: str) -> Sequence[Recipient]:
    mine = Recipient.mailing_id == made.id, Recipient.state == state
    return db.session.scalars(select(Recipient).where(*mine).order_by(Recipient.id)).all()


def _became(made: Mailing, at: datetime, die: random.Random, *, first: bool) -> None:
    rows = list(_mine(made, "sent"))
    if first:
        rows.remove(lost := die.choice(rows))
        with clock.at(at + 2 * MINUTE):
            bounces.note(lost, Bounce("soft", FULL, "4.2.2"))
    tracking.write([(row.id, asdict(look)) for place, row in enumerate(rows) for look in _looks(made, at, die, place)])
    with clock.at(at + SETTLED):
        while tracking.settle():
            pass


def _looks(made: Mailing, at: datetime, die: random.Random, place: int) -> list[Look]:
    """What one of them asked of us: two of three the letter's picture, half of these a link too."""
    if place % 3 == 2:
        return []
    agent, ip = die.choice(AGENTS), f"198.51.100.{die.randint(1, 250)}"
    opened = at + MINUTE * die.randint(4, 40 * 60)
    found = [Look(opened, agent, ip)]
    if not place % 3:
        found += [Look(opened + MINUTE, agent, ip, link=one.number) for one in links.of(made)[:1]]
    return found
