"""The registries by which packages meet: each is there and used; no table with personal columns is without a keeper."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from crm import consent, contacts, facts, indicators, people, segments, tallies, tastes, visitors
from kernel import blocks, clock, mail, slots, today, web
from kernel.db import Base, db
from kernel.letters import Letter
from kernel.money import Money
from kernel.settings import ROOT
from kernel.tenancy import TenantOwned
from shop.orders import Order

PERSONAL = {"contact_id", "visitor_id", "email", "phone", "to_address", "ip", "address", "customer_name"}
NOT_OF_PEOPLE = {"storefront", "tenant", "import_picture", "company"}  # a firm's telephone; where a picture lies


def personal(tables):
    """Tables of tenants that hold something about a person."""
    return {
        table.name
        for table in tables
        if "tenant_id" in table.columns and PERSONAL & {one.name for one in table.columns}
    } - NOT_OF_PEOPLE


def unkept(tables, kept):
    """Those for which nobody speaks, or only halfway: (table, exported, erased)."""
    return {name: kept.get(name, (False, False)) for name in tables if kept.get(name) != (True, True)}


def test_every_table_about_people_is_exported_and_erased(app):
    owned = {cls.__table__ for cls in (one.class_ for one in Base.registry.mappers) if issubclass(cls, TenantOwned)}
    found = personal(owned)
    assert {"contact", "order", "consent", "letter", "visitor", "taste"} <= found
    assert unkept(found, {}) != {}  # the rule sees a table without a keeper
    assert unkept(found, people.kept()) == {}


def test_each_registry_is_used(app):
    assert "letters" in mail._sources
    assert {"hero", "products"} <= {kind.name for kind in blocks.kinds()}
    assert {"group", "country"} <= set(segments.terms())
    assert {"ordered", "viewed", "allowed"} <= set(facts.kinds())
    assert people.kept()
    assert today._lines
    assert "people.new" in indicators.known()
    assert all(web._loaders[name] for name in ("store", "admin", "install"))
    assert slots._fillers["crm.person"]


def test_a_fact_that_nobody_can_tell_is_refused(shop):
    with pytest.raises(LookupError):
        facts.record("invented")


def test_every_kind_of_behaviour_can_be_told(app):
    assert {"viewed", "added", "searched"} <= set(facts.kinds()) & facts.BEHAVIOUR


def undrawn(kinds):
    """The kinds whose icon is none of our drawings."""
    sprite = (ROOT / "static/icons/sprite.svg").read_text("utf-8")
    return {kind.name for kind in kinds if f'id="{kind.icon}"' not in sprite}


def test_every_kind_of_fact_and_of_block_has_its_drawing(app):
    assert undrawn([facts.Kind("lost", "Lost", "no-such-drawing", None)]) == {"lost"}
    assert undrawn(facts.kinds().values()) == set()
    assert undrawn(blocks.kinds()) == set()


def test_new_people_are_counted_by_whole_days_of_the_shop(shop):
    contacts.known(email="a@example.com")
    old = contacts.known(email="b@example.com")
    old.created_at = clock.now() - timedelta(days=3)
    db.session.flush()
    day = clock.today(shop.tenant.timezone)
    assert indicators.value("people.new", day, day) == 1
    assert indicators.value("people.new", day - timedelta(days=7), day) == 2
    assert indicators.known()["people.new"].better(2, 1)
    with pytest.raises(ValueError, match="unknown"):
        indicators.define("x", "x", unit="apples", direction="more", query=lambda first, last: 0)


def test_erasing_leaves_sums_and_proof_and_no_name(shop):
    coffee = shop.product()
    order = shop.bought(coffee)
    number, contact = order.number, order.contact
    consent.record(contact, "marketing", True, form="checkout", ip="10.0.0.9")
    visitor, _secret = visitors.begin()
    visitors.adopt(visitor, contact)
    facts.record("viewed", visitor=visitor)
    tastes.say(contact, ["filtrado"])
    db.session.commit()
    email, known = contact.email, contact.id
    copy = people.export(contact)
    assert copy["contact"]["email"] == email
    assert copy["orders"][0]["number"] == number
    assert copy["tastes"]
    people.erase(contact, by=shop.owner)
    db.session.commit()
    assert contacts.by_email(email) is None
    row = db.session.scalars(select(Order).where(Order.number == number)).one()
    assert (row.name, row.email, row.phone, row.address) == ("", "", "", {})
    assert row.total_minor > 0
    assert email not in row.haystack
    kinds = [fact.kind for fact in db.session.scalars(select(facts.Fact).where(facts.Fact.contact_id == known))]
    assert "viewed" not in kinds
    assert "ordered" in kinds
    assert [one.given for one in db.session.scalars(select(consent.Consent))] == [True]
    assert {one.ip for one in db.session.scalars(select(consent.Consent))} == {""}
    assert not [one for one in db.session.scalars(select(Letter)) if email in (one.to + one.text + one.html)]
    assert tastes.of(contact) == []


def test_tallies_add_up(shop):
    day = clock.today(shop.tenant.timezone)
    for times in (1, 2, 3):
        tallies.add(day, "viewed", about_kind="product", about_id=1, times=times)
    tallies.add(day, "viewed", about_kind="product", about_id=2)
    assert tallies.of("viewed", day, day) == {day: 7}
    assert Money(1, "CRC")
