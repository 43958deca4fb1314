"""The people who log in to the back office: one account for all the shops where they work."""

import re
from datetime import datetime
from typing import NamedTuple

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import String, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from kernel import clock, passkey_rows, passwords, sessions, signing, tokens
from kernel.db import Base, db, pk
from kernel.i18n import _l
from kernel.refusal import Gone, Missing, Refusal


class BadAddress(Refusal):
    """What was typed is no address."""

    message = _l("Write it like name@example.com.")


class Taken(Gone):
    """The address was shown to be somebody else's meanwhile."""

    message = _l("Another account has this address by now: log in with it.")


class Account(sessions.Subject, Base):
    """A person who logs in to the back office; one for all the shops where they work."""

    __tablename__ = "account"
    id: Mapped[int] = pk()
    email: Mapped[str] = mapped_column(String(320), unique=True)  # as `normal()` leaves it
    name: Mapped[str] = mapped_column(String(120), default="")
    password_hash: Mapped[str | None] = mapped_column(Text)
    epoch: Mapped[int] = mapped_column(default=1)  # moves with password, role and removal: older sessions end
    language: Mapped[str] = mapped_column(String(8), default="es")
    confirmed_at: Mapped[datetime | None]  # when they showed that the address is theirs
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    totp_sealed: Mapped[str | None] = mapped_column(Text)  # the secret of the app on the phone
    totp_begun: Mapped[datetime | None]  # when that secret was made
    totp_since: Mapped[datetime | None]  # since when a second step is asked for
    totp_step: Mapped[int] = mapped_column(default=0)  # the half minute of the code that was taken last
    recovery_hashes: Mapped[list[str]] = mapped_column(default=list)  # of the codes on paper that are left

    @property
    def known_as(self) -> str:
        """The name, else what stands before the @, written as a name is: `abril.mora@` is Abril Mora."""
        return self.name or " ".join(re.split(r"[._]+", self.email.split("@")[0])).strip().title() or self.email


def normal(email: str) -> str:
    """The form in which addresses are kept and compared."""
    return email.strip().lower()


def given(email: str) -> str:
    """An address that could exist, as somebody typed it, in its usual form. Raises BadAddress."""
    try:
        return normal(validate_email(email.strip(), check_deliverability=False).normalized)
    except EmailNotValidError:
        raise BadAddress() from None


def by_email(email: str) -> Account | None:
    """The account of that address, if there is one."""
    return db.session.scalar(select(Account).where(Account.email == normal(email)))


def get(account_id: int) -> Account:
    """The account of that id."""
    found = db.session.get(Account, account_id)
    if found is None:
        raise Missing()
    return found


def create(*, email: str, name: str = "", password_hash: str | None = None, language: str = "es") -> Account:
    """Write a new account; `password_hash` was made before the writer's turn."""
    account = Account(email=normal(email), name=name.strip(), password_hash=password_hash, language=language)
    db.session.add(account)
    db.session.flush()
    return account


def person(session: sessions.Session | None) -> Account | None:
    """Whose session this is: nobody when password, role or membership changed since it began."""
    if session is None:
        return None
    account = db.session.get(Account, session.subject_id)
    return account if account is not None and account.epoch == session.epoch else None


class Known(NamedTuple):
    """Whose password was right; `fresh` is a newer hash of it when the kept one is out of date."""

    id: int
    epoch: int
    fresh: str | None


def recognised(email: str, password: str) -> Known | None:
    """The account with that password, else None; one hash is computed either way, so not in the writer's turn."""
    account = by_email(email)
    kept = account.password_hash if account else None
    told = (account.id, account.epoch) if account else (0, 0)
    if not passwords.matches(password, kept) or kept is None:
        return None
    return Known(*told, passwords.refreshed(password, kept))


def welcome(known: Known) -> bool:
    """Whether what was recognised still holds in the writer's turn; a hash out of date is replaced."""
    account = get(known.id)
    if account.epoch != known.epoch:
        return False
    account.password_hash = known.fresh or account.password_hash
    return True


def set_password(account: Account, password_hash: str, *, keep: sessions.Session | None = None) -> None:
    """A new password: every session but `keep` ends, and so do open links to reset it or to change the address."""
    account.password_hash = password_hash
    end_sessions(account, keep=keep)
    for purpose in ("reset", "email"):
        tokens.forget(purpose, account_id=account.id)


def set_email(account: Account, email: str) -> None:
    """A new address that was shown to be theirs: links that went to the old one end."""
    account.email, account.confirmed_at = normal(email), clock.now()
    for purpose in ("reset", "confirm", "email"):
        tokens.forget(purpose, account_id=account.id)


def change_email(account: Account, email: str) -> str:
    """The same, with the secret of the way back for who reads the old one; links of earlier changes stay open."""
    before = account.email
    set_email(account, email)
    return tokens.make("back", email=before, account_id=account.id, beside=True)


def take_back(secret: str) -> Account:
    """The address before a change is the account's again; sessions, its password and ways back of later changes end.

    A second step that was asked for since then, or of which the letter told, ends too, and so do passkeys.
    Who took the address meanwhile and never showed that it is theirs has the other one instead. Raises Expired, Taken.
    """
    row = tokens.use("back", secret)
    account, other = get(row.account_id or 0), by_email(row.email)
    if other is not None and other is not account:
        if other.confirmed_at is not None:
            raise Taken()
        kept, account.email = account.email, signing.token()  # two never have the same one, not for a moment
        db.session.flush()
        other.email = kept
        db.session.flush()
    set_email(account, row.email)
    if row.data.get("second_step") or (account.totp_since is not None and account.totp_since >= row.created_at):
        forget_second_step(account)
    since = account.created_at if row.data.get("passkeys") else row.created_at
    passkey_rows.forget(account.id, since=since, token=str(row.data.get("passkey", "")))
    account.password_hash = None
    end_sessions(account)
    tokens.forget_after(row)
    return account


def forget_second_step(account: Account) -> None:
    """No code is asked for beside the password any more."""
    account.totp_sealed = account.totp_begun = account.totp_since = None
    account.recovery_hashes = []


def end_sessions(account: Account, *, keep: sessions.Session | None = None) -> None:
    """End every session of the account but `keep`, from the next request on."""
    account.epoch += 1
    sessions.end_all("staff", account.id, keep=keep)
    if keep is not None:
        keep.epoch = account.epoch
