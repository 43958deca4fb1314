"""The prospects of the demo shops: all of the file is there, moves follow the table, and something is due today."""

import pytest
import yaml
from sqlalchemy import func, select

from crm import deals, tasks
from crm.deal_stages import Deal
from crm.notes import ContactNote
from crm.tasks import Task
from demo import opening, prospects, staff, world
from kernel import tenancy
from kernel.db import db

SHOPS = {world.slug(shop): shop for shop in world.shops()}
TOLD = yaml.safe_load(prospects.PROSPECTS.read_text("utf-8"))


@pytest.fixture(params=sorted(TOLD))
def told(request, demo_app):
    """What the file says of a shop, its tenant entered."""
    with demo_app.app_context():
        tenancy.enter(opening.found(SHOPS[request.param]).id)
        yield SHOPS[request.param], TOLD[request.param]
        tenancy.leave()


def test_all_of_the_file_is_there_and_looks_lived_in(told):
    shop, file = told
    for cls, part in ((ContactNote, "notes"), (Deal, "deals"), (Task, "tasks")):
        assert db.session.scalar(select(func.count(cls.id))) == len(file[part]), part
    board = deals.board()
    assert all(board[stage] for stage in ("new", "talking", "quoted", "won"))
    stages = {one["title"]: (["new", *(move[1] for move in one.get("moves", []))])[-1] for one in file["deals"]}
    assert {row.title: row.stage for row in db.session.scalars(select(Deal))} == stages
    due = list(db.session.scalars(tasks.query("due", staff.owner(shop))))
    assert due
    assert all(row.contact for row in db.session.scalars(select(Deal)))
