"""Codes of gift cards: eighty random bits in sixteen clear signs, found by a keyed hash and sealed to be read."""

import secrets

from kernel import sealing, signing, tenancy

SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no I, L, O, U, so that nobody misreads one
LENGTH = 16  # signs of five bits
HANDLE = 70  # signs of what a cart keeps
_READ = str.maketrans({"I": "1", "L": "1", "O": "0"})


def fresh() -> str:
    """A new code, without its dashes."""
    return "".join(secrets.choice(SIGNS) for _ in range(LENGTH))


def plain(text: str) -> str:
    """A code as a person typed it, made comparable; '' when it cannot be one."""
    typed = "".join(sign for sign in text[:80].upper() if sign not in " -–—._\t").translate(_READ)
    return typed if len(typed) == LENGTH and set(typed) <= set(SIGNS) else ""


def grouped(code: str) -> str:
    """XXXX-XXXX-XXXX-XXXX."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def hashed(code: str) -> str:
    """What the database finds a card by; another shop's card with the same code has another."""
    return signing.fingerprint("gift-card", f"{tenancy.current()}:{code}")


def sealed(code: str) -> str:
    """The code as it is kept for those who may read it."""
    return sealing.seal("gift-card", code)


def opened(kept: str) -> str:
    """A sealed code, in groups."""
    return grouped(sealing.unseal("gift-card", kept))


def handle(code: str) -> str:
    """What a cart keeps of a code: its hash and its end, so that no code lies open in the database."""
    return f"*{code[-4:]}:{hashed(code)}"


def handled(text: str) -> str:
    """The hash within such a handle; '' for anything else."""
    return text[6:] if len(text) == HANDLE and text[0] == "*" and text[5] == ":" else ""


def end(text: str) -> str:
    """The last signs of a handle: all of a code that pages show."""
    return text[1:5]
