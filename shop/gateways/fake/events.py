"""Events: what happened, written once with the thing as it was then, and owed to every endpoint that wants it."""

import time

from shop.gateways.fake.store import Books, Thing, shown

VERSION = "2026-10-28.endive"


def emit(books: Books, kind: str, thing: Thing) -> Thing:
    """Write an event about a thing and put it in the way of the endpoints."""
    wanting = [one for one in books.every("webhook_endpoint") if wants(one, kind)]
    event = books.make(
        "event", "evt", type=kind, api_version=VERSION, data={"object": shown(thing)},
        pending_webhooks=len(wanting), request={"id": None, "idempotency_key": None},
    )  # fmt: skip
    for endpoint in wanting:
        owe(books, event["id"], endpoint["id"])
    return event


def owe(books: Books, event: str, endpoint: str) -> None:
    """One more delivery of an event."""
    books.sql.execute(
        "INSERT INTO delivery (account, event, endpoint, due) VALUES (?, ?, ?, ?)",
        (books.account, event, endpoint, int(time.time())),
    )


def wants(endpoint: Thing, kind: str) -> bool:
    """Whether an endpoint asked for that kind of event."""
    asked = endpoint["enabled_events"]
    return endpoint["status"] == "enabled" and ("*" in asked or kind in asked)


def undelivered(books: Books) -> set[str]:
    """Events that an endpoint has not accepted."""
    wanted = "SELECT DISTINCT event FROM delivery WHERE account = ? AND state <> 'done'"
    return {event for (event,) in books.sql.execute(wanted, (books.account,))}


def with_pending(books: Books, event: Thing) -> Thing:
    """An event with how many endpoints have not accepted it."""
    wanted = "SELECT count(DISTINCT endpoint) FROM delivery WHERE event = ? AND state <> 'done'"
    return {**event, "pending_webhooks": books.sql.execute(wanted, (event["id"],)).fetchone()[0]}
