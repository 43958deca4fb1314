"""What tests of the shop share: the crew of racers, and a day that does not end while a test goes on."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from kernel import clock
from tests.shop.fake_stripe import fake_stripe, stripe_base
from tests.shop.racers import Crew

__all__ = ["crew", "fake_stripe", "stripe_base"]
ZONE = "America/Costa_Rica"  # of the shops of tests
SOON = timedelta(minutes=45)  # more than a test takes, with the minutes that it lets pass
OTHERS = {
    "crew",
    "nursery",
    "SPAWN",
    "import_killers",
    "invoice_writers",
}  # by whom processes with clocks of their own begin


@pytest.fixture(autouse=True)
def whole_day(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test that would begin shortly before midnight begins just after it: what it calls today stays so to its end.

    Its clock goes on from there. One with other processes keeps their time.
    """
    midnight = datetime.combine(clock.today(ZONE) + timedelta(days=1), time(), ZoneInfo(ZONE))
    if midnight - clock.now() >= SOON or OTHERS & {*request.fixturenames, *vars(request.module)}:
        yield
        return
    with time_machine.travel(midnight + timedelta(seconds=1)):
        yield


@pytest.fixture(scope="session")
def crew() -> Iterator[Crew]:
    """Eight real processes, for all the races of a run: each makes its applications once."""
    made = Crew()
    yield made
    made.end()
