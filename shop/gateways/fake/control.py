"""The control of tests: trouble, time, disputes, and events brought twice, late, disordered or not at all."""

import json
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Request, Response

from shop.gateways.fake import accounts, disputes, endpoints, events, faults, refunds, sessions, wallets
from shop.gateways.fake.cards import BY_CODE
from shop.gateways.fake.problems import Problem
from shop.gateways.fake.store import Books, Thing, account_id, shown

if TYPE_CHECKING:
    from shop.gateways.fake.app import Fake

Told = dict[str, Any]


def answer(fake: "Fake", request: Request) -> Response:
    """Do what a test asks; its key says whose account."""
    told = json.loads(request.get_data() or b"{}")
    name, given = request.path.removeprefix("/_control/"), request.authorization
    secret = (given.token or "") if given else ""
    try:
        if name == "deliver":
            done = _deliver(fake, secret, told)
        else:
            with fake.store.writing(secret) as books:
                done = DOES[name](books, told)
    except (Problem, KeyError) as error:
        body = error.body if isinstance(error, Problem) else {"error": {"message": f"no such control: {error}"}}
        return Response(json.dumps(body), 400, content_type="application/json")
    return Response(json.dumps(done), content_type="application/json")


def _deliver(fake: "Fake", secret: str, told: Told) -> Told:
    """Bring these events (all, when none are named) `times` times, shuffled by `seed`, by `threads` at once."""
    with fake.store.writing(secret) as books:
        known = told.get("events") or [one["id"] for one in reversed(books.every("event"))]
        at = [one["id"] for one in books.every("webhook_endpoint")]
    wanted = [(event, endpoint) for event in known for endpoint in at] * int(told.get("times", 1))
    if "seed" in told:
        random.Random(told["seed"]).shuffle(wanted)
    account = account_id(secret)
    with ThreadPoolExecutor(int(told.get("threads", 1))) as pool:
        statuses = list(pool.map(lambda pair: fake.courier.bring(account, *pair), wanted))
    with fake.store.writing(secret) as books:
        for (event, endpoint), status in zip(wanted, statuses, strict=True):
            if 200 <= status < 300:
                done = "UPDATE delivery SET state = 'done', answer = ? WHERE event = ? AND endpoint = ?"
                books.sql.execute(done, (status, event, endpoint))
    return {"statuses": statuses}


def _hold(books: Books, told: Told) -> Told:
    """Bring nothing by yourself until it is let go."""
    books.set("held", "yes" if told.get("held", True) else "")
    return {}


def _drop(books: Books, told: Told) -> Told:
    """These events never arrive (all that are owed, when none are named)."""
    for event in told.get("events") or sorted(events.undelivered(books)):
        books.sql.execute("UPDATE delivery SET state = 'failed' WHERE event = ?", (event,))
    return {}


def _delay(books: Books, told: Told) -> Told:
    """What is owed arrives later."""
    books.sql.execute("UPDATE delivery SET due = due + ? WHERE state = 'pending'", (int(told["seconds"]),))
    return {}


def _clock(books: Books, told: Told) -> Told:
    """Put the clock forward; what time brings, happens."""
    books.set("ahead", str(int(books.setting("ahead") or 0) + int(told["advance"])))
    sessions.sweep(books)
    return {"now": books.now()}


def _fault(books: Books, told: Told) -> Told:
    faults.plan(books, told, books.account)
    return {}


def _account(books: Books, told: Told) -> Told:
    return accounts.tell(books, told)


def _endpoint(books: Books, told: Told) -> Told:
    """An endpoint with a secret of the caller's choice; `connect` is where its host is reached."""
    made = endpoints.create(books, {"url": told["url"], "enabled_events": told.get("enabled_events", ["*"])})
    secret = told.get("secret") or made["_secret"]
    made |= {"_secret": secret, "_connect": told.get("connect", "")}
    made.pop("secret")
    books.keep(made)
    return {**shown(made), "secret": secret}


def _pay(books: Books, told: Told) -> Told:
    """What the page does with a card's code, without the page."""
    session = sessions.of(books, told["session"])
    return {"outcome": sessions.pay(books, session, BY_CODE[told.get("card", "pays")])}


def _resolve(books: Books, told: Told) -> Told:
    """The bank answers now: succeed or fail."""
    intent = books.find("payment_intent", told["payment_intent"])
    sessions.resolve(books, intent or {}, told.get("to", ""))
    return {}


def _dispute(books: Books, told: Told) -> Told:
    charge = _found(books, "charge", told["charge"])
    return shown(disputes.open(books, charge, told.get("reason", "fraudulent")))


def _close(books: Books, told: Told) -> Told:
    return shown(disputes.close(books, _found(books, "dispute", told["dispute"]), told["status"]))


def _refund_fails(books: Books, told: Told) -> Told:
    return shown(refunds.fail(books, _found(books, "refund", told["refund"])))


def _setting(books: Books, told: Told) -> Told:
    """`delay`: after how many seconds a slow bank answers."""
    for name, value in told.items():
        books.set(name, str(value))
    return {}


def _turn(books: Books, told: Told) -> Told:
    """Kept cards do what another one does, or expire at another time: `card`, `exp_month`, `exp_year`."""
    wallets.turn(books, told.pop("card", ""), **told)
    return {}


def _deliveries(books: Books, _told: Told) -> Told:
    """What is owed and what was brought."""
    wanted = "SELECT event, endpoint, state, tries, answer FROM delivery WHERE account = ? ORDER BY seq"
    names = ("event", "endpoint", "state", "tries", "answer")
    return {"data": [dict(zip(names, row, strict=True)) for row in books.sql.execute(wanted, (books.account,))]}


def _found(books: Books, kind: str, known_as: str) -> Thing:
    found = books.find(kind, known_as)
    if found is None:
        raise KeyError(known_as)
    return found


DOES: dict[str, Callable[[Books, Told], Told]] = {
    "account": _account, "clock": _clock, "close": _close, "delay": _delay, "deliveries": _deliveries,
    "dispute": _dispute, "drop": _drop, "endpoint": _endpoint, "fault": _fault, "hold": _hold, "pay": _pay,
    "refund_fails": _refund_fails, "resolve": _resolve, "setting": _setting, "turn": _turn,
}  # fmt: skip
