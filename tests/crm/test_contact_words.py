"""People are found by how their words begin; the database keeps the words, whoever writes, and erases them."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, insert, select, text, update

from crm import contacts, merging, people
from crm.contact_words import ContactWord
from crm.contacts import Contact
from kernel import ddl, signing, sought
from kernel.db import db


def found(asked):
    return sorted(row.name for row in db.session.scalars(people.query(asked)))


def words(contact_id):
    return set(db.session.scalars(select(ContactWord.word).where(ContactWord.contact_id == contact_id)))


@pytest.fixture
def some(shop):
    told = [("Ana Mª Núñez Mora", "ana.nm@example.com", "+50683123456"), ("João D’Ávila-Solís", "jo_solis@taller.cr", None),
            ("Café & Pan, S.A.", None, "+50622223333"), ("Iñaki\u0301 100%_", "x+tag@example.com", None)]  # fmt: skip
    for name, email, phone in told:
        contacts.known(name=name, email=email, phone=phone, vouched=True)
    db.session.commit()
    return shop


ASKED = {
    "nunez": "Ana", "NÚÑ": "Ana", "mª": "Ana", "D´Ávila": "João", "mora ana": "Ana", "Mora, Ana": "Ana", "ana.nm@": "Ana", "ana.nm@example.com": "Ana", "nm": "Ana",
    "joao": "João", "davila": "João", "d'ávila": "João", "solis": "João", "davila-solis": "João", "taller.cr": "João",
    "cafe": "Café", "pan s.a.": "Café", "cafe & pan": "Café", "2222 3333": "Café", "23333": "Café", "inaki": "Iñaki", "100%": "Iñaki", "x+tag": "Iñaki",
    "8312 ana": "Ana", "312345": "Ana", "+506 8312-3456": "Ana", "tag example": "Iñaki",
}  # fmt: skip
NOBODY = ("%", "_", "una", "zz", "@", "' OR 1=1", "ana zz", "ñ\\", "\U0010ffff", "8312 9999", ",", "ana joao")


def test_each_is_found_by_each_word_in_any_spelling(some):
    assert {asked: [name.split()[0][:3] for name in found(asked)] for asked in ASKED} == {
        asked: [name[:3]] for asked, name in ASKED.items()
    }
    assert {asked: found(asked) for asked in NOBODY} == {asked: [] for asked in NOBODY}


def test_words_follow_a_change_a_merge_a_bin_and_go_with_erasure(some, rival):
    some.enter()
    ana, cafe = contacts.by_email("ana.nm@example.com"), contacts.by_phone("+50622223333")
    people.change(ana, {"name": "Berta Luna", "phone": None}, by=some.owner)
    db.session.commit()
    assert (found("nunez"), found("8312"), found("berta")) == ([], [], ["Berta Luna"])
    people.put_away(ana, by=some.owner)
    db.session.commit()
    assert (found("berta"), people.count(people.query("berta", binned=True))) == ([], 1)
    people.take_back(ana.token, by=some.owner)
    gone = cafe.id
    merging.merge(ana, cafe, {"phone": "goes"}, by=some.owner)
    db.session.commit()
    assert (words(gone), found("2222 3333"), found("cafe")) == (set(), ["Berta Luna"], [])
    people.erase(ana, by=some.owner)
    db.session.commit()
    assert words(ana.id) == set()
    assert db.session.scalar(select(func.count()).where(ContactWord.word.like("berta%"))) == 0
    rival.enter()
    assert (found("joao"), found("solis")) == ([], [])


def test_words_are_kept_whoever_writes(some):
    """A statement of many rows, as imports and copies send them, and what is changed without the session."""
    rows = [
        {"token": signing.token(), "name": f"Persona {place:03}", "phone": f"+506700{place:05}"} for place in range(300)
    ]
    db.session.execute(insert(Contact), rows)
    db.session.execute(update(Contact).where(Contact.name == "Persona 007").values(name="Ágata"))
    db.session.execute(delete(Contact).where(Contact.name == "Persona 008"))
    db.session.commit()
    assert (found("agata"), found("persona 007"), found("persona 008")) == (["Ágata"], [], [])
    assert (len(found("persona")), found("70000123")) == (298, ["Persona 123"])


def test_who_was_there_before_the_words_has_them_with_the_upgrade(some):
    connection = db.session.connection()
    before = {
        (row.contact_id, row.word) for row in db.session.execute(select(ContactWord.contact_id, ContactWord.word))
    }
    db.session.execute(delete(ContactWord))
    assert found("nunez") == []
    for statement in ddl._declared["sought:contact_word"].of(connection.dialect.name)[-1:] * 2:  # again changes nothing
        connection.execute(text(statement.replace(":", "\\:")))
    rows = db.session.execute(select(ContactWord.contact_id, ContactWord.word)).all()
    assert ({tuple(row) for row in rows}, len(rows)) == (before, len(before))
    db.session.rollback()


SIGNS = st.sampled_from("aZñÑáÜçª09 -.'’´@_,%\\\"[]{}:/\u0301") | st.characters(
    max_codepoint=0x17F, exclude_categories=("C",)
)


@given(st.text(SIGNS, min_size=1, max_size=24))
@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_a_name_is_found_by_itself_as_python_folds_it(shop, name):
    """Both databases fold and part as Python does: nobody is lost for a sign that one of them knows otherwise."""
    db.session.add(row := Contact(token=signing.token(), address={}, name=name))
    db.session.flush()
    typed = [word for word in name.split() if any(part.isalnum() and sought.spelled(part) for part in word)]
    plain = all(sign.isascii() or sign in sought.PLAIN or sign in sought.NOTHING for sign in name)
    if typed and plain:
        assert row.id in {one.id for one in db.session.scalars(people.query(" ".join(typed[:5])))}, name
    db.session.delete(row)
    db.session.commit()
