"""Trouble on demand: the next calls are answered 429 or 500, too late or not at all, before or after their effect."""

import socket
import time
from dataclasses import dataclass
from typing import Any

from shop.gateways.fake import problems
from shop.gateways.fake.store import Books


@dataclass(frozen=True)
class Fault:
    """What goes wrong with a call."""

    does: str  # 429 | 500 | timeout | reset
    moment: str  # before | after the effect
    seconds: int

    def raise_answer(self) -> None:
        """Answer wrongly, when that is what it does."""
        if self.does == "429":
            raise problems.too_many()
        if self.does == "500":
            raise problems.broken()


def plan(books: Books, told: dict[str, Any], account: str) -> None:
    """The next `times` calls (of `calls`: "POST /v1/refunds") go wrong; of every account when none is named."""
    books.sql.execute(
        "INSERT INTO fault (account, calls, does, moment, times, seconds) VALUES (?, ?, ?, ?, ?, ?)",
        (account, told.get("calls", ""), str(told["does"]), told.get("moment", "before"), told.get("times", 1),
         told.get("seconds", 30)),
    )  # fmt: skip


def take(books: Books, call: str) -> Fault | None:
    """The trouble that is due for a call, used up by it."""
    wanted = (
        "SELECT seq, does, moment, seconds FROM fault "
        "WHERE times > 0 AND account IN ('', ?) AND substr(?, 1, length(calls)) = calls ORDER BY seq LIMIT 1"
    )
    found = books.sql.execute(wanted, (books.account, call)).fetchone()
    if found is None:
        return None
    books.sql.execute("UPDATE fault SET times = times - 1 WHERE seq = ?", (found[0],))
    return Fault(found[1], "before" if found[1] == "429" else found[2], found[3])


def silence(fault: Fault, environ: dict[str, Any]) -> None:
    """Let the caller wait, or hang up on it."""
    if fault.does == "timeout":
        time.sleep(fault.seconds)
    wire: socket.socket | None = environ.get("werkzeug.socket")
    if wire is not None and fault.does == "reset":
        wire.shutdown(socket.SHUT_RDWR)
    raise ConnectionResetError("the fake hangs up")
