"""Passwords: Argon2 hashes, the same work for known and unknown people, and what is too weak or too long."""

from functools import lru_cache
from pathlib import Path

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from kernel.i18n import _l
from kernel.refusal import Refusal

SHORTEST = 8
LONGEST = 200  # nobody types more; hashing a megabyte is an attack
WEAK = Path(__file__).parent / "weak_passwords.txt"

_kept = {"hasher": PasswordHash.recommended()}
count = {"hashes": 0}  # how often a hash was computed: the same for known and unknown people


class Weak(Refusal):
    """A password that others would guess."""


def use_cheap() -> None:
    """For tests: the same algorithm with the least work."""
    _kept["hasher"] = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
    _dummy.cache_clear()


def hashed(password: str) -> str:
    """The Argon2 hash to keep; slow on purpose, so outside the writer's turn."""
    count["hashes"] += 1
    return _kept["hasher"].hash(password)


def matches(password: str, kept: str | None) -> bool:
    """Whether that is the password; without a kept hash the same work is done for nothing."""
    count["hashes"] += 1
    if len(password) > LONGEST:
        password, kept = "", None
    fits = _kept["hasher"].verify(password, kept or _dummy())
    return fits and kept is not None


def refreshed(password: str, kept: str) -> str | None:
    """A newer hash of a password that was right, when the kept one is out of date; else None."""
    return hashed(password) if _kept["hasher"].current_hasher.check_needs_rehash(kept) else None


@lru_cache
def _dummy() -> str:
    return _kept["hasher"].hash("nobody's password")


@lru_cache
def _guessable() -> frozenset[str]:
    return frozenset(WEAK.read_text(encoding="utf-8").split())


def check(password: str, *about: str) -> None:
    """Raise Weak with what to do when `password` is too short, too long, guessable or only repeats `about`."""
    if len(password) > LONGEST:
        raise Weak(_l("That password is too long: use at most 200 characters."))
    if len(password) < SHORTEST:
        raise Weak(_l("Use at least 8 characters."))
    plain = password.casefold()
    told = {word.casefold() for text in about for word in (text, *text.split("@"), text.replace(" ", "")) if word}
    if plain in _guessable() or plain.rstrip("0123456789!.") in _guessable() | told or len(set(plain)) < 4:
        raise Weak(_l("That password is easy to guess: three or four unrelated words are better."))
