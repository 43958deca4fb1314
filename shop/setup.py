"""The setup guide: six steps of a new shop, each done by facts and never by a click."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask_babel.speaklater import LazyString
from sqlalchemy import Select, and_, or_, select

from kernel import countries, tenancy
from kernel.db import db
from kernel.i18n import _, _l, language, pick
from shop import pages, services, storefront
from shop.catalog import Product
from shop.orders import ENDED, Order
from shop.payment_methods import PaymentMethod
from shop.pictures import ProductPicture
from shop.shipping import DeliveryMethod


@dataclass(frozen=True)
class Step:
    """One step: what it is good for, where it is done (an address in the back office), and whether it is."""

    name: str
    title: Any
    text: Any
    path: str
    label: Any
    met: Callable[[], bool]


def _any(wanted: Select[Any]) -> bool:
    return db.session.scalar(wanted.limit(1)) is not None


def product_shown() -> bool:
    """Whether the public sees a product with a picture, or something that is booked."""
    own = Product.id.in_(select(ProductPicture.product_id))
    seen = or_(Product.picture_id.is_not(None), own, Product.kind == services.KIND)
    return _any(select(Product.id).where(Product.state == "live", seen))


def branded() -> bool:
    """Whether the shop looks like itself: a logo, a picture, a colour or a sentence of its own."""
    front = storefront.of()
    return bool(front.logo_id or front.hero_id or front.primary or front.accent or any(front.tagline.values()))


def delivers() -> bool:
    """Whether buyers know how they get it: a delivery, a pick-up whose place is told, or all of it is booked."""
    live = set(db.session.scalars(select(Product.kind).where(Product.state == "live").distinct()))
    if live == {services.KIND}:
        return True
    kinds = set(db.session.scalars(select(DeliveryMethod.kind).where(DeliveryMethod.active)))
    return "delivery" in kinds or ("pickup" in kinds and storefront.of().placed)


def paid_for() -> bool:
    """Whether money can come: a transfer with its account, at delivery, or by card."""
    rows = select(PaymentMethod.kind, PaymentMethod.account).where(
        PaymentMethod.active, PaymentMethod.kind.in_(("transfer", "on_delivery", "card", "credit"))
    )
    return any(kind != "transfer" or account for kind, account in db.session.execute(rows))


def told() -> bool:
    """Whether buyers can read the shop's policies."""
    return bool(pages.listed("policy"))


def sold() -> bool:
    """Whether something was sold in earnest."""
    return _any(select(Order.id).where(and_(~Order.practice, Order.state.not_in(ENDED))))


def _accounts() -> str:
    """What is asked for, as people there call it: `Su número de SINPE Móvil y su cuenta`."""
    instant = pick(countries.profile(tenancy.tenant().country).payments.get("instant"), language())
    if instant:
        return _("Your number for %(instant)s and your account, or cash at delivery.", instant=instant)
    return _("The account for transfers, or cash at delivery.")


STEPS = (
    Step("product", _l("Put up your first product"), _l("A name, a price and a picture from your phone are enough."),
         "products/new", _l("New product"), product_shown),
    Step("delivery", _l("Say how it reaches your buyers"),
         _l("Your address, so that they come for it, or what a delivery costs."),
         "settings/delivery", _l("Set up delivery"), delivers),
    Step("payments", _l("Say how they pay you"), LazyString(_accounts),
         "settings/payments", _l("Set up payments"), paid_for),
    Step("brand", _l("Make it yours"), _l("Your logo, your colours and a sentence that says what you make."),
         "settings/brand", _l("Choose the look"), branded),
    Step("policies", _l("Write what buyers must know"), _l("Returns and privacy: we give you a text to begin with."),
         "settings/policies", _l("Write the policies"), told),
    Step("sale", _l("Sell for the first time"), _l("Share your shop, or note a sale over the counter yourself."),
         "sales/new", _l("Note a sale"), sold),
)  # fmt: skip


def hide(hidden: bool = True) -> None:
    """Take the guide off the first page, or bring it back."""
    front = storefront.of()
    front.setup_hidden = hidden
    db.session.add(front)
