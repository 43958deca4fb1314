"""One code that is sent by several at once: one of them comes in."""

import time
from collections import Counter

import pyotp
import pytest

from kernel import accounts, clock, two_factor
from kernel.db import db
from tests.shop.racers import Crew

TAKE, CARELESS = "tests.kernel.test_second_step_races:take", "tests.kernel.test_second_step_races:take_unlocked"


def take(account_id, code):
    """Somebody sends a code; what a refusal says is its answer."""
    return two_factor.take(accounts.get(account_id), code)


def take_unlocked(account_id, code):
    """The same without the lock, while the others come that far too."""
    kept, two_factor._locked = two_factor._locked, _read
    try:
        return take(account_id, code)
    finally:
        two_factor._locked = kept


def _read(account):
    time.sleep(0.2)
    return account


@pytest.fixture(scope="module")
def crew():
    made = Crew(3)
    yield made
    made.end()


@pytest.fixture
def code(shop):
    """The code that an owner's phone shows in half a minute, which the house takes already."""
    two_factor.begin(shop.owner)
    app = pyotp.TOTP(two_factor.secret(shop.owner))
    two_factor.confirm(shop.owner, app.at(clock.now()))
    db.session.commit()
    return app.at(clock.now(), counter_offset=1)


def came(answers):
    return Counter(answer[0] for answer in answers)["done"]


def test_one_of_all_who_send_one_code_comes_in(crew, shop, code):
    assert came(crew.race(shop, TAKE, [(shop.owner_id, code)] * 8)) == 1


@pytest.mark.parametrize("app", ["pg"], indirect=True)  # on SQLite nobody reads while another writes
def test_without_the_lock_several_do(crew, shop, code):
    assert came(crew.race(shop, CARELESS, [(shop.owner_id, code)] * 8)) > 1
