"""Automations that a shop puts together itself: what sets them off, for whom each letter is, the page, copies, the bin."""

from datetime import timedelta

import pytest
import time_machine
from bs4 import BeautifulSoup
from sqlalchemy import select

from campaigns import (
    audience,
    automation_changes,
    automation_sentences,
    automations,
    autopilot,
    conditions,
    foreseen,
    letter_events,
    own_automations,
    purchases,
    segment_watch,
    tagged,
)
from campaigns.automations import Automation, Enrolment
from campaigns.own_automations import Told
from campaigns.recipients import Recipient
from campaigns.segment_watch import SegmentPresence
from crm import changes, consent, merging, people, tags
from kernel import clock, jobs
from kernel.db import db
from tests.campaigns.letters import addressed, person, segment

MORNING = "2026-11-23T15:00:00Z"  # nine o'clock in Costa Rica
HERE = "/admin/cafe/automations"
TEXT = [{"id": "a1", "kind": "text", "data": {"text": {"es": "<p>Hola</p>"}}}]


@pytest.fixture
def clock_():
    """The time, to move."""
    with time_machine.travel(MORNING, tick=False) as traveller:
        yield traveller


def made(shop, trigger, hours=(0,), only=(), on=True, **told):
    """One with a letter after each of those hours, written; on."""
    addressed()
    row = own_automations.make(Told({"es": "Propia"}, trigger, **told), by=shop.owner)
    for _more in hours[1:]:
        automation_changes.add(row, by=shop.owner)
    for step, after in zip(automations.steps(row), hours, strict=True):
        step.delay_hours, step.mailing.subject, step.mailing.blocks = after, {"es": "Asunto"}, TEXT
        step.only = dict(enumerate(only)).get(step.position, "")
    db.session.flush()
    if on:
        autopilot.turn_on(row, by=shop.owner)
    db.session.commit()
    return row


def pass_by(hours, traveller):
    """So many hours pass, then everything that is due is done."""
    traveller.shift(timedelta(hours=hours))
    for noun in (purchases, tagged, segment_watch):
        noun.look()
    db.session.commit()
    jobs.run_due()
    db.session.expire_all()


def letters():
    """(letter's place, person's name, state) of every letter, in order."""
    place = {step.mailing_id: step.position for step in db.session.scalars(select(automations.AutomationStep))}
    rows = db.session.scalars(select(Recipient).order_by(Recipient.id))
    return [(place[row.mailing_id], row.email.partition("@")[0], row.state) for row in rows]


def arrive():
    """Let what waits have arrived."""
    for row in db.session.scalars(select(Recipient).where(Recipient.state == "pending")):
        row.state, row.sent_at = "sent", clock.now()
    db.session.commit()


def buy(shop, product, who):
    """A paid order of somebody, now."""
    order = shop.bought(product, email=who.email, phone="")
    order.payment, order.hold_until = "paid", None
    db.session.commit()
    return order


def ended():
    """Why each is over."""
    return [(row.state, row.reason) for row in db.session.scalars(select(Enrolment).order_by(Enrolment.id))]


def test_three_days_after_the_first_purchase_once_and_a_week_later_if_they_have_not_bought(shop, clock_):
    vase, ana, bea = shop.product(), person("ana"), person("bea")
    buy(shop, vase, bea)  # before it was turned on: her next one is not her first
    clock_.shift(timedelta(minutes=1))
    made(shop, "purchase", (72, 240), ("", "unbought"), which="first")
    clock_.shift(timedelta(hours=1))
    for who in (ana, bea, person("no", allowed=False)):
        buy(shop, vase, who)
    pass_by(71, clock_)
    assert letters() == []
    pass_by(2, clock_)
    assert letters() == [(0, "ana", "pending")]
    arrive()
    pass_by(24, clock_)
    buy(shop, vase, ana)
    pass_by(24 * 7, clock_)
    assert letters() == [(0, "ana", "sent"), (1, "ana", "skipped")]
    assert db.session.scalars(select(Recipient.reason).where(Recipient.state == "skipped")).all() == ["unmet"]
    assert ended() == [("done", "")]
    page = f"/admin/cafe/automations/{db.session.scalars(select(Automation.code)).one()}"
    html = shop.admin.get(page).get_data(as_text=True)
    assert f"{page}?show=unmet-1#people" in html  # the number leads to its people
    assert f"{page}?show=unmet-0#people" not in html
    behind = shop.admin.get(f"{page}?show=unmet-1").get_data(as_text=True)
    assert (behind.count('data-row="enrolment"'), ana.called in behind) == (1, True)


def test_what_is_only_kept_until_it_is_paid_is_no_purchase_and_what_is_undone_ends_it(shop, clock_):
    vase, ana = shop.product(), person("ana")
    made(shop, "purchase", (0, 48), which="any")
    order = shop.bought(vase, email=ana.email, phone="")
    order.hold_until, practice = clock.now() + timedelta(days=2), shop.bought(vase, email=ana.email, phone="")
    practice.practice, practice.hold_until = True, None
    db.session.commit()
    pass_by(1, clock_)
    assert letters() == []
    order.payment, order.hold_until = "paid", None
    db.session.commit()
    pass_by(1, clock_)
    assert letters() == [(0, "ana", "pending")]
    order.state, order.payment = "cancelled", "refunded"
    db.session.commit()
    waiting = db.session.scalars(select(Recipient)).all()
    assert set(audience.refusals(waiting).values()) == {"undone"}
    pass_by(48, clock_)
    assert ended() == [("stopped", "undone")]
    buy(shop, vase, ana)  # what came to nothing was no time: this is the one
    pass_by(1, clock_)
    assert ended()[1:] == [("waiting", "")]


def test_each_time_again_is_when_the_time_before_is_over(shop, clock_):
    vase, ana = shop.product(), person("ana")
    made(shop, "purchase", (0, 24), which="any", again=True)
    for _twice in "12":
        buy(shop, vase, ana)
        pass_by(1, clock_)
    assert len(ended()) == 1
    pass_by(30, clock_)
    assert ended() == [("done", "")]
    clock_.shift(timedelta(minutes=1))
    buy(shop, vase, ana)
    pass_by(1, clock_)
    assert ended()[1:] == [("waiting", "")]


def test_a_product_a_category_with_all_below_it_and_for_whom(shop, clock_):
    above = shop.category("Todo")
    below = shop.category("Barro", parent_id=above.id)
    vase, cup = shop.product("Jarrón", category_id=below.id), shop.product("Taza")
    ana, bea = person("ana", country="CR"), person("bea", country="DE")
    mine = made(shop, "purchase", which="category", category=above, segment=segment({"country": "CR"}))
    of_cup = made(shop, "purchase", which="product", product=cup)
    for who, good in ((ana, vase), (bea, vase), (ana, cup)):
        buy(shop, good, who)
    pass_by(0.1, clock_)
    rows = db.session.execute(select(Enrolment.automation_id, Enrolment.contact_id)).all()
    assert sorted(rows) == sorted([(mine.id, ana.id), (of_cup.id, ana.id)])
    above.binned_at = cup.binned_at = clock.now()
    db.session.commit()
    assert len(own_automations.missing(mine)) == len(own_automations.missing(of_cup)) == 1
    assert "?" in automation_sentences.told(mine)


def test_a_tag_given_anew_is_the_occasion_not_one_that_comes_back(shop, clock_):
    ana, bea, cata = person("ana"), person("bea"), person("cata")
    tags.add([ana.id], "vip")
    clock_.shift(timedelta(minutes=1))
    row = made(shop, "tag", (0, 24), tag="vip", ends_out=True)
    gone = changes.untag([ana.id], "vip", by=shop.owner)
    changes.take_back(gone.token, by=shop.owner)  # she had it before
    tags.add([cata.id], "vip")
    dora = person("dora")
    merging.merge(dora, cata, {}, by=shop.owner)  # nor is it hers anew because two were one
    tags.add([bea.id], "vip")
    pass_by(1, clock_)
    pass_by(1, clock_)
    assert letters() == [(0, "bea", "pending")]
    assert foreseen.of(row).people == 1
    arrive()
    tags.remove([bea.id], "vip")
    pass_by(24, clock_)
    assert ended() == [("stopped", "out")]


def test_coming_into_a_segment_and_again(shop, clock_):
    ana, bea = person("ana"), person("bea")
    tags.add([ana.id], "vip")
    kept = segment({"tag": "vip"}, code="vip")
    row = made(shop, "segment", watched=kept, again=True, on=False)
    tags.add([person("eva").id], "vip")
    pass_by(7, clock_)  # off: only counted
    assert (foreseen.of(row).people, letters()) == (1, [])
    autopilot.turn_on(row, by=shop.owner)
    pass_by(1, clock_)
    assert letters() == []
    for who in (bea, person("silent", allowed=None)):
        tags.add([who.id], "vip")
    for _look in "12":
        pass_by(0.2, clock_)
    assert letters() == [(0, "bea", "pending")]
    tags.remove([bea.id], "vip")
    pass_by(0.2, clock_)
    tags.add([bea.id], "vip")
    pass_by(0.2, clock_)
    assert [(place, who) for place, who, _state in letters()] == [(0, "bea"), (0, "bea")]
    consent.record(people_named("silent"), "marketing", True, form="account")
    pass_by(0.2, clock_)
    assert letters()[2:] == [(0, "silent", "pending")]


def people_named(name):
    """Somebody by the name of their mailbox."""
    return db.session.scalars(select(people.Contact).where(people.Contact.email == f"{name}@example.com")).one()


def test_a_changed_rule_or_a_week_without_a_look_is_nobodys_coming_in(shop, clock_):
    for name, country in (("ana", "CR"), ("bea", "DE")):
        person(name, country=country)
    inner = segment({"country": "CR"}, code="inner")
    made(shop, "segment", watched=segment({"segment": "inner"}, code="outer"))
    inner.rule = {"country": ["CR", "DE"]}
    pass_by(0.2, clock_)
    assert letters() == []
    person("cata", country="CR")
    pass_by(24 * 8, clock_)
    assert letters() == []
    person("dora", country="CR")
    pass_by(0.2, clock_)
    assert letters() == [(0, "dora", "pending")]
    inner.rule = {"nothing": "known"}
    db.session.commit()
    pass_by(0.2, clock_)  # nobody, and nothing breaks
    assert len(letters()) == 1


@pytest.mark.parametrize(("only", "kind", "verdict", "reason", "goes"), [
    ("unclicked", "clicked", "human", "", False), ("unclicked", "clicked", "machine", "", True),
    ("unclicked", "opened", "human", "", True), ("unopened", "opened", "machine", "privacy", False),
    ("unopened", "opened", "machine", "prefetch", True), ("unopened", "clicked", "unknown", "", False),
])  # fmt: skip
def test_who_followed_a_link_or_may_have_opened_the_letter_before(shop, clock_, only, kind, verdict, reason, goes):
    row = made(shop, "tag", (0, 24, 48), ("", only), tag="vip")
    tags.add([person("ana").id], "vip")
    pass_by(0.1, clock_)
    arrive()
    pass_by(24, clock_)
    second = db.session.scalars(select(Recipient).where(Recipient.state == "pending")).one()
    first = db.session.scalars(select(Recipient).where(Recipient.state == "sent")).one()
    letter_events.add(first, kind, dedupe="x", verdict=verdict, reason=reason)
    assert audience.refusals([second]) == ({} if goes else {second.id: "unmet"})  # right before it leaves
    inside = db.session.scalars(select(Enrolment)).one()
    assert conditions.holds(inside, automations.steps(row)[1]) is goes  # and when its turn comes
    assert conditions.holds(inside, automations.steps(row)[2])


def test_a_purchase_ends_it_where_one_said_so(shop, clock_):
    vase, ana = shop.product(), person("ana")
    row = made(shop, "tag", (0, 24), tag="vip", ends_bought=True)
    assert conditions.offered(row, 1) == ["", "unclicked", "unopened"]
    assert conditions.offered(row, 0) == [""]
    tags.add([ana.id], "vip")
    pass_by(0.1, clock_)
    clock_.shift(timedelta(hours=1))
    waits = db.session.scalars(select(Recipient)).one()
    buy(shop, vase, ana)
    assert audience.refusals([waits]) == {waits.id: "bought"}
    pass_by(24, clock_)
    assert ended() == [("stopped", "bought")]


def test_letters_change_places_and_nobody_has_one_twice(shop, clock_):
    row = made(shop, "tag", (0, 24), ("", "unclicked"), tag="vip")
    before = [step.mailing_id for step in automations.steps(row)]
    tags.add([person("ana").id], "vip")
    pass_by(0.1, clock_)
    arrive()
    ticket = autopilot.turn_off(row, by=shop.owner)
    automation_changes.move(row, 0, up=False, by=shop.owner)
    steps = automations.steps(row)
    assert [step.mailing_id for step in steps] == before[::-1]
    assert [(step.delay_hours, step.only) for step in steps] == [(0, ""), (24, "")]  # the first has none before it
    autopilot.turn_on(row, by=shop.owner, ticket=ticket)
    pass_by(24, clock_)
    assert (ended(), len(letters())) == ([("done", "")], 1)


def test_the_page_makes_one_says_what_it_does_and_counts(shop, clock_):
    vase, ana = shop.product("Jarrón"), person("ana")
    for _twice in "12":
        buy(shop, vase, ana)
    slug, admin = vase.slug, shop.admin
    told = {"name": "Gracias", "happens": "product", "product": "no-such", "often": "once"}
    refused = admin.post(f"{HERE}/new", data=told)
    assert (refused.status_code, "Elija uno." in refused.text, "Gracias" in refused.text) == (422, True, True)
    assert admin.post(f"{HERE}/new", data={**told, "product": slug, "segment": "nobody"}).status_code == 422
    answer = admin.post(f"{HERE}/new", data={**told, "product": slug})
    page = BeautifulSoup(admin.get(answer.location).text, "html.parser")
    assert "3 días después de que alguien compre «Jarrón» sale «Gracias, correo 1»" in page.text
    assert "habría entrado 1 persona" in page.select_one("[data-foreseen]").text
    admin.post(f"{answer.location}/steps/0", data={"much": "2", "unit": "days", "only": "unbought"})
    assert (
        admin.post(f"{answer.location}/steps/0", data={"much": "2", "unit": "days", "only": "unopened"}).status_code
        == 404
    )
    assert "2 días después de que" in (text := admin.get(answer.location).text)
    assert "si desde entonces no ha comprado" in text
    admin.post(f"{answer.location}/edit", data={"name": "Otra", "happens": "tag", "tag": " VIP ", "often": "again"})
    shop.enter()
    row = automations.coded("gracias")
    assert (row.trigger, row.which, row.product_id, row.tag, row.again) == ("tag", "", None, "vip", True)


def test_while_it_is_on_what_sets_it_off_stays(shop, clock_):
    made(shop, "tag", tag="vip")
    told = {"name": "Propia", "happens": "first", "often": "once"}
    assert shop.admin.post(f"{HERE}/propia/edit", data=told).status_code == 409
    assert shop.admin.post(f"{HERE}/propia/edit", data={**told, "happens": "tag", "tag": "vip"}).status_code == 303
    assert shop.admin.post(f"{HERE}/propia/bin").status_code == 409
    assert automations.coded("propia").tag == "vip"


def test_a_copy_and_the_bin(shop, clock_):
    row = made(shop, "tag", (0, 24), ("", "unclicked"), tag="vip", on=False)
    admin, letter = shop.admin, automations.steps(row)[0].mailing_id
    copy = admin.post(f"{HERE}/propia/copy").location.rpartition("/")[2]
    admin.post(f"{HERE}/propia/bin")
    shop.enter()
    twin = automations.coded(copy)
    assert [(one.delay_hours, one.only, one.mailing.kind) for one in automations.steps(twin)] == [
        (0, "", "automation"), (24, "unclicked", "automation")]  # fmt: skip
    assert [one.code for one in automations.listed()] == [copy]
    there = select(automations.Mailing.id).where(automations.Mailing.id == letter)
    assert db.session.scalar(there) is None  # nobody sends it to everybody meanwhile
    assert own_automations.free_code("Propia") != "propia"
    assert admin.get(f"{HERE}/propia").status_code == 404
    assert "Propia" in admin.get(HERE).text
    assert admin.post(f"{HERE}/propia/back").status_code == 303
    shop.enter()
    assert len(automations.steps(automations.coded("propia"))) == 2


def test_who_is_in_a_watched_segment_is_merged_copied_and_forgotten(shop, clock_):
    ana, other = person("ana"), person("other")
    tags.add([ana.id, other.id], "vip")
    made(shop, "segment", watched=segment({"tag": "vip"}, code="vip"))
    assert people.export(ana)["segments"]
    merging.merge(ana, other, {}, by=shop.owner)
    assert db.session.scalars(select(SegmentPresence.contact_id)).all() == [ana.id]
    people.erase(ana, by=shop.owner)
    assert db.session.scalars(select(SegmentPresence)).all() == []


def test_every_shop_is_looked_at(shop, clock_):
    vase = shop.product()
    made(shop, "purchase", which="any")
    made(shop, "tag", tag="vip")
    made(shop, "segment", watched=segment({"tag": "vip"}, code="vip"))
    ana = person("ana")
    buy(shop, vase, ana)
    tags.add([ana.id], "vip")
    db.session.commit()
    for noun in (purchases, tagged, segment_watch):
        noun.look_everywhere()
    shop.enter()
    assert len(ended()) == len(db.session.scalars(select(Automation)).all()) == 3
