"""Two who write the same at one moment: one sentence, 409, and nothing of the house told."""

import threading

import psycopg
import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from crm.contacts import Contact
from kernel import collisions, files, signing
from kernel.db import db
from tests.kernel import hostile


@pytest.fixture
def taken(shop, monkeypatch):
    """A view that writes what is there already."""
    shop.contact("ana@example.com")

    def twice():
        db.session.add(Contact(token=signing.token(), email="ana@example.com", email_norm="ana@example.com"))
        return "never"

    monkeypatch.setitem(shop.app.view_functions, "crm.consent", twice)
    monkeypatch.setattr(shop.app, "testing", False)
    return shop


def test_the_second_one_hears_a_sentence(taken):
    answer = taken.client.post("/consent")
    assert answer.status_code == 409
    assert "Otra persona cambió esto" in answer.text
    assert "INSERT" not in answer.text


def test_where_the_database_is_away_one_is_told_to_come_again(shop, monkeypatch):
    def away():
        raise OperationalError("SELECT 1", {}, psycopg.OperationalError("the connection is closed"))

    monkeypatch.setitem(shop.app.view_functions, "shop.contact", away)
    monkeypatch.setattr(shop.app, "testing", False)
    answer = shop.client.get("/contact")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    monkeypatch.setattr(shop.app, "_locate", lambda _environ: away())
    answer = shop.client.get("/contact")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")


def test_what_no_other_writer_explains_is_no_collision(shop):
    row = shop.product()
    row.category_id = 10**9
    with pytest.raises(IntegrityError) as raised:
        db.session.flush()
    assert not collisions.is_one(raised.value)
    db.session.rollback()


def test_the_same_file_from_two_at_once_is_one(shop):
    made, found = files.make(hostile.picture()), []
    shop.enter()
    db.session.rollback()

    def keep():
        with shop.app.app_context():
            shop.enter()
            found.append(files.keep(made, private=True).id)
            db.session.commit()

    both = [threading.Thread(target=keep) for _ in range(4)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert (len(found), len(set(found))) == (4, 1)
