"""The endpoints of the API: which call goes where, with the words that it was given."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from shop.gateways.fake import accounts, endpoints, events, lists, params, refunds, sessions, wallets
from shop.gateways.fake.problems import Problem, no_such
from shop.gateways.fake.store import Books, Thing, shown

KINDS = {
    "checkout/sessions": "checkout.session", "payment_intents": "payment_intent", "charges": "charge",
    "refunds": "refund", "disputes": "dispute", "events": "event", "webhook_endpoints": "webhook_endpoint",
    "customers": "customer", "payment_methods": "payment_method", "setup_intents": "setup_intent",
}  # fmt: skip
PATH = re.compile(rf"/v1/({'|'.join(KINDS)})(?:/([\w-]+))?(?:/(\w+))?")


@dataclass(frozen=True)
class Call:
    """One call of the API."""

    method: str
    path: str
    params: dict[str, Any]
    place: str  # where the fake itself is reached


def answer(books: Books, call: Call) -> Thing:
    """Do what a call asks."""
    if call.path == "/v1/account" and call.method == "GET":
        return accounts.of(books)
    found = PATH.fullmatch(call.path)
    if found is None:
        raise _unknown(call)
    path, known_as, act = found.groups()
    kind = KINDS[path]
    if call.method == "GET" and act is None:
        if known_as is None:
            return lists.page(books, kind, call.params, call.path)
        return _one(books, kind, known_as, call)
    doing = ACTS.get((call.method, path, act or ("one" if known_as else "")))
    if doing is None:
        raise _unknown(call)
    return shown(doing(books, known_as or "", call))


def _unknown(call: Call) -> Problem:
    return Problem(404, "invalid_request_error", f"Unrecognized request URL ({call.method}: {call.path}).")


def _one(books: Books, kind: str, known_as: str, call: Call) -> Thing:
    params.only(call.params, {"expand"})
    found = books.find(kind, known_as)
    if found is None:
        raise no_such(kind, known_as)
    if kind == "event":
        found = events.with_pending(books, found)
    return lists.expanded(books, found, call.params.get("expand") or [])


def _create_session(books: Books, _known_as: str, call: Call) -> Thing:
    made = sessions.create(books, call.params, call.place)
    return lists.expanded(books, made, call.params.get("expand") or [])


def _expire_session(books: Books, known_as: str, _call: Call) -> Thing:
    return sessions.expire(books, sessions.of(books, known_as))


def _create_refund(books: Books, _known_as: str, call: Call) -> Thing:
    made = refunds.create(books, call.params)
    return lists.expanded(books, made, call.params.get("expand") or [])


def _charge(books: Books, _known_as: str, call: Call) -> Thing:
    return wallets.charge(books, call.params)


def _detach(books: Books, known_as: str, _call: Call) -> Thing:
    return wallets.detach(books, known_as)


def _drop_customer(books: Books, known_as: str, _call: Call) -> Thing:
    return wallets.drop(books, known_as)


def _create_endpoint(books: Books, _known_as: str, call: Call) -> Thing:
    return endpoints.create(books, call.params)


def _change_endpoint(books: Books, known_as: str, call: Call) -> Thing:
    return endpoints.change(books, endpoints.of(books, known_as), call.params)


def _drop_endpoint(books: Books, known_as: str, _call: Call) -> Thing:
    books.drop(endpoints.of(books, known_as))
    return {"id": known_as, "object": "webhook_endpoint", "deleted": True}


ACTS: dict[tuple[str, str, str], Callable[[Books, str, Call], Thing]] = {
    ("POST", "checkout/sessions", ""): _create_session,
    ("POST", "checkout/sessions", "expire"): _expire_session,
    ("POST", "refunds", ""): _create_refund,
    ("POST", "payment_intents", ""): _charge,
    ("POST", "payment_methods", "detach"): _detach,
    ("DELETE", "customers", "one"): _drop_customer,
    ("POST", "webhook_endpoints", ""): _create_endpoint,
    ("POST", "webhook_endpoints", "one"): _change_endpoint,
    ("DELETE", "webhook_endpoints", "one"): _drop_endpoint,
}
