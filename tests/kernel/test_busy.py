"""A writer that waited too long for others: a sentence, 503 and when to come again, and nothing is lost."""

import sqlite3
from contextlib import closing

import pytest

from kernel import transactions
from kernel.db import db


@pytest.fixture
def held(shop, monkeypatch):
    """Another program holds the write lock of the database's file."""
    if db.engine.dialect.name != "sqlite":
        yield None  # rows wait for rows there: nothing holds the whole
        return
    db.session.commit()
    monkeypatch.setattr(transactions, "PATIENCE", 0.2)
    with closing(sqlite3.connect(db.engine.url.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield other
        other.execute("ROLLBACK")


def test_who_waits_too_long_is_told_when_to_come_again(shop, held):
    if held is None:
        return
    answer = shop.client.post("/consent", data={"behaviour": "yes", "next": "/"})
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert "momento" in answer.text
    held.execute("ROLLBACK")
    assert shop.client.post("/consent", data={"behaviour": "yes", "next": "/"}).status_code == 303
    held.execute("BEGIN IMMEDIATE")
