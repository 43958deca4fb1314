"""Picks: a returning visitor's page reads what was kept for them; whatever makes it wrong clears it, whoever is quicker."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import event, select

from crm import consent, facts, merging, people, picks, taste_learning, tastes, visitors, watching
from crm.picks import Pick
from crm.segments import Person
from kernel import buffer, clock, tenancy, transactions
from kernel.db import db
from shop import cancellations, neighbours, picking, suggestions
from tests.goods import only
from tests.shop.test_fitting import browser, publish

ROWS = {"id": "again", "kind": "again", "data": {}}, {"id": "new", "kind": "new_for_you", "data": {}}


@pytest.fixture
def world(shop):
    """Three products; `uno` and `dos` are near each other."""
    goods = {name: shop.product(name, stock=20) for name in ("uno", "dos", "tres")}
    one, other = goods["uno"].id, goods["dos"].id
    neighbours.write([neighbours.Near(one, other, 900), neighbours.Near(other, one, 900)])
    db.session.commit()
    return goods


@pytest.fixture
def contact(shop, world):
    """Somebody who looked at `uno` lately and allows it."""
    row = shop.contact("d@example.com")
    consent.record(row, "behaviour", True, form="banner")
    facts.record("viewed", contact=row, about=world["uno"], at=clock.now() - timedelta(days=9))
    db.session.commit()
    return row


def keep(who):
    made = picking.make([(f"{who.__tablename__}_id", who.id)])
    db.session.commit()
    return made


def new(contact):
    """What is suggested to them by what is kept, as a page does it; else by what they did."""
    kept = picks.of(contact)
    memory = {"known": suggestions.Known.read(json.loads(json.dumps(kept)))} if kept is not None else {}
    return [one.product_id for one in suggestions.new(Person(contact=contact, memory=memory), 4)]


def look(_shop, world, contact):
    visitor, _token = visitors.begin()
    visitors.adopt(visitor, contact)
    db.session.commit()
    keep(contact)
    watching.write([watching.Seen("viewed", "product", world["tres"].id, clock.now(), visitor.id)])


def learn(_shop, world, contact):
    world["uno"].interests = ["cocina"]
    db.session.flush()
    taste_learning.learn(contact)
    assert tastes.every(contact)


def cancel(shop, world, contact):
    order = shop.bought(world["dos"], email=contact.email)
    keep(contact)
    cancellations.by_staff(order, by=shop.owner, reason="no hay")


def adopt(_shop, _world, contact):
    visitors.adopt(visitors.begin()[0], contact)


CLEARS = {
    "order": lambda shop, world, contact: shop.bought(world["dos"], email=contact.email),
    "cancellation": cancel, "look": look, "learning": learn, "adoption": adopt,
    "said": lambda _shop, _world, contact: tastes.say(contact, ["cocina"]),
    "rated": lambda _shop, _world, contact: tastes.rate(contact, "cocina", "never"),
    "forgotten": lambda _shop, _world, contact: tastes.forget(contact),
    "unlearned": lambda _shop, _world, contact: tastes.unlearn(contact),
    "merged": lambda shop, _world, contact: merging.merge(contact, shop.contact("a@example.com"), {}, by=shop.owner),
    "erased": lambda shop, _world, contact: people.erase(contact, by=shop.owner),
}  # fmt: skip


def test_what_makes_a_pick_wrong_clears_it_at_once(shop, world, contact):
    told = select(Pick.told).where(Pick.contact_id == contact.id)
    for what, clear in CLEARS.items():
        consent.record(contact, "behaviour", True, form="banner")
        assert (keep(contact), picks.of(contact) is not None) == (1, True), what
        clear(shop, world, contact)
        db.session.commit()
        assert (picks.of(contact), db.session.scalar(told)) == (None, {}), what


def test_a_browser_that_takes_its_yes_back_leaves_nothing_of_its_pick(shop, world):
    publish(*ROWS)
    client = browser(shop, aprender=40)
    visitor = db.session.scalars(select(visitors.Visitor)).one()
    assert keep(visitor) == 1
    client.post("/consent", data={"behaviour": "no"})
    shop.enter()
    assert db.session.scalars(select(Pick.told)).all() == [{}]
    assert keep(db.session.scalars(select(visitors.Visitor)).one()) == 0


@pytest.mark.parametrize("clears", [True, False])
def test_what_was_bought_meanwhile_is_suggested_only_by_a_pick_that_is_not_cleared(
    shop, world, contact, clears, monkeypatch
):
    keep(contact)
    assert new(contact)[0] == world["dos"].id
    if not clears:  # the control
        monkeypatch.setattr(picks, "clear_all", lambda *_contacts, **_more: None)
    shop.bought(world["dos"], email=contact.email)
    assert (world["dos"].id in new(contact)) is not clears


@pytest.mark.parametrize("kept_before", [True, False])
def test_a_pick_that_was_on_its_way_when_they_ordered_is_not_written(shop, world, contact, kept_before):
    if kept_before:
        keep(contact)
    late = picking._made(contact, picks.turn(contact))
    shop.bought(world["dos"], email=contact.email)
    assert not picks.keep(*late)
    assert picks.of(contact) is None
    column, who, _turn, told = late
    assert picks.keep(column, who, picks.turn(contact), told)  # the control: with its turn forgotten it comes in
    assert world["dos"].id in [one.product_id for one in suggestions.Known.read(picks.of(contact)).near]
    picks.clear(contact)
    assert picks.keep(*picking._made(contact, picks.turn(contact)))  # reckoned afterwards, it is
    db.session.commit()
    assert world["dos"].id not in new(contact)


@pytest.mark.parametrize("kept_before", [True, False])
def test_a_pick_that_comes_while_they_order_waits_and_is_not_written(shop, world, contact, kept_before):
    if kept_before:
        keep(contact)
    late, tenant_id = picking._made(contact, picks.turn(contact)), shop.tenant_id
    db.session.rollback()

    def write():
        with shop.app.app_context(), tenancy.use(tenant_id):
            return transactions.retry_free(lambda: picks.keep(*late))

    picks.clear(contact)  # as the order does, before it is committed
    with ThreadPoolExecutor(1) as other:
        told = other.submit(write)
        db.session.commit()
        assert told.result() is False
    assert picks.of(contact) is None


def test_what_sells_and_what_lies_in_the_cart_is_asked_anew(shop, world, contact):
    keep(contact)
    assert set(new(contact)) == {world[name].id for name in ("uno", "dos", "tres")}
    only(world["dos"]).on_hand = 0
    cart = shop.cart(world["tres"])
    db.session.commit()
    memory = {"known": suggestions.Known.read(picks.of(contact))}
    found = suggestions.new(Person(contact=contact, cart=cart, memory=memory), 4)
    assert [one.product_id for one in found] == [world["uno"].id]


def test_nothing_is_kept_of_whom_does_not_allow_it_nor_longer_than_a_day(shop, world, contact):
    assert keep(shop.contact("a@example.com")) == 0
    keep(contact)
    with clock.at(clock.now() + picks.FRESH + timedelta(minutes=1)):
        assert picks.of(contact) is None


def test_the_job_keeps_one_for_everybody_who_was_here_lately(shop, world):
    for _number in range(3):
        browser(shop)
    held, gone, here = db.session.scalars(select(visitors.Visitor).order_by(visitors.Visitor.id))
    held.arm, gone.last_seen = "held_out", clock.now() - picking.LATELY
    db.session.commit()
    assert picking.lacking() == [("visitor_id", here.id)]
    assert picking.make_all() == 1
    assert picking.make_all() == 0
    with clock.at(clock.now() + picking.AGING + timedelta(minutes=1)):
        assert picking.make_all() == 1


def test_the_page_of_who_comes_back_asks_nothing_of_what_they_did_and_says_the_same(shop, world):
    publish(*ROWS)
    client = browser(shop, aprender=40)
    visitor = db.session.scalars(select(visitors.Visitor)).one()
    facts.record("viewed", visitor=visitor, about=world["uno"])
    db.session.commit()
    asked: list[str] = []
    engine, note = db.engine, lambda *told: asked.append(told[2])
    first = client.get("/").get_data(as_text=True)
    assert 'data-reason="parecido a uno"' in first
    buffer.flush(shop.app)
    event.listen(engine, "before_cursor_execute", note)
    try:
        again = client.get("/").get_data(as_text=True)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert again == first
    assert any("FROM visitor" in one for one in asked)
    assert not any(f"FROM {table}" in one for one in asked for table in ("fact", "taste", "product_neighbour"))


def test_whom_we_may_remember_is_asked_once_for_all(shop, world):
    people_ = [shop.contact(f"{name}@example.com") for name in "abcdef"]
    browsers = [visitors.begin()[0] for _each in range(4)]
    for who in (*people_[:4], *browsers[:2]):
        consent.record(who, "behaviour", True, form="banner")
    consent.record(people_[3], "behaviour", False, form="banner")
    db.session.commit()
    asked: list[str] = []

    def keep_for(whom):
        asked.clear()
        event.listen(db.engine, "before_cursor_execute", note := lambda *told: asked.append(told[2]))
        try:
            return picking.make([(f"{who.__tablename__}_id", who.id) for who in whom])
        finally:
            event.remove(db.engine, "before_cursor_execute", note)

    def questions():
        return sum("FROM consent" in one for one in asked), sum("pick.turn" in one for one in asked)

    assert keep_for([people_[0], browsers[0]]) == 2
    few = questions()
    assert keep_for([*people_, *browsers]) == 5
    assert questions() == few
    assert {row.contact_id or -row.visitor_id for row in db.session.scalars(select(Pick))} == {
        *(one.id for one in people_[:3]), *(-one.id for one in browsers[:2])
    }  # fmt: skip


def test_a_pick_is_part_of_what_somebody_may_read_of_themselves(shop, world, contact):
    keep(contact)
    assert people.export(contact)["suggestions"] == [{"product": "dos", "because_you": "seen", "what": "uno"}]
