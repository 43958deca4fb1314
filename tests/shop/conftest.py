"""What tests of the shop share: the crew of racers."""

from collections.abc import Iterator

import pytest

from tests.shop.fake_stripe import fake_stripe, stripe_base
from tests.shop.racers import Crew

__all__ = ["crew", "fake_stripe", "stripe_base"]


@pytest.fixture(scope="session")
def crew() -> Iterator[Crew]:
    """Eight real processes, for all the races of a run: each makes its applications once."""
    made = Crew()
    yield made
    made.end()
