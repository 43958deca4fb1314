"""Terms: the published policies that a buyer accepts with an order, and the version that is written onto it."""

from kernel.i18n import _l
from kernel.refusal import Refusal
from shop import pages


class TermsChanged(Refusal):
    """The terms that the buyer saw are no longer the ones in force."""

    message = _l("The terms of the shop have changed meanwhile. Read them and order again.")
    status = 409


def version() -> str:
    """The version in force: the day of the newest publication and the sum of the versions; "" without any policy."""
    policies = pages.listed("policy")
    if not policies:
        return ""
    newest = max(page.published_at for page in policies if page.published_at)
    return f"{newest:%Y-%m-%d}.{sum(page.version for page in policies)}"


def check(seen: str) -> str:
    """The version that an order accepts; refuses when the buyer saw another one."""
    now = version()
    if seen != now:
        raise TermsChanged()
    return now


def policies() -> list[pages.Page]:
    """The published policies, in the menu's order."""
    return list(pages.listed("policy"))
