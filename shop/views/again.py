"""The same once more: what an order had, into the cart of whoever has its link."""

from typing import Any

from flask import flash, make_response, redirect, url_for

from kernel import origins
from kernel.i18n import _
from shop import cart as carts
from shop import holidays, orders, repeats
from shop.views import cart as cart_views
from shop.views import store


@store.post("/orders/<token>/again", endpoint="order_again")
def again(token: str) -> Any:
    """Put an order's goods into this browser's cart, as far as they last; what is not there any more is said."""
    holidays.refuse()
    order = orders.by_token(token)
    mine, secret = cart_views.own()
    took = [cart_views.take(mine, want) for want in repeats.of(order)]
    if any(took):
        flash(_("What you had in %(number)s is in your cart.", number=order.number), "message")
    answer = make_response(redirect(url_for("shop.cart"), 303))
    origins.set_cookie(answer, cart_views.COOKIE, secret, days=carts.DAYS)
    return answer
