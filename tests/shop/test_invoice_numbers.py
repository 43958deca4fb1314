"""P13: eight processes that bill and are killed at random leave no gap and no double number, on both databases."""

import os
import random
import time
from collections import Counter
from itertools import pairwise

import pytest
from sqlalchemy import inspect, select

from kernel import signing, tenancy
from kernel.db import db
from shop import invoice_lines, invoices
from shop.invoice_rows import Invoice
from shop.order_lines import OrderLine
from shop.orders import Order
from tests.shop import invoice_writers
from tests.shop.racers import SPAWN

SEEDS = [*range(int(os.environ.get("PLAZA_SEEDS", "1")))]
EACH = 1000 if len(SEEDS) > 3 else 12  # the whole promise is eight thousand: with many seeds
WRITERS = 8


def copies(shop, count):
    """That many paid orders, copied from one; their ids."""
    shop.tax()
    pattern = shop.bought(shop.product(stock=None))
    line = pattern.lines[0]
    plain = {column.key: getattr(pattern, column.key) for column in inspect(Order).column_attrs if column.key != "id"}
    made = [Order(**{**plain, "number": f"C-{n}", "key": f"c{n}", "token": signing.token()}) for n in range(count)]
    db.session.add_all(made)
    db.session.flush()
    told = {column.key: getattr(line, column.key) for column in inspect(OrderLine).column_attrs if column.key != "id"}
    db.session.add_all(OrderLine(**{**told, "order_id": order.id}) for order in made)
    db.session.commit()
    return [order.id for order in made]


def start(shop, ids):
    mine, theirs = SPAWN.Pipe(duplex=False)
    known = shop.app.extensions["plaza.settings"]
    one = SPAWN.Process(target=invoice_writers.bill_until_killed, args=(theirs, known, shop.tenant_id, ids))
    one.start()
    theirs.close()
    return mine, one


def heard(line):
    """Everything that was told until the end or the death of the teller."""
    found = []
    while True:
        try:
            found.append(line.recv())
        except EOFError:
            return [one for one in found if isinstance(one, tuple)]


def serials():
    """The numbers of all invoices, in order."""
    return sorted(db.session.scalars(select(Invoice.serial)))


@pytest.mark.parametrize("seed", SEEDS)
def test_killed_writers_leave_no_gap_and_no_double(shop, seed):
    ids, die = copies(shop, WRITERS * EACH), random.Random(seed)
    db.session.rollback()
    people = [start(shop, ids[place::WRITERS]) for place in range(WRITERS)]
    assert [line.recv() for line, _one in people] == ["ready"] * WRITERS
    told = []
    for line, one in people[: WRITERS - 1]:  # the last one lives
        told.append(line.recv())
        time.sleep(die.uniform(0, 0.03))
        one.kill()
    for line, one in people:
        told += heard(line)
        one.join()
    db.session.expire_all()
    kept = {row.order_id: row.number for row in db.session.scalars(select(Invoice))}
    assert all(kept[order_id] == number for order_id, number in told if order_id != "end")
    assert serials() == list(range(1, len(kept) + 1))
    for order_id in ids:  # whoever comes next bills the rest; what is billed keeps its number
        invoices.issue(db.session.get(Order, order_id))
    db.session.commit()
    assert serials() == list(range(1, len(ids) + 1))
    chain = db.session.scalars(select(Invoice).order_by(Invoice.serial)).all()
    assert all(after.previous == before.hash for before, after in pairwise(chain))
    assert all(invoices.sound(row) for row in chain)
    assert len(invoice_lines.of(chain[0].id)) == 1
    assert tenancy.current() == shop.tenant_id


def test_who_reads_and_then_writes_takes_a_number_twice(shop):
    """The control: without the series' lock the same work breaks at the database, or would print a number twice."""
    ids = copies(shop, 24)
    invoices.issue(db.session.get(Order, ids.pop()))
    db.session.commit()
    known, lines, people = shop.app.extensions["plaza.settings"], [], []
    for place in range(4):
        mine, theirs = SPAWN.Pipe()
        told = (known, shop.tenant_id, ids[place::4], theirs)
        people.append(SPAWN.Process(target=invoice_writers.bill_without_lock, args=told))
        people[-1].start()
        theirs.close()
        lines.append(mine)
    assert [line.recv() for line in lines] == ["ready"] * 4
    for line in lines:
        line.send("go")
    answers = Counter(answer for line in lines for answer, _what in line.recv())
    for one in people:
        one.join()
    assert answers["broke"] > 0, answers
