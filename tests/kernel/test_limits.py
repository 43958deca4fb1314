"""How often something may be tried: counted for all processes together, and not to be talked out of."""

import time
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import func, select, update

from kernel import clock, i18n, limits, sweeping, tenancy, transactions
from kernel.app import create_app
from kernel.db import db
from kernel.limits import Hits, TooMany
from tests.shop.racers import SPAWN


def twenty_tries(line, gate, known, careless):
    """How many of them were refused."""
    app, refused = create_app(known), 0
    if careless:
        limits.TableStorage.incr = partial(read_and_then_written, limits._table.storage, gate)
    gate.wait(60)
    with app.app_context():
        for _ in range(20):
            try:
                limits.check("test", "same", "30/hour")
            except TooMany:
                refused += 1
    line.send(refused)


def read_and_then_written(storage, gate, key, _expiry, amount=1):
    """Counting as people write it who know no better; the other one reads meanwhile, the first time in any case."""
    with transactions.reading():
        seen = storage.get(key)
    if seen == 1:
        gate.wait(60)
    db.session.execute(update(Hits).where(Hits.key == key[-200:]).values(count=seen + amount))
    db.session.commit()
    return seen + amount


def test_tries_are_counted_and_refused_with_how_long_to_wait(app):
    for _ in range(3):
        limits.check("test", "ana", "3/minute;10/hour")
    with pytest.raises(TooMany) as refused:
        limits.check("test", "ana", "3/minute;10/hour")
    assert refused.value.status == 429
    assert "Espere 1 minuto y" in str(refused.value)
    limits.check("test", "bea", "3/minute;10/hour")  # somebody else may
    limits.check("other", "ana", "3/minute")  # and something else


@pytest.mark.parametrize(
    ("rule", "spanish", "english"),
    [("1/minute", "1 minuto", "1 minute"), ("1/15 minutes", "15 minutos", "15 minutes"),
     ("1/hour", "1 hora", "1 hour"), ("1/day", "1 día", "1 day")],
)  # fmt: skip
def test_how_long_to_wait_is_told_as_people_tell_it(app, rule, spanish, english):
    limits.check("test", rule, rule)
    for spoken, told in (("es", f"Espere {spanish} y"), ("en", f"Wait {english} and")):
        with i18n.speak(spoken), pytest.raises(TooMany) as refused:
            limits.check("test", rule, rule)
        with i18n.speak(spoken):
            assert told in str(refused.value)


def test_a_try_is_counted_with_what_it_did_or_not_at_all(app):
    limits.check_within("test", "ana", "2/hour")
    db.session.rollback()
    for _ in range(2):
        limits.check_within("test", "ana", "2/hour")
        db.session.commit()
    for check in (limits.check_within, limits.check):
        with pytest.raises(TooMany):
            check("test", "ana", "2/hour")
        db.session.rollback()


def test_a_window_that_has_passed_begins_again_and_is_swept(app):
    limits.check("test", "ana", "1/minute")
    db.session.execute(update(Hits).values(expires_at=clock.now() - timedelta(seconds=1)))
    db.session.commit()
    limits.check("test", "ana", "1/minute")
    db.session.execute(update(Hits).values(expires_at=clock.now() - timedelta(seconds=1)))
    db.session.commit()
    tenancy.leave()
    sweeping.sweep()
    assert db.session.scalar(select(func.count()).select_from(Hits)) == 0


def test_no_key_is_kept_in_the_clear(app):
    limits.check("login-address", "ana@example.com", "5/hour")
    assert not any("ana" in key for key in db.session.scalars(select(Hits.key)))


def test_a_refused_request_still_counts(app):
    limits.check("test", "ana", "5/hour")
    db.session.rollback()
    assert db.session.scalar(select(Hits.count)) == 1


def refused_of_forty(app, careless=False):
    """Two processes try twenty times each, 30 of which are allowed."""
    limits.check("test", "same", "30/hour")  # the row is there
    db.session.commit()
    gate, pairs = SPAWN.Barrier(2), [SPAWN.Pipe() for _ in range(2)]
    told = gate, app.extensions["plaza.settings"], careless
    both = [SPAWN.Process(target=twenty_tries, args=(theirs, *told), daemon=True) for _mine, theirs in pairs]
    for process in both:
        process.start()
    refused = [mine.recv() for mine, _theirs in pairs if mine.poll(60)]
    for process in both:
        process.join(60)
    return sum(refused)


def test_two_processes_count_together(app):
    """Whoever made them: of 41 tries 11 are refused."""
    assert refused_of_forty(app) == 11


def test_control_counting_that_is_read_and_then_written_refuses_too_few(app):
    assert refused_of_forty(app, careless=True) < 11


def test_a_spoofed_address_does_not_help(shop):
    seen = []
    for number in range(25):
        headers = {
            "X-Forwarded-For": f"10.0.0.{number}",
            "X-Real-IP": f"10.1.0.{number}",
            "Forwarded": f"for=10.2.0.{number}",
        }
        data = {"email": f"a{number}@example.com", "password": "mala contraseña"}
        seen.append(shop.anonymous.post("/login", data=data, headers=headers).status_code)
    assert seen[:20] == [422] * 20
    assert seen[20:] == [429] * 5


@pytest.mark.parametrize(
    ("address", "known"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("nonsense", "unknown"),
        (None, "unknown"),
    ],
)
def test_an_ipv6_neighbourhood_counts_as_one(address, known):
    assert limits.network(address) == known


def test_what_one_process_counts_alone_is_a_window_too():
    told = [limits.passes_here("here", "ana", "2/minute;3/hour") for _ in range(3)]
    assert told == [True, True, False]
    assert limits.passes_here("here", "bea", "2/minute")
    assert limits.passes_here("other", "ana", "2/minute")


def test_a_window_of_one_process_begins_again(monkeypatch):
    kept, moment = limits.HereStorage(), time.monotonic()
    assert [kept.incr("ana", 60), kept.incr("ana", 60)] == [1, 2]
    assert kept.get_expiry("ana") == pytest.approx(time.time() + 60, abs=5)
    monkeypatch.setattr(time, "monotonic", lambda: moment + 61)
    assert kept.get("ana") == 0
    assert kept.incr("ana", 60) == 1


def test_one_process_remembers_but_so_many():
    kept = limits.HereStorage(most=3)
    assert {kept.incr(str(number), 60) for number in range(10)} == {1}
    assert len(kept._kept) == 3
    assert kept.incr("9", 60) == 2
