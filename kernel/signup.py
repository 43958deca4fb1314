"""Opening a shop: from five answers, the country decides the rest and it sells at once."""

from dataclasses import dataclass

from kernel import clock, countries, journal, memberships, shop_names, tenancy
from kernel.accounts import Account
from kernel.i18n import _l
from kernel.refusal import Refusal
from kernel.tenancy import Tenant

SHORTEST, LONGEST = 2, 120  # signs


class NoName(Refusal):
    """No shop can be called so."""

    message = _l("Call the shop something of 2 to 120 letters.")


def named(name: str) -> str:
    """What a shop is to be called, as somebody typed it, without blanks around it. Raises NoName."""
    if not SHORTEST <= len(name.strip()) <= LONGEST:
        raise NoName()
    return name.strip()


@dataclass(frozen=True)
class Wish:
    """What somebody tells who wants a shop; the phone is complete (E.164)."""

    name: str
    country: str
    phone: str


def open_shop(wish: Wish, owner: Account) -> Tenant:
    """Write the shop, furnished and live, with its owner; its tenant is entered."""
    known = countries.profile(wish.country)
    tenant = Tenant(
        slug=shop_names.free(wish.name), name=wish.name, country=known.code, currency=known.currency,
        language=known.language, languages=list(known.languages), timezone=known.timezone, treatment=known.treatment,
        phone=wish.phone, email=owner.email, live_at=clock.now(),
    )  # fmt: skip
    tenancy.open_shop(tenant)
    memberships.join(owner, tenant.id, "owner")
    journal.write("shop.opened", about=tenant, by=owner, data={"name": tenant.name})
    return tenant


journal.kind("shop.opened", _l("Opened the shop %(name)s"))
