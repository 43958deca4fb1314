"""The letter of an ask: whoever may do it hears that a colleague asks for it, once."""

from typing import TYPE_CHECKING

from kernel import i18n, letters, memberships, permissions, tenancy, web
from kernel.i18n import _, pick
from shop import receipts, storefront

if TYPE_CHECKING:
    from kernel.accounts import Account
    from shop.ask_rows import Ask
    from shop.bookings import Booking

PERMISSION = {"cancel": "orders.cancel", "refund": "orders.refund"}  # what whoever does it has to have


def tell(row: "Ask", *, by: "Account", booking: "Booking | None" = None) -> None:
    """Write to each of the staff who may do it, at their own address; to nobody where the shop wants no such letters.

    `booking`: the one that it is about.
    """
    if not storefront.of().ask_letters:
        return
    shop = tenancy.tenant()
    with i18n.speak(shop.language, shop.country):
        said = _said(row, by, booking)
        data = {
            "subject": said, "heading": said, "lead": _("Why:"), "message": [row.reason], "for_shop": True,
            "button_label": _("Look at it and answer"),
            "button_url": web.admin_url("shop_admin.order", number=row.order.number),
        }  # fmt: skip
    for account in _deciders(row.kind, by):
        letters.write(
            "mail/account/message", to=account.email, to_name=account.name, kind=f"asks.{row.kind}",
            language=shop.language, data=data, about=row.order,
        )  # fmt: skip


def _deciders(kind: str, by: "Account") -> list["Account"]:
    known = [account for member, account in memberships.staff() if permissions.allows(member.role, PERMISSION[kind])]
    return [account for account in known if account.id != by.id]


def _said(row: "Ask", by: "Account", booking: "Booking | None") -> str:
    told = {"name": by.known_as, "number": row.order.number}
    if row.amount is not None:
        return _("%(name)s asks you to return %(amount)s of %(number)s", amount=receipts.shown(row.amount), **told)
    if row.about and booking is not None:
        return _("%(name)s asks you to cancel “%(item)s” of %(number)s", item=pick(booking.name), **told)
    return _("%(name)s asks you to cancel %(number)s", **told)
