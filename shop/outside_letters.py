"""The letter about a clash: something is booked here and taken elsewhere at the same time, told to the shop once."""

from collections.abc import Sequence

from kernel import letters, tenancy, web
from kernel.i18n import _, ngettext, speak
from shop import receipts
from shop.closures import Closure
from shop.resources import ResourceUnit

CLASH = "bookings.clash"  # kind of letter
MOST = 10  # named in one letter


def tell(unit: ResourceUnit, rows: Sequence[Closure]) -> None:
    """One letter for all that was found in one reading."""
    shop = tenancy.tenant()
    if not rows:
        return
    with speak(shop.language, shop.country):
        title = _("Booked here and elsewhere: %(unit)s", unit=unit.name)
        said = {
            "subject": title, "heading": title, "message": [line(row) for row in rows[:MOST]],
            "lead": ngettext(
                "At that time something is booked in your shop, and a calendar that you follow says that it is taken "
                "there as well. One of both has to be moved or called off.",
                "At these times something is booked in your shop, and a calendar that you follow says that they are "
                "taken there as well. One of both has to be moved or called off.", len(rows)),
            "button_label": _("Look at it"), "button_url": web.admin_url("shop_admin.bookings_feeds") + "#clashes",
        }  # fmt: skip
    letters.write("mail/account/message", to=shop.email, to_name=shop.name, kind=CLASH, language=shop.language,
                  data=said)  # fmt: skip


def line(row: Closure) -> str:
    """From where it comes, from when to when."""
    return f"{row.reason}: {receipts.until(row.starts_at)} – {receipts.until(row.ends_at)}"
