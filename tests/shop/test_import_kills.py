"""A file of products whose worker is killed -9 in the middle of its steps: every line comes in, and none twice."""

import os
import signal
from collections import Counter

import pytest
from sqlalchemy import func, select

from kernel.db import db
from shop import import_pictures, import_steps, imports
from shop.catalog import Product, Variant
from shop.pictures import ProductPicture
from shop.stock import StockMove
from tests.kernel.answering import say, serving
from tests.kernel.test_jobs import left, nursery, wait_for
from tests.shop import import_killers
from tests.shop.test_import_pictures import drawn
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


def begun(shop, told):
    token = brought(shop, told)
    import_steps.run(checked(shop, token), by=shop.owner)
    db.session.commit()
    return token


@pytest.mark.parametrize("first", [import_killers.dying, import_killers.dying_early])
def test_a_worker_that_dies_with_a_part_written_and_not_marked_leaves_nothing_of_it(shop, monkeypatch, first):
    monkeypatch.setattr(imports, "AT_ONCE", 2)
    token = begun(shop, HEADS + "".join(f"K{n};Cosa {n};900;{n + 1};;;\n" for n in range(6)))
    with nursery(shop.app, first=first) as bear:
        worker = bear()
        wait_for(lambda: gone(worker))
    kept = come_in()
    with nursery(shop.app) as bear:
        bear()
        wait_for(lambda: left() == 0)
    found = row(shop, token)
    assert (found.state, come_in()) == ("done", 6)
    if first is import_killers.dying:
        assert (kept, found.counts) == (2, {"new": 6})
    else:  # kept in two steps, its lines are told as if they had been there
        assert (kept, found.counts) == (4, {"new": 4, "same": 2})


def gone(worker):
    try:
        os.kill(worker, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.mark.parametrize("forgetful", [False, True])
def test_a_worker_that_is_killed_between_two_pictures_brings_each_once(shop, forgetful):
    asked, workers = [], []

    def answer(handler):
        asked.append(handler.path)
        if len(asked) == 2:
            os.kill(workers.pop(0), signal.SIGKILL)
            return
        say(handler, drawn(handler.path.strip("/")))

    with serving(answer) as port, nursery(shop.app, first=import_killers.near, forgetful=forgetful) as bear:
        told = ", ".join(f"http://127.0.0.1:{port}/{one}" for one in ("red", "green", "blue"))
        token = begun(shop, f'SKU;Nombre;Precio;Imágenes\nK1;Cosa;900;"{told}"\n')
        workers.append(bear())
        wait_for(lambda: not workers)
        workers.append(bear())
        wait_for(lambda: left() == 0)
    found = import_pictures.tally(row(shop, token).id)
    if forgetful:  # what was taken off the list before it was done is lost with whoever took it
        assert found == {"had": 1, "waiting": 2}
    else:
        assert found == {"had": 3}
        assert asked == ["/red", "/green", "/green", "/blue"]
        assert len(set(db.session.scalars(select(ProductPicture.file_id)))) == 3
