"""Hearts at once: saved once, on one list, and never more than a list has room for."""

import time

import pytest
from sqlalchemy import func, select

from kernel import origins
from kernel.db import db
from shop import catalog, saved
from shop.saved import SavedList, SavedProduct

KEEP, CARELESS = "tests.shop.test_saved_races:keep", "tests.shop.test_saved_races:keep_unlocked"
MOST = 3


def rows():
    db.session.expire_all()
    return db.session.scalars(select(SavedProduct)).all()


def lists():
    return db.session.scalar(select(func.count(SavedList.id)))


def keep(list_id, slug):
    """Save one thing on a list that has room for few."""
    kept, saved.MOST = saved.MOST, MOST
    try:
        return saved.keep(db.session.get(SavedList, list_id), catalog.slugged(slug))
    finally:
        saved.MOST = kept


def keep_unlocked(list_id, slug):
    """The same while nobody holds the list."""
    held, counted = saved._touch, saved.size
    saved._touch, saved.size = (lambda _mine: None), _slowly
    try:
        return keep(list_id, slug)
    finally:
        saved._touch, saved.size = held, counted


def _slowly(mine):
    time.sleep(0.05)
    return db.session.scalar(select(func.count(SavedProduct.id)).where(SavedProduct.list_id == mine.id))


def shelf(shop, count):
    return [shop.product(f"Pan {number}", slug=f"pan-{number}").slug for number in range(count)]


def test_who_taps_at_once_saved_once(crew, shop):
    shop.product("Café Uno")
    shelf(shop, 6)
    client = shop.client
    client.post("/saved", data={"save": "cafe-uno"})
    name = origins.cookie_name("saved")
    cookie = {name: client.get_cookie(name, domain="cafe.plaza.localhost").value}
    tries = [("/saved", {"save": f"pan-{number % 6}"}, cookie) for number in range(24)]
    assert {status for status, _where in crew.race(shop, "post", tries)} == {303}
    assert len(rows()) == 7
    assert lists() == 1


def test_the_devices_of_one_person_begin_one_list_at_once(crew, shop):
    shop.product("Café Uno")
    ana = shop.contact("ana@example.com")
    name, domain = origins.cookie_name("shopper"), "cafe.plaza.localhost"
    devices = [{name: shop.shopper(ana).get_cookie(name, domain=domain).value} for _ in range(8)]
    answers = crew.race(shop, "post", [("/saved", {"save": "cafe-uno"}, one) for one in devices])
    assert {status for status, _where in answers} == {303}
    assert (len(rows()), lists()) == (1, 1)


def race_for_room(crew, shop, verb):
    """What many get who save different things on one list at once."""
    mine, _secret = saved.begin()
    slugs = shelf(shop, 8)
    db.session.commit()
    return crew.race(shop, verb, [(mine.id, slug) for slug in slugs])


def test_a_list_never_has_more_than_its_room(crew, shop):
    answers = race_for_room(crew, shop, KEEP)
    assert sorted(answer[0] for answer in answers) == ["done"] * MOST + ["refused"] * 5
    assert len(rows()) == MOST


@pytest.mark.parametrize("app", ["pg"], indirect=True)  # on SQLite nobody counts while another writes
def test_a_list_that_nobody_holds_overflows(crew, shop):
    slugs = shelf(shop, 8)
    for _round in range(8):  # they need not meet the first time
        mine, _secret = saved.begin()
        db.session.commit()
        crew.race(shop, CARELESS, [(mine.id, slug) for slug in slugs])
        db.session.expire_all()
        if saved.size(mine) > MOST:
            return
    pytest.fail("nothing overflowed: the look would not see a list that nobody holds")
