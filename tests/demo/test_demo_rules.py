"""The rules of the demo's files: read into the language of segments, kept, and meaning whom the files mean."""

import pytest

from crm import contacts, segments
from demo import opening, rules, world
from kernel import tenancy
from kernel.db import db

SHOPS = {world.slug(shop): shop for shop in world.shops()}


@pytest.fixture(params=sorted(SHOPS))
def told(request, demo_app):
    """Each shop's file, its tenant entered."""
    with demo_app.app_context():
        tenancy.enter(opening.found(SHOPS[request.param]).id)
        yield SHOPS[request.param]
        tenancy.leave()


def _members(code):
    return {one.name for one in db.session.scalars(segments.who(segments.by_code(code).rule))}


def test_every_segment_of_the_files_is_kept_and_can_be_asked(told):
    codes = [one["code"] for one in told["segments"]]
    assert [segments.problems(segments.by_code(code).rule) for code in codes] == [[] for _ in codes]
    assert any(_members(code) for code in codes)


def test_who_allowed_no_letters_is_in_no_mail_segment(told):
    silent = {one["name"] for one in told["customers"] if not one["consent_email"]}
    mail = [one["code"] for one in told["segments"] if "consent_email" in one["rule"]]
    assert not silent & set().union(*(_members(code) for code in mail))


def test_both_readings_mean_the_same_people(told):
    people = db.session.scalars(db.select(contacts.Contact)).all()
    for one in told["segments"]:
        rule = segments.by_code(one["code"]).rule
        assert _members(one["code"]) == {who.name for who in people if segments.means(rule, who)}, one["code"]


def test_esteban_is_in_no_mail_segment_hanna_travels_once_a_year_matthew_came_lately(demo_app):
    with demo_app.app_context():
        tenancy.enter(opening.found(SHOPS["tres-neblinas"]).id)
        assert not any("Esteban Coto Rivas" in _members(one.code) for one in segments.listed())
        tenancy.leave()
        tenancy.enter(opening.found(SHOPS["rutas-guanquira"]).id)
        yearly = _members("un-viaje-al-ano")
        assert "Hanna Lindqvist" in yearly
        assert "Matthew Osborne" not in yearly
        tenancy.leave()


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("orders == 0 and consent_email", {"all": [{"not": {"orders": {"least": 1}}}, {"allows": "marketing"}]}),
        ("country != 'CR'", {"not": {"country": ["CR"]}}),
        ("last_order_days between 240 and 400", {"last_order": {"least": 240, "most": 400}}),
        ("last_order_days > 60", {"last_order": {"least": 61}}),
        ("city in ['Puebla','Cholula']", {"city": ["Puebla", "Cholula"]}),
        ("local_time > '20:00'", {"local_time": {"first": "20:00", "last": "24:00"}}),
        ("season == 'rosca'", {"season": {"first": "12-10", "last": "01-06"}}),
        ("cart has TN-012", {"cart_has": ["TN-012"]}),
        ("always", {"all": []}),
    ],
)
def test_the_words_of_the_files(text, meant):
    assert rules.read(next(one for slug, one in SHOPS.items() if "tizapola" in slug), text) == meant


@pytest.mark.parametrize("text", ["weather_alert", "season == 'nieve'", "orders", "interests has espresso"])
def test_what_no_rule_says_is_refused(text):
    with pytest.raises(rules.NotSaid):
        rules.read(world.shops()[0], text)
