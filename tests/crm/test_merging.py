"""Two rows of one person become one: every table moves, sums are reckoned, the stricter answer counts, nothing is lost."""

from datetime import timedelta

import pytest
from sqlalchemy import Index, UniqueConstraint, select

from campaigns.mailings import Mailing
from campaigns.recipients import Recipient
from crm import consent, contacts, facts, lookalikes, merging, people, preferences, sums, tags, tastes, visitors
from crm.consent import Consent
from crm.contacts import Contact
from kernel import clock, journal
from kernel.db import Base, db
from kernel.money import Money
from kernel.refusal import Gone
from kernel.tenancy import TenantOwned
from shop import orders, store_credit

OWN = {"contact_tag", "contact_source", "taste", "contact_day", "pick"}  # crm's own that nobody may have twice alike


@pytest.fixture
def twins(shop):
    ana = contacts.known(email="ana@example.com", name="Ana Mora", city="Cartago", country="CR", tags=["vip", "feria"])
    other = contacts.known(email="ana.mora@work.example.com", phone="+50683123456", name="Ana Mora", vouched=True,
                           city="cartago", country="CR", tags=["feria", "nueva"])  # fmt: skip
    db.session.commit()
    return ana, other


def _unique(table):
    told = [one.columns for one in table.constraints if isinstance(one, UniqueConstraint)]
    told += [one.columns for one in table.indexes if isinstance(one, Index) and one.unique]
    return any("contact_id" in [column.name for column in columns] for columns in told)


def test_every_table_of_which_nobody_may_have_two_alike_has_its_mover(app):
    tables = {
        mapper.local_table.name
        for mapper in Base.registry.mappers
        if issubclass(mapper.class_, TenantOwned) and _unique(mapper.local_table)
    }
    assert tables >= OWN | {"recipient", "stored_value", "enrolment"}
    assert tables - OWN - merging._movers.keys() == set()


def test_who_may_be_one_person_is_found(shop, twins):
    contacts.known(email="beto@example.com", phone="+50683123456", name="Beto")
    contacts.known(email="x@example.com", name="Ana Mora", city="Heredia", country="CR")
    assert sorted((pair.one.name, pair.other.name, pair.why) for pair in lookalikes.pairs()) == [
        ("Ana Mora", "Ana Mora", "name"), ("Ana Mora", "Beto", "phone"),
    ]  # fmt: skip


def test_everything_moves_and_sums_are_reckoned(shop, twins):
    ana, other = twins
    order = shop.bought(shop.product(), email="ana.mora@work.example.com")
    assert order.contact_id == other.id
    visitor, _secret = visitors.begin()
    visitors.adopt(visitor, other)
    facts.record("viewed", visitor=visitor)
    facts.record("ordered", contact=ana, amount=Money(100, "CRC"))
    before = {
        row.kind: (row.count, row.amount_minor) for who in twins for row in sums.lifetime(who) if row.kind == "viewed"
    }
    ordered = sum(row.amount_minor for who in twins for row in sums.lifetime(who) if row.kind == "ordered")
    tastes.infer(ana, "cafe", 40)
    tastes.say(other, ["cafe", "te"])
    store_credit.add(ana, Money(500, "CRC"), key="a", by=shop.owner)
    store_credit.add(other, Money(700, "CRC"), key="b", by=shop.owner)
    db.session.commit()
    token, number, gone = other.token, order.number, other.id
    made = merging.merge(ana, other, {"email": "goes"}, by=shop.owner)
    db.session.commit()
    assert (made.email, made.phone, made.phone_vouched, made.city) == (
        "ana.mora@work.example.com", "+50683123456", True, "Cartago",
    )  # fmt: skip
    assert orders.numbered(number).contact_id == made.id
    assert made.tags == ["vip", "feria", "nueva"]
    assert [(one.code, one.origin) for one in tastes.of(made)] == [("cafe", "said"), ("te", "said")]
    now = {row.kind: (row.count, row.amount_minor) for row in sums.lifetime(made)}
    assert now["viewed"] == before["viewed"]
    assert now["ordered"] == (2, ordered)
    assert db.session.get(visitors.Visitor, visitor.id).contact_id == made.id
    assert store_credit.of(made).balance_minor == 1200
    assert contacts.by_token(token).id == made.id  # links that carry the other's token lead here
    assert preferences.whose(token).id == made.id
    assert db.session.scalars(select(Contact).where(Contact.id == gone).execution_options(binned=True)).all() == []
    assert contacts.by_email("ana@example.com") is None


@pytest.mark.parametrize(
    ("mine", "theirs", "apart", "counts"),
    [
        (True, False, 0, False),
        (False, True, 0, False),
        (True, False, 1, False),
        (False, True, 1, True),
        (True, False, -1, True),
    ],
)
def test_of_two_answers_the_newest_counts_and_at_the_same_moment_the_stricter(shop, twins, mine, theirs, apart, counts):
    ana, other = twins
    at = clock.now() - timedelta(days=3)
    consent.record(other, "marketing", theirs, form="account").at = at + timedelta(days=apart)
    consent.record(ana, "marketing", mine, form="account").at = at
    db.session.flush()
    made = merging.merge(ana, other, {}, by=shop.owner)
    assert consent.allows(made, "marketing") is counts
    assert len(db.session.scalars(select(Consent).where(Consent.form == "account")).all()) == 2  # the proof stays


def test_letters_of_both_are_theirs_also_one_that_both_had(shop, twins):
    ana, other = twins
    first, second = Mailing(name="a"), Mailing(name="b")
    db.session.add_all([first, second])
    db.session.flush()
    for mailing, who in ((first, ana), (first, other), (second, other)):
        db.session.add(Recipient(mailing_id=mailing.id, contact_id=who.id, email=who.email))
    db.session.flush()
    token = db.session.scalars(select(Recipient.token).where(Recipient.mailing_id == second.id)).one()
    made = merging.merge(ana, other, {}, by=shop.owner)
    theirs = db.session.scalars(select(Recipient.mailing_id).where(Recipient.contact_id == made.id))
    assert sorted(theirs) == [first.id, first.id, second.id]
    assert preferences.whose(token).id == made.id


def test_two_who_merge_the_same_two_at_once_do_it_once(shop, twins):
    ana, other = twins
    stale = Contact(id=other.id, token="x")
    merging.merge(ana, other, {}, by=shop.owner)
    db.session.commit()
    with pytest.raises(Gone):
        merging.merge(stale, ana, {}, by=shop.owner)


def test_the_page_shows_both_and_asks_before_it_joins_them(shop, twins):
    ana, other = (one.token for one in twins)
    browser, base = shop.admin, "/admin/cafe/people/duplicates"
    assert f"{base}/{ana}/{other}" in browser.get(base).text
    page = browser.get(f"{base}/{ana}/{other}")
    assert page.text.count('name="stays"') == 2
    told = {"stays": other, "email": ana, "name": other}
    assert browser.post(f"{base}/{ana}/{other}", data=told).status_code == 422
    answer = browser.post(f"{base}/{ana}/{other}", data={**told, "sure": "yes"})
    assert answer.location == f"/admin/cafe/people/{other}"
    shop.enter()
    made = contacts.by_token(other)
    assert (made.email, made.phone) == ("ana@example.com", "+50683123456")
    assert contacts.by_token(ana).id == made.id
    assert browser.get(f"{base}/{ana}/{other}").status_code == 404
    assert people.count(people.query()) == 1
    assert shop.staff("clerk").get(base).status_code == 404
    assert tags.counted()[0] == ("feria", 1)


def _alike():
    return [tuple(sorted((pair.one.email, pair.other.email))) for pair in lookalikes.pairs()]


def test_who_is_kept_twice_by_another_telephone_is_found_from_their_page(shop):
    one, two, _other = (contacts.known(email=f"{name}@example.com", name=name) for name in ("lupita", "lupita2", "zoe"))
    one.name, two.name = "Lupita Sánchez", "lupita sanchez"
    one.phone, two.phone = "+50688881111", "+50688882222"
    db.session.commit()
    assert f"/people/{one.token}/same" in shop.admin.get(f"/admin/cafe/people/{one.token}").text
    page = shop.admin.get(f"/admin/cafe/people/{one.token}/same").text
    assert f"/people/duplicates/{one.token}/{two.token}" in page
    assert page.count("/people/duplicates/") == 1
    assert (
        "No aparece nadie"
        in shop.admin.get(f"/admin/cafe/people/{one.token}/same?q=nadie", headers={"Accept-Language": "es"}).text
    )
    assert shop.staff("clerk").get(f"/admin/cafe/people/{one.token}/same").status_code == 404


def test_of_two_people_it_is_not_asked_again_also_when_one_of_them_is_merged(shop, twins):
    ana, other = (one.token for one in twins)
    browser, base = shop.admin, "/admin/cafe/people/duplicates"
    assert "Son dos personas" in browser.get(base).text
    for _ in range(2):
        assert browser.post(f"{base}/{other}/{ana}/two").location == base
    assert f"{base}/{ana}/{other}" not in (listed := browser.get(base).text)
    assert f"{base}/{other}/{ana}/unsure" in listed
    browser.post(f"{base}/{other}/{ana}/unsure")
    assert f"{base}/{ana}/{other}" in browser.get(base).text
    browser.post(f"{base}/{other}/{ana}/two")
    shop.enter()
    third = contacts.known(email="third@example.com", name="Ana Mora", city="Cartago", country="CR")
    assert _alike() == [("ana@example.com", "third@example.com"), ("ana.mora@work.example.com", "third@example.com")]
    merging.merge(third, contacts.by_token(ana), {}, by=shop.owner)
    assert _alike() == []
    people.erase(third, by=shop.owner)
    assert db.session.scalars(select(lookalikes.TwoPeople)).all() == []


def test_after_a_merge_forgetting_takes_the_name_of_who_went_out_of_the_journal(shop, twins):
    ana, other = twins
    journal.write("person.changed", about=other, by=shop.owner, data={"name": other.called})
    made = merging.merge(ana, other, {}, by=shop.owner)
    people.erase(made, by=shop.owner)
    kept = db.session.scalars(select(journal.Entry).where(journal.Entry.about_kind == "contact"))
    assert "Ana Mora" not in str([entry.data for entry in kept])


def test_whoever_asked_for_fewer_letters_gets_fewer(shop, twins):
    ana, other = twins
    other.letters_every = 30
    assert merging.merge(ana, other, {}, by=shop.owner).letters_every == 30


def test_the_same_name_without_a_place_is_no_sign(shop):
    for number in range(3):
        contacts.known(email=f"x{number}@example.com", name="Ana Mora")
    assert lookalikes.pairs() == []
