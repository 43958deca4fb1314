"""Somebody who sells while a backup is written: tells each order's number only after it was committed."""

import time
from multiprocessing.connection import Connection

from kernel.app import create_app
from kernel.settings import Settings
from tests.shop import racers

PAUSE = 0.02  # at most fifty a second


def sell(line: Connection, known: Settings, tenant_id: int, secrets: list[str]) -> None:
    """Order one cart after the other until asked to stop."""
    app = create_app(known)
    for secret in secrets:
        if line.poll():
            break
        line.send(racers._tried(app, "", tenant_id, racers.place, (secret,)))
        time.sleep(PAUSE)
    line.send("end")
