"""Tokens: random ones with their digests, and signed ones that end by themselves."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from typing import Any

from itsdangerous import BadData, URLSafeTimedSerializer

from kernel import settings


def token() -> str:
    """A random 128-bit token for addresses and letters (22 URL-safe characters)."""
    return secrets.token_urlsafe(16)


def digest(value: str) -> str:
    """What the database keeps of a secret token: its SHA-256 in hex."""
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()


def fingerprint(purpose: str, value: str) -> str:
    """A keyed hash (HMAC-SHA-256, hex) that cannot be reversed by trying values without the install's secret."""
    key = f"{purpose}|{settings.current().secret_key}".encode()
    return hmac.new(key, value.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def fingerprints(purpose: str, values: Iterable[str]) -> list[str]:
    """The fingerprints of many values, with the key made once."""
    key = f"{purpose}|{settings.current().secret_key}".encode()
    return [hmac.digest(key, value.encode("utf-8", "surrogatepass"), "sha256").hex() for value in values]


def make(purpose: str, data: Any) -> str:
    """A signed token that carries `data` (JSON); its age is checked when it is read."""
    return str(_serializer(purpose).dumps(data))


def read(purpose: str, value: str, *, minutes: float | None) -> Any:
    """The data of a token made for `purpose` at most `minutes` ago, else None."""
    try:
        return _serializer(purpose).loads(value, max_age=None if minutes is None else int(minutes * 60))
    except BadData:
        return None


def _serializer(purpose: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings.current().secret_key, salt=f"plaza|{purpose}")
