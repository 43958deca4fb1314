"""The page that pays: hosted as Stripe hosts its own, plain that it is practice, and deaf to real card numbers."""

import re
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from shop.gateways.fake import accounts, cards, currencies, sessions
from shop.gateways.fake.cards import BY_CODE, CARDS, Card
from shop.gateways.fake.store import Books, Store, Thing

HERE = Path(__file__).parent
PAGES = Environment(loader=FileSystemLoader(HERE), autoescape=True, trim_blocks=True, lstrip_blocks=True)
WORDS: dict[str, dict[str, Any]] = {
    code: tomllib.loads((HERE / f"{code}.toml").read_text(encoding="utf-8")) for code in ("es", "en")
}
PATH = re.compile(r"/pay/(cs_\w+)")
ONLY = "fake.account"  # in the WSGI environment: the one account whose sessions are shown


def answer(store: Store, request: Request) -> Response:
    """The page of a session, its style, or nothing."""
    if request.path == "/pay.css":
        return Response((HERE / "pay.css").read_bytes(), content_type="text/css; charset=utf-8")
    found = PATH.fullmatch(request.path)
    if found is None or request.method not in {"GET", "HEAD", "POST"}:
        return _nothing()
    with store.writing() as books:
        place = books.anywhere(found.group(1))
        if place is None or request.environ.get(ONLY, place[0].account) != place[0].account:
            return _nothing()
        own = place[0]
        sessions.sweep(own)
        session = sessions.of(own, found.group(1))
        return _post(own, session, request) if request.method == "POST" else _get(own, session, request)


def _nothing() -> Response:
    return Response("404", 404, content_type="text/plain; charset=utf-8")


def _get(books: Books, session: Thing, request: Request) -> Response:
    if session["status"] == "complete":
        return redirect(_back(session), 303)
    return _drawn(books, session, request, asks=session.get("_asks", ""))


def _post(books: Books, session: Thing, request: Request) -> Response:
    """One tap: pay with a card, answer the bank's question, or go back."""
    if session["status"] == "complete":  # tapped twice
        return redirect(_back(session), 303)
    if session["status"] != "open":
        return _drawn(books, session, request, status=410)
    does = request.form.get("do", "")
    if does in {"confirm", "refuse"} and session.get("_asks"):
        asked = BY_CODE[session["_asks"]]
        return _paid(books, session, request, replace(asked, does="pays") if does == "confirm" else asked)
    card = cards.chosen(request.form.get("number", ""), request.form.get("card", ""))
    if card is None:
        return _drawn(books, session, request, wrong="unknown", status=422)
    if card.does == "asks":
        session["_asks"] = card.code
        books.keep(session)
        return redirect(request.url, 303)
    return _paid(books, session, request, card)


def _paid(books: Books, session: Thing, request: Request, card: Card) -> Response:
    session.pop("_asks", None)
    if sessions.pay(books, session, card) == "declined":
        return _drawn(books, session, request, wrong=card.fails, status=402)
    return redirect(_back(session), 303)


def _back(session: Thing) -> str:
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])


def _drawn(books: Books, session: Thing, request: Request, **told: Any) -> Response:
    language = "en" if str(session["locale"] or "es").startswith("en") else "es"
    account = accounts.of(books)
    keeps, total = session["mode"] == "setup", ""
    if not keeps:
        total = currencies.written(session["currency"], session["amount_total"], language, account["country"])
    words, status = WORDS[language], told.pop("status", 200)
    wrong, asks = told.get("wrong", ""), told.get("asks", "")
    body = PAGES.get_template("pay.html").render(
        words=words, language=language, session=session, shop=account["business_profile"]["name"],
        amount=total, root=request.root_path,
        cards=_offered(session), keeps=keeps, wrong=words["wrong"].get(wrong, ""),
        at_number=wrong == "unknown", asks=asks, ended=session["status"] == "expired", lines=session["_lines"],
    )  # fmt: skip
    made = Response(body, status, content_type="text/html; charset=utf-8")
    made.headers["Content-Security-Policy"] = _policy(session)
    made.headers["Cache-Control"] = "no-store"
    return made


def _offered(session: Thing) -> list[Card]:
    kept = session["mode"] == "setup" or bool(session["_intent_data"].get("setup_future_usage"))
    return [card for card in CARDS if card.shown and (kept or not card.kept)]


def _policy(session: Thing) -> str:
    """Nothing but our own style; the form leads to us, and from us back to the shop."""
    shops = {f"{parts.scheme}://{parts.netloc}" for parts in map(urlsplit, filter(None, (session["success_url"],)))}
    return (
        "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action 'self' {' '.join(sorted(shops))}"
    )
