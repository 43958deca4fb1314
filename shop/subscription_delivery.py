"""How and where a subscription comes: another way, another place, another telephone, from the next order on."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from kernel.db import db
from shop import quotes, subscriptions
from shop.shipping import Offer
from shop.subscription_rows import Subscription, lock
from shop.wants import Wanted

if TYPE_CHECKING:
    from kernel.accounts import Account


def brought(row: Subscription) -> bool:
    """Whether somebody brings or fetches it: a download comes by itself, what lies in the bin does not come."""
    return row.product is not None and row.product.kind != "digital"


def offers(row: Subscription, address: Mapping[str, str]) -> Sequence[Offer]:
    """The ways in which it can be had there, and those that do not go with their reason; none of a download."""
    group = row.contact.group if row.contact else ""
    basket = quotes.price([Wanted(row.variant, row.quantity, row.texts)], group, place=address)
    return basket.offers(address)


def bring(
    row: Subscription, way: str, address: Mapping[str, str], *, phone: str = "", by: "Account | None" = None
) -> None:
    """Bring it that way to that address; orders that are made stay as they are. Raises NotNow, NoSuchMethod."""
    lock(row)
    if not row.live:
        raise subscriptions.NotNow()
    chosen = next((one for one in offers(row, address) if one.code == way and one.open), None)
    if chosen is None:
        raise quotes.NoSuchMethod()
    row.delivery_code, row.phone = way, phone or row.phone
    row.address = {} if chosen.method.is_pickup else dict(address)
    db.session.flush()
    subscriptions.note(row, "changed", by=by)
    subscriptions.journaled(row, "changed", by)
