"""What is done in worker processes of the tests' own before they take in a file of products: they die, or read near by."""

import os
import signal

from kernel import reaching
from kernel.db import db
from shop.import_steps import STEPS

AT = 2  # the part at which they die


def near():
    """Have our own loopback be read."""
    reaching.reachable = lambda ip, _port: str(ip) == "127.0.0.1"


def dying(*, early=False):
    """Die when a part is written and not yet marked as done; `early`: what was written is kept, as careless steps do."""
    real = STEPS.take

    def take(row, part):
        outcomes = real(row, part)
        if part.number == AT:
            db.session.flush()
            if early:
                db.session.commit()
            os.kill(os.getpid(), signal.SIGKILL)
        return outcomes

    STEPS.take = take


def dying_early():
    """Die between two transactions, where there should be one."""
    dying(early=True)
