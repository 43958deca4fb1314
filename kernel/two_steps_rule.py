"""A shop that asks two steps of all its staff: a code of the phone or a passkey, after some days of grace."""

from datetime import datetime, timedelta

from kernel import clock, journal, passkey_rows, tenancy, two_factor
from kernel.accounts import Account
from kernel.i18n import _l
from kernel.memberships import Membership
from kernel.refusal import Missing, Refusal
from kernel.tenancy import Tenant

GRACE = (0, 3, 7)  # days


class NotYourself(Refusal):
    """Who asks it of others has it."""

    message = _l("First set it up for yourself: then you can ask it of everybody.")


class Unproved(Refusal):
    """They have it and came in without; for programs, and for parts of pages. Pages lead there instead."""

    message = _l("This shop asks two steps of all its staff: confirm with your passkey or your code first.")
    status = 403


class Lacking(Refusal):
    """They must set it up first; for programs, and for parts of pages. Pages lead there instead."""

    message = _l("This shop asks two steps of all its staff: set yours up first.")
    status = 403


def has(account: Account) -> bool:
    """Whether more than a password can open that account."""
    return two_factor.on(account) or bool(passkey_rows.holders([account.id]))


def due(held: Membership, shop: Tenant) -> datetime | None:
    """From when on more than a password opens that shop to that person; None where it does not ask that."""
    if shop.two_steps_since is None:
        return None
    return max(shop.two_steps_since, held.created_at) + timedelta(days=shop.two_steps_grace)


def with_it(staff: list[tuple[Membership, Account]]) -> set[int]:
    """Which accounts of that staff have it."""
    keys = passkey_rows.holders([account.id for _row, account in staff])
    return keys | {account.id for _row, account in staff if two_factor.on(account)}


def ask(days: int, *, by: Account) -> None:
    """Ask it of everybody who works in the current shop, in so many days. Raises NotYourself."""
    if days not in GRACE:
        raise Missing()
    if not has(by):
        raise NotYourself()
    shop = tenancy.tenant()
    shop.two_steps_since, shop.two_steps_grace = shop.two_steps_since or clock.now(), days
    journal.write("staff.two_steps", by=by, data={"days": days})


def stop(*, by: Account) -> None:
    """Ask it of nobody."""
    shop = tenancy.tenant()
    if shop.two_steps_since is not None:
        shop.two_steps_since = None
        journal.write("staff.two_steps_off", by=by)


journal.kind("staff.two_steps", _l("Asks two steps of all staff; days to set it up: %(days)s"))
journal.kind("staff.two_steps_off", _l("No longer asks two steps of all staff"))
