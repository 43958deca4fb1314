"""Gift cards for shoppers: what is left on a code, and the card itself, to look at, print and hand on."""

from typing import Any

from flask import Response, g, render_template, request

from kernel import files, limits, pdf, phones, tenancy, web
from kernel.db import db
from kernel.i18n import _, pick
from kernel.refusal import Missing
from shop import catalog, gift_cards, gift_letters, papers, receipts, store_credit
from shop.gift_cards import GiftCard
from shop.views import store

TRIES = "10/minute;30/hour"  # from one network: codes are not to be guessed


@store.get("/gift-card", endpoint="gift_card_balance")
def ask() -> Any:
    """The field for a code; who is logged in also sees their store credit."""
    return _page()


@store.post("/gift-card", endpoint="gift_card_check")
def check() -> Any:
    """What is left on a code."""
    limits.check("code", f"{tenancy.current()}:{limits.network(request.remote_addr)}", TRIES)
    typed = request.form.get("code", "")[:80]
    with web.reading():
        card = gift_cards.by_code(typed)
        if card is None:
            wrong = _("We do not know this code. It has sixteen letters and numbers, in four groups.")
            return _page(typed=typed, wrong=wrong, status=422)
        return _page(told=_told(card), state=card.state)


def _page(*, status: int = 200, **told: Any) -> Response:
    credit = store_credit.of(g.get("contact"))
    shown = receipts.shown(credit.balance) if credit and credit.balance_minor else ""
    return _private(render_template("shop/gift_cards/balance.html", **{"typed": "", **told}, credit=shown), status)


@store.get("/gift-card/<secret>", endpoint="gift_card")
def show(secret: str) -> Any:
    """The card of who holds its address."""
    card = _held(secret)
    address = gift_letters.address(card)
    text = _(
        "A gift card of %(shop)s for you: %(amount)s", shop=tenancy.tenant().name, amount=receipts.shown(card.face)
    )
    return _private(render_template(
        "shop/gift_cards/card.html", card=card, told=_told(card), code=gift_cards.code(card), picture=picture(card),
        address=address, whatsapp=phones.whatsapp(f"{text}\n{address}"), secret=secret,
    ))  # fmt: skip


@store.get("/gift-card/<secret>/card.pdf", endpoint="gift_card_paper")
def paper(secret: str) -> Any:
    """The card to print; where no PDF can be made, the page to print."""
    card = _held(secret)
    data = papers.card(card, code=gift_cards.code(card), told=_told(card), picture=_drawn(card))
    with papers.spoken(card.language):
        if not pdf.available():
            return _private(render_template("pdf/gift_card.html", **data, printable=True))
        made = _private(pdf.render("pdf/gift_card.html", **data))
    made.mimetype = "application/pdf"
    made.headers["Content-Disposition"] = f'inline; filename="{card.last4}.pdf"'
    return made


def _held(secret: str) -> GiftCard:
    card = gift_letters.by_secret(secret)
    if card is None:
        raise Missing()
    return card


def _told(card: GiftCard) -> dict[str, str]:
    """A card in words for its holder."""
    return {**gift_letters.told(card), "state": card.state}


def picture(card: GiftCard) -> files.File | None:
    """The drawing that the card wears: its product's."""
    product = db.session.get(catalog.Product, card.product_id) if card.product_id else None
    return db.session.get(files.File, product.picture_id) if product and product.picture_id else None


def _drawn(card: GiftCard) -> bytes:
    found = picture(card)
    return files.read(found) if found else b""


def _private(page: Any, status: int = 200) -> Response:
    answer = Response(page, status)
    answer.headers["Cache-Control"], answer.headers["Referrer-Policy"] = "private, no-store", "same-origin"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def of_order(order: Any) -> list[dict[str, Any]]:
    """The cards that an order bought, as its page lists them."""
    product = {line.id: pick(line.name) for line in order.lines}
    return [
        {
            "url": gift_letters.address(card), "name": product.get(card.line_id or 0, ""), **_told(card),
            "email": card.email, "sent": receipts.day_and_time(card.sent_at) if card.sent_at else "",
            "on": gift_letters.day(card),
        }
        for card in gift_cards.of_order(order) if card.voided_at is None
    ]  # fmt: skip
