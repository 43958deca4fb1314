"""Who works in which shop, in which role; the last owner stays."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, mapped_column

from kernel import accounts, clock, journal, permissions, tenancy, tokens
from kernel.accounts import Account
from kernel.db import Base, db, pk
from kernel.i18n import _l
from kernel.refusal import Missing, Refusal

ROLE_LABELS = {
    "owner": _l("Owner"),
    "manager": _l("Manager"),
    "marketer": _l("Marketer"),
    "accountant": _l("Accountant"),
    "clerk": _l("Clerk"),
}
ROLE_SENTENCES = {
    "owner": _l("Everything, staff and payments included."),
    "manager": _l("Everything of the daily business: products, orders, refunds and settings."),
    "marketer": _l("Pages, campaigns and people; sees orders without changing them."),
    "accountant": _l(
        "Sees and downloads what is about money, confirms payments and issues invoices; neither sells nor refunds."
    ),
    "clerk": _l("Sells, prepares and hands over; does not refund or change settings."),
}

INVITATION = "invitation"  # the purpose of the tokens that let somebody in


class LastOwner(Refusal):
    """A shop always has an owner."""

    message = _l("The shop needs at least one owner. Make somebody else owner first.")


class Membership(Base):
    """That a person works in a shop, as what, and until when."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("tenant_id", "account_id"),)
    id: Mapped[int] = pk()
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenant.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    token: Mapped[str] = mapped_column(String(32), unique=True, default=tokens.fresh)  # names it in addresses
    role: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    ended_at: Mapped[datetime | None]

    @property
    def role_label(self) -> str:
        """The role's name for people."""
        return str(ROLE_LABELS[self.role])


def held(account_id: int, tenant_id: int) -> Membership | None:
    """What that person is in that shop now."""
    return db.session.scalar(
        select(Membership).where(
            Membership.account_id == account_id, Membership.tenant_id == tenant_id, Membership.ended_at.is_(None)
        )
    )


def join(account: Account, tenant_id: int, role: str) -> Membership:
    """Let the person work in that shop in that role, again when they once did."""
    if role not in permissions.ROLES:
        raise Missing()
    known = db.session.scalar(
        select(Membership).where(Membership.account_id == account.id, Membership.tenant_id == tenant_id)
    )
    found = known or Membership(account_id=account.id, tenant_id=tenant_id)
    found.role, found.ended_at = role, None
    db.session.add(found)
    db.session.flush()
    return found


def shops_of(account_id: int) -> list[tuple[tenancy.Tenant, str]]:
    """The shops where that person works, with their role, by name."""
    rows = db.session.execute(
        select(tenancy.Tenant, Membership.role)
        .join(Membership, Membership.tenant_id == tenancy.Tenant.id)
        .where(Membership.account_id == account_id, Membership.ended_at.is_(None))
        .order_by(tenancy.Tenant.name)
    )
    return [(shop, role) for shop, role in rows]


def staff() -> list[tuple[Membership, Account]]:
    """Who works in the current shop, owners first."""
    rows = db.session.execute(
        select(Membership, Account)
        .join(Account, Account.id == Membership.account_id)
        .where(Membership.tenant_id == tenancy.current(), Membership.ended_at.is_(None))
        .order_by(Membership.id)
    )
    return sorted(((row, account) for row, account in rows), key=lambda pair: permissions.ROLES.index(pair[0].role))


def member(token: str, *, ended: bool = False) -> tuple[Membership, Account]:
    """One membership of the current shop and its person, by the token in addresses."""
    found = db.session.execute(
        select(Membership, Account)
        .join(Account, Account.id == Membership.account_id)
        .where(Membership.tenant_id == tenancy.current(), Membership.token == token)
    ).one_or_none()
    if found is None or (found[0].ended_at is not None) != ended:
        raise Missing()
    return found[0], found[1]


def change_role(token: str, role: str, *, by: Account) -> Membership:
    """Give somebody another role; their other sessions end, so that nothing old stays open."""
    row, account = member(token)
    if role not in permissions.ROLES:
        raise Missing()
    if row.role != role:
        _guard_last_owner(row)
        journal.write("staff.role", about=row, by=by, data={"name": account.known_as, "from": row.role, "to": role})
        row.role = role
        _end_access(account)
    return row


def remove(token: str, *, by: Account) -> Membership:
    """End a membership; it can be taken back."""
    row, account = member(token)
    _guard_last_owner(row)
    row.ended_at = clock.now()
    _end_access(account)
    journal.write("staff.removed", about=row, by=by, data={"name": account.known_as})
    return row


def _end_access(account: Account) -> None:
    """Nothing old stays open: their sessions, and the invitations whose links they were shown."""
    accounts.end_sessions(account)
    for row in tokens.open_of(INVITATION, tenancy.current()):
        if row.data.get("by_id") == account.id:
            row.used_at = clock.now()


def take_back(token: str, *, by: Account) -> Membership:
    """Undo a removal."""
    row, account = member(token, ended=True)
    row.ended_at = None
    journal.write("staff.returned", about=row, by=by, data={"name": account.known_as})
    return row


def _guard_last_owner(row: Membership) -> None:
    if row.role != "owner":
        return
    owners = (Membership.tenant_id == row.tenant_id) & (Membership.role == "owner") & Membership.ended_at.is_(None)
    # Locked in key order, so that two owners cannot end each other at once.
    rows = db.session.scalars(select(Membership.id).where(owners).order_by(Membership.id).with_for_update()).all()
    if len(rows) < 2:
        raise LastOwner()


def owner_confirmed(tenant_id: int) -> bool:
    """Whether an owner of the shop has shown that their address is theirs: before that no letter leaves."""
    found = db.session.scalar(
        select(func.count())
        .select_from(Membership)
        .join(Account, Account.id == Membership.account_id)
        .where(
            Membership.tenant_id == tenant_id,
            Membership.role == "owner",
            Membership.ended_at.is_(None),
            Account.confirmed_at.is_not(None),
        )
    )
    return bool(found)


journal.kind(
    "staff.role", _l("%(name)s: role changed from %(from)s to %(to)s"), {"from": ROLE_LABELS, "to": ROLE_LABELS}
)
journal.kind("staff.removed", _l("%(name)s no longer works here"))
journal.kind("staff.returned", _l("%(name)s works here again"))
journal.kind("staff.invited", _l("Invited %(email)s as %(role)s"), {"role": ROLE_LABELS})
journal.kind("staff.joined", _l("%(name)s accepted the invitation"))
