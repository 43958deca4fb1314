"""Tags: one row for each word of each person; who had a word before is told from who got it."""

import pytest
from sqlalchemy import event, select

from crm import contacts, people, tags
from crm.tags import ContactTag
from kernel.db import db


def _some(shop, count=3):
    made = [contacts.known(email=f"p{number}@example.com", name=f"P{number}") for number in range(count)]
    return [one.id for one in made]


def test_adding_and_removing_say_whose_tags_changed(shop):
    one, two, three = _some(shop)
    assert tags.add([one], "vip") == [one]
    assert sorted(tags.add([one, two, three], "vip")) == [two, three]
    assert sorted(tags.remove([one, two], "vip")) == [one, two]
    assert tags.remove([one], "vip") == []
    assert [(row.contact_id, row.tag) for row in db.session.scalars(select(ContactTag))] == [(three, "vip")]


@pytest.mark.parametrize(
    ("told", "kept"), [("VIP, feria ,, vip", ["vip", "feria"]), (["  a   b "], ["a b"]), ("x" * 60, ["x" * 40])]
)
def test_words_are_made_one_spelling(shop, told, kept):
    assert tags.clean(told) == kept


def test_a_person_keeps_exactly_what_was_written_and_shows_it_at_once(shop):
    ana = contacts.known(email="ana@example.com", tags=["vip", "Feria"])
    assert ana.tags == ["vip", "feria"]
    tags.keep(ana, "feria, nueva")
    assert ana.tags == ["feria", "nueva"]
    contacts.known(email="ana@example.com", tags=["otra"])
    assert ana.tags == ["feria", "nueva", "otra"]
    assert tags.counted() == [("feria", 1), ("nueva", 1), ("otra", 1)]


def test_a_list_asks_for_all_tags_at_once(shop):
    for one in _some(shop, 6):
        tags.add([one], "vip")
    db.session.commit()
    db.session.expunge_all()
    asked = []

    def hear(*told):
        asked.append(told[2])

    event.listen(db.engine, "before_cursor_execute", hear)
    try:
        rows, _pages = people.page(people.query(tag="vip"), 1)
        assert [row.tags for row in rows] == [["vip"]] * 6
    finally:
        event.remove(db.engine, "before_cursor_execute", hear)
    assert len([one for one in asked if "contact_tag.tag" in one and "EXISTS" not in one]) == 1, asked


def test_the_tags_of_two_shops_never_meet(rival, shop):
    rival.enter()
    contacts.known(email="ana@example.com", tags=["allá"])
    db.session.commit()
    shop.enter()
    contacts.known(email="ana@example.com", tags=["vip"])
    assert tags.counted() == [("vip", 1)]
    assert tags.remove([one.id for one in db.session.scalars(people.query())], "allá") == []
