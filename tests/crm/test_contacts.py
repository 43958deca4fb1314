"""Contacts: each person once, however they spell themselves; facts, sums, consent, browsers and tastes with them."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from crm import consent, contacts, facts, people, sums, tastes, visitors
from crm.contacts import Contact
from kernel.db import db
from kernel.money import Money


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ana@Example.com", "ana@example.com"),
        ("ana.mora@gmail.com", "anamora@googlemail.com"),
        ("ana+tienda@example.com", "ana@example.com"),
        (" ana@example.com ", "ana@example.com"),
    ],
)
def test_two_spellings_of_an_address_are_one_person(shop, one, other):
    first = contacts.known(email=one, name="Ana")
    assert contacts.known(email=other).id == first.id


def test_who_comes_twice_at_once_is_one_person(shop, monkeypatch):
    first, look, looks = contacts.known(email="ana@example.com", name="Ana"), contacts.by_email, []

    def late(email):
        looks.append(email)
        return look(email) if len(looks) > 1 else None  # the first look was before the other one wrote

    monkeypatch.setattr(contacts, "by_email", late)
    found = contacts.known(email="Ana@Example.com", name="Otra", country="CR", tags=["vip"], learned="checkout")
    assert (found, found.name, found.country, found.tags, len(looks)) == (first, "Ana", "CR", ["vip"], 2)
    assert db.session.scalars(select(Contact)).all() == [first]


def test_dots_count_elsewhere_than_at_gmail(shop):
    assert contacts.known(email="a.b@example.com").id != contacts.known(email="ab@example.com").id


def test_a_phone_finds_who_has_no_other_address(shop):
    first = contacts.known(phone="+50683123456", name="Ana", vouched=True)
    assert contacts.known(phone="+50683123456", vouched=True).id == first.id
    same = contacts.known(email="ana@example.com", phone="+50683123456", vouched=True)
    assert same.id == first.id
    assert same.email == "ana@example.com"
    other = contacts.known(email="beto@example.com", phone="+50683123456")
    assert other.id != first.id


def test_who_types_the_phone_of_another_does_not_get_into_their_account(shop):
    ana = contacts.known(phone="+50683123456", name="Ana", address={"city": "Cartago"})
    eva = contacts.known(email="eva@example.org", phone="+50683123456", name="Eva")
    assert (eva.id != ana.id, ana.email, eva.address) == (True, None, {})


def test_a_phone_that_a_shopper_typed_names_nobody_at_the_counter(shop):
    eva = contacts.known(email="eva@example.org", phone="+50683123456", name="Eva")
    ana = contacts.known(phone="+50683123456", name="Ana", vouched=True)
    assert (ana.id != eva.id, contacts.known(phone="+50683123456", vouched=True).id) == (True, ana.id)
    people.change(eva, {"phone": "+50670001122"}, by=shop.owner)
    assert contacts.known(phone="+50670001122", vouched=True).id == eva.id


def test_an_order_never_overwrites_what_the_shop_wrote(shop):
    contacts.known(email="ana@example.com", name="Ana Mora")
    assert contacts.known(email="ana@example.com", name="X", country="CR").name == "Ana Mora"
    assert contacts.known(email="ana@example.com").country == "CR"


def test_sums_stand_by_day_of_the_shop_and_for_all_time(shop):
    ana = contacts.known(email="ana@example.com")
    late = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)  # still the 1st of March in Costa Rica
    facts.record("ordered", contact=ana, amount=Money(1000, "CRC"), at=late)
    facts.record("ordered", contact=ana, amount=Money(500, "CRC"), at=late)
    facts.record("ordered", contact=ana, amount=Money(700, "USD"), at=late)
    rows = db.session.scalars(select(sums.ContactDay).where(sums.ContactDay.day != sums.LIFETIME)).all()
    assert {(row.day.isoformat(), row.currency): (row.count, row.amount_minor) for row in rows} == {
        ("2026-03-01", "CRC"): (2, 1500),
        ("2026-03-01", "USD"): (1, 700),
    }
    assert [(row.currency, row.count, row.amount_minor) for row in sums.lifetime(ana)] == [
        ("CRC", 2, 1500), ("USD", 1, 700),
    ]  # fmt: skip


def test_a_fact_with_a_key_is_told_once(shop):
    ana = contacts.known(email="ana@example.com")
    assert facts.record("paid", contact=ana, dedupe="paid:1")
    assert facts.record("paid", contact=ana, dedupe="paid:1") is None
    assert sum(row.count for row in sums.lifetime(ana)) == 1


def test_the_newest_answer_counts_and_silence_is_no(shop):
    ana = contacts.known(email="ana@example.com")
    assert not consent.allows(ana, "marketing")
    consent.record(ana, "marketing", True, form="checkout")
    assert consent.allows(ana, "marketing")
    consent.record(ana, "marketing", False, form="account")
    assert not consent.allows(ana, "marketing")
    assert len(db.session.scalars(select(consent.Consent)).all()) == 2
    with pytest.raises(ValueError, match="no purpose"):
        consent.record(ana, "everything", True, form="x")


def test_a_browser_brings_its_facts_and_tastes_to_whom_it_belongs(shop):
    visitor, secret = visitors.begin()
    assert visitors.met(secret).visitor.id == visitor.id
    facts.record("viewed", visitor=visitor)
    tastes.infer(visitor, "filtrado", 30)
    tastes.infer(visitor, "espresso", 10)
    ana = contacts.known(email="ana@example.com")
    tastes.say(ana, ["espresso"])
    visitors.adopt(visitor, ana)
    assert [fact.kind for fact in facts.of_contact(ana)] == ["viewed"]
    assert [row.kind for row in sums.lifetime(ana)] == ["viewed"]
    assert [(one.code, one.weight, one.origin) for one in tastes.of(ana)] == [
        ("espresso", 100, "said"), ("filtrado", 30, "inferred"),
    ]  # fmt: skip
    assert tastes.of(visitor) == []


def test_what_is_said_weighs_more_than_any_guess_and_goes_when_unsaid(shop):
    ana = contacts.known(email="ana@example.com")
    tastes.infer(ana, "regalos", 160)
    assert [(one.weight, one.origin) for one in tastes.of(ana)] == [(tastes.MOST, "inferred")]
    tastes.say(ana, ["regalos", "barismo"])
    tastes.infer(ana, "regalos", 5)
    tastes.say(ana, ["regalos"])
    assert [(one.code, one.origin) for one in tastes.of(ana)] == [("regalos", "said")]


def test_forgetting_takes_tastes_and_behaviour_and_leaves_contracts(shop):
    ana = contacts.known(email="ana@example.com")
    facts.record("viewed", contact=ana)
    facts.record("ordered", contact=ana, amount=Money(100, "CRC"))
    tastes.say(ana, ["espresso"])
    tastes.infer(ana, "regalos", 10)
    tastes.forget(ana, "regalos")
    assert [one.code for one in tastes.of(ana)] == ["espresso"]
    tastes.forget(ana)
    assert tastes.of(ana) == []
    assert [fact.kind for fact in facts.of_contact(ana)] == ["ordered"]
    assert [(row.kind, row.count) for row in sums.lifetime(ana) if row.count] == [("ordered", 1)]


def test_people_of_two_shops_never_meet(rival, shop):
    rival.enter()
    theirs = contacts.known(email="ana@example.com", name="Ana de allá")
    db.session.commit()
    token = theirs.token
    shop.enter()
    ours = contacts.known(email="ana@example.com", name="Ana")
    assert ours.name == "Ana"
    assert contacts.by_token(token) is None
    assert [one.name for one in db.session.scalars(select(Contact))] == ["Ana"]
