"""Two-step log-in: beside the password a code of an app on the phone (TOTP, RFC 6238), or one of ten kept on paper.

An account keeps the app's secret sealed, the half minute of the code that it took last, and fingerprints of the codes
on paper. A code is taken with the account's row locked, so that of two who send the same one only one comes in.
"""

import secrets
from datetime import timedelta
from typing import Any

import pyotp
from sqlalchemy import select, update

from kernel import accounts, clock, sealing, signing, tokens
from kernel.accounts import Account
from kernel.db import db
from kernel.i18n import _l
from kernel.refusal import Refusal

PURPOSE = "totp"  # of what is sealed
STEP = 30  # seconds that a code of the app lives
LATE = 1  # steps that the phone's clock may be wrong, either way
BEGUN = timedelta(minutes=30)  # how long a secret waits for the first code
CODES = 10
SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another one
LENGTH = 10  # 49 bits: with the limit of tries nobody guesses one


class WrongCode(Refusal):
    """Neither a code of the app nor one from the paper, or taken before."""

    message = _l("This code does not fit, or it was used already. "
                 "Wait for the app's next one, or use one from your paper.")  # fmt: skip


class WrongFirstCode(WrongCode):
    """The app that was told the secret does not show that code."""

    message = _l("This code does not fit. Write the six digits that the app shows now; "
                 "the phone's clock must be right.")  # fmt: skip


class On(Refusal):
    """A secret is asked for where one is in use."""

    message = _l("Two-step log-in is on already.")
    status = 409


def on(account: Account) -> bool:
    """Whether that account asks for a second step."""
    return account.totp_since is not None


def begin(account: Account) -> None:
    """A new secret for the app; it asks for nothing until a code of it has come. Raises On."""
    if on(account):
        raise On()
    account.totp_sealed, account.totp_step = sealing.seal(PURPOSE, pyotp.random_base32()), 0
    account.totp_begun = clock.now()


def secret(account: Account) -> str:
    """The secret that an app is to be told; '' where none was made of late, or one is in use and never shown again."""
    return _secret(account) if not on(account) and _fresh(account) else ""


def address(account: Account, house: str) -> str:
    """The same as the address that apps read as a square code (otpauth://)."""
    return pyotp.TOTP(secret(account)).provisioning_uri(name=account.email, issuer_name=house)


def confirm(account: Account, code: str, *, keep: Any = None) -> list[str]:
    """The app shows the right code: from now on it is asked for; the codes for the paper. Sessions but `keep` end.

    Raises WrongCode, also where it was begun too long ago, and On where it was confirmed already.
    """
    row = _locked(account)
    if on(row):
        raise On()
    if not _fresh(row) or not _by_app(row, code):
        raise WrongFirstCode()
    row.totp_since = clock.now()
    accounts.end_sessions(row, keep=keep)
    if keep is not None:
        keep.proved_at = keep.proved_at or clock.now()
    return codes(row)


def codes(account: Account) -> list[str]:
    """Ten new codes for the paper; the older ones end. They are shown once, and only their fingerprints are kept."""
    made = ["".join(secrets.choice(SIGNS) for _ in range(LENGTH)) for _ in range(CODES)]
    account.recovery_hashes = [_kept(account, code) for code in made]
    return [f"{code[:5]}-{code[5:]}" for code in made]


def take(account: Account, code: str) -> bool:
    """Take a code, once; whether it came from the paper. Raises WrongCode."""
    row = _locked(account)
    if not on(row):
        raise WrongCode()
    if _by_app(row, code):
        return False
    mine, left = _kept(row, _plain(code)), list(row.recovery_hashes)
    if mine not in left:
        raise WrongCode()
    left.remove(mine)
    row.recovery_hashes = left
    return True


def off(account: Account) -> None:
    """Ask for the password only."""
    accounts.forget_second_step(account)


def way_back(account: Account) -> str:
    """The secret for a letter by which whoever reads that address ends what somebody else turned on."""
    return tokens.make("back", email=account.email, account_id=account.id, data={"second_step": True}, beside=True)


def sweep() -> None:
    """Forget the secrets that no app showed a code of in time."""
    waiting = update(Account).where(Account.totp_sealed.is_not(None), Account.totp_since.is_(None))
    old = Account.totp_begun.is_(None) | (Account.totp_begun < clock.now() - BEGUN)
    db.session.execute(waiting.where(old).values(totp_sealed=None, totp_begun=None))


def _fresh(account: Account) -> bool:
    return account.totp_begun is not None and account.totp_begun > clock.now() - BEGUN


def _by_app(row: Account, code: str) -> bool:
    """Whether it is the app's code of now, a step sooner or later, and none of that step or a later one was taken."""
    told, today = _plain(code), int(clock.now().timestamp()) // STEP
    kept = _secret(row)
    for step in range(today - LATE, today + LATE + 1) if kept and len(told) == 6 else ():
        if step > row.totp_step and pyotp.utils.strings_equal(pyotp.TOTP(kept).generate_otp(step), told):
            row.totp_step = step
            return True
    return False


def _secret(account: Account) -> str:
    try:
        return sealing.unseal(PURPOSE, account.totp_sealed) if account.totp_sealed else ""
    except sealing.Broken:  # the install has another secret: the codes are lost, whoever runs it lets them in
        return ""


def _locked(account: Account) -> Account:
    wanted = select(Account).where(Account.id == account.id).with_for_update()
    return db.session.scalars(wanted.execution_options(populate_existing=True)).one()


def _plain(code: str) -> str:
    return "".join(sign for sign in code.lower() if sign.isascii() and sign.isalnum())[:40]


def _kept(account: Account, code: str) -> str:
    return signing.fingerprint("recovery", f"{account.id}|{code}")
