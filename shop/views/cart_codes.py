"""The field of codes in cart and checkout: what was written, what it brings, or why it brings nothing."""

from typing import Any

from flask import g, redirect, request, url_for

from kernel import limits, origins, tenancy
from kernel.db import db
from kernel.refusal import Refusal
from shop import cart as carts
from shop import codes
from shop.cart import Cart
from shop.views import cart as cart_views
from shop.views import cart_page, checkout_page, store

TRIES = "30/hour"  # from one network: codes are not to be guessed


@store.post("/cart/codes")
def cart_code() -> Any:
    """Keep a code with the cart, or take one out (`drop`); asked from the checkout, answer with the checkout."""
    if not request.form.get("drop"):  # first of all: each count is a transaction of its own
        limits.check("code", f"{tenancy.current()}:{limits.network(request.remote_addr)}", TRIES)
    mine, secret = _mine()
    typed, trouble = request.form.get("code", "")[:80], ""
    if request.form.get("drop"):
        codes.drop(mine, request.form["drop"])
    else:
        try:
            codes.enter(mine, typed)
            typed = ""
        except Refusal as refusal:
            trouble = str(refusal)
            db.session.rollback()
    answer = _answer(trouble, typed)
    if not trouble:
        origins.set_cookie(answer, cart_views.COOKIE, secret, days=carts.DAYS)
    return answer


def _mine() -> tuple[Cart, str]:
    found = cart_views.current()
    return (found, cart_views.token()) if found else carts.begin(g.get("contact"))


def _answer(trouble: str, typed: str) -> Any:
    status = 422 if trouble else 200
    if "key" in request.form:  # the checkout's form: everything that was typed there stays
        told = {**request.form.to_dict(), "code": typed}
        return checkout_page.answer(cart_views.current(), told, code_trouble=trouble, status=status)
    if not trouble:
        return redirect(url_for("shop.cart") + "#codes", 303)
    return cart_page.answer(cart_views.current(), code_trouble=trouble, code=typed, status=status)
