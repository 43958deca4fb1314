"""Prepaying: a shop may ask the whole price of a booking before from who booked several times and did not come.

What somebody could learn by typing another's address: whether this shop asks that address to pay before. So the page
never tells by what is typed: it shows every way to pay to whoever is not logged in, and the refusal comes only when an
order that would be paid later is sent, with a sentence that says what the shop asks and neither why nor of whom.
"""

from typing import TYPE_CHECKING

from crm import contacts
from kernel.i18n import _l
from kernel.refusal import Refusal
from shop import absences, payment_methods, storefront

if TYPE_CHECKING:
    from shop.orders import Order
    from shop.payment_methods import PaymentMethod
    from shop.quotes import Details, Quote

MOST = 5  # absences after which a shop may ask for it
MONTHS = (3, 6, 12, 24)  # in which they are counted


class WholeBefore(Refusal):
    """It would be paid later, or in parts, by somebody of whom the shop asks all of it before."""

    message = _l("For this booking the shop asks for the whole price before: choose a way to pay everything now.")
    status = 409


def of_contact(contact_id: int | None, quote: "Quote") -> bool:
    """Whether it is asked of who is logged in."""
    return contact_id is not None and _counts(quote) and _asked({contact_id}, "")


def check(quote: "Quote", details: "Details", method: "PaymentMethod", contact_id: int | None) -> None:
    """Refuse what would be paid later by whom it is asked of: by their account, address or number; WholeBefore."""
    later = method.kind in payment_methods.UNHELD or details.plan not in ("", "full")
    if not later or not _counts(quote) or storefront.of().absent_times is None:
        return
    known = contacts.by_email(details.email), contacts.by_phone(details.phone)
    ids = {one.id for one in known if one is not None} | ({contact_id} if contact_id is not None else set())
    if _asked(ids, details.phone):
        raise WholeBefore()


def of_order(order: "Order") -> bool:
    """Whether it is asked for an order that is placed already: its buyer may choose another way, but none for later."""
    if storefront.of().absent_times is None or not any(line.booking_id for line in order.lines):
        return False
    return _asked({order.contact_id} if order.contact_id else set(), order.phone)


def _counts(quote: "Quote") -> bool:
    return quote.total.minor > 0 and any(line.booking_id for line in quote.lines)


def _asked(ids: set[int], phone: str) -> bool:
    front = storefront.of()
    if front.absent_times is None or not (ids or phone):
        return False
    return absences.missed_by(ids, phone, front.absent_months) >= front.absent_times
