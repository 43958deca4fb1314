"""Who in this shop may do a thing, as pages say it: which roles, which people hold them, how to ask one of them."""

from typing import Any
from urllib.parse import quote

from kernel import memberships, permissions, web
from kernel.accounts import Account
from kernel.i18n import _
from kernel.memberships import ROLE_LABELS, Membership


def roles(permission: str) -> str:
    """The roles that may, as words in a row."""
    return ", ".join(str(ROLE_LABELS[role]) for role in permissions.who(permission))


def people(permission: str) -> list[tuple[Membership, Account]]:
    """Who works here and may, those with most to say first."""
    may = permissions.who(permission)
    return [(row, account) for row, account in memberships.staff() if row.role in may]


def refused(permission: str, role: str) -> dict[str, Any]:
    """What a page says to somebody of that role, who may not: what was wanted, as what they work here, who may."""
    wanted = str(permissions.named(permission).label)
    return {
        "permission": permission, "wanted": wanted, "role": str(ROLE_LABELS[role]),
        "roles": roles(permission),
        "people": [{"row": row, "account": account, "mail": _mail(account, wanted)} for row, account in
                   people(permission)],
    }  # fmt: skip


def _mail(account: Account, wanted: str) -> str:
    """A letter to them that begins with what is asked for."""
    me = web.person()
    subject = _("%(name)s asks: %(what)s", name=me.known_as, what=wanted) if me else wanted
    return f"mailto:{quote(account.email, safe='@')}?subject={quote(subject)}"


def said(one: permissions.Permission) -> str:
    """The roles that may, where there is no room for columns."""
    return _("All roles") if len(one.roles) == len(permissions.ROLES) else roles(one.name)


def table() -> list[dict[str, Any]]:
    """Everything that staff may do, under its headings: each with its roles, straight from what is declared."""
    return [
        {"label": label, "rows": [{"label": one.label, "name": one.name, "who": said(one),
                                   "may": [role in one.roles for role in permissions.ROLES]} for one in some]}
        for label, some in permissions.by_area()
    ]  # fmt: skip


def holders() -> list[dict[str, Any]]:
    """The roles in order: name, what they are for, who has each now."""
    staff = memberships.staff()
    return [
        {"role": role, "label": ROLE_LABELS[role], "sentence": memberships.ROLE_SENTENCES[role],
         "people": [account.known_as for row, account in staff if row.role == role]}
        for role in permissions.ROLES
    ]  # fmt: skip
