"""What a shop asks of its people besides their address: the birthday at sign-up, whether WhatsApp is welcome."""

from sqlalchemy import UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from kernel import journal
from kernel.accounts import Account
from kernel.db import Base, db, pk
from kernel.i18n import _l
from kernel.tenancy import TenantOwned


class SignUpAsks(TenantOwned, Base):
    """The one row of a tenant; without one nothing more is asked."""

    __tablename__ = "sign_up_asks"
    __extra__ = (UniqueConstraint("tenant_id"),)
    id: Mapped[int] = pk()
    birthday: Mapped[bool] = mapped_column(default=False)  # day and month, at the sign-up form
    whatsapp: Mapped[bool] = mapped_column(default=False)  # consent, at the checkout and in the preferences


def of() -> SignUpAsks:
    """What the current tenant asks; an unsaved row when it never said."""
    return db.session.scalars(select(SignUpAsks)).one_or_none() or SignUpAsks(birthday=False, whatsapp=False)


def change(*, birthday: bool, whatsapp: bool, by: Account) -> None:
    """Ask for these from now on."""
    row = of()
    row.birthday, row.whatsapp = birthday, whatsapp
    db.session.add(row)
    journal.write("people.asks", by=by)


def init_app(_app: object) -> None:
    """How the journal tells of it."""
    journal.kind("people.asks", _l("Changed what people are asked when they sign up or order"))
