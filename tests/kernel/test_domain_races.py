"""Shops that show at one moment that they have a name: one of them has it, the others hear why not."""

import time
from collections import Counter

import pytest

from kernel import domains, tenancy
from kernel.db import db
from tests.makers import World
from tests.shop.racers import Crew

WWW = "www.tazas.example"
PROVE, CARELESS = "tests.kernel.test_domain_races:prove", "tests.kernel.test_domain_races:prove_unlocked"


def prove(tenant_id):
    """A shop's name server has just said yes."""
    tenancy.leave()
    tenancy.enter(tenant_id)
    domains.proven(domains.wished(WWW))


def prove_unlocked(tenant_id):
    """The same without waiting for each other, while the others come that far too."""
    kept, domains._held = domains._held, _read
    try:
        prove(tenant_id)
    finally:
        domains._held = kept


def _read(host, _mine):
    found = list(db.session.scalars(db.select(tenancy.Domain.tenant_id).filter_by(host=host)))
    time.sleep(0.5)
    return found


@pytest.fixture(scope="module")
def crew():
    made = Crew(3)
    yield made
    made.end()


@pytest.fixture
def shops(app):
    """Three shops that wish for one name; the last one's tenant is entered."""
    made = [World.open(app, slug=f"taza{number}", email=f"t{number}@example.com") for number in range(3)]
    for one in made:
        one.enter()
        domains.add(WWW)
        db.session.commit()
    return made


def race(crew, shops, verb):
    return Counter(tuple(answer[:2]) for answer in crew.race(shops[-1], verb, [(one.tenant_id,) for one in shops]))


def test_one_of_all_who_show_it_at_once_has_the_name_and_the_others_hear_it(crew, shops):
    assert race(crew, shops, PROVE) == {("done", None): 1, ("refused", "Outpaced"): 2}
    [row] = db.session.scalars(db.select(tenancy.Domain)).all()
    assert row.verified_at is not None


@pytest.mark.parametrize("app", ["pg"], indirect=True)  # on SQLite nobody reads while another writes
def test_without_waiting_for_each_other_they_break(crew, shops):
    answers = race(crew, shops, CARELESS)
    assert any(kind == "broke" for kind, _what in answers), answers
