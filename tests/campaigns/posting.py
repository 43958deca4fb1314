"""A post office for tests with real processes: a sink that writes down what it took, and workers that can be killed."""

import contextlib
import os
import random
import signal
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlalchemy import insert, select, update

from bench.stand.servers import free_port, served
from campaigns.mailings import Mailing
from campaigns.recipients import OPEN, Recipient
from crm.consent import Consent
from crm.contacts import Contact
from kernel import clock, signing, suppression
from kernel.db import db
from tests.campaigns import mail_worker
from tests.campaigns.letters import mailing
from tests.shop.racers import SPAWN

WIDTH = 4


@dataclass
class Found:
    """What the sink took beside what the ledger says."""

    lost: set[str] = field(default_factory=set)  # nobody got it, and nobody is told so
    doubled: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)  # shown to the owner
    hidden: set[str] = field(default_factory=set)  # arrived, and the ledger says neither sent nor unknown


def fill(count):
    """A mailing on its way to so many people who allowed it; its id."""
    letter = mailing(state="sending", started_at=clock.now(), gathered_at=clock.now())
    people = [
        {"token": signing.token(), "email": f"p{number}@example.com", "email_norm": f"p{number}@example.com",
         "name": f"P {number}"} for number in range(count)
    ]  # fmt: skip
    db.session.execute(insert(Contact), people)
    rows = db.session.execute(select(Contact.id, Contact.email)).all()
    allowed = [{"contact_id": row.id, "purpose": "marketing", "given": True, "form": "test"} for row in rows]
    db.session.execute(insert(Consent), allowed)
    db.session.execute(insert(Recipient), [
        {"mailing_id": letter.id, "contact_id": row.id, "email": row.email, "token": signing.token(),
         "address_hmac": suppression.fingerprint(row.email)} for row in rows
    ])  # fmt: skip
    found = letter.id
    db.session.commit()
    return found


def change(mailing_id, **values):
    db.session.execute(update(Mailing).where(Mailing.id == mailing_id).values(**values))
    db.session.commit()


def left(mailing_id):
    """How many wait or are under way."""
    rows = db.session.scalars(select(Recipient.id).where(Recipient.mailing_id == mailing_id, Recipient.state.in_(OPEN)))
    count = len(list(rows))
    db.session.commit()
    return count


class Office:
    """A sink and, on this test's database, workers that are born on demand."""

    def __init__(self, stack, app, folder: Path, *, lease=3.0, without="") -> None:
        self.log = folder / "taken"
        self.log.touch()
        port, known = free_port(), app.extensions["plaza.settings"]
        stack.enter_context(served(["bench.stand.sink", str(port), str(self.log), "slow"], port, {}))
        known = replace(known, smtp_url=f"smtp://127.0.0.1:{port}", smtp_connections=WIDTH)
        self.line, theirs = SPAWN.Pipe()
        told = {"lease": lease, "batch": 40, "without": without}
        self.mother = SPAWN.Process(target=mail_worker.live, args=(theirs, known, told), daemon=True)
        self.mother.start()
        self.born: list[int] = []
        stack.callback(self.end)

    def bear(self):
        """Have a worker begin; its process id."""
        self.line.send("one")
        self.born.append(self.line.recv())
        return self.born[-1]

    def kill(self, pid):
        """As when the power goes for that process alone."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)

    def end(self):
        for pid in self.born:
            self.kill(pid)
        self.line.send("")
        self.mother.join(60)

    @property
    def taken(self):
        """How often the sink took the letter of each token."""
        lines = self.log.read_text().rpartition("\n")[0].splitlines()  # the last one may be half written
        return Counter(line.split("\t")[1].strip("<>").partition("@")[0] for line in lines)

    def until(self, condition, seconds=120):
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, "took too long"
            time.sleep(0.02)

    def kills(self, total, count, seed):
        """Let one worker after the other send, each killed somewhere on its way; the last one ends the work."""
        chance = random.Random(seed)
        for number in range(1, count + 1):
            worker = self.bear()
            goal = total * number // (count + 2) + chance.randint(0, 30)
            self.until(lambda goal=goal: self.taken.total() >= goal)
            self.kill(worker)

    def look(self, mailing_id):
        """What arrived beside what the ledger says."""
        rows = db.session.execute(select(Recipient.token, Recipient.state).where(Recipient.mailing_id == mailing_id))
        states, taken = {row.token: row.state for row in rows}, self.taken
        db.session.commit()
        by = {state: {token for token, now in states.items() if now == state} for state in ("sent", "unknown")}
        return Found(
            lost=(set(states) - by["unknown"] - set(taken)) | (by["sent"] - set(taken)),
            doubled={token for token, times in taken.items() if times > 1},
            unknown=by["unknown"],
            hidden=set(taken) - by["sent"] - by["unknown"],
        )
