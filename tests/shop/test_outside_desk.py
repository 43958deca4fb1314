"""Calendars from outside in the back office: followed, read, taken away and brought back; clashes on the first page."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from kernel import clock, jobs, reaching
from kernel.db import db
from shop import outside_calendars, resources
from shop.closures import Closure
from shop.occupations import Occupation
from shop.outside_calendars import OutsideCalendar
from tests.kernel.answering import say, serving
from tests.shop.desk_calendar import cabin, page, post, read, text, told, undo

HOME = "/admin/cafe/"


def cal(first, last):
    return (f"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:{first}\nDTSTART;VALUE=DATE:{first:%Y%m%d}\n"
            f"DTEND;VALUE=DATE:{last:%Y%m%d}\nEND:VEVENT\nEND:VCALENDAR\n").encode()  # fmt: skip


@pytest.fixture
def airbnb(shop, monkeypatch):
    """(a cabin's first unit, its service, what says what stands elsewhere, its address)."""
    monkeypatch.setattr(reaching, "reachable", lambda ip, _port: str(ip) == "127.0.0.1")
    service, there = cabin(shop), {"body": cal(shop.day(5), shop.day(7)), "status": 200}
    with serving(lambda handler: say(handler, there["body"], there["status"])) as port:
        unit = resources.units([service.needs[0].resource_id])[0]
        yield unit, service, there, f"http://127.0.0.1:{port}/s3cr3t.ics"


def add(browser, unit, address, name="Airbnb"):
    return post(browser, f"/calendars/{unit.token}/outside", address=address, name=name)


def outside(browser, unit):
    """What the page says of the calendars from outside of a unit."""
    found = read(page(browser, "/calendars")).xpath(f"//details[@id='in-{unit.token}']//*[@data-outside]")
    return [(one.get("data-outside"), " ".join(one.text_content().split())) for one in found]


def unread(browser):
    """How many the first page counts that nobody could read for a day."""
    shown = read(browser.get(HOME, headers={"Accept-Language": "es"}))
    [line] = shown.xpath("//a[contains(., 'Calendarios que no se pueden leer')]")
    return "".join(sign for sign in line.text_content() if sign.isdigit())


def run():
    jobs.run_due()
    db.session.expire_all()


def test_a_calendar_is_followed_read_and_shown_where_it_closes(shop, airbnb):
    unit, _service, there, address = airbnb
    admin = shop.admin
    answer = add(admin, unit, address)
    assert answer.status_code == 303
    assert "Airbnb se está leyendo" in told(admin, answer)
    [(shape, said)] = outside(admin, unit)
    assert (shape, "Se está leyendo" in said) == ("wait", True)
    run()
    [(shape, said)] = outside(admin, unit)
    assert shape == "good"
    assert "Leído ahora mismo" in said
    assert "1 fecha cerrada" in said
    assert "s3cr3t" not in page(admin, "/calendars").get_data(as_text=True)
    closure = db.session.scalars(select(Closure)).one()
    for path in ("", "/week", "/units"):
        assert "Airbnb" in text(page(admin, path, day=shop.day(5))), path
    shown = read(page(admin, f"/closures/{closure.token}"))
    assert not shown.xpath("//form[contains(@action, '/opening')]")
    assert "Se abre donde se tomó: cámbielo en Airbnb" in shown.xpath("string(//main)")
    refused = post(admin, f"/closures/{closure.token}/opening")
    assert refused.status_code == 422
    assert "Esto viene de Airbnb" in text(refused)
    there["status"] = 404
    post(admin, f"/outside/{db.session.scalars(select(OutsideCalendar.token)).one()}/reading")
    run()
    [(shape, said)] = outside(admin, unit)
    assert shape == "bad"
    assert "ya no hay nada. Copie la nueva" in said
    assert "1 fecha cerrada" in said


def test_what_was_typed_stays_where_it_is_refused(shop, airbnb):
    unit, _service, _there, address = airbnb
    admin = shop.admin
    answer = add(admin, unit, "airbnb.com/calendar", "Mi <b>Airbnb</b>")
    shown = read(answer)
    assert answer.status_code == 422
    assert shown.xpath("//input[@name='name'][@value='Mi <b>Airbnb</b>']")
    assert shown.xpath("//input[@name='address'][@value='airbnb.com/calendar'][@aria-invalid]")
    assert shown.xpath("//details[@open]")
    assert "Copie la dirección completa" in text(answer)
    assert add(admin, unit, address).status_code == 303
    assert add(admin, unit, address, "Otra vez").status_code == 409
    assert add(admin, unit, f"http://cafe.plaza.localhost:8000/calendars/{unit.feed}.ics").status_code == 422


def test_taking_away_opens_and_undo_closes_again(shop, airbnb):
    unit, _service, _there, address = airbnb
    admin = shop.admin
    add(admin, unit, address)
    run()
    token = db.session.scalars(select(OutsideCalendar.token)).one()
    answer = post(admin, f"/outside/{token}/removal")
    assert db.session.scalars(select(Occupation)).all() == []
    undo(admin, answer)
    run()
    assert len(db.session.scalars(select(Occupation)).all()) == 1
    assert [shape for shape, _said in outside(admin, unit)] == ["good"]


def test_a_clash_is_on_the_first_page_and_wherever_its_day_is_shown(shop, airbnb):
    unit, service, _there, address = airbnb
    for count in (1, 2):
        shop.booked(service, shop.when(6), name=f"Ana Mora {count}")  # both cabins
    admin = shop.admin
    lines = read(admin.get(HOME, headers={"Accept-Language": "es"}))
    assert "Reservado aquí y en otro lado" not in lines.xpath("string(//main)")
    add(admin, unit, address)
    run()
    lines = read(admin.get(HOME, headers={"Accept-Language": "es"}))
    [line] = lines.xpath("//a[contains(@href, '#clashes')]")
    assert "1" in line.text_content()
    shown = read(page(admin, "/calendars")).xpath("//*[@data-clash]")
    assert len(shown) == 1
    assert "Ana Mora" in shown[0].text_content()
    for path in ("", "/week"):
        assert "Reservado aquí y en otro lado" in text(page(admin, path, day=shop.day(6))), path
    assert "también reservado aquí" in text(page(admin, "/units", day=shop.day(6)))
    closure = db.session.scalars(select(Closure)).one()
    assert "Ana Mora" in text(page(admin, f"/closures/{closure.token}"))


def test_what_could_never_be_read_is_on_the_first_page_at_once(shop, airbnb):
    unit, _service, there, address = airbnb
    admin, there["status"] = shop.admin, 500
    add(admin, unit, address)
    run()
    assert unread(admin) == "1"
    with time_machine.travel(clock.now() + timedelta(hours=25), tick=False):
        assert unread(shop.admin) == "1"
        [(shape, said)] = outside(shop.admin, unit)
    assert (shape, "Todavía no se ha leído" in said) == ("bad", True)


def test_who_may_only_look_sees_how_it_stands_and_no_verb(shop, airbnb):
    unit, _service, _there, address = airbnb
    outside_calendars.add(unit, "Airbnb", address)
    db.session.commit()
    browser = shop.staff("marketer")
    assert len(outside(browser, unit)) == 1
    shown = read(page(browser, "/calendars"))
    assert not shown.xpath("//form[contains(@action, '/outside')]")
