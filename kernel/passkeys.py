"""Log-in with a passkey (WebAuthn): the key answers one question, for the install's own address, its owner being there.

The question is made of a secret that only this browser's cookie holds; its token is used up by the answer. A shop's
host lies below the install's, so it could ask for the same keys: the origin of the answer is compared, whole.
"""

import ipaddress
import json
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from sqlalchemy import delete, select

from kernel import accounts, clock, passkey_rows, sessions, settings, signing, tokens
from kernel.accounts import Account
from kernel.db import db
from kernel.i18n import _l
from kernel.late import Late
from kernel.passkey_rows import Passkey
from kernel.refusal import Missing, Refusal

webauthn, structs = Late("webauthn"), Late("webauthn.helpers.structs")
MOST = 20
LONGEST = 20_000  # signs of an answer: no true one has a tenth of it


class Unknown(Refusal):
    """Whatever is wrong with an answer, a stranger hears the same."""

    message = _l("That passkey does not open an account here. Try again, or log in with e-mail and password.")


class NotAdded(Refusal):
    """A new key whose answer does not fit."""

    message = _l("The passkey was not added: begin once more.")


class Enough(Refusal):
    """More than anybody has devices."""

    message = _l("Twenty passkeys are enough: remove one that you do not use.")


class Known(NamedTuple):
    """Whose key answered rightly, and how often it says that it did."""

    id: int
    counted: int


def ready() -> None:
    """Have the library at hand: the first import takes longer than a writer's turn should."""
    _ = structs.UserVerificationRequirement


def possible() -> bool:
    """Whether browsers keep keys for this install: for a name, not for an address of numbers."""
    try:
        ipaddress.ip_address(_host())
    except ValueError:
        return True
    return False


def question() -> tuple[str, str]:
    """(the secret for this browser's cookie, what the script asks any key of this install for), to log in."""
    secret = tokens.make("passkey", email="", beside=True)
    asked = webauthn.generate_authentication_options(
        rp_id=_host(), challenge=_challenge(secret), user_verification=structs.UserVerificationRequirement.REQUIRED
    )
    return secret, webauthn.options_to_json(asked)


def recognised(secret: str, answer: str) -> Known:
    """Whose key gave that answer to this browser's question; not in the writer's turn. Raises Unknown."""
    try:
        tokens.read("passkey", secret)
        told = json.loads(answer)
        row = db.session.scalar(select(Passkey).where(Passkey.credential == str(told["id"])))
        if row is None or not _meant(told, row):
            raise Unknown()
        right = webauthn.verify_authentication_response(
            credential=told, expected_challenge=_challenge(secret), expected_rp_id=_host(), expected_origin=_origin(),
            credential_public_key=webauthn.base64url_to_bytes(row.public_key), credential_current_sign_count=0,
            require_user_verification=True,
        )  # fmt: skip
    except Exception as error:  # a stranger sent it: the library fails in many ways at what is none
        raise Unknown() from error
    return Known(row.id, right.new_sign_count)


def welcome(secret: str, known: Known) -> Passkey:
    """The key that comes in, in the writer's turn: of several who send one answer only one does. Raises Unknown.

    A key whose count does not grow was copied (`copied_at`): it opens nothing any more, and every session ends.
    """
    row = _locked(known.id)
    try:
        tokens.use("passkey", secret)
    except tokens.Expired:
        raise Unknown() from None
    if row is None or row.removed_at or row.copied_at or accounts.get(row.account_id).password_hash is None:
        raise Unknown()  # without a password it waits for its owner, who was written to
    if (known.counted or row.sign_count) and known.counted <= row.sign_count:
        row.copied_at = clock.now()
        accounts.end_sessions(accounts.get(row.account_id))
        return row
    row.sign_count, row.used_at = known.counted, clock.now()
    return row


def begin(account: Account, name: str, session: sessions.Session) -> tuple[str, str]:
    """(the secret for the cookie, what the script asks a device for), to add a key of that name. Raises Enough."""
    kept = passkey_rows.of(account.id)
    if len(kept) >= MOST:
        raise Enough()
    handle = kept[0].handle if kept else signing.token()
    told = {"name": name, "session": session.id, "handle": handle, "epoch": account.epoch}
    secret = tokens.make("new_passkey", email="", account_id=account.id, data=told)
    choice = structs.AuthenticatorSelectionCriteria(
        resident_key=structs.ResidentKeyRequirement.REQUIRED,
        user_verification=structs.UserVerificationRequirement.REQUIRED,
    )
    asked = webauthn.generate_registration_options(
        rp_id=_host(), rp_name=f"Plaza {settings.current().host.partition(':')[0]}", user_name=account.email,
        user_id=handle.encode(), user_display_name=account.known_as, challenge=_challenge(secret),
        authenticator_selection=choice,
        exclude_credentials=[
            structs.PublicKeyCredentialDescriptor(id=webauthn.base64url_to_bytes(row.credential)) for row in kept
        ],
    )  # fmt: skip
    return secret, webauthn.options_to_json(asked)


def add(account: Account, secret: str, answer: str, session: sessions.Session) -> Passkey:
    """Keep the key that answered; it opens the account from now on. Raises NotAdded."""
    try:
        row = tokens.use("new_passkey", secret)
        if (row.account_id, row.data["session"], row.data["epoch"]) != (account.id, session.id, account.epoch):
            raise NotAdded()
        right = webauthn.verify_registration_response(
            credential=json.loads(answer), expected_challenge=_challenge(secret), expected_rp_id=_host(),
            expected_origin=_origin(), require_user_verification=True,
        )  # fmt: skip
    except Exception as error:  # what a browser sends is whatever somebody wrote
        raise NotAdded() from error
    name = webauthn.helpers.bytes_to_base64url(right.credential_id)
    db.session.execute(delete(Passkey).where(Passkey.credential == name, Passkey.removed_at.is_not(None)))
    if db.session.scalar(select(Passkey.id).where(Passkey.credential == name)):
        raise NotAdded()
    made = Passkey(
        account_id=account.id, name=row.data["name"], credential=name, handle=row.data["handle"],
        public_key=webauthn.helpers.bytes_to_base64url(right.credential_public_key), sign_count=right.sign_count,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    session.proved_at = session.proved_at or clock.now()
    return made


def mine(account: Account, token: str, *, removed: bool = False) -> Passkey:
    """One passkey of the account, by the token in addresses. Raises Missing."""
    row = db.session.scalar(select(Passkey).where(Passkey.token == token, Passkey.account_id == account.id))
    if row is None or (row.removed_at is not None) != removed:
        raise Missing()
    return row


def remove(account: Account, token: str, *, keep: sessions.Session | None) -> Passkey:
    """It opens nothing from now on, and sessions but `keep` end; for half an hour that can be taken back."""
    row = mine(account, token)
    row.removed_at = clock.now()
    accounts.end_sessions(account, keep=keep)
    return row


def take_back(account: Account, token: str) -> Passkey:
    """Undo a removal. Raises Missing."""
    row = mine(account, token, removed=True)
    if row.removed_at is None or row.removed_at < clock.now() - passkey_rows.UNDO:
        raise Missing()
    row.removed_at = None
    return row


def way_back(account: Account, row: Passkey) -> str:
    """The secret for a letter by which whoever reads that address ends a passkey that somebody else added."""
    told = {"passkey": row.token}
    return tokens.make("back", email=account.email, account_id=account.id, data=told, beside=True)


def lost(account: Account) -> str:
    """The secret for a letter by which whoever reads that address ends all of them, and the password with them."""
    return tokens.make("back", email=account.email, account_id=account.id, data={"passkeys": True}, beside=True)


def _meant(told: dict[str, Any], row: Passkey) -> bool:
    """Whether the answer names the account that the key was made for."""
    handle = told["response"].get("userHandle")
    return bool(handle) and webauthn.base64url_to_bytes(handle) == row.handle.encode()


def _locked(passkey_id: int) -> Passkey | None:
    wanted = select(Passkey).where(Passkey.id == passkey_id).with_for_update()
    return db.session.scalar(wanted.execution_options(populate_existing=True))


def _challenge(secret: str) -> bytes:
    return bytes.fromhex(signing.fingerprint("passkey", secret))


def _host() -> str:
    return urlsplit(settings.current().url).hostname or ""


def _origin() -> str:
    known = urlsplit(settings.current().url)
    return f"{known.scheme}://{known.netloc.lower()}"
