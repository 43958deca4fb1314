"""A file of products whose worker is killed -9 in the middle of its steps: every line comes in, and none twice."""

import os
import signal
from collections import Counter

from sqlalchemy import func, select

from kernel.db import db
from shop import import_steps, imports
from shop.catalog import Product, Variant
from shop.stock import StockMove
from tests.kernel.test_jobs import left, nursery, wait_for
from tests.shop.test_imports import HEADS, brought, checked, row

COUNT = 60


def come_in():
    found = db.session.scalar(select(func.count(Product.id)))
    db.session.commit()
    return found


def test_a_worker_that_is_killed_between_and_within_steps_brings_each_line_once(shop, monkeypatch):
    monkeypatch.setattr(imports, "AT_ONCE", 2)
    token = brought(shop, HEADS + "".join(f"K{n};Cosa {n};900;{n + 1};Pan;;\n" for n in range(COUNT)))
    import_steps.run(checked(shop, token), by=shop.owner)
    db.session.commit()
    with nursery(shop.app) as bear:
        for _ in range(2):
            before, worker = come_in(), bear()
            wait_for(lambda before=before: come_in() > before)
            os.kill(worker, signal.SIGKILL)
            assert come_in() < COUNT, "it was done before it was killed"
        bear(), bear()
        wait_for(lambda: left() == 0)
    found = row(shop, token)
    assert (found.state, found.seen, found.counts) == ("done", COUNT, {"new": COUNT})
    assert Counter(db.session.scalars(select(Variant.sku))) == Counter(f"K{n}" for n in range(COUNT))
    moves = db.session.execute(select(StockMove.variant_id, func.sum(StockMove.units)).group_by(StockMove.variant_id))
    assert sorted(units for _one, units in moves) == list(range(1, COUNT + 1))
