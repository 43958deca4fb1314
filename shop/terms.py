"""Terms: the published policies that a buyer accepts with an order, and the version that is written onto it."""

from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from kernel.db import db
from kernel.i18n import _l
from kernel.refusal import Refusal
from shop import pages
from shop.page_versions import PageVersion
from shop.pages import Page

if TYPE_CHECKING:
    from shop.orders import Order


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


def accepted(order: "Order") -> list[tuple[Page, PageVersion]]:
    """The policies that the buyer accepted, each as it was then; [] where none was asked for."""
    if order.terms_at is None:
        return []
    then = PageVersion.at <= order.terms_at, or_(PageVersion.until.is_(None), PageVersion.until > order.terms_at)
    wanted = select(Page, PageVersion).join(PageVersion, PageVersion.page_id == Page.id).where(Page.kind == "policy")
    wanted = wanted.where(*then).order_by(Page.position, Page.id).execution_options(binned=True)
    return [(page, version) for page, version in db.session.execute(wanted)]
