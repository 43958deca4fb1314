"""A deposit as one types it, "50 %" or an amount, and as it is kept."""

import re
from decimal import Decimal

from kernel.i18n import _
from shop.forms import amounts


def read(text: str) -> dict[str, int | None]:
    """The columns of a product; raises ValueError with the sentence to show."""
    plain = text.strip()
    if not plain:
        return {"deposit_bp": None, "deposit_minor": None}
    share = re.fullmatch(r"(\d{1,3}(?:[.,]\d{1,2})?)\s*%", plain)
    if share is None:
        return {"deposit_bp": None, "deposit_minor": _amount(plain)}
    points = int(Decimal(share[1].replace(",", ".")) * 100)
    if not 0 < points < 10_000:
        raise ValueError(_("Write a share between 1 % and 99 %."))
    return {"deposit_bp": points, "deposit_minor": None}


def _amount(plain: str) -> int | None:
    minor = amounts.price(plain)
    if not minor:
        raise ValueError(_("Write a share such as 50 %, or an amount."))
    return minor


def written(points: int | None, minor: int | None) -> str:
    """The columns as one types them."""
    return f"{points / 100:g} %" if points else amounts.typed(minor)
