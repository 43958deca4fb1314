"""What tests of the shop share: the crew of racers."""

from collections.abc import Iterator

import pytest

from tests.shop.racers import Crew


@pytest.fixture(scope="module")
def crew() -> Iterator[Crew]:
    """Eight real processes."""
    made = Crew()
    yield made
    made.end()
