"""Racers: real processes, each with an application of its own on the test's database, that begin together."""

import gc
import multiprocessing
import random
from collections.abc import Callable, Sequence
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from kernel import accounts, aside, tenancy
from kernel.app import Plaza, create_app
from kernel.db import db
from kernel.refusal import Refusal
from kernel.settings import Settings
from shop import cancellations, checkout, counters, numbering, orders, pagecache, proofs, stock
from shop import cart as carts
from shop.quotes import Choice, Details
from tests import databases

SPAWN = multiprocessing.get_context("forkserver")  # a clean process that has imported everything once
SPAWN.set_forkserver_preload(["tests.shop.racers", "tests.warm"])
SIZE = 8
Answer = tuple[Any, ...]


class Crew:
    """Eight processes that wait for a race; what each was given, it does in its own order, all at once."""

    def __init__(self, size: int = SIZE) -> None:
        self.gate = SPAWN.Barrier(size)
        pairs = [SPAWN.Pipe() for _ in range(size)]
        self.lines = [mine for mine, _theirs in pairs]
        self.racers = [SPAWN.Process(target=_live, args=(theirs, self.gate), daemon=True) for _mine, theirs in pairs]
        for racer in self.racers:
            racer.start()

    def race(self, world: Any, verb: str, tries: Sequence[tuple[Any, ...]], *, seed: int = 0) -> list[Answer]:
        """Share the tries out, let everybody begin at once, and bring all the answers."""
        shuffled = random.Random(seed).sample(list(tries), len(tries))
        known = world.app.extensions["plaza.settings"]
        db.session.rollback()
        for place, line in enumerate(self.lines):
            line.send((known, world.slug, world.tenant_id, verb, shuffled[place :: len(self.lines)], seed + place))
        found = [line.recv() for line in self.lines]
        db.session.expire_all()
        return [answer for answers in found for answer in answers]

    def end(self) -> None:
        """Let everybody go."""
        for line in self.lines:
            line.send(None)
        for racer in self.racers:
            racer.join(60)


def _live(line: Connection, gate: Any) -> None:
    apps: dict[str, Plaza] = {}
    while (told := line.recv()) is not None:
        known, slug, tenant_id, verb, tries, seed = told
        app = apps.get(known.database_url) or apps.setdefault(known.database_url, _made(known))
        random.seed(seed)
        with app.app_context():
            db.engine.dispose()  # a thread may have asked something since the last race, of another database
            db.session.execute(db.select(tenancy.Tenant.id))  # the connection is there before the start
            db.session.rollback()
        gate.wait(60)
        answers = [_tried(app, slug, tenant_id, _verb(verb), one) for one in tries]
        with app.app_context():
            db.engine.dispose()
        aside.forget()
        pagecache.SHELF.clear()  # the next test has another database
        line.send(answers)


def _made(known: Settings) -> Plaza:
    app = create_app(known)
    databases.keep_templates(app)
    gc.freeze()
    return app


def _verb(name: str) -> Callable[..., Any]:
    """A verb of ours, or `module:verb` of another file of tests."""
    module, _, verb = name.rpartition(":")
    return getattr(import_module(module), verb) if module else VERBS[name]


def _tried(app: Plaza, slug: str, tenant_id: int, verb: Callable[..., Any], told: tuple[Any, ...]) -> Answer:
    try:
        if verb is post:
            return post(app, slug, *told)
        with app.app_context():
            tenancy.enter(tenant_id)
            answer = verb(*told)
            db.session.commit()
            return ("done", answer)
    except Refusal as refusal:
        return ("refused", type(refusal).__name__)
    except Exception as error:
        return ("broke", repr(error)[:400])
    finally:
        with app.app_context():
            db.session.remove()


def browser(app: Plaza, slug: str, cookies: dict[str, str]) -> Any:
    """A browser with those cookies at that shop."""
    client = app.test_client()
    for name, value in cookies.items():
        client.set_cookie(name, value, domain=f"{slug}.plaza.localhost")
    return client


def post(app: Plaza, slug: str, path: str, form: dict[str, str], cookies: dict[str, str]) -> Answer:
    """Send a form through the whole application: (status, where it leads)."""
    where = f"http://{slug}.plaza.localhost:8000"
    answer = browser(app, slug, cookies).post(
        path, base_url=where, data=form, headers={"Sec-Fetch-Site": "same-origin"}
    )
    return answer.status_code, answer.headers.get("Location", "")


def place(secret: str, shipping: str = "retiro", key: str = "", day: Any = None, slot: str = "") -> str:
    """Order a cart through the checkout's verb."""
    cart = carts.found(secret)
    assert cart is not None
    details = Details(email=f"{secret[:12]}@example.com", name="Ana", payment="transfer", language="es")
    return checkout.place(cart, Choice(shipping, day, slot), details, key=key or secret).number


def count(limit: int, variant_id: int, day: Any) -> bool:
    """Take one of a counter."""
    return counters.take(stock.DayTaken, 1, limit, variant_id=variant_id, day=day)


def cancel(number: str) -> None:
    """The buyer calls an order off."""
    cancellations.by_buyer(orders.numbered(number))


def approve(token: str, account_id: int) -> None:
    """Staff approve a proof."""
    proofs.approve(proofs.by_token(token), by=accounts.get(account_id))


def number(code: str) -> str:
    """The next number of a series."""
    return numbering.take(code).rpartition("-")[2]


def either(verb: str, told: tuple[Any, ...]) -> Any:
    """One of several verbs in the same race."""
    return VERBS[verb](*told)


def of(verb: str, tenant_id: int, told: tuple[Any, ...]) -> Any:
    """The verb in that tenant's shop."""
    tenancy.leave()
    tenancy.enter(tenant_id)
    return VERBS[verb](*told)


VERBS: dict[str, Callable[..., Any]] = {
    verb.__name__: verb for verb in (post, place, count, cancel, approve, number, either, of)
}


def order_until_killed(line: Connection, known: Settings, tenant_id: int, secrets: list[str]) -> None:
    """Order one cart after the other and tell each number only after it was committed."""
    app = create_app(known)
    line.send("ready")
    for secret in secrets:
        answer = _tried(app, "", tenant_id, place, (secret,))
        line.send(answer)
    line.send("end")


def instance_of(world: Any) -> Path:
    """Where the world's database file lies."""
    return Path(world.app.extensions["plaza.settings"].instance)
