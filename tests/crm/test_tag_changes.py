"""A tag that gets another name, is joined with one or goes: everybody, every rule, and the way back to the row."""

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from campaigns import tagged
from campaigns.automations import Automation
from campaigns.mailings import Mailing
from crm import changes, contacts, segments, tag_changes, tags
from crm.segments import Segment
from crm.tags import ContactTag
from kernel.db import db
from shop import pages

TAGS = "/admin/cafe/people/tags"


@pytest.fixture
def people(shop):
    """Ana is vip, Bea too and of the fair, Caro of the fair only; a segment and an automation name the tag."""
    for name, words in (("ana", ["vip"]), ("bea", ["vip", "feria"]), ("caro", ["feria"])):
        contacts.known(email=f"{name}@example.com", name=name.title(), tags=words)
    rule = {"any": [{"tag": ["vip", "prensa"]}, {"not": {"tag": "vip"}}, {"country": ["CR"]}]}
    db.session.add(Segment(code="s", name={"es": "Especiales"}, rule=rule))
    db.session.add(Automation(code="a", name={"es": "Regalo"}, trigger="tag", tag="vip"))
    db.session.commit()
    return shop


def who(tag):
    rows = select(ContactTag.contact_id).where(ContactTag.tag == tag)
    names = db.session.scalars(select(contacts.Contact.name).where(contacts.Contact.id.in_(rows)))
    return set(names)


def moments():
    return {(row.contact_id, row.tag): row.at for row in db.session.scalars(select(ContactTag))}


def named():
    db.session.expire_all()
    rule = db.session.scalars(select(Segment)).one().rule
    return rule["any"][0]["tag"], rule["any"][1]["not"]["tag"], db.session.scalars(select(Automation)).one().tag


def test_a_new_name_is_everywhere_and_comes_back(people):
    before = moments()
    change = tag_changes.rename("vip", " Casa  GRANDE ", by=people.owner)
    assert (change.count, who("casa grande"), who("vip")) == (2, {"Ana", "Bea"}, set())
    assert named() == (["casa grande", "prensa"], ["casa grande"], "casa grande")
    assert set(moments().values()) == set(before.values())  # since when they have it is as it was
    changes.take_back(change.token, by=people.owner)
    assert moments() == before
    assert named() == (["vip", "prensa"], "vip", "vip")


def test_each_tag_says_of_how_many_people_it_is(people):
    contacts.known(email="eva@example.com", tags=["sola"])
    db.session.commit()
    page = BeautifulSoup(people.admin.get(TAGS).text, "html.parser")
    counts = {one.a.text: one.select_one(".count").text for one in page.select("[data-row=tag]")}
    assert counts == {"#vip": "2 personas", "#feria": "2 personas", "#sola": "1 persona"}


def test_two_become_one_nobody_has_it_twice_and_both_come_back(people):
    change = tag_changes.rename("vip", "feria", by=people.owner)
    assert (who("feria"), who("vip")) == ({"Ana", "Bea", "Caro"}, set())
    ana = contacts.by_email("ana@example.com")
    assert moments()[ana.id, "feria"] is None  # nobody got it now: no automation begins
    changes.take_back(change.token, by=people.owner)
    assert (who("feria"), who("vip")) == ({"Bea", "Caro"}, {"Ana", "Bea"})


def test_what_was_changed_meanwhile_stays(people):
    change = tag_changes.rename("vip", "amiga", by=people.owner)
    ana, bea = contacts.by_email("ana@example.com"), contacts.by_email("bea@example.com")
    tags.keep(ana, "otra")
    tags.add([bea.id], "vip")
    kept = db.session.scalars(select(Segment)).one()
    segments.keep(kept, kept.name, {"tag": ["amiga"]}, by=people.owner)
    _row, left = changes.take_back(change.token, by=people.owner)
    assert (left, who("vip"), who("amiga")) == (1, {"Bea"}, set())
    assert kept.rule == {"tag": ["amiga"]}  # somebody wrote it since


def test_blocks_of_pages_and_letters_follow_with_their_variants_and_come_back(people):
    vip = {"id": "b1", "kind": "text", "data": {"tag": "vip"}, "audience": {"all": [{"tag": ["vip"]}]},
           "variants": [{"id": "v1", "data": {}, "audience": {"not": {"tag": "vip"}}}]}  # fmt: skip
    other = {"id": "b2", "kind": "text", "data": {}, "audience": {"tag": "feria"}}
    page = pages.make({"es": "Socios"}, blocks=[vip, other])
    page.live = [vip, other]
    letter, gone = (Mailing(name=name, subject={}, blocks=[vip], state=name) for name in ("draft", "sent"))
    db.session.add_all([letter, gone])
    db.session.commit()
    where = set(tag_changes.uses(["vip"])["vip"])
    assert where == {"Segmento «Especiales»", "Automatización «Regalo»", "Correo «draft»", "Página «Socios»"}
    change = tag_changes.rename("vip", "casa", by=people.owner)
    for blocks in (page.draft, page.live, letter.blocks):
        first = blocks[0]
        assert (first["audience"], first["data"]) == ({"all": [{"tag": ["casa"]}]}, {"tag": "vip"})
        assert first["variants"][0]["audience"] == {"not": {"tag": ["casa"]}}
    assert (page.live[1], gone.blocks) == (other, [vip])  # what was sent is as it was
    page.draft = [other]
    changes.take_back(change.token, by=people.owner)
    assert (page.draft, page.live, letter.blocks) == ([other], [vip, other], [vip])


def test_the_page_finds_renames_deletes_and_takes_back(people):
    admin = people.admin
    page = BeautifulSoup(admin.get(TAGS).text, "html.parser")
    rows = {row.a.get_text(): row for row in page.select("[data-row=tag]")}
    assert list(rows) == ["#feria", "#vip"]
    assert rows["#vip"].select_one(".count").get_text() == "2 personas"
    told = rows["#vip"].get_text(" ")
    assert "Segmento «Especiales»" in told
    assert "Automatización «Regalo»" in told
    found = BeautifulSoup(admin.get(f"{TAGS}?q=FÉR").text, "html.parser").select(".tag-what a")
    assert [one.get_text() for one in found] == ["#feria"]
    assert admin.post(f"{TAGS}/drop", data={"tag": "vip"}).status_code == 303
    assert who("vip") == set()
    undo = BeautifulSoup(admin.get(TAGS).text, "html.parser").select_one("form[action*=undo]")
    admin.post(undo["action"])
    assert who("vip") == {"Ana", "Bea"}
    admin.post(TAGS, data={"tag": "vip", "new": " "})  # a tag has letters
    assert who("vip") == {"Ana", "Bea"}
    assert admin.post(TAGS, data={"tag": "nobody", "new": "x"}).status_code == 404


def test_a_clerk_reads_them_and_changes_none(people):
    clerk = people.staff("clerk")
    assert not BeautifulSoup(clerk.get(TAGS).text, "html.parser").select("[data-action=drop-tag]")
    assert clerk.post(f"{TAGS}/drop", data={"tag": "vip"}).status_code in {403, 404}
    assert who("vip") == {"Ana", "Bea"}


def test_an_automation_in_the_bin_follows_too(people):
    ids = tagged._follow("vip", "nueva")
    assert len(ids) == 1
    tagged._back(ids, "vip", "nueva")
    assert named()[2] == "vip"
