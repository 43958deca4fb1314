"""The cart: what a browser or a contact collected, kept sixty days, honest about what changed meanwhile."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, bindparam, func, select

from kernel import beside, clock, signing
from kernel.db import db
from kernel.i18n import _l
from kernel.money import Money
from kernel.refusal import Gone, Missing, Refusal
from shop import cart_bookings, cart_rows, pricing, services, stock, variants, wants
from shop.cart_rows import Cart, CartLine, Inside, Notice
from shop.variants import Variant
from shop.wants import Wanted

if TYPE_CHECKING:
    from shop.bookings import Booking

DAYS = 60
MOST_LINES = 100
CODES = 5
__all__ = ["Cart", "CartLine", "Inside", "Notice"]


def found(token: str) -> Cart | None:
    """The cart behind a cookie, unless it was left for too long."""
    if not token:
        return None
    row = next(iter(beside.found(Cart, _by_token(), hash=signing.digest(token))), None)
    return row if row and row.touched_at > clock.now() - timedelta(days=DAYS) else None


@lru_cache
def _by_token() -> Select[Any]:
    return beside.mine(Cart, Cart.token_hash == bindparam("hash"))


def of_contact(contact: Any) -> Cart | None:
    """The newest cart that a contact filled."""
    mine = select(Cart).where(Cart.contact_id == contact.id)
    return db.session.scalar(mine.order_by(Cart.touched_at.desc()).limit(1))


def begin(contact: Any = None, browser: Any = None) -> tuple[Cart, str]:
    """A new cart and the secret token for its cookie; `browser`: the one that fills it, when it may be known."""
    token = signing.token()
    whose = {"contact_id": contact.id if contact else None, "visitor_id": browser.id if browser else None}
    return beside.new(Cart, token_hash=signing.digest(token), **whose), token


def add(
    cart: Cart, variant: Variant, quantity: int, *, texts: Mapping[str, str] | None = None, group: str = "",
    begun: bool = False, lower: Sequence[pricing.PriceBreak] | None = None,
) -> CartLine:  # fmt: skip
    """Put so many of a variant in; the same with the same words goes onto its line. `begun`, `lower`: see `book`."""
    wants.sold(variant, group=group)
    wants.timeless(variant.product)
    said = wants.texts(variant, texts or {})
    rows = () if begun else _lines(cart)
    line = next((row for row in rows if row.variant_id == variant.id and row.texts == said), None)
    if line is None and len(rows) >= MOST_LINES:
        raise Refusal(_l("A cart has room for %(most)s different things."), most=MOST_LINES)
    _fits(rows, variant, (line.quantity if line else 0) + quantity, line)
    if line is None:
        line = CartLine(cart_id=cart.id, variant_id=variant.id, quantity=0, texts=said)
    line.quantity += quantity
    _saw(line, variant, group, lower)
    db.session.add(line)
    if not begun:
        _touch(cart)
    return line


def book(
    cart: Cart, booking: "Booking", people: Mapping[Variant, int], *, group: str = "", begun: bool = False,
    lower: Sequence[pricing.PriceBreak] | None = None,
) -> None:  # fmt: skip
    """Have a booking that this cart holds in it, for so many of each variant; its lines from before leave.

    `begun`: the cart was made just now, nothing is in it. `lower`: the product's lower prices, where they were read.
    """
    if booking.cart_id != cart.id:
        raise Missing(_l("That is no longer in your cart."))
    for variant in people:
        wants.sold(variant, group=group)
    known = () if begun else _lines(cart)
    rows = [row for row in known if row.booking_id != booking.id]
    if len(rows) + len(people) > MOST_LINES:
        raise Refusal(_l("A cart has room for %(most)s different things."), most=MOST_LINES)
    cart_bookings.take_out([row for row in known if row.booking_id == booking.id])
    put = cart_bookings.put(cart, booking, people, group, known=lower)
    kept = [(row.variant, row.quantity) for row in rows if row.booking_id]
    wants.limits([Wanted(variant, quantity) for variant, quantity in (*kept, *put)])
    if not begun:
        _touch(cart)


def change(cart: Cart, line: CartLine, quantity: int, *, group: str = "") -> None:
    """Set how many of a line; of a booking, where its time is chosen."""
    if line.booking_id is not None:
        raise cart_bookings.Together()
    _fits(_lines(cart), line.variant, quantity, line)
    line.quantity = quantity
    _saw(line, line.variant, group)
    _touch(cart)


def use_codes(cart: Cart, codes: Sequence[str]) -> None:
    """Keep what the buyer wrote into the field of codes."""
    cart.codes = list(dict.fromkeys(codes))[:CODES]
    _touch(cart)


def remove(cart: Cart, line: CartLine) -> None:
    """Take a line out; one of a booking's takes all of it out."""
    _out(line)
    _touch(cart)


def line(cart: Cart | None, token: str) -> CartLine:
    """A line of this cart by its token; nobody else's can be found."""
    mine = select(CartLine).where(CartLine.cart_id == (cart.id if cart else 0), CartLine.token == token)
    row = db.session.scalar(mine)
    if row is None:
        raise Missing(_l("That is no longer in your cart."))
    return row


def wanted(cart: Cart | None) -> list[Wanted]:
    """What is in the cart, as far as it is still sold."""
    return _sold(_lines(cart) if cart else [])


def look(cart: Cart | None, group: str = "") -> Inside:
    """What is in the cart as far as it is sold, and what changed since the buyer saw it."""
    rows, stepped = cart_rows.lines(cart) if cart else ([], set())
    there = {row.variant.product_id for row in rows if _there(row)}
    lower: dict[int, list[pricing.PriceBreak]] = {one: [] for one in there} | pricing.breaks(there & stepped)
    told = [notice for notice in (_notice(row, group, lower) for row in rows) if notice]
    return Inside(_sold(rows), [one for place, one in enumerate(told) if not _twice(one, told[:place])], lower)


def _sold(rows: Sequence[CartLine]) -> list[Wanted]:
    broken = {row.booking_id for row in rows if not _there(row)} - {None}
    return [_wanted(row) for row in rows if _there(row) and row.booking_id not in broken]


def _wanted(row: CartLine) -> Wanted:
    own = cart_bookings.unit(row.booking, row.variant)
    return Wanted(row.variant, row.quantity, row.texts, unit=own, token=row.token, booking=row.booking)


def count(cart: Cart | None) -> int:
    """How many units are in it."""
    if cart is None:
        return 0
    return db.session.scalar(select(func.sum(CartLine.quantity)).where(CartLine.cart_id == cart.id)) or 0


def notices(cart: Cart | None, group: str = "") -> Sequence[Notice]:
    """What changed since the buyer saw it: gone, its hold lapsed, short of stock, dearer or cheaper."""
    return look(cart, group).notices


def _twice(notice: Notice, before: Sequence[Notice]) -> bool:
    """Whether the same was said of the same booking."""
    booking = notice.line.booking_id if notice.kind in {"gone", "lapsed"} else None
    return booking is not None and any((one.kind, one.line.booking_id) == (notice.kind, booking) for one in before)


def acknowledge(cart: Cart, group: str = "") -> None:
    """The buyer has read the notices: prices are as seen now, what is short is cut, what is gone leaves.

    A time whose hold lapsed is held again, if nobody else has it.
    """
    for notice in notices(cart, group):
        if notice.kind == "gone" or (notice.kind == "short" and not notice.left):
            _out(notice.line)
        elif notice.kind == "lapsed" and notice.line.booking:
            cart_bookings.again(cart, notice.line.booking)
        elif notice.kind == "short":
            notice.line.quantity = notice.left
            _saw(notice.line, notice.line.variant, group)
        elif notice.now is not None:
            notice.line.seen_minor = notice.now.minor
    _touch(cart)


def merge(cart: Cart, into: Cart, group: str = "") -> None:
    """Empty one cart into another, as after log-in: the same things are added up as far as they last."""
    both = select(Cart.id).where(Cart.id.in_([cart.id, into.id])).order_by(Cart.id)
    db.session.execute(both.with_for_update(key_share=True))  # who orders one of them in another window goes first
    cart_bookings.pour(cart, into)
    for row in _lines(cart):
        if _there(row):
            _pour(row, into, group)
        db.session.delete(row)
    into.codes, cart.codes = list(dict.fromkeys([*into.codes, *cart.codes]))[:CODES], []
    db.session.flush()
    _touch(cart)
    _touch(into)


def clear(cart: Cart) -> None:
    """Empty it: it was ordered."""
    cart.codes = []
    cart_bookings.clear(cart)


def link(cart: Cart) -> str:
    """A signed token that rebuilds the cart elsewhere, for thirty days; without the buyer's own words and times."""
    rows = [row for row in _lines(cart) if row.booking_id is None and _there(row)]
    return signing.make("cart", [[row.variant.sku, row.quantity] for row in rows])


def linked(token: str) -> list[Wanted]:
    """What a shared cart holds, as far as it is still sold; raises Gone."""
    pairs = signing.read("cart", token, minutes=30 * 24 * 60)
    if pairs is None:
        raise Gone(_l("This cart link has expired. Ask for a new one, or look around the shop."))
    found_here = [(variants.by_sku(sku), quantity) for sku, quantity in pairs]
    known = [(one, quantity) for one, quantity in found_here if one and one.product]
    return [Wanted(one, quantity) for one, quantity in known if one.product.kind != services.KIND]


def _lines(cart: Cart) -> Sequence[CartLine]:
    return cart_rows.lines(cart)[0]


def _there(row: CartLine) -> bool:
    variant = row.variant
    sold = bool(variant and variant.active and variant.product and variant.product.live)
    return sold and cart_bookings.there(row)


def _out(row: CartLine) -> None:
    if row.booking is not None:
        cart_bookings.drop(row.booking)
    else:
        db.session.delete(row)


def _fits(rows: Sequence[CartLine], variant: Variant, quantity: int, line: CartLine | None) -> None:
    product, others = variant.product, [row for row in rows if row is not line and _there(row)]
    together = quantity + sum(row.quantity for row in others if row.variant.product_id == product.id)
    if product.max_qty and together > product.max_qty:
        wants.within(product, together)
    if quantity > wants.MOST:
        wants.quantity(str(quantity))
    left = stock.left(variant)
    same = quantity + sum(row.quantity for row in others if row.variant_id == variant.id)
    if left is not None and same > left:
        raise stock.SoldOut(variant, left)


def _saw(line: CartLine, variant: Variant, group: str, lower: Sequence[pricing.PriceBreak] | None = None) -> None:
    line.seen_minor = pricing.unit(variant, 1, group, known=lower).minor


def _pour(row: CartLine, into: Cart, group: str) -> None:
    left = stock.left(row.variant)
    here = sum(one.quantity for one in _lines(into) if one.variant_id == row.variant_id)
    units = min(row.quantity, wants.MOST - here, row.quantity if left is None else left - here)
    if units < 1:
        return
    try:
        add(into, row.variant, units, texts=row.texts, group=group)
    except Refusal:  # a limit of the product: what is there already stays
        return


def _notice(row: CartLine, group: str, lower: Mapping[int, Sequence[pricing.PriceBreak]]) -> Notice | None:
    if not _there(row):
        return Notice("gone", row)
    if cart_bookings.lapsed(row):
        return Notice("lapsed", row)
    left = stock.left(row.variant)
    if left is not None and left < row.quantity:
        return Notice("short", row, left=left)
    known = lower[row.variant.product_id]
    own = cart_bookings.unit(row.booking, row.variant)
    now = pricing.unit(row.variant, 1, group, known=known) if own is None else own
    before = Money(row.seen_minor, now.currency)
    if now == before:
        return None
    return Notice("dearer" if before < now else "cheaper", row, before, now)


def _touch(cart: Cart) -> None:
    cart.touched_at, cart.revision = clock.now(), cart.revision + 1
    db.session.flush()
