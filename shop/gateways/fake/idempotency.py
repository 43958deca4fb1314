"""Idempotency keys: the first answer again for the same words, an error for other words."""

import hashlib
import json
from typing import Any

from shop.gateways.fake.problems import invalid, other_request
from shop.gateways.fake.store import Books

LONGEST, KEPT = 255, 86_400


def asked(method: str, path: str, params: dict[str, Any]) -> str:
    """What a call asks, as one word to compare."""
    return hashlib.sha256(json.dumps([method, path, params], sort_keys=True).encode()).hexdigest()


def known(books: Books, key: str, wanted: str) -> tuple[int, str] | None:
    """The answer that this key already has."""
    if len(key) > LONGEST:
        raise invalid("Idempotency keys have at most 255 characters.")
    books.sql.execute("DELETE FROM answer WHERE at < ?", (books.now() - KEPT,))
    question = "SELECT asked, status, body FROM answer WHERE account = ? AND key = ?"
    found = books.sql.execute(question, (books.account, key)).fetchone()
    if found is None:
        return None
    if found[0] != wanted:
        raise other_request(key)
    return found[1], found[2]


def remember(books: Books, key: str, wanted: str, answer: tuple[int, str]) -> None:
    """Keep an answer, an error's too."""
    books.sql.execute(
        "INSERT INTO answer (account, key, asked, status, body, at) VALUES (?, ?, ?, ?, ?, ?)",
        (books.account, key, wanted, *answer, books.now()),
    )
