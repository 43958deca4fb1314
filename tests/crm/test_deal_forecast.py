"""What opportunities may bring and how they are found again: by month, person and stage, late ones, and as a file."""

import csv
import io
from datetime import date, timedelta
from types import SimpleNamespace

import pytest

from crm import contacts, deals, forecasts, tasks
from crm.deals import Told
from kernel import clock
from kernel.db import db
from kernel.money import Money
from tests.shop.pages import read, text

BASE = "/admin/cafe/deals"
ES = {"Accept-Language": "es"}


@pytest.fixture
def ana(shop):
    made = contacts.known(email="ana@example.com", name="Ana Mora", phone="+50683123456", vouched=True)
    db.session.commit()
    return SimpleNamespace(id=made.id, token=made.token)


def add(shop, ana, title, amount=None, *stages, **told):
    """An opportunity that went through these stages, a day in each."""
    money = None if amount is None else Money(amount * 100, "CRC")
    with clock.at(clock.now() - timedelta(days=len(stages))):
        made = deals.add(contacts.by_token(ana.token), Told(title, money, **told), by=shop.owner)
    for place, stage in enumerate(stages):
        with clock.at(clock.now() - timedelta(days=len(stages) - place - 1)):
            deals.move(made, stage, by=shop.owner, reason="price" if stage == "lost" else "")
    db.session.commit()
    return made


def step(shop, deal, days):
    tasks.add(tasks.Told("Llamar", tasks.today() + timedelta(days=days), None, "", None, deal.id), by=shop.owner)
    db.session.commit()


def sums(shop):
    known = forecasts.chances()
    return [
        (month, sum(part.count for part in some), forecasts.whole(some), forecasts.weighted(some, known))
        for month, some in forecasts.months(forecasts.parts())
    ]


def crc(amount):
    return {"CRC": Money(amount * 100, "CRC")}


def test_each_month_is_summed_and_weighed_by_the_chance_of_its_stages(shop, ana):
    may, june = date(2030, 5, 1), date(2030, 6, 1)
    add(shop, ana, "Tazas", 1_000, closes_on=date(2030, 5, 2))
    add(shop, ana, "Platos", 500, "talking", "quoted", closes_on=date(2030, 5, 31))
    add(shop, ana, "Fuentes", 300, closes_on=june)
    add(shop, ana, "Sin monto")
    add(shop, ana, "Ganada", 900, "won", closes_on=june)
    assert sums(shop) == [
        (may, 2, crc(1_500), crc(200 + 300)), (june, 1, crc(300), crc(60)), (None, 1, {}, {}),
    ]  # fmt: skip


def test_a_chance_is_what_the_shop_made_of_that_stage_once_enough_was_decided(shop, ana):
    for place in range(9):
        add(shop, ana, f"Vieja {place}", 100, "quoted", "won" if place < 3 else "lost")
    assert {stage: (one.percent, one.counted) for stage, one in forecasts.chances().items()} == {
        "new": (20, False), "talking": (40, False), "quoted": (60, False),
    }  # fmt: skip
    add(shop, ana, "La décima", 100, "talking", "quoted", "talking", "quoted", "lost")  # twice there is once
    assert {stage: (one.percent, one.counted) for stage, one in forecasts.chances().items()} == {
        "new": (30, True), "talking": (40, False), "quoted": (30, True),
    }  # fmt: skip


def test_half_a_cent_is_rounded_once_and_currencies_stay_apart(shop, ana):
    add(shop, ana, "Tazas").amount_minor = 3  # 20 % of it is 0.6
    other = add(shop, ana, "Cups", 1)
    other.currency = "USD"
    db.session.commit()
    found = forecasts.parts()
    assert forecasts.whole(found) == {"CRC": Money(3, "CRC"), "USD": Money(100, "USD")}
    assert forecasts.weighted(found, forecasts.chances()) == {"CRC": Money(1, "CRC"), "USD": Money(20, "USD")}


def test_how_long_one_stays_in_a_stage_is_told_on_the_average(shop, ana):
    add(shop, ana, "Tazas", 1, "talking", "quoted", "won")  # a day in each
    with clock.at(clock.now() - timedelta(days=5)):
        slow = add(shop, ana, "Platos", 1)
    deals.move(slow, "talking", by=shop.owner)  # five days in the first
    db.session.commit()
    found = {stage: round(time / timedelta(days=1)) for stage, time in forecasts.stays().items()}
    assert found == {"new": 3, "talking": 1, "quoted": 1}


def test_the_page_says_it_by_month_by_person_and_by_stage(shop, ana):
    shop.staff("clerk")
    shop.enter()
    clerk = next(account.id for account in tasks.staff() if account.name == "clerk")
    browser = shop.admin
    assert "Anote qué podría comprar alguien" in text(browser.get(f"{BASE}/forecast", headers=ES))
    shop.enter()
    add(shop, ana, "Tazas", 1_000, closes_on=date(2030, 5, 2), for_id=clerk)
    add(shop, ana, "Platos", 500, "talking", closes_on=date(2020, 1, 9))
    page = browser.get(f"{BASE}/forecast", headers=ES)
    rows = [" ".join(row.text_content().split()) for row in read(page).xpath("//tr[@data-row='forecast']")]
    assert [row.split(" ")[0] for row in rows] == ["Enero", "Mayo", "clerk", "Quien", "Nueva", "En", "Precio"]
    assert "Su mes ya pasó" in rows[0]
    assert "Su mes ya pasó" not in rows[1]
    assert [one in rows[4] for one in ("20 %*", "₡1 000", "₡200")] == [True] * 3, rows[4]
    assert "Donde se decidieron menos de diez" in text(page)


def test_the_day_is_typed_kept_and_refused_when_it_cannot_be(shop, ana):
    browser = shop.admin
    sent = {"title": "Tazas", "person": ana.token, "closes": "2030-05-02"}
    own = browser.post(BASE, data=sent).location
    assert 'value="2030-05-02"' in browser.get(own).text
    answer = browser.post(own, data={"title": "Tazas", "closes": "9999-01-01"}, headers=ES)
    assert (answer.status_code, "Ese día queda demasiado lejos." in answer.text) == (422, True)
    assert 'value="9999-01-01"' in answer.text
    assert browser.post(own, data={"title": "Tazas", "closes": ""}).status_code == 303
    shop.enter()
    assert deals.board()["new"][0].closes_on is None


def names(browser, **asked):
    page = browser.get(BASE, query_string=asked, headers=ES)
    return {node.text_content() for node in read(page).xpath("//a[@class='deal-title']")}


def test_the_board_shows_one_stage_what_is_late_what_waits_for_nothing_and_whose_it_is(shop, ana):
    shop.staff("clerk")
    shop.enter()
    clerk = next(account.id for account in tasks.staff() if account.name == "clerk")
    token = next(row.token for row, account in deals.tasks.memberships.staff() if account.id == clerk)
    for title, days, who in (("Atrasada", -1, None), ("A tiempo", 0, clerk), ("Suelta", None, shop.owner_id)):
        deal = add(shop, ana, title, 1, *(["talking"] if title == "Suelta" else []), for_id=who)
        if days is not None:
            step(shop, deal, days)
    add(shop, ana, "Ganada", 1, "won", for_id=clerk)
    browser = shop.admin
    assert names(browser) == {"Atrasada", "A tiempo", "Suelta", "Ganada"}
    assert names(browser, show="late") == {"Atrasada"}
    assert names(browser, show="bare") == {"Suelta"}
    assert names(browser, show="talking") == {"Suelta"}
    assert names(browser, who=token) == {"Atrasada", "A tiempo", "Ganada"}  # hers, and what is nobody's
    assert names(browser, who=token, show="won") == {"Ganada"}
    assert names(browser, who="nobody", show="x") == {"Atrasada", "A tiempo", "Suelta", "Ganada"}
    page = read(browser.get(BASE, query_string={"who": token, "show": "late"}, headers=ES))
    assert page.xpath("//a[@class='chip'][@aria-current]/text()") == ["Con paso atrasado", "clerk"]


def rows(answer):
    return list(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))


def test_the_file_holds_what_the_filter_shows_and_nothing_that_would_run(shop, ana):
    deal = add(shop, ana, '=HYPERLINK("http://malo.example")', 1_500, closes_on=date(2030, 5, 2), for_id=shop.owner_id)
    step(shop, deal, 1)
    with clock.at(clock.now() - timedelta(days=90)):
        add(shop, ana, "De hace mucho", None, "lost")
    browser = shop.admin
    answer = browser.get("/admin/cafe/deals.csv", headers=ES)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="cafe-deals.csv"'
    heads, old, new = rows(answer)
    told = dict(zip(heads, new, strict=True))
    assert told["Oportunidad"] == '\'=HYPERLINK("http://malo.example")'
    assert (told["Monto"], told["Moneda"], told["Próximo paso"]) == ("1500.00", "CRC", "Llamar")
    assert (told["Correo"], told["Teléfono"], told["Para cuándo se decide"]) == (
        "ana@example.com", "8312 3456", "2030-05-02",
    )  # fmt: skip
    assert (old[0], "El precio" in old) == ("De hace mucho", True)
    assert len(rows(browser.get("/admin/cafe/deals.csv?show=lost"))) == 2
    for role, status in (("manager", 200), ("marketer", 200), ("clerk", 404)):
        assert shop.staff(role).get("/admin/cafe/deals.csv").status_code == status, role


def test_a_card_says_what_it_is_where_it_can_be_dragged_and_sends_the_form_of_its_button(shop, ana):
    token = add(shop, ana, "Tazas", 1).token
    add(shop, ana, "Ganada", 1, "won")
    page = read(shop.admin.get(BASE, headers=ES))
    [card] = page.xpath("//*[@data-lift]")
    assert (card.get("data-lift"), card.get("data-name")) == (token, "Tazas")
    doors = {one.get("data-action"): one for one in card.xpath(".//*[@data-action]")}
    assert doors.keys() == {"deal-talking", "deal-quoted", "deal-won", "deal-lost"}
    assert doors["deal-won"].getparent().get("action") == f"{BASE}/{token}/stage"
    assert doors["deal-lost"].get("href") == f"{BASE}/{token}?lost=1#lost"  # there one says why
    stages = ["new", "talking", "quoted", "won", "lost"]
    assert page.xpath("//section[@data-land]/@data-stage") == stages
    alone = read(shop.admin.get(f"{BASE}?show=new", headers=ES))
    assert alone.xpath("//*[@data-lift] | //*[@data-board]") == []
