"""Many people at once: ticked ones or a whole filter; and the way back for exactly those who were changed."""

import re

import pytest
from sqlalchemy import select

from crm import changes, consent, contacts, people, tags, tasks
from crm.contacts import Contact
from crm.segments import Segment
from kernel.db import db
from kernel.refusal import Gone

BASE = "/admin/cafe/people"


@pytest.fixture
def crowd(shop):
    """Sixty people; the first had the tag before."""
    made = [contacts.known(email=f"p{number:02}@example.com", name=f"P{number:02}", country="CR" if number % 2 else "GT")
            for number in range(60)]  # fmt: skip
    tags.keep(made[0], ["vip"])
    db.session.commit()
    return [(one.id, one.token) for one in made]


def _tagged(tag="vip"):
    db.session.expire_all()
    return set(db.session.scalars(select(tags.ContactTag.contact_id).where(tags.ContactTag.tag == tag)))


def _undo(browser):
    return re.findall(r'action="([^"]*/people/many/[^"]*/undo)"', browser.get(f"{BASE}/new").text)[-1]


def test_a_tag_goes_to_those_who_are_ticked_and_back_from_exactly_those_who_got_it(shop, crowd):
    browser, some = shop.admin, crowd[:3]
    told = {"token": [token for _id, token in some], "tag": "VIP", "do": "tag"}
    assert browser.post(f"{BASE}/many", data=told).status_code == 303
    assert _tagged() == {known for known, _token in some}
    assert browser.post(_undo(browser)).status_code == 303
    assert _tagged() == {crowd[0][0]}  # who had it before keeps it


def test_the_way_back_is_walked_once(shop, crowd):
    change = changes.tag([crowd[1][0]], "vip", by=shop.owner)
    changes.take_back(change.token, by=shop.owner)
    with pytest.raises(Gone):
        changes.take_back(change.token, by=shop.owner)


def test_everybody_of_a_filter_is_meant_also_beyond_the_page(shop, crowd):
    browser = shop.admin
    told = {"whole": "yes", "country": "GT", "tag": "feria", "do": "tag"}
    assert browser.post(f"{BASE}/many", data=told).status_code == 303
    assert len(_tagged("feria")) == 30
    told = {"whole": "yes", "in_tag": "feria", "tag": "feria", "do": "untag"}
    browser.post(f"{BASE}/many", data=told)
    assert _tagged("feria") == set()
    browser.post(_undo(browser))
    assert len(_tagged("feria")) == 30


def test_the_bin_takes_many_and_gives_exactly_those_back_whose_mail_is_still_theirs(shop, crowd):
    browser = shop.admin
    first = contacts.by_token(crowd[0][1])
    people.put_away(first, by=shop.owner)
    db.session.commit()
    browser.post(f"{BASE}/many", data={"whole": "yes", "do": "bin"})
    assert people.count(people.query()) == 0
    contacts.known(email="p07@example.com", name="Otra")
    db.session.commit()
    browser.post(_undo(browser))
    assert "Una persona se queda como está" in browser.get(BASE).text
    shop.enter()
    assert people.count(people.query()) == 59  # 60 − the one binned before − the one whose mail is taken + the new one


def test_what_lay_in_the_bin_before_stays_there(shop, crowd):
    people.put_away(contacts.by_token(crowd[0][1]), by=shop.owner)
    db.session.flush()
    change = changes.put_away([known for known, _token in crowd[:3]], by=shop.owner)
    assert change.count == 2
    changes.take_back(change.token, by=shop.owner)
    assert contacts.by_token(crowd[0][1]) is None
    assert contacts.by_token(crowd[1][1]) is not None


@pytest.mark.parametrize("told", [{"do": "tag", "tag": "vip"}, {"do": "tag", "whole": "yes", "tag": " "}])
def test_nobody_ticked_or_no_tag_is_said(shop, crowd, told):
    assert shop.admin.post(f"{BASE}/many", data=told).status_code in {303, 422}
    assert _tagged() == {crowd[0][0]}


def test_filters_join_and_each_goes_away_by_its_chip(shop, crowd):
    one = contacts.by_token(crowd[2][1])
    consent.record(one, "marketing", True, form="account")
    one.stage = "cliente"
    db.session.add(Segment(code="gt", name={"es": "Guatemala"}, rule={"country": "GT"}))
    db.session.commit()
    browser = shop.admin
    page = browser.get(f"{BASE}?allows=yes&stage=cliente&country=GT&segment=gt").text
    assert "P02" in page
    assert "P04" not in page
    assert f'href="{BASE}?country=GT&amp;stage=cliente&amp;allows=yes"' in page  # without the segment
    consent.record(one, "marketing", False, form="account")
    db.session.commit()
    assert "P02" not in browser.get(f"{BASE}?allows=yes").text
    assert "P02" in browser.get(f"{BASE}?allows=no&country=GT&q=P02").text


def test_a_segment_that_cannot_be_read_means_nobody_and_says_so(shop, crowd):
    db.session.add(Segment(code="bad", name={"es": "Rota"}, rule={"nothing": 1}))
    db.session.commit()
    answer = shop.admin.get(f"{BASE}?segment=bad")
    assert answer.status_code == 200
    assert "P02" not in answer.text


def test_many_of_a_neighbour_stay_as_they_are(rival, shop, crowd):
    browser = rival.admin
    told = {"token": [crowd[0][1]], "tag": "robada", "do": "tag"}
    browser.post("/admin/rival/people/many", data=told)
    browser.post("/admin/rival/people/many", data={**told, "whole": "yes"})
    shop.enter()
    assert _tagged("robada") == set()
    assert db.session.scalars(select(Contact.name).where(Contact.id == crowd[0][0])).one() == "P00"


def test_two_who_are_ticked_are_looked_at_side_by_side(shop, crowd):
    two = [token for _id, token in crowd[:2]]
    answer = shop.admin.post(f"{BASE}/many", data={"token": two, "do": "merge"})
    assert answer.location == f"{BASE}/duplicates/{two[0]}/{two[1]}"
    assert shop.admin.get(answer.location).status_code == 200
    for wrong in ({"token": two[:1]}, {"token": [token for _id, token in crowd[:3]]}, {"token": two, "whole": "yes"}):
        assert shop.admin.post(f"{BASE}/many", data={**wrong, "do": "merge"}).location.endswith(BASE)
    assert shop.staff("clerk").post(f"{BASE}/many", data={"token": two, "do": "merge"}).status_code == 404
    assert 'value="merge"' not in shop.staff("clerk").get(BASE).text


def test_the_same_follow_up_is_noted_about_those_who_are_ticked_and_taken_back(shop, crowd):
    browser, some = shop.admin, [token for _id, token in crowd[:7]]
    page = browser.post(f"{BASE}/many", data={"token": some, "do": "task"})
    assert (page.status_code, _tasks()) == (200, [])  # it only asks
    assert "P00, P01, P02, P03, P04, 2 más" in page.text
    assert set(re.findall(r'name="token" value="([^"]+)"', page.text)) == set(some)
    wrong = browser.post(f"{BASE}/many/tasks", data={"token": some, "text": "", "when": "today"})
    assert (wrong.status_code, "Escriba qué hay que hacer." in wrong.text) == (422, True)
    assert set(re.findall(r'name="token" value="([^"]+)"', wrong.text)) == set(some)
    told = {"token": some, "text": "Invitar a la feria", "when": "week", "once": "a page"}
    for _tap in range(2):
        assert browser.post(f"{BASE}/many/tasks", data=told).status_code == 303
    rows = _tasks()
    assert {row.contact_id for row in rows} == {known for known, _token in crowd[:7]}
    assert len(rows) == 7
    tasks.do(rows[0], by=shop.owner)
    db.session.commit()
    assert browser.post(_undo(browser)).status_code == 303
    assert [row.text for row in _tasks()] == ["Invitar a la feria"]  # what was done stays done


def test_too_many_at_once_and_nobody_are_refused(shop, crowd, monkeypatch):
    browser = shop.admin
    monkeypatch.setattr(changes, "MOST_TASKS", 50)
    answer = browser.post(f"{BASE}/many", data={"whole": "yes", "do": "task"})
    assert "Como máximo 50 personas a la vez" in (answer.text if answer.status_code != 303 else browser.get(BASE).text)
    assert browser.post(f"{BASE}/many/tasks", data={"text": "x", "when": "today"}).status_code == 404
    assert _tasks() == []


def _tasks():
    db.session.expire_all()
    return list(db.session.scalars(select(tasks.Task).order_by(tasks.Task.id)))
