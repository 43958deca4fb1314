"""What the shop teaches the rule language: a booked time to come, what lies in the cart, what was bought."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from crm import deeds, rules
from crm.contacts import Contact
from crm.rules import Field, Person
from kernel import clock, tenancy
from kernel.db import db
from kernel.i18n import _, _l, ngettext, pick
from shop import cart, cart_owners, categories
from shop.bookings import Booking
from shop.cart_rows import Cart, CartLine
from shop.catalog import Product
from shop.order_lines import OrderLine
from shop.orders import ENDED, Order
from shop.reviews import MOST_STARS, Review
from shop.variants import Variant

MOST = 400  # products that a form offers; others are written by their SKU
BINNED = {"execution_options": {"binned": True}}  # what was bought stays bought


def goods() -> list[tuple[str, str]]:
    """The products that a form offers: (SKU, name)."""
    rows = select(Product.sku, Product.name).where(Product.sku != "").order_by(Product.sort_name).limit(MOST)
    return [(sku, pick(name) or sku) for sku, name in db.session.execute(rows)]


def there(skus: list[str]) -> set[str]:
    """Those SKUs that the shop has, of products or of their variants."""
    of_goods = db.session.scalars(select(Product.sku).where(Product.sku.in_(skus)), **BINNED)
    of_variants = db.session.scalars(select(Variant.sku).where(Variant.sku.in_(skus)))
    return {*of_goods, *of_variants}


def _shelves() -> list[tuple[str, str]]:
    return [(one.slug, pick(one.name) or one.slug) for one in categories.all_()]


def _variants(skus: list[str]) -> set[int]:
    rows = select(Variant.id, Variant.sku, Product.sku).join(Product, Product.id == Variant.product_id)
    fits = Variant.sku.in_(skus) | Product.sku.in_(skus)
    return {found for found, _own, _of in db.session.execute(rows.where(fits), **BINNED)}


def products(value: Any) -> set[int]:
    """The products that a condition names, one by one or by shelf."""
    shelves = categories.all_()
    inside = [key for one in shelves if one.slug in value.get("category", ()) for key in categories.below(shelves, one)]
    fits = Product.sku.in_(value.get("product", ())) | Product.category_id.in_(inside)
    of_variants = select(Variant.product_id).where(Variant.sku.in_(value.get("product", ())))
    return {*db.session.scalars(select(Product.id).where(fits), **BINNED), *db.session.scalars(of_variants)}


def _until(now: datetime, days: int) -> datetime:
    zone = tenancy.tenant().timezone
    today = now.astimezone(clock.span(now.date(), now.date(), zone)[0].tzinfo).date()
    return clock.span(today, today + timedelta(days=days), zone)[1]


def _coming() -> Select[Any]:
    booked = select(Order.contact_id).join_from(Order, Booking, Booking.order_id == Order.id)
    return booked.where(Booking.state == "booked", Order.contact_id.is_not(None))


def _expected(days: int) -> Select[Any]:
    now = clock.now()
    return _coming().where(Booking.starts_at >= now, Booking.starts_at < _until(now, days))


def _starts(person: Person) -> list[datetime]:
    if person.contact is None:
        return []
    mine = _coming().where(Order.contact_id == person.contact.id, Booking.starts_at >= person.now)
    return list(db.session.scalars(mine.with_only_columns(Booking.starts_at)))


def _comes(person: Person, days: int) -> bool:
    return any(start < _until(person.now, days) for start in person.recall("starts", _starts))


def _carts(now: datetime) -> Any:
    return Cart.touched_at > now - timedelta(days=cart.DAYS)


def _filled(skus: list[str]) -> ColumnElement[bool]:
    lies = CartLine.cart_id == Cart.id, CartLine.variant_id.in_(sorted(_variants(skus)))
    inside = select(CartLine.id).where(*lies).correlate(Cart).exists()
    return Contact.id.in_(cart_owners.whose(_carts(clock.now()), inside))


def _in_carts(person: Person) -> set[int]:
    mine = []
    if person.cart is not None:
        mine.append(CartLine.cart_id == person.cart.id)
    if person.contact is not None:
        theirs = select(Cart.id).where(cart_owners.of(person.contact), _carts(person.now))
        mine.append(CartLine.cart_id.in_(theirs))
    return {found for one in mine for found in db.session.scalars(select(CartLine.variant_id).where(one))}


def _cart_has(person: Person, skus: list[str]) -> bool:
    inside: set[int] = person.recall("in carts", _in_carts)
    return bool(inside) and bool(inside & person.recall(f"variants {skus}", lambda _one: _variants(skus)))


def _buyers(value: Any) -> Select[Any]:
    """Who has so many orders with one of these in the window."""
    bought = select(Order.contact_id).join(OrderLine, OrderLine.order_id == Order.id)
    stands = Order.contact_id.is_not(None), Order.state.not_in(sorted(ENDED)), ~Order.practice
    found = bought.where(*stands, OrderLine.product_id.in_(sorted(products(value))))
    first, least = deeds.first_day(value), value.get("least", 1)
    if first is not None:
        found = found.where(Order.placed_at >= clock.span(first, first, tenancy.tenant().timezone)[0])
    if least == 1:
        return found
    return found.group_by(Order.contact_id).having(func.count(func.distinct(Order.id)) >= least)


def things(person: Person) -> list[tuple[int, datetime, int]]:
    """What they ordered: (order, when, product)."""
    if person.contact is None:
        return []
    mine = select(Order.id, Order.placed_at, OrderLine.product_id).join(OrderLine, OrderLine.order_id == Order.id)
    stands = Order.contact_id == person.contact.id, Order.state.not_in(sorted(ENDED)), ~Order.practice
    return [(*row,) for row in db.session.execute(mine.where(*stands))]


def _bought(person: Person, value: Any) -> bool:
    had: list[tuple[int, datetime, int]] = person.recall("bought", things)
    if not had:
        return False
    wanted, zone = person.recall(f"products {value}", lambda _one: products(value)), tenancy.tenant().timezone
    first = person.today - timedelta(days=value["days"] - 1) if value.get("days") else None
    since = clock.span(first, first, zone)[0] if first else None
    orders = {order for order, at, product in had if product in wanted and (since is None or at >= since)}
    return len(orders) >= int(value.get("least", 1))


def named(skus: list[str]) -> str:
    """What they are called, as one says "this or that"."""
    names = dict(goods())
    return rules.either([names.get(sku, sku) for sku in skus])


def _says_bought(value: Any) -> str:
    shelves = dict(_shelves())
    told = [named(value["product"])] if value.get("product") else []
    told += [_("something of %(shelf)s", shelf=shelves.get(one, one)) for one in value.get("category", ())]
    what, least = rules.either(told) or "—", value.get("least", 1)
    said = ngettext("bought %(what)s", "ordered %(what)s at least %(num)s times", least, what=what)
    return str(said) + deeds.window(value)


def _raters(value: Any) -> Select[Any]:
    return select(Review.contact_id).where(Review.contact_id.is_not(None), Review.stars.between(*_ends(value)))


def _stars(person: Person) -> set[int]:
    if person.contact is None:
        return set()
    return set(db.session.scalars(select(Review.stars).where(Review.contact_id == person.contact.id)))


def _rated(person: Person, value: Any) -> bool:
    least, most = _ends(value)
    return any(least <= one <= most for one in person.recall("stars", _stars))


def _ends(value: Any) -> tuple[int, int]:
    return int(value.get("least", 1)), int(value.get("most", MOST_STARS))


def _says_rated(value: Any) -> str:
    least, most = _ends(value)
    if least == most:
        return ngettext("rated something with one star", "rated something with %(num)s stars", least)
    return _("rated something with %(least)s to %(most)s stars", least=least, most=most)


def init_app(_app: object) -> None:
    """Teach the language these words."""
    product = Field("product", _l("Product"), "choices", goods, known=there)
    rules.term(
        "bought", _l("bought"), family="did", sql=_buyers, python=_bought, says=_says_bought,
        some=("product", "category"),
        form=(Field("product", _l("Product"), "choices", goods, known=there, needed=False),
              Field("category", _l("Category"), "choices", _shelves, closed=True, needed=False),
              deeds.OFTEN, deeds.DAYS),
    )  # fmt: skip
    rules.term(
        "booking_within", _l("have a booking to come"), family="did", python=_comes,
        sql=_expected,
        form=(Field("days", _l("Within so many days"), "number", default=7),),
        says=lambda days: ngettext("have a booking today or tomorrow", "have a booking in the next %(num)s days", days),
    )  # fmt: skip
    rules.term(
        "cart_has", _l("have in the cart"), family="did", sql=_filled, python=_cart_has, form=(product,),
        says=lambda skus: _("have %(what)s in the cart", what=named(skus)),
    )  # fmt: skip
    rules.term(
        "rated", _l("rated"), family="did", sql=_raters, python=_rated, says=_says_rated,
        form=(Field("least", _l("At least so many stars"), "number", default=1, most=MOST_STARS),
              Field("most", _l("At most so many stars"), "number", default=3, most=MOST_STARS)),
    )  # fmt: skip
