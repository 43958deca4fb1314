"""What tests of the back office do with its pages: read one, press the button of a toast."""

from bs4 import BeautifulSoup

from kernel.db import db
from tests.shop.test_orders_desk import page

HTML = {"Accept-Language": "es"}


def soup(admin, path):
    return BeautifulSoup(page(admin, path), "html.parser")


def step(admin, path, status=303, **fields):
    """Send a form of a list."""
    answer = admin.post(f"/admin/cafe{path}", data=fields, headers=HTML)
    assert answer.status_code == status, answer.get_data(as_text=True)[:600]
    db.session.expire_all()
    return answer


def undo(admin, answer):
    """Press the button of the toast."""
    toast = BeautifulSoup(admin.get(answer.headers["Location"], headers=HTML).get_data(as_text=True), "html.parser")
    box = toast.select(".toast-line form")[-1]
    told = {one["name"]: one["value"] for one in box.select("input")}
    assert admin.post(box["action"], data=told, headers=HTML).status_code == 303
    db.session.expire_all()
