"""The fake Stripe as a process of its own on loopback, and a small hand to steer it: `fake_stripe` in tests."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from werkzeug.serving import make_server

from shop.gateways.fake.__main__ import Quiet

ROOT = Path(__file__).resolve().parents[2]
KEY = "sk_test_plaza0001"
SECRET = "whsec_plaza0001"


class FakeStripe:
    """One tenant's hand on the fake: `FakeStripe(base, key)` for another key."""

    def __init__(self, base: str, key: str = KEY) -> None:
        self.base, self.key = base, key
        self.host = urlsplit(base).netloc

    def _ask(self, method: str, path: str, body: str = "", kind: str = "application/json") -> tuple[int, bytes]:
        wire = HTTPConnection(self.host, timeout=60)
        try:
            told = {"Authorization": f"Bearer {self.key}", "Content-Type": kind}
            wire.request(method, path, body, told)
            answer = wire.getresponse()
            self.location = answer.getheader("Location", "")
            return answer.status, answer.read()
        finally:
            wire.close()

    def control(self, name: str, /, **told: Any) -> Any:
        """Steer: fault, clock, account, endpoint, hold, deliver, drop, delay, pay, resolve, dispute, close…"""
        status, body = self._ask("POST", f"/_control/{name}", json.dumps(told))
        assert status == 200, body
        return json.loads(body)

    def get(self, path: str) -> Any:
        """Ask the API, past every library."""
        status, body = self._ask("GET", path)
        assert status == 200, body
        return json.loads(body)

    def every(self, kind: str) -> list[Any]:
        """All of `refunds`, `payment_intents`, `events`…, the newest first."""
        return list(self.get(f"/v1/{kind}?limit=100")["data"])

    def page(self, url: str, **form: str) -> tuple[int, str, str]:
        """What a browser does on the page that pays: (status, body, where it is sent)."""
        path = urlsplit(url).path
        status, body = self._ask("POST" if form else "GET", path, urlencode(form), "application/x-www-form-urlencoded")
        return status, body.decode(), self.location

    def pay(self, url: str, card: str = "pays") -> str:
        """Pay on the page with a card's code; where the browser is sent."""
        status, _body, location = self.page(url, card=card, do="pay")
        assert status == 303, status
        return location

    def deliver(self, **told: Any) -> list[int]:
        """Bring events now (`events`, `times`, `threads`, `seed`); what the endpoints answered."""
        return list(self.control("deliver", **told)["statuses"])


@contextmanager
def running(*words: str) -> Iterator[str]:
    """The fake as a process; its address."""
    command = [sys.executable, "-m", "shop.gateways.fake", "--port", "0", *words]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait(60)
        process.stdout.close()


@contextmanager
def serving(app: Any) -> Iterator[str]:
    """The application on a real port of this machine, many threads; `host:port`."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="session")
def stripe_base() -> Iterator[str]:
    """The address of one fake for all tests of a process; each test takes a key of its own."""
    with running() as base:
        yield base


@pytest.fixture
def fake_stripe(stripe_base: str, request: pytest.FixtureRequest) -> FakeStripe:
    """The fake with an account of this test's own."""
    name = "".join(sign for sign in request.node.nodeid if sign.isalnum())[-60:]
    return FakeStripe(stripe_base, f"sk_test_{name}")
