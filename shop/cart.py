"""The cart: what a browser or a contact collected, kept sixty days, honest about what changed meanwhile."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CheckConstraint, String, UniqueConstraint, delete, func, select, update
from sqlalchemy.orm import Mapped, mapped_column

from kernel import clock, signing
from kernel.db import Base, belongs, db, many, pk, ref
from kernel.i18n import _l
from kernel.money import Money
from kernel.refusal import Gone, Missing, Refusal
from kernel.tenancy import TenantOwned
from shop import pricing, stock, variants, wants
from shop.variants import Variant
from shop.wants import Wanted

DAYS = 60
MOST_LINES = 100
CODES = 5


class Cart(TenantOwned, Base):
    """The cart behind one cookie; a contact's once they logged in."""

    __tablename__ = "cart"
    __extra__ = (UniqueConstraint("tenant_id", "token_hash"),)
    id: Mapped[int] = pk()
    token_hash: Mapped[str] = mapped_column(String(64))
    contact_id: Mapped[int | None] = ref("contact")
    revision: Mapped[int] = mapped_column(default=1)  # moves with every change: one revision is ordered once
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    touched_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    codes: Mapped[list[str]] = mapped_column(default=list)  # of a discount and of gift cards, as they are kept
    lines: Mapped[list["CartLine"]] = many("Cart", "CartLine.cart_id", order_by="CartLine.id")


class CartLine(TenantOwned, Base):
    """So many of a variant, with the buyer's own words and the price they saw."""

    __tablename__ = "cart_line"
    __extra__ = (UniqueConstraint("tenant_id", "token"), CheckConstraint("quantity > 0", name="quantity"))
    id: Mapped[int] = pk()
    token: Mapped[str] = mapped_column(String(32), default=signing.token)  # in addresses instead of the id
    cart_id: Mapped[int] = ref("cart")
    variant_id: Mapped[int] = ref("variant")
    quantity: Mapped[int]
    texts: Mapped[dict[str, str]] = mapped_column(default=dict)
    booking_id: Mapped[int | None] = ref("booking")  # the time that it is for; its people may be several lines
    seen_minor: Mapped[int]  # the price of one that the buyer last saw; quantity prices move it with the cart
    variant = belongs("CartLine.variant_id", "Variant")


@dataclass(frozen=True)
class Notice:
    """What changed about a line since the buyer saw it."""

    kind: str  # gone | short | dearer | cheaper
    line: CartLine
    before: Money | None = None
    now: Money | None = None
    left: int = 0

    @property
    def blocks(self) -> bool:
        """Whether it must be mended before ordering."""
        return self.kind in {"gone", "short"}


def found(token: str) -> Cart | None:
    """The cart behind a cookie, unless it was left for too long."""
    if not token:
        return None
    row = db.session.scalar(select(Cart).where(Cart.token_hash == signing.digest(token)))
    return row if row and row.touched_at > clock.now() - timedelta(days=DAYS) else None


def of_contact(contact: Any) -> Cart | None:
    """The newest cart that a contact filled."""
    mine = select(Cart).where(Cart.contact_id == contact.id)
    return db.session.scalar(mine.order_by(Cart.touched_at.desc()).limit(1))


def begin(contact: Any = None) -> tuple[Cart, str]:
    """A new cart and the secret token for its cookie."""
    token = signing.token()
    row = Cart(token_hash=signing.digest(token), contact_id=contact.id if contact else None)
    db.session.add(row)
    db.session.flush()
    return row, token


def add(
    cart: Cart, variant: Variant, quantity: int, *, texts: Mapping[str, str] | None = None, group: str = ""
) -> CartLine:
    """Put so many of a variant in; the same with the same words goes onto its line."""
    wants.sold(variant, group=group)
    said = wants.texts(variant.product, texts or {})
    rows = _lines(cart)
    line = next((row for row in rows if row.variant_id == variant.id and row.texts == said), None)
    if line is None and len(rows) >= MOST_LINES:
        raise Refusal(_l("A cart has room for %(most)s different things."), most=MOST_LINES)
    _fits(rows, variant, (line.quantity if line else 0) + quantity, line)
    if line is None:
        line = CartLine(cart_id=cart.id, variant_id=variant.id, quantity=0, texts=said, seen_minor=0)
        db.session.add(line)
    line.quantity += quantity
    _saw(line, variant, group)
    _touch(cart)
    return line


def change(cart: Cart, line: CartLine, quantity: int, *, group: str = "") -> None:
    """Set how many of a line."""
    _fits(_lines(cart), line.variant, quantity, line)
    line.quantity = quantity
    _saw(line, line.variant, group)
    _touch(cart)


def use_codes(cart: Cart, codes: Sequence[str]) -> None:
    """Keep what the buyer wrote into the field of codes."""
    cart.codes = list(dict.fromkeys(codes))[:CODES]
    _touch(cart)


def remove(cart: Cart, line: CartLine) -> None:
    """Take a line out."""
    db.session.delete(line)
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
    rows = _lines(cart) if cart else []
    return [Wanted(row.variant, row.quantity, row.texts, token=row.token) for row in rows if _there(row)]


def count(cart: Cart | None) -> int:
    """How many units are in it."""
    if cart is None:
        return 0
    return db.session.scalar(select(func.sum(CartLine.quantity)).where(CartLine.cart_id == cart.id)) or 0


def notices(cart: Cart | None, group: str = "") -> list[Notice]:
    """What changed since the buyer saw it: gone, short of stock, dearer or cheaper."""
    rows = _lines(cart) if cart else []
    lower = pricing.breaks({row.variant.product_id for row in rows if _there(row)})
    told = [_notice(row, group, lower) for row in rows]
    return [notice for notice in told if notice]


def acknowledge(cart: Cart, group: str = "") -> None:
    """The buyer has read the notices: prices are as seen now, what is short is cut, what is gone leaves."""
    for notice in notices(cart, group):
        if notice.kind == "gone" or (notice.kind == "short" and not notice.left):
            db.session.delete(notice.line)
        elif notice.kind == "short":
            notice.line.quantity = notice.left
            _saw(notice.line, notice.line.variant, group)
        elif notice.now:
            notice.line.seen_minor = notice.now.minor
    _touch(cart)


def merge(cart: Cart, into: Cart, group: str = "") -> None:
    """Empty one cart into another, as after log-in: the same things are added up as far as they last."""
    for row in _lines(cart):
        if _there(row):
            _pour(row, into, group)
        db.session.delete(row)
    into.codes, cart.codes = list(dict.fromkeys([*into.codes, *cart.codes]))[:CODES], []
    db.session.flush()
    _touch(cart)
    _touch(into)


def claim(cart: Cart) -> bool:
    """Take the cart as it was read, for ordering it: of two at once only one can."""
    mine = Cart.id == cart.id, Cart.revision == cart.revision
    statement = update(Cart).where(*mine).values(revision=Cart.revision + 1, touched_at=clock.now())
    done = db.session.execute(statement, execution_options={"synchronize_session": False})
    return bool(done.rowcount)  # type: ignore[attr-defined]


def clear(cart: Cart) -> None:
    """Empty it: it was ordered."""
    cart.codes = []
    db.session.execute(delete(CartLine).where(CartLine.cart_id == cart.id))


def link(cart: Cart) -> str:
    """A signed token that rebuilds the cart elsewhere, for thirty days; without the buyer's own words."""
    return signing.make("cart", [[row.variant.sku, row.quantity] for row in _lines(cart) if _there(row)])


def linked(token: str) -> list[Wanted]:
    """What a shared cart holds, as far as it is still sold; raises Gone."""
    pairs = signing.read("cart", token, minutes=30 * 24 * 60)
    if pairs is None:
        raise Gone(_l("This cart link has expired. Ask for a new one, or look around the shop."))
    found_here = [(variants.by_sku(sku), quantity) for sku, quantity in pairs]
    return [Wanted(variant, quantity) for variant, quantity in found_here if variant and variant.product]


def _lines(cart: Cart) -> Sequence[CartLine]:
    rows = db.session.scalars(select(CartLine).where(CartLine.cart_id == cart.id).order_by(CartLine.id)).all()
    db.session().info["cart"] = rows  # held, with their variants and products: they are asked for several times
    return rows


def _there(row: CartLine) -> bool:
    variant = row.variant
    return bool(variant and variant.active and variant.product and variant.product.live)


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


def _saw(line: CartLine, variant: Variant, group: str) -> None:
    line.seen_minor = pricing.unit(variant, 1, group).minor


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
    left = stock.left(row.variant)
    if left is not None and left < row.quantity:
        return Notice("short", row, left=left)
    now = pricing.unit(row.variant, 1, group, known=lower[row.variant.product_id])
    before = Money(row.seen_minor, now.currency)
    if now == before:
        return None
    return Notice("dearer" if before < now else "cheaper", row, before, now)


def _touch(cart: Cart) -> None:
    cart.touched_at, cart.revision = clock.now(), cart.revision + 1
    db.session.flush()
