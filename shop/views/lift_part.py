"""The part of the list of pages that says what it earns to show each visitor what was chosen for them."""

from typing import Any

from flask import render_template
from markupsafe import Markup

from crm.visitors import HOLD_OUT
from kernel import i18n, money, tenancy
from kernel.i18n import _
from shop import lift
from shop.lift import Arm, Lift


def part() -> Markup:
    """One sentence, and behind it what it is reckoned from."""
    found = lift.now()
    rows = [_row(_("See what was chosen for them"), found.shown), _row(_("Never see it"), found.held_out)]
    drawn = render_template(
        "shop/desk/pages/_lift.html", sentence=sentence(found), rows=rows, left_out=found.left_out, days=lift.DAYS,
        share=HOLD_OUT, missing=i18n.number(found.missing) if found.missing else "",
    )  # fmt: skip
    return Markup(drawn)  # noqa: S704


def _row(name: str, arm: Arm) -> dict[str, Any]:
    visitors, buyers = i18n.number(arm.visitors), i18n.number(arm.buyers)
    return {"name": name, "visitors": visitors, "buyers": buyers, "each": _money(round(arm.mean))}


def sentence(found: Lift) -> str:
    """What the owner may believe, in one plain sentence."""
    if found.missing:
        return _("Who comes back sees first what they like. What that earns can only be told with many visitors.")
    told = {"low": _money(found.low), "high": _money(found.high)}
    if not found.seen:
        return str(
            _("No difference can be seen: what it earns lies between %(low)s and %(high)s for each visitor.", **told)
        )
    if found.difference > 0:
        return str(_(
            "Each visitor leaves %(more)s more when the pages fit them: surely between %(low)s and %(high)s.",
            more=_money(found.difference), **told,
        ))  # fmt: skip
    less = {"more": _money(-found.difference), "low": _money(-found.high), "high": _money(-found.low)}
    return str(
        _("Each visitor leaves %(more)s less when the pages fit them: surely between %(low)s and %(high)s.", **less)
    )


def _money(minor: int) -> str:
    whole = 10 ** money.digits(tenancy.tenant().currency)
    minor = round(minor / whole) * whole if abs(minor) >= 10 * whole else minor
    return lift.money(minor).format(tenancy.tenant().locale, cents=False)
