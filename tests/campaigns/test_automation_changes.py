"""Changing an automation: whom it is for is seen and chosen, letters come and go while it is off, and come back."""

import pytest
from bs4 import BeautifulSoup

from campaigns import automation_changes, automation_letters, automations, autopilot, enrolments
from kernel import clock
from kernel.db import db
from tests.campaigns.letters import addressed, person, segment

HERE = "/admin/cafe/automations/cart"


@pytest.fixture
def made(shop):
    """The abandoned cart, off."""
    addressed()
    row = automation_letters.begin("cart", by=shop.owner)
    db.session.commit()
    return row


def order(row):
    """The hours and the names of its letters, in order."""
    db.session.expire_all()
    steps = automations.steps(row)
    assert [step.position for step in steps] == list(range(len(steps)))
    return [(step.delay_hours, step.mailing.name) for step in steps]


def read(answer):
    return BeautifulSoup(answer.text, "html.parser")


def test_whom_it_is_for_is_seen_and_chosen(shop, made):
    made.segment_id = segment({"tag": "vip"}, code="vip").id
    db.session.commit()
    page = read(shop.admin.get(HERE))
    assert [one["value"] for one in page.select("#segment option[selected]")] == ["vip"]
    assert page.select_one("a[href$='/segments/vip']")
    assert shop.admin.post(f"{HERE}/audience", data={"segment": ""}).status_code == 303
    db.session.expire_all()
    assert made.segment_id is None
    shop.admin.post(f"{HERE}/audience", data={"segment": "nobody-knows"})
    shop.admin.post(f"{HERE}/audience", data={"segment": "vip"})
    db.session.expire_all()
    assert automations.segment(made).code == "vip"


def test_a_segment_that_was_put_away_is_asked_for_again(shop, made):
    kept = segment({"tag": "vip"}, code="vip")
    made.segment_id, kept.binned_at = kept.id, clock.now()
    db.session.commit()
    with pytest.raises(autopilot.NotReady):
        autopilot.turn_on(made, by=shop.owner)
    page = read(shop.admin.get(HERE))
    assert [one["value"] for one in page.select("#segment option[selected]")] == ["?"]
    assert "El segmento al que va ya no está" in page.text
    assert not enrolments.enrol(made, person("ana"), "x", since=clock.now())


def test_a_letter_is_added_at_the_end_and_has_to_be_written_first(shop, made):
    answer = shop.admin.post(f"{HERE}/letters")
    assert answer.location.endswith("/edit")
    assert [hours for hours, _name in order(made)] == [6, 24, 72, 144]
    assert "empieza" in shop.admin.get(answer.location).text
    assert [need.mailing.id for need in autopilot.needs(made)][:1] == [automations.steps(made)[3].mailing_id]


def test_a_letter_is_taken_out_and_comes_back_to_its_place(shop, made):
    before = order(made)
    _letter, ticket = automation_changes.take_out(made, 1, by=shop.owner)
    db.session.commit()
    assert order(made) == [before[0], before[2]]
    automation_changes.put_back(made, ticket, by=shop.owner)
    db.session.commit()
    assert order(made) == before
    with pytest.raises(automation_changes.TooLate):
        automation_changes.put_back(made, ticket, by=shop.owner)
    shop.admin.post(f"{HERE}/steps/0/out")
    assert order(made) == before[1:]


def test_while_it_is_on_its_letters_stay(shop, made):
    autopilot.turn_on(made, by=shop.owner)
    db.session.commit()
    page = read(shop.admin.get(HERE))
    assert not page.select("[data-action=letter-out], [data-action=letter-add]")
    shop.admin.post(f"{HERE}/steps/0/out")
    shop.admin.post(f"{HERE}/letters")
    assert len(order(made)) == 3
