"""A deposit as one types it, "50 %" or an amount, and as it is kept; "50" alone means the share."""

import re
from decimal import Decimal

from kernel import money, tenancy
from kernel.i18n import _
from kernel.money import Money
from shop.forms import amounts


def read(text: str) -> dict[str, int | None]:
    """The columns of a product; raises ValueError with the sentence to show."""
    plain = text.strip()
    if not plain:
        return {"deposit_bp": None, "deposit_minor": None}
    share = re.fullmatch(r"(\d{1,3}(?:[.,]\d{1,2})?)\s*%|([1-9]\d?)", plain)
    if share is None:
        return {"deposit_bp": None, "deposit_minor": _amount(plain)}
    points = int(Decimal((share[1] or share[2]).replace(",", ".")) * 100)
    if not 0 < points < 10_000:
        raise ValueError(_("Write a share between 1 % and 99 %."))
    return {"deposit_bp": points, "deposit_minor": None}


def _amount(plain: str) -> int | None:
    minor = amounts.price(plain)
    if not minor:
        raise ValueError(_("Write a share such as 50 %, or an amount."))
    if _bare(plain, minor):
        share, amount = f"{plain} %", _signed(minor)
        raise ValueError(_("Write %(share)s for a share, or %(amount)s for an amount.", share=share, amount=amount))
    return minor


def _bare(plain: str, minor: int) -> bool:
    """Whether it could be a share as well: "12.50" of a tour, an amount or 12.5 %?"""
    tenant = tenancy.tenant()
    hundred = Money(100 * 10 ** money.digits(tenant.currency), tenant.currency)
    return minor < hundred.minor and plain[0].isdigit() and plain[-1].isdigit()


def _signed(minor: int) -> str:
    tenant = tenancy.tenant()
    return Money(minor, tenant.currency).format(tenant.locale)


def written(points: int | None, minor: int | None) -> str:
    """The columns as one types them."""
    if points:
        return f"{points / 100:g} %"
    plain = amounts.typed(minor)
    return _signed(minor) if minor and _bare(plain, minor) else plain
