"""Several who make one person of two at the same time: it is done once, nothing is doubled, lost or broken."""

from itertools import permutations

import pytest
from sqlalchemy import func, select

from crm import contacts, facts, sums
from crm.contacts import Contact
from kernel.db import db
from kernel.money import Money
from shop import store_credit
from shop.stored_value import StoredValue
from tests.shop.racers import Crew

MERGER = "tests.crm.merging_racers:"
CREDIT, DEEDS = 500, 3  # of each


@pytest.fixture(scope="module")
def mergers():
    """Two of the staff."""
    crew = Crew(2)
    yield crew
    crew.end()


def alike(shop, names):
    """People of one name, each with credit and deeds; their tokens."""
    found = []
    for name in names:
        who = contacts.known(email=f"{name}@example.com", name="Ana Mora", tags=["vip", name])
        store_credit.add(who, Money(CREDIT, "CRC"), key=name, by=shop.owner)
        for _ in range(DEEDS):
            facts.record("paid", contact=who, amount=Money(100, "CRC"))
        found.append(who.token)
    db.session.commit()
    return found


def whole(people):
    """Whether all that so many people had is there, once."""
    db.session.expire_all()
    credit = db.session.scalar(select(func.sum(StoredValue.balance_minor)))
    done = db.session.scalar(select(func.count()).where(facts.Fact.kind == "paid"))
    paid = [
        row.count for who in db.session.scalars(select(Contact)) for row in sums.lifetime(who) if row.kind == "paid"
    ]
    return (credit, done, sum(paid)) == (people * CREDIT, people * DEEDS, people * DEEDS)


@pytest.mark.parametrize("names", ["ab", "abc"])
def test_who_merges_the_same_or_one_of_the_same_at_once_does_it_once(shop, mergers, names):
    pairs = list(permutations(alike(shop, names), 2))  # in both directions
    answers = mergers.race(shop, f"{MERGER}merge", [(*pair, shop.owner_id) for pair in pairs * 2])
    assert {answer for answer in answers if answer[0] != "done"} <= {("refused", "Gone"), ("refused", "Same")}
    left = db.session.scalar(select(func.count(Contact.id)))
    assert left == len(names) - sum(answer[0] == "done" for answer in answers)
    assert left == 1 or len(names) > 2  # of three, who comes too late for one may leave two
    assert whole(len(names))


@pytest.mark.parametrize("app", ["pg"], indirect=True)  # where two may look at the same time
def test_without_waiting_something_breaks(shop, mergers):
    one, other = alike(shop, "ab")
    answers = mergers.race(shop, f"{MERGER}careless_merge", [(one, other, shop.owner_id)] * 4)
    assert [answer for answer in answers if answer[0] == "broke"] or not whole(2)
