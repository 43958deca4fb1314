"""Written again to who did not open a letter, or followed no link: as it is when the second one leaves."""

import pytest
from sqlalchemy import select

from campaigns import audience, drafts, forms, gathering, letter_events, readiness
from campaigns.mailings import Mailing
from campaigns.recipients import Recipient
from campaigns.views import mailing_numbers
from crm import consent
from kernel.db import db
from tests.campaigns.letters import addressed, had, mailing, person, segment
from tests.campaigns.test_mailing_pages import ES, ROOT, read, words


@pytest.fixture
def first(shop):
    """A letter that six had three days ago: one opened it, one followed a link, one's mailbox hides it."""
    addressed()
    made = mailing(state="sent")
    rows = {name: had(person(name), hours=72, of=made) for name in ("ana", "bea", "caro", "dora", "eva", "flor")}
    letter_events.add(rows["ana"], "opened", dedupe="1", verdict="human")
    letter_events.add(rows["bea"], "opened", dedupe="1", verdict="human")
    letter_events.add(rows["bea"], "clicked", dedupe="1", link=1, verdict="human")
    letter_events.add(rows["caro"], "opened", dedupe="1", verdict="machine", reason="privacy")
    rows["flor"].state = "failed"
    person("gala")  # who never had it
    db.session.commit()
    return made


def names(made):
    return [one.email.partition("@")[0] for one in db.session.scalars(audience.meant(made))]


@pytest.mark.parametrize(
    ("who", "told"), [("unopened", ["dora", "eva"]), ("unclicked", ["ana", "caro", "dora", "eva"])]
)
def test_it_is_for_them_with_the_same_letter_and_asks_for_a_subject(first, shop, who, told):
    made = drafts.follow(first, who, by=shop.owner)
    assert (made.state, made.subject, made.blocks) == ("draft", {}, first.blocks)
    assert names(made) == told
    found, estimate = readiness.problems(made)
    assert estimate.will == len(told)
    assert [one.place for one in found] == ["subject"]
    assert names(drafts.twin(made, by=shop.owner)) == told  # a copy does not go to everybody


def test_who_opens_it_before_the_second_one_is_gathered_or_leaves_gets_none(first, shop):
    made = drafts.follow(first, "unopened", by=shop.owner)
    made.subject, made.state = {"es": "Otra vez"}, "sending"
    rows = {row.email: row for row in db.session.scalars(select(Recipient))}
    letter_events.add(rows["eva@example.com"], "opened", dedupe="1", verdict="human")
    gathering.step(made.id, 0)
    mine = db.session.scalars(select(Recipient).where(Recipient.mailing_id == made.id)).all()
    assert [row.email for row in mine] == ["dora@example.com"]
    assert audience.refusals(mine) == {}
    letter_events.add(rows["dora@example.com"], "opened", dedupe="1", verdict="human")
    assert audience.refusals(mine) == {mine[0].id: "opened"}
    assert mailing_numbers._SENTENCES["opened"](1)


def test_who_said_no_since_is_left_out_as_ever(first, shop):
    made = drafts.follow(first, "unopened", by=shop.owner)
    consent.record(person("dora"), "marketing", False, form="unsubscribe", ip="192.0.2.7")
    assert audience.estimate(made).excluded == {"unsubscribed": 1}


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)  # the same on both databases
def test_one_press_from_the_report_and_another_audience_lets_go_of_it(first, shop):
    admin, page = shop.staff("marketer"), f"{ROOT}/{first.token}"
    told = read(admin.get(page, headers=ES))
    assert "A 2 que no lo abrieron" in words(told)
    assert "A 4 que no siguieron" in words(told)
    answer = admin.post(f"{page}/follow", data={"who": "unopened"}, headers=ES)
    made = db.session.scalars(select(Mailing).order_by(Mailing.id.desc())).first()
    assert answer.location == f"{ROOT}/{made.token}/edit#subject"
    assert "Café nuevo" in admin.get(answer.location, headers=ES).get_data(as_text=True)
    page = f"{ROOT}/{made.token}"
    found = read(admin.get(page, headers=ES))
    assert found.xpath("//select[@name='segment']/option[@selected]/@value") == [forms.FOLLOWS]
    assert "Quien no abrió «Novedades»" in words(found)
    admin.post(page, data={"name": "Otra vez", "segment": "=", "sender_name": ""})
    assert names(made) == ["dora", "eva"]
    segment({"group": "vip"})
    db.session.commit()
    admin.post(page, data={"name": "Otra vez", "segment": "one", "sender_name": ""})
    assert names(made) == []
    assert admin.post(f"{page}/follow", data={"who": "unopened"}).status_code == 303  # a draft has no report
    assert len(db.session.scalars(select(Mailing)).all()) == 2
