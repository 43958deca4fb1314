"""Mail workers of the tests' own, forked on demand; told so, they leave out what makes them safe."""

import os
import signal
import threading
import time
from datetime import timedelta

from campaigns import audience, claims, ledger, outcomes, rendering
from kernel import bulk, mail
from kernel.app import create_app

WORDS = "<p>" + "Pan, café y flores para el domingo. " * 20 + "</p>"


def plain(row, _desk):
    """A letter of few words, so that more time goes into sending it."""
    back = f"b+{row.token}@{mail.host()}"
    told = {"Message-ID": f"<{row.token}@{mail.host()}>"}
    return mail.Envelope(
        ("Café", f"c@{mail.host()}"), ("", row.email), "", "Hola", "Hola", WORDS, told, return_path=back
    )


def no_lease():
    """What a dead worker had claimed stays claimed."""
    claims._expire = lambda _now: None


def late_mark():
    """Marked only after it left, as careless senders do: a repetition is not seen."""
    real = outcomes._turned

    def turned(marks):
        over = [told for told in marks if told.state != "sending"]
        time.sleep(0.03 if over else 0)  # careless ones take their time: a kill finds what arrived and is not marked
        return {told.id for told in marks if told not in over} | (real(over) if over else set())

    outcomes._turned = turned


def no_claim():
    """Whoever looks takes, whatever another has taken."""
    late_mark()
    real = bulk.run
    bulk.run = lambda statement, ids, **told: 0 if statement is ledger.CLAIMED else real(statement, ids, **told)


def no_asking():
    """Whoever was once on the list gets the letter."""
    audience.refusals = lambda _rows: {}


def live(line, known, told):
    """Make the application once; every word that comes has a worker born, whose process id is the answer."""
    claims.LEASE, mail.BATCH, mail.PAUSE = timedelta(seconds=told["lease"]), told["batch"], 0.1
    rendering.envelope = plain
    if told["without"]:
        globals()[told["without"]]()
    made = create_app(known)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while line.recv():
        child = os.fork()
        if not child:
            mail.run(made, threading.Event())
        line.send(child)
