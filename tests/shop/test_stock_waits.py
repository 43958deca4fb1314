"""Who waits for something sold out is written to once, the first first, never in vain, and never after they left."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from crm import facts, merging, people
from kernel import clock, jobs, suppression
from kernel.db import db
from kernel.letters import Letter
from shop import bin as rubbish
from shop import catalog, expiry, options, sheets, stock, stock_wait_people, stock_wait_rows, stock_waits, waits
from shop.catalog import BundlePart
from shop.sheets import Count
from shop.stock_wait_rows import StockWait
from tests.goods import only

LATER = timedelta(minutes=6)


def asked(product, *who, language="es"):
    """These people ask for it, in that order."""
    known = [stock_waits.ask(only(product), email=f"{one}@example.com", language=language) for one in who]
    db.session.commit()
    return known


def told():
    """Who was written to that something is back, in order."""
    db.session.expire_all()
    rows = db.session.scalars(select(Letter).where(Letter.kind == "back").order_by(Letter.id))
    return [row.to.partition("@")[0] for row in rows]


def after(moment=LATER):
    """What is due by then is done."""
    with time_machine.travel(clock.now() + moment, tick=False):
        jobs.run_due()
    db.session.expire_all()


def come(product, units):
    """So many are on the shelf now."""
    stock.adjust(only(product), on_hand=units, reason="received")
    db.session.commit()


def test_whoever_asks_is_written_to_once(shop):
    coffee = shop.product(stock=0)
    asked(coffee, "ana"), asked(coffee, "ana")
    assert db.session.scalars(select(StockWait)).one().how == ""
    come(coffee, 5)
    jobs.run_due()
    assert told() == []  # it may be gone again in a minute
    after()
    assert told() == ["ana"]
    stock_waits.tell(only(coffee).id)
    come(coffee, 0), come(coffee, 5), after(timedelta(days=1))
    assert told() == ["ana"]
    come(coffee, 0), asked(coffee, "ana"), come(coffee, 1), after(timedelta(days=1))
    assert told() == ["ana", "ana"]  # who asks anew is told anew


def test_the_letter_leads_to_what_was_asked_for(shop):
    coffee = shop.product(stock=0, options={"molienda": ["grano", "molido"]})
    asked(coffee, "ana", language="en")
    come(coffee, 1), after()
    row = db.session.scalars(select(Letter).where(Letter.kind == "back")).one()
    assert row.subject == "Café Uno (grano) is back"
    assert row.data["button_url"] == "http://cafe.plaza.localhost:8000/en/p/cafe-uno?variant=CAFE-UNO-GRANO"
    for text in (row.text, row.html):
        assert "/en/back/" in text
    assert row.data["not_after"]


def test_what_is_there_for_a_minute_brings_nobody(shop):
    coffee = shop.product(stock=1)
    order = shop.bought(coffee)
    asked(coffee, "ana")
    shop.late(order)
    expiry.expire(order.id)
    db.session.commit()
    shop.bought(coffee)
    after()
    assert told() == []
    assert db.session.scalars(select(StockWait)).one().ended_at is None


def test_goods_of_an_order_that_expired_and_goods_that_came_back(shop):
    coffee = shop.product(stock=2)
    first, second = shop.bought(coffee), shop.bought(coffee, paid=True)
    asked(coffee, "ana")
    shop.late(first)
    expiry.expire(first.id)
    db.session.commit()
    after()
    assert told() == ["ana"]
    come(coffee, 0), asked(coffee, "eva")
    stock.put_back(second.lines[0], order=second, reason="returned")
    db.session.commit()
    after()
    assert told() == ["ana", "eva"]


def test_a_count_in_the_list_or_the_editor(shop):
    coffee = shop.product(stock=0)
    asked(coffee, "ana")
    sheets.shift(only(coffee), Count(0, 4), reason="list")
    db.session.commit()
    after()
    assert told() == ["ana"]


def test_the_first_few_then_after_some_hours_the_next(shop):
    coffee = shop.product(stock=0)
    asked(coffee, *[f"p{number:02}" for number in range(8)])
    come(coffee, 1), after()
    assert told() == ["p00", "p01", "p02"]
    come(coffee, 2), after()  # the three have the first choice, and one more piece is worth three more
    assert told() == [f"p{number:02}" for number in range(6)]
    stock_waits.sweep()
    after()
    assert len(told()) == 6
    after(timedelta(hours=6, minutes=10))
    assert told() == [f"p{number:02}" for number in range(8)]


def test_when_it_is_gone_the_next_go_on_waiting(shop):
    coffee = shop.product(stock=0)
    asked(coffee, *[f"p{number:02}" for number in range(5)])
    come(coffee, 1), after()
    come(coffee, 0), after(timedelta(days=1))
    assert len(told()) == 3
    assert [row.contact.email[:3] for row in db.session.scalars(stock_wait_rows.waiting())] == ["p03", "p04"]


def test_many_pieces_are_for_everybody_a_hundred_at_a_time(shop, monkeypatch):
    monkeypatch.setattr(stock_waits, "BATCH", 2)
    coffee = shop.product(stock=0)
    asked(coffee, *"abcde")
    come(coffee, 50), after()
    assert told() == list("abcde")


def test_a_bundle_comes_back_with_its_part(shop):
    bean, box = shop.product("Grano", stock=0), shop.product("Caja", kind="bundle", stock=0)
    only(box).stock_kind = "parts"
    db.session.add(BundlePart(product_id=box.id, variant_id=only(bean).id, quantity=2))
    db.session.commit()
    asked(box, "ana")
    come(bean, 1), after()
    assert told() == []
    come(bean, 2), after()
    assert told() == ["ana"]


def test_what_comes_back_by_another_way_is_found_by_the_sweep(shop):
    coffee = shop.product(stock=0)
    asked(coffee, "ana")
    catalog.withdraw(coffee)
    come(coffee, 3), after()
    assert told() == []  # nobody sees it
    catalog.publish(coffee)
    db.session.commit()
    stock_waits.sweep()
    after()
    assert told() == ["ana"]


def test_who_left_was_forgotten_or_takes_no_letters(shop):
    coffee = shop.product(stock=0)
    ana, eva, _ida, _uma = asked(coffee, "ana", "eva", "ida", "uma")
    waits.leave(waits.open_of(StockWait, ana.id)[0])
    people.erase(eva, by=shop.owner)
    suppression.add("ida@example.com", "all", "bounced")
    suppression.add("uma@example.com", "marketing", "left")  # who wants no news asked for this all the same
    db.session.commit()
    come(coffee, 9), after()
    assert told() == ["uma"]
    assert db.session.scalars(select(StockWait).where(StockWait.how == "stopped")).one()


def test_who_lies_in_the_bin_is_not_written_to_and_not_counted(shop):
    coffee = shop.product(stock=0)
    ana, _eva = asked(coffee, "ana", "eva")
    ana.binned_at = clock.now()
    db.session.commit()
    assert stock_wait_rows.count_by_variant([only(coffee).id]) == {only(coffee).id: 1}
    assert waits.size(stock_wait_rows.waiting()) == 1
    come(coffee, 9), after()
    assert told() == ["eva"]


def test_leaving_all_and_coming_back(shop):
    one, two = shop.product("Uno", stock=0), shop.product("Dos", stock=0)
    [ana] = asked(one, "ana")
    asked(two, "ana")
    row = waits.open_of(StockWait, ana.id)[0]
    waits.leave(row, all_of_them=True)
    asked(two, "ana")  # and thinks better of one of them
    waits.come_back(row)
    db.session.commit()
    assert sorted(one.variant_id for one in waits.open_of(StockWait, ana.id)) == sorted([only(one).id, only(two).id])
    come(one, 1), come(two, 1), after()
    assert told() == ["ana", "ana"]


def test_what_goes_into_the_bin_ends_it_after_a_day(shop):
    coffee = shop.product(stock=0)
    asked(coffee, "ana")
    rubbish.put("product", [coffee])
    db.session.commit()
    stock_waits.sweep()
    assert len(db.session.scalars(select(StockWait)).all()) == 1  # the toast takes it back
    assert list(db.session.scalars(stock_wait_rows.waiting())) == []
    with time_machine.travel(clock.now() + timedelta(days=2), tick=False):
        stock_waits.sweep()
    assert db.session.scalars(select(StockWait)).all() == []


def test_half_a_year_is_long_enough(shop):
    coffee = shop.product(stock=0)
    asked(coffee, "ana")
    with time_machine.travel(clock.now() + timedelta(days=181), tick=False):
        stock_waits.sweep()
    assert db.session.scalars(select(StockWait)).all() == []


def test_a_product_that_is_deleted_takes_along_who_waited(shop):
    coffee = shop.product(stock=0)
    asked(coffee, "ana")
    rubbish.put("product", [coffee])
    db.session.commit()
    with time_machine.travel(clock.now() + timedelta(days=31), tick=False):
        assert rubbish.empty() == 1


def test_one_address_waits_for_so_much_and_no_more(shop, monkeypatch):
    monkeypatch.setattr(stock_waits, "MOST", 2)
    [ana] = [asked(shop.product(f"N{number}", stock=0), "ana") for number in range(4)][-1]
    assert len(waits.open_of(StockWait, ana.id)) == 2


def test_what_is_back_already_is_said(shop):
    with pytest.raises(stock_waits.BackAlready):
        asked(shop.product(stock=1), "ana")


def test_one_person_kept_twice_waits_once_and_reads_it_in_their_copy(shop):
    coffee, cup = shop.product(stock=0), shop.product("Taza", stock=0)
    ana, eva = asked(coffee, "ana", "eva")
    asked(cup, "eva")
    merging.merge(ana, eva, {}, by=shop.owner)
    db.session.commit()
    assert sorted(one["product"] for one in stock_wait_people.copy(ana)) == ["Café Uno", "Taza"]
    assert [fact.kind for fact in facts.of_contact(ana)].count("asked_back") == 3


def test_nobody_is_asked_about_where_nobody_waits(shop):
    before = jobs.count("waiting")
    come(shop.product(stock=1), 9)
    assert jobs.count("waiting") == before


def test_the_choice_that_is_put_away_is_waited_for_by_nobody_on_the_list(shop):
    coffee = shop.product(stock=0, options={"molienda": ["grano", "molido"]})
    asked(coffee, "ana")
    options.remake(coffee, [{**coffee.options[0], "values": coffee.options[0]["values"][1:]}], pattern={})
    only(coffee).active = False
    db.session.commit()
    assert list(db.session.scalars(stock_wait_rows.waiting())) == []
