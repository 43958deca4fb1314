"""The buffer writes in bulk, as the right tenant, and never takes a page down with it."""

import pytest

from crm import tallies
from kernel import buffer, clock, tenancy
from kernel.db import db


@pytest.fixture
def counting():
    """A writer that counts into the tallies of whoever is the current tenant."""
    today = clock.now().date()
    buffer.writer("planted", lambda items: [tallies.add(today, what) for what in items])
    yield today
    buffer._writers.pop("planted")


def test_what_waits_is_written_for_its_own_tenant(rival, shop, counting):
    rival.enter()
    buffer.put("planted", "x")
    shop.enter()
    buffer.put("planted", "x")
    buffer.put("planted", "x")
    db.session.rollback()
    assert buffer.waiting() == 3
    assert buffer.flush(shop.app) == 3
    assert tallies.of("x", counting, counting) == {counting: 2}
    rival.enter()
    assert tallies.of("x", counting, counting) == {counting: 1}
    assert buffer.waiting() == 0


def test_a_writer_that_breaks_loses_its_items_and_nothing_else(shop, counting):
    def breaks(items):
        raise RuntimeError("planted")

    buffer.writer("broken", breaks)
    buffer.put("broken", 1)
    buffer.put("planted", "y")
    db.session.rollback()
    assert buffer.flush(shop.app) == 2
    assert tallies.of("y", counting, counting) == {counting: 1}
    buffer._writers.pop("broken")


def test_only_what_somebody_writes_can_be_put(shop):
    with pytest.raises(LookupError):
        buffer.put("nobody", 1)


def test_without_a_tenant_nothing_is_put(app, counting):
    tenancy.leave()
    with pytest.raises(tenancy.NoTenant):
        buffer.put("planted", 1)
