"""The fake as a WSGI application: the API, the page that pays, and the control of tests."""

import json
import re
import secrets
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from werkzeug.wrappers import Request, Response

from shop.gateways.fake import accounts, api, control, faults, idempotency, page, params, problems, sessions
from shop.gateways.fake.courier import Courier
from shop.gateways.fake.problems import Problem
from shop.gateways.fake.store import Books, Store

KEY = re.compile(r"(sk|rk)_(test|live)_\w{6,}")
CHANGES = {"POST", "DELETE"}


class Fake:
    """Stripe, as far as we use it; `controlled` opens `/_control/…` to whoever reaches it; `nameless` keeps nobody."""

    def __init__(self, path: Path, *, controlled: bool = False, nameless: bool = False) -> None:
        self.store = Store(path)
        self.controlled, self.nameless = controlled, nameless
        self.courier = Courier(self.store)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        return self.answer(Request(environ))(environ, start_response)

    def answer(self, request: Request) -> Response:
        """The API, the page or the control."""
        if request.path.startswith("/v1/"):
            return self._api(request)
        if request.path.startswith("/_control/") and self.controlled:
            return control.answer(self, request)
        return page.answer(self.store, request)

    def _api(self, request: Request) -> Response:
        try:
            secret = _secret(request)
            told = params.read(
                request.query_string.decode() if request.method == "GET" else request.get_data(as_text=True)
            )  # fmt: skip
            if self.nameless:
                told.pop("customer_email", None)
            call = api.Call(request.method, request.path, told, request.root_url.rstrip("/"))
            with self.store.writing(secret) as books:
                fault = faults.take(books, f"{call.method} {call.path}")
                if accounts.revoked(books):
                    raise problems.no_key(secret)
            if fault and fault.moment == "before" and fault.does in {"timeout", "reset"}:
                faults.silence(fault, request.environ)
            with self.store.writing(secret) as books:
                key = request.headers.get("Idempotency-Key", "") if call.method in CHANGES else ""
                status, body, again = _once(books, call, key, fault)
        except Problem as problem:
            return _shown(problem.status, json.dumps(problem.body), again=False)
        if fault and fault.does in {"timeout", "reset"}:
            faults.silence(fault, request.environ)
        return _shown(status, body, again=again)


def _secret(request: Request) -> str:
    given = request.authorization
    secret = (given.token or given.username or "") if given else ""
    if not KEY.fullmatch(secret):
        raise problems.no_key(secret)
    return secret


def _once(books: Books, call: api.Call, key: str, fault: faults.Fault | None) -> tuple[int, str, bool]:
    """(status, body, whether it is an answer given before)."""
    wanted = idempotency.asked(call.method, call.path, call.params)
    before = idempotency.known(books, key, wanted) if key else None
    if before:
        return *before, True
    status, body = _done(books, call, fault)
    if key:
        idempotency.remember(books, key, wanted, (status, body))
    return status, body, False


def _done(books: Books, call: api.Call, fault: faults.Fault | None) -> tuple[int, str]:
    """The answer of a call; a problem is an answer too when the call had begun to work."""
    try:
        if fault and fault.moment == "before":
            fault.raise_answer()
        sessions.sweep(books)
        done = api.answer(books, call)
        if fault:
            fault.raise_answer()
    except Problem as problem:
        if not problem.kept:
            raise
        return problem.status, json.dumps(problem.body)
    return 200, json.dumps(done)


def _shown(status: int, body: str, *, again: bool) -> Response:
    made = Response(body, status, content_type="application/json")
    made.headers["Request-Id"] = f"req_{secrets.token_hex(7)}"
    made.headers["Stripe-Version"] = "2026-10-28.endive"
    if again:
        made.headers["Idempotent-Replayed"] = "true"
    return made
