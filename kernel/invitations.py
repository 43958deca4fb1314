"""Invitations: the owner asks somebody by e-mail to work in the shop; whoever holds the link accepts it once."""

from dataclasses import dataclass
from datetime import datetime

from kernel import accounts, clock, journal, letters, memberships, permissions, settings, signing, tenancy, tokens, web
from kernel.accounts import Account
from kernel.db import db
from kernel.i18n import _, _l, speak
from kernel.memberships import Membership
from kernel.refusal import Missing, Refusal
from kernel.tokens import Token

PURPOSE = memberships.INVITATION


class WorksHere(Refusal):
    """Nobody is invited to where they are."""

    message = _l("This person works here already. You can change their role in the list.")


@dataclass(frozen=True)
class Invitation:
    """One that is open; `name` stands in addresses, the secret only in the letter."""

    name: str
    email: str
    role: str
    until: datetime

    @property
    def role_label(self) -> str:
        """The role's name for people."""
        return str(memberships.ROLE_LABELS[self.role])


def invite(email: str, role: str, *, by: Account) -> str:
    """Write to that address with a link to accept; an older invitation of the same address ends. That link.

    It is a key: only whoever invites is shown it, once, to hand it on where a letter does not arrive.
    """
    if role not in permissions.ROLES:
        raise Missing()
    known = accounts.by_email(email)
    if known is not None and memberships.held(known.id, tenancy.current()):
        raise WorksHere()
    data = {"role": role, "by": by.known_as, "by_id": by.id, "name": signing.token()}
    secret = tokens.make(PURPOSE, email=accounts.normal(email), tenant_id=tenancy.current(), data=data)
    told = {"email": accounts.normal(email), "role": role}
    journal.write("staff.invited", by=by, data=told)
    url = web.install_url("kernel_install.invitation", token=secret)
    _tell(email, role, url, by=by)
    return url


def open_ones() -> list[Invitation]:
    """The invitations of the current shop that nobody has accepted yet."""
    rows = tokens.open_of(PURPOSE, tenancy.current())
    return [Invitation(str(row.data["name"]), row.email, str(row.data["role"]), row.expires_at) for row in rows]


def again(name: str, *, by: Account) -> tuple[str, str]:
    """Send an open invitation once more, with a new link; to whom, and that link."""
    row = _named(name)
    email, role = row.email, str(row.data["role"])
    return email, invite(email, role, by=by)


def withdraw(name: str, *, by: Account) -> str:
    """Let the link of an open invitation end; whose it was."""
    row = _named(name)
    row.used_at = clock.now()
    journal.write("staff.uninvited", by=by, data={"email": row.email})
    return row.email


def shop_of(row: Token) -> tenancy.Tenant:
    """The shop that an invitation is for; raises Expired when it is gone."""
    found = db.session.get(tenancy.Tenant, row.tenant_id)
    if found is None:
        raise tokens.Expired()
    return found


def accept(secret: str, account: Account) -> Membership:
    """Use an invitation up and let the person work in its shop, whose tenant is entered."""
    row = tokens.use(PURPOSE, secret)
    shop = shop_of(row)
    if memberships.held(account.id, shop.id):
        raise WorksHere(_l("You work in this shop already."))
    tenancy.enter(shop.id)
    held = memberships.join(account, shop.id, str(row.data["role"]))
    journal.write("staff.joined", about=held, by=account, data={"name": account.known_as})
    return held


def _named(name: str) -> Token:
    rows = tokens.open_of(PURPOSE, tenancy.current())
    found = next((row for row in rows if row.data["name"] == name), None)
    if found is None:
        raise Missing()
    return found


def _tell(email: str, role: str, url: str, *, by: Account) -> None:
    shop = tenancy.tenant()
    known = accounts.by_email(email)
    language = known.language if known else by.language
    with speak(language, shop.country):
        told = {"name": by.known_as, "shop": shop.name}
        data = {
            "subject": _("%(name)s invites you to %(shop)s", **told),
            "heading": _("Work with %(name)s at %(shop)s", **told),
            "lead": _("Your role: %(role)s. %(sentence)s", role=str(memberships.ROLE_LABELS[role]),
                      sentence=str(memberships.ROLE_SENTENCES[role])),
            "button_label": _("Accept the invitation"),
            "button_url": url,
            "more": _("The button works once, for seven days. If you do not know %(name)s, do nothing.", **told),
            "host": settings.current().host,
        }  # fmt: skip
    letters.write(
        "mail/kernel/account", to=email, kind=letters.INVITATION, language=language, data=data, private=True,
        reply_to=by.email, not_after=tokens.end(PURPOSE),
    )  # fmt: skip


journal.kind("staff.uninvited", _l("Withdrew the invitation of %(email)s"))
