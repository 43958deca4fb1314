"""The cart's page: look at it, change it, hand it on, rebuild a shared one."""

from collections.abc import Sequence
from typing import Any

from flask import Flask, flash, g, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm.attributes import set_committed_value

from kernel import holes, i18n, origins, templating, web
from kernel.db import db
from kernel.i18n import _
from kernel.refusal import Missing, Refusal
from shop import cart as carts
from shop import holidays, quotes, sharing, shown, stock, variants, vouchers, wants
from shop.catalog import Product
from shop.pricing import PriceBreak
from shop.variants import Variant
from shop.views import cart_page, product, store, visitor

COOKIE = "cart"


def init_app(_app: Flask) -> None:
    """Fill the hole of the header that shows how much is in the cart."""
    holes.define("cart", badge)


def badge() -> str:
    """How much is in the cart, when something is."""
    units, part = count(), "_parts/hole_cart.html"
    return render_template(part, count=units) if units else templating.once(part)


def token() -> str:
    """The secret of this browser's cart, or ''."""
    return origins.cookie(COOKIE)


def current() -> carts.Cart | None:
    """This browser's cart, or None."""
    return carts.found(token())


def count() -> int:
    """How many units are in this browser's cart."""
    return carts.count(current()) if token() else 0


@store.get("/cart")
def cart() -> Any:
    """What is in the cart, what changed, what it costs with each way of delivery."""
    return cart_page.answer(current())


@store.post("/cart/lines")
def cart_add() -> Any:
    """Put something in."""
    holidays.refuse()
    (variant, lower), asked = _chosen(), request.form.get("quantity", "1")
    try:
        wants.timeless(variant.product)
    except wants.NeedsTime as first:
        flash(str(first), "error")
        return redirect(url_for("shop.product", slug=variant.product.slug), 303)
    said = {name[5:]: value for name, value in request.form.items() if name.startswith("text-")}
    units, (mine, secret) = wants.quantity(asked), own()
    begun = secret != token()
    try:
        carts.add(mine, variant, units, texts=said, group=visitor.group(), begun=begun, lower=lower)
    except (vouchers.BadWish, wants.TextMissing, stock.SoldOut, wants.BadQuantity) as wrong:
        if web.wants_json():
            raise
        return _again(variant, wrong)
    flash(_("%(item)s is in your cart.", item=i18n.pick(variant.product.name)), "message")
    if "back" not in request.form:  # an undo tells nothing new of what they like
        visitor.added(variant.product)
    answer: Any = redirect(web.local(request.form.get("next"), url_for("shop.cart")), 303)
    origins.set_cookie(answer, COOKIE, secret, days=carts.DAYS)
    return answer


def _again(variant: Variant, wrong: Refusal) -> Any:
    """The product's page once more, told what is wrong; what was written stays, that beside it."""
    db.session.rollback()
    g.chosen = variant.sku
    if isinstance(wrong, vouchers.BadWish | wants.TextMissing):
        g.wrong = {f"text-{wrong.field}": str(wrong)}
    else:
        flash(str(wrong), "error")
    made = make_response(product.show(variant.product), wrong.status)
    made.headers["Cache-Control"] = "private, no-store"
    return made


@store.post("/cart/lines/<line>")
def cart_change(line: str) -> Any:
    """Change how many, or take a line out (`remove`)."""
    mine = current()
    row = carts.line(mine, line)
    assert mine is not None
    if "remove" in request.form:
        return _take_out(mine, row)
    asked = request.form.get("quantity", "")
    try:
        carts.change(mine, row, wants.quantity(asked), group=visitor.group())
    except Refusal as refusal:
        db.session.rollback()
        return cart_page.answer(current(), status=refusal.status, trouble=str(refusal), typed={line: asked})
    return _to_cart()


def _take_out(mine: carts.Cart, row: carts.CartLine) -> Any:
    """Out, with a way back that says the same again; of a booking there is none: its time is free for others."""
    variant, booked = row.variant, row.booking_id is not None
    carts.remove(mine, row)
    told = _("%(item)s is no longer in your cart.", item=cart_page.named(variant))
    if booked:
        flash(told, "message")
    else:
        said = {f"text-{code}": text for code, text in row.texts.items()}
        web.undo(told, ".cart_add", fields={"sku": variant.sku, "quantity": row.quantity, "back": "1", **said})
    return _to_cart()


@store.post("/cart/notices")
def cart_seen() -> Any:
    """The buyer has read what changed."""
    mine = current()
    if mine:
        carts.acknowledge(mine, visitor.group())
    return _to_cart()


@store.get("/cart/shared/<secret>")
def cart_shared(secret: str) -> Any:
    """A cart that somebody handed on; a button takes it over."""
    basket = quotes.price(carts.linked(secret), visitor.group())
    return render_template("shop/cart/shared.html", basket=basket, lines=cart_page.lines(basket), secret=secret)


@store.post("/cart/shared/<secret>")
def cart_take(secret: str) -> Any:
    """Put a shared cart's things into this browser's cart, as far as they last."""
    holidays.refuse()
    wanted = carts.linked(secret)
    mine, secret = own()
    for want in wanted:
        take(mine, want)
    answer = _to_cart()
    origins.set_cookie(answer, COOKIE, secret, days=carts.DAYS)
    return answer


def take(mine: carts.Cart, want: quotes.Wanted) -> bool:
    """Put it in as far as it lasts; whether it went in: why not is said."""
    left = stock.left(want.variant)
    units = min(want.quantity, left) if left else want.quantity  # of what is sold out all is asked for, and refused
    try:
        carts.add(mine, want.variant, units, texts=want.texts, group=visitor.group())
    except Refusal as refusal:
        flash(str(refusal), "error")
        return False
    return True


def own() -> tuple[carts.Cart, str]:
    """This browser's cart and its secret, begun when there was none; it is about to be filled by who is here."""
    found, browser = current(), visitor.allowing()
    if found is None:
        return carts.begin(g.get("contact"), browser)
    found.visitor_id = browser.id if browser else None
    return found, token()


def _chosen() -> tuple[Variant, Sequence[PriceBreak] | None]:
    """What is put in; () when nothing makes it cheaper, None where nobody asked yet."""
    sku, slug = request.form.get("sku", ""), request.form.get("product", "")
    if sku:
        found, named = variants.by_sku(sku), None
    else:
        named = shown.slugged(slug)
        found = _variant(named.product) if named else None
    if found is None:
        raise Missing(_("That product is not here any more."))
    return found, () if named and not named.stepped else None


def _variant(product: Product) -> Variant:
    options = {name[7:]: value for name, value in request.form.items() if name.startswith("option-")}
    found = variants.chosen([one for one in product.variants if one.active], options)
    if found is None:
        raise Refusal(_("Choose one of the options first."))
    set_committed_value(found, "product", product)
    return found


def _to_cart() -> Any:
    return redirect(url_for("shop.cart"), 303)


__all__ = ["cart", "count", "current", "sharing", "token"]
