"""Codes: what buyers write into the one field of cart and checkout: a discount's code or a gift card's."""

from kernel.i18n import _l
from kernel.refusal import Refusal
from shop import cart as carts
from shop import discounts, gift_cards, gift_codes
from shop.cart import Cart


class UnknownCode(Refusal):
    """Neither a discount nor a card."""

    message = _l("We do not know the code “%(code)s”. Look whether every sign is right.")


class NoCode(Refusal):
    """The field is empty."""

    message = _l("Write the code first.")


def enter(cart: Cart, text: str) -> str:
    """Keep a code with the cart; of discounts one at most: a new one takes the old one's place."""
    if not text.strip():
        raise NoCode()
    found = discounts.by_code(text)
    if found is not None:
        return _keep(cart, [code for code in cart.codes if gift_codes.handled(code)], found.code)
    card = gift_cards.by_code(text)
    if card is None:
        raise UnknownCode(code=text.strip()[:40])
    gift_cards.usable(card)
    if len(cart.codes) >= carts.CODES:
        raise Refusal(_l("A cart has room for %(most)s codes."), most=carts.CODES)
    return _keep(cart, cart.codes, gift_codes.handle(gift_codes.plain(text)))


def _keep(cart: Cart, others: list[str], code: str) -> str:
    carts.use_codes(cart, [*others, code])
    return code


def drop(cart: Cart, code: str) -> None:
    """Take a code out; cards are named by their last signs, so that the page need not show them whole."""
    carts.use_codes(cart, [kept for kept in cart.codes if code not in (kept, shown(kept))])


def shown(code: str) -> str:
    """A code as pages show it: of a card only its end."""
    return f"•••{gift_codes.end(code)}" if gift_codes.handled(code) else code
