"""What one is to do, in one's own calendar and as a file: one's own and nobody's, on its day, by a secret address."""

import csv
import io
from datetime import timedelta

import pytest
from icalendar import Calendar

from crm import contacts, task_feeds, tasks
from crm.tasks import Told
from kernel import accounts, memberships
from kernel.db import db
from tests.shop.pages import read

BASE = "/admin/cafe/tasks"
ES = {"Accept-Language": "es"}


@pytest.fixture
def work(shop):
    """Something of the owner's, of nobody's, of the clerk's, done, overdue."""
    shop.staff("clerk")
    shop.enter()
    clerk = next(account.id for account in tasks.staff() if account.name == "clerk")
    ana, here = contacts.known(email="ana@example.com", name="Ana Mora", phone="+50683123456"), tasks.today()
    for text, days, who in (("Mía", 3, shop.owner_id), ("De nadie", 1, None), ("De ella", 2, clerk),
                            ("=1+1", -4, shop.owner_id), ("Hecha", 5, shop.owner_id)):  # fmt: skip
        row = tasks.add(Told(text, here + timedelta(days=days), ana, "", who), by=shop.owner)
        if text == "Hecha":
            tasks.do(row, by=shop.owner)
    db.session.commit()
    return clerk


def address(browser):
    return read(browser.get(f"{BASE}/calendar", headers=ES)).xpath("//input[@readonly]/@value")


def events(shop, url):
    answer = shop.client.get("/" + url.split("/", 3)[3])
    return answer, Calendar.from_ical(answer.data).events if answer.status_code == 200 else []


def test_an_address_is_made_renewed_and_turned_off_by_who_owns_it(shop, work):
    browser = shop.admin
    assert address(browser) == []
    assert browser.post(f"{BASE}/calendar").status_code == 303
    [first] = address(browser)
    assert events(shop, first)[0].status_code == 200
    browser.post(f"{BASE}/calendar")
    [second] = address(browser)
    assert (first != second, events(shop, first)[0].status_code) == (True, 404)
    assert address(shop.staff("clerk")) == []  # to each their own
    browser.post(f"{BASE}/calendar", data={"do": "end"})
    assert (address(browser), events(shop, second)[0].status_code) == ([], 404)


def test_the_calendar_holds_what_is_mine_and_nobodys_on_whole_days(shop, work):
    task_feeds.renew(shop.owner)
    token, here = task_feeds.of(shop.owner).token, tasks.today()
    db.session.commit()
    answer, found = events(shop, f"http://x/calendars/follow-ups/{token}.ics")
    assert answer.content_type == "text/calendar; charset=utf-8"
    assert "no-store" in answer.headers["Cache-Control"] or "private" in answer.headers["Cache-Control"]
    told = {str(one["summary"]): one for one in found}
    assert told.keys() == {"Mía", "De nadie", "=1+1"}
    days = {text: ((one.start - here).days, (one.end - one.start).days) for text, one in told.items()}
    assert days == {"Mía": (3, 1), "De nadie": (1, 1), "=1+1": (0, 1)}  # what is overdue stands today
    assert str(told["Mía"]["description"]) == "Ana"
    assert b"83123456" not in answer.data
    assert b"ana@example.com" not in answer.data
    again = events(shop, f"http://x/calendars/follow-ups/{token}.ics")[1]
    assert {str(one["uid"]) for one in again} == {str(one["uid"]) for one in found}


def test_who_no_longer_works_here_or_is_of_another_shop_reads_nothing(shop, rival, work):
    shop.enter()
    account = accounts.get(work)
    task_feeds.renew(account)
    token = task_feeds.of(account).token
    row = next(row.token for row, one in memberships.staff() if one.id == work)
    db.session.commit()
    path = f"http://x/calendars/follow-ups/{token}.ics"
    assert {str(one["summary"]) for one in events(shop, path)[1]} == {"De nadie", "De ella"}
    assert events(rival, path)[0].status_code == 404
    shop.enter()
    memberships.remove(row, by=shop.owner)
    db.session.commit()
    assert events(shop, path)[0].status_code == 404


def rows(answer):
    return list(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))


def test_the_file_holds_what_the_list_shows_and_nothing_that_would_run(shop, work):
    browser = shop.admin
    heads, *told = rows(browser.get("/admin/cafe/tasks.csv", headers=ES))
    assert [row[0] for row in told] == ["'=1+1", "De nadie", "Mía"]
    first = dict(zip(heads, told[0], strict=True))
    assert (first["Persona"], first["Teléfono"], first["Quién lo hace"]) == ("Ana Mora", "8312 3456", "Dueña")
    assert len(rows(browser.get("/admin/cafe/tasks.csv?who=all"))) == 5
    [_heads, done] = rows(browser.get("/admin/cafe/tasks.csv?show=done&who=all"))
    assert (done[0], done[-1]) == ("Hecha", "Dueña")
    for role, status in (("manager", 200), ("marketer", 200), ("clerk", 404)):
        assert shop.staff(role).get("/admin/cafe/tasks.csv").status_code == status, role
