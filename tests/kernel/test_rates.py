"""How fast letters leave: what is too many for this minute waits for the next, urgent letters wait for nobody."""

from dataclasses import replace
from datetime import timedelta

import pytest

from kernel import clock, rates
from kernel.smtp import Parcel, Verdict


@pytest.fixture
def told(app, monkeypatch):
    """Sets the rates; nobody is left alone from before."""
    rates.forget()

    def tell(**values):
        known = app.extensions["plaza.settings"]
        monkeypatch.setitem(app.extensions, "plaza.settings", replace(known, **values))

    yield tell
    rates.forget()


def parcels(*domains):
    return [Parcel(number, "b@plaza.test", f"p{number}@{domain}", b"") for number, domain in enumerate(domains)]


def test_what_is_too_many_for_this_minute_waits_for_the_next(told):
    told(smtp_domain_rate=3)
    free, wait = rates.split(parcels(*["one.example"] * 5, "other.example"))
    assert [one.id for one in free] == [0, 1, 2, 5]
    assert set(wait) == {3, 4}
    assert all(clock.now() < at <= clock.now() + timedelta(seconds=rates.WINDOW) for at in wait.values())
    free, wait = rates.split(parcels("one.example", "ONE.example", "third.example"))
    assert ([one.id for one in free], set(wait)) == ([2], {0, 1})


def test_urgent_letters_wait_for_nobody_and_count(told):
    told(smtp_rate=4)
    rates.count(parcels(*["one.example"] * 3))
    free, wait = rates.split(parcels(*["one.example", "other.example", "third.example"]))
    assert (len(free), len(wait)) == (1, 2)


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_without_limits_nothing_waits(told):
    assert rates.split(parcels(*["one.example"] * 50))[1] == {}


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("answer", "rests"),
    [
        ("421 4.7.28 unusual rate of mail", True),
        ("454 Throttling failure: Maximum sending rate exceeded", True),
        ("451 4.7.1 try again later", True),
        ("452 4.2.2 mailbox full", False),
        ("450 4.2.1 busy", False),
        ("550 5.7.1 rate", False),
    ],
)
def test_a_domain_that_says_too_fast_is_left_alone(told, answer, rests):
    one, other = parcels("one.example", "other.example")
    rates.heed(one, Verdict("deferred" if answer[0] == "4" else "failed", answer))
    free, wait = rates.split([one, other])
    assert (set(wait), other in free) == ({0} if rests else set(), True)
