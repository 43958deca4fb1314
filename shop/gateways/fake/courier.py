"""The courier: brings signed events to the endpoints, again until they are accepted."""

import json
import threading
import time
from http.client import HTTPConnection, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from shop.gateways.fake import endpoints
from shop.gateways.fake.store import Books, Store, Thing, shown

PATIENCE = 30
WAITS = (1, 2, 5, 15, 60, 600, 3600)  # seconds before each further try; Stripe's own last three days


class Courier:
    """Brings what is owed; started only where the fake runs by itself."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.ended = threading.Event()

    def start(self) -> None:
        """Bring events in the background."""
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while not self.ended.wait(0.1):
            while self.round():
                pass

    def round(self) -> bool:
        """Bring the oldest delivery that is due; whether there was one."""
        with self.store.writing() as books:
            found = _claim(books)
        if found is None:
            return False
        seq, account, event, endpoint = found
        status = self.bring(account, event, endpoint)
        with self.store.writing() as books:
            _note(books, seq, status)
        return True

    def bring(self, account: str, event_id: str, endpoint_id: str) -> int:
        """Bring one event to one endpoint now; the status that it answered, 0 when it did not."""
        with self.store.writing() as books:
            own = books.of(account)
            event, endpoint = own.find("event", event_id), own.find("webhook_endpoint", endpoint_id)
        if event is None or endpoint is None:
            return 410
        body = json.dumps(shown(event), indent=2).encode()
        return post(endpoint, body, {"Stripe-Signature": endpoints.signed(endpoint["_secret"], body, int(time.time()))})


CLAIM = """SELECT seq, account, event, endpoint FROM delivery WHERE state = 'pending' AND due <= ? AND NOT EXISTS (
  SELECT 1 FROM setting s WHERE s.account = delivery.account AND s.name = 'held' AND s.value <> '')
ORDER BY due, seq LIMIT 1"""


def _claim(books: Books) -> Any:
    now = int(time.time())
    found = books.sql.execute(CLAIM, (now,)).fetchone()
    if found:
        later = now + PATIENCE + 5  # another process leaves it alone meanwhile
        books.sql.execute("UPDATE delivery SET due = ? WHERE seq = ?", (later, found[0]))
    return found


def _note(books: Books, seq: int, status: int) -> None:
    tries = books.sql.execute("SELECT tries FROM delivery WHERE seq = ?", (seq,)).fetchone()[0]
    state = "done" if 200 <= status < 300 else "failed" if tries >= len(WAITS) else "pending"
    due = int(time.time()) + WAITS[min(tries, len(WAITS) - 1)]
    books.sql.execute(
        "UPDATE delivery SET state = ?, tries = tries + 1, due = ?, answer = ? WHERE seq = ?",
        (state, due, status, seq),
    )


def post(endpoint: Thing, body: bytes, headers: dict[str, str]) -> int:
    """Send a body to an endpoint; `_connect` is where its host is reached, when names do not say."""
    parts = urlsplit(endpoint["url"])
    host = "127.0.0.1" if (parts.hostname or "").endswith("localhost") else parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    if endpoint["_connect"]:
        host, _, given = endpoint["_connect"].partition(":")
        port = int(given)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    wire = kind(host, port, timeout=PATIENCE)
    told = {"Host": parts.netloc, "Content-Type": "application/json; charset=utf-8", "User-Agent": "Stripe/1.0"}
    try:
        wire.request("POST", parts.path or "/", body, {**told, **headers})
        return wire.getresponse().status
    except OSError:
        return 0
    finally:
        wire.close()
