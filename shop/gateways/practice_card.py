"""The practice card: what is asked of Stripe is answered by our own double inside the house; no money, no card."""

from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request, Response

from kernel import clock, jobs, settings, tenancy, web
from kernel.db import db
from shop import card_events, practice
from shop.card_sessions import CardSession
from shop.gateways import cards
from shop.gateways import stripe as gateway
from shop.gateways.fake import accounts, page, store
from shop.gateways.fake.app import Fake

PATH = "/practice-card"
FILE = "practice-card.db"
SLOW = 45  # seconds that a slow bank takes in a rehearsal
BACK = timedelta(hours=2)  # how far back its events are read; each counts once


@cache
def _kept(path: Path) -> Fake:
    return Fake(path, nameless=True)


def _fake() -> Fake:
    return _kept(settings.current().instance / FILE)


def _place() -> str:
    return f"{web.shop_base(tenancy.tenant())}{PATH}"


def _secret() -> str:
    return cards.access(gateway.PRACTICE).secret


@cache
def _transport() -> Any:
    """How Stripe's library speaks to our double: without a wire."""

    class Direct(gateway.sdk().HTTPClient):  # type: ignore[misc]
        name = "direct"

        def request(
            self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None, **_told: Any
        ) -> tuple[str, int, Mapping[str, str]]:
            """Ask one question."""
            return _answered(method, url, dict(headers or {}), str(post_data or "").encode())

        def close(self) -> None:
            """Nothing is open."""

    return Direct


def _answered(method: str, url: str, told: dict[str, str], body: bytes) -> tuple[str, int, Mapping[str, str]]:
    asked = urlsplit(url)
    _furnish()
    builder = EnvironBuilder(
        asked.path, _place(), asked.query, method=method.upper(), headers=list(told.items()),
        input_stream=BytesIO(body), content_type=told.get("Content-Type"), content_length=len(body),
    )  # fmt: skip
    answer = _fake().answer(Request(builder.get_environ()))
    return answer.get_data(as_text=True), answer.status_code, dict(answer.headers)


def _furnish() -> None:
    """The account is called as the shop, and its slow bank is not too slow for a rehearsal."""
    tenant = tenancy.tenant()
    told = {"name": tenant.name, "country": tenant.country, "default_currency": tenant.currency.lower()}
    with _fake().store.writing(_secret()) as books:
        books.set("delay", str(SLOW))
        accounts.tell(books, told)


def shown(path: str, form: Mapping[str, str] | None = None) -> Response:
    """The page of a session of this shop, or what it answers to a form."""
    builder = EnvironBuilder(path, _place(), method="GET" if form is None else "POST", data=form and dict(form))
    environ = builder.get_environ() | {page.ONLY: store.account_id(_secret())}
    return _fake().answer(Request(environ))


@jobs.job("practice_card.hear")
def hear() -> None:
    """Take what the practice card tells, each event once; come again while its bank thinks."""

    def prepare() -> tuple[gateway.Access, int]:
        return cards.access(gateway.PRACTICE), int((clock.now() - BACK).timestamp())

    def record(_asked: Any, told: list[dict[str, Any]]) -> None:
        for event in told:
            card_events.receive(event, gateway.PRACTICE)
        if _thinking():
            jobs.later("practice_card.hear", at=clock.now() + timedelta(seconds=SLOW), key="practice_card")

    web.outside(prepare, lambda asked: gateway.events(asked[0], asked[1], card_events.KINDS), record)


def _thinking() -> bool:
    wanted = select(CardSession.id).where(CardSession.mode == gateway.PRACTICE, CardSession.state == "processing")
    return db.session.scalar(wanted.limit(1)) is not None


@jobs.job("practice_card.forget")
def forget(until: int) -> None:
    """Drop what the practice card remembers of this shop until a moment."""
    _fake().store.forget(_secret(), until)


def _wiped() -> None:
    jobs.later("practice_card.forget", int(clock.now().timestamp()))


def init_app(_app: Any) -> None:
    """Practice orders are asked of our own double."""
    gateway.practise(lambda: _transport()())
    practice.wiped(_wiped)
