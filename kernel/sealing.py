"""Sealing: what must be read again but never lie open in the database or a backup of it is kept encrypted."""

import base64
import hashlib
import hmac
from functools import lru_cache
from typing import TYPE_CHECKING

from kernel import settings
from kernel.late import Late

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

fernet = Late("cryptography.fernet")


class Broken(ValueError):
    """What was sealed cannot be opened here: it was changed, or sealed with another secret of the install."""


def seal(purpose: str, text: str) -> str:
    """The text, encrypted for one purpose with the install's secret."""
    return _box(purpose, settings.current().secret_key).encrypt(text.encode()).decode("ascii")


def unseal(purpose: str, sealed: str) -> str:
    """What was sealed for that purpose; raises Broken."""
    try:
        return _box(purpose, settings.current().secret_key).decrypt(sealed.encode()).decode()
    except (fernet.InvalidToken, UnicodeError) as error:
        raise Broken(purpose) from error


@lru_cache(maxsize=64)
def _box(purpose: str, secret: str) -> "Fernet":
    key = hmac.new(secret.encode(), f"seal|{purpose}".encode(), hashlib.sha256).digest()
    box: Fernet = fernet.Fernet(base64.urlsafe_b64encode(key))
    return box
