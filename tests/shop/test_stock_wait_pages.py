"""The pages of waiting: asking on the product's page, known or not, leaving by the letter's link, the desk's list."""

import pytest
from sqlalchemy import select

from crm import consent, contacts
from kernel import clock, jobs, today
from kernel.db import db
from kernel.letters import Letter
from shop import bin as rubbish
from shop import catalog, stock, stock_waits
from shop.stock_wait_rows import StockWait
from tests.goods import only
from tests.shop.pages import form, marks, read, text
from tests.shop.test_booking_desk import statements
from tests.shop.test_stock_waits import after, asked, come

PAGE = "/admin/cafe/stock/waiting"


def verbs(answer):
    """What can be pressed on a page."""
    return set(marks(answer, "data-action")) & {"tell-me", "stop-waiting"}


def led(client, path, **data):
    """The page to which a form leads."""
    answer = client.post(path, data=data)
    assert answer.status_code == 303, text(answer)
    return client.get(answer.headers["Location"].removeprefix("http://cafe.plaza.localhost:8000"))


def rows():
    db.session.expire_all()
    return db.session.scalars(select(StockWait).order_by(StockWait.id)).all()


def test_who_is_unknown_leaves_an_address_and_hears_once(shop):
    coffee = shop.product(stock=0)
    client = shop.client
    page = client.get("/p/cafe-uno")
    assert verbs(page) == {"tell-me"}
    told = led(client, "/back", **{**form(page, "/back"), "email": " Ana@Example.com "})
    assert "Le escribimos a ana@example.com una sola vez" in text(told)
    [row] = rows()
    assert (row.contact.email, row.language) == ("ana@example.com", "es")
    assert not consent.allows(row.contact, "marketing")
    come(coffee, 1), after()
    [letter] = db.session.scalars(select(Letter).where(Letter.kind == "back"))
    assert letter.subject == "Ya hay Café Uno otra vez"
    assert "ninguna lista" in letter.text


def test_known_and_unknown_read_the_same(shop):
    shop.product(stock=0)
    shop.contact("ana@example.com")
    said = []
    for name in ("ana", "eva"):
        answer = led(shop.client, "/back", sku="CAFE-UNO", email=f"{name}@example.com")
        said.append((answer.status_code, text(answer).replace(f"{name}@", "x@")))
    assert said[0] == said[1]
    again = led(shop.client, "/back", sku="CAFE-UNO", email="eva@example.com")
    assert text(again).replace("eva@", "x@") == said[0][1]
    assert len(rows()) == 2


def test_what_can_be_had_asks_nobody(shop):
    shop.product(stock=1), shop.product("Pan", daily=3), shop.product("Libro", stock=None)
    for slug in ("cafe-uno", "pan", "libro"):
        assert verbs(shop.client.get(f"/p/{slug}")) == set()


def test_the_form_comes_and_goes_with_the_stock_on_a_kept_page(shop):
    coffee = shop.product(stock=1)
    client = shop.client
    assert verbs(client.get("/p/cafe-uno")) == set()
    shop.bought(coffee)
    assert verbs(client.get("/p/cafe-uno")) == {"tell-me"}
    come(coffee, 2)
    assert verbs(client.get("/p/cafe-uno")) == set()


def test_of_several_choices_those_that_are_sold_out(shop):
    coffee = shop.product(stock=0, options={"molienda": ["grano", "molido", "fino"]})
    stock.adjust(coffee.variants[0], on_hand=3)
    db.session.commit()
    page = shop.client.get("/p/cafe-uno?variant=CAFE-UNO-FINO")
    assert read(page).xpath("//form[@data-back]//option/@value") == ["CAFE-UNO-FINO", "CAFE-UNO-MOLIDO"]
    answer = shop.client.post("/back", data={"sku": "CAFE-UNO-FINO", "email": "ana@example.com"})
    assert answer.headers["Location"].endswith("/p/cafe-uno?variant=CAFE-UNO-FINO")


@pytest.mark.parametrize("email", ["", "nadie", "a@b", "x" * 300 + "@example.com"])
def test_a_bad_address_keeps_what_was_typed(shop, email):
    shop.product(stock=0)
    answer = shop.client.post("/back", data={"sku": "CAFE-UNO", "email": email})
    assert answer.status_code == 422
    [field] = read(answer).xpath("//form[@data-back]//input[@name='email']")
    assert (field.get("value"), field.get("aria-invalid")) == (email, "true")
    assert rows() == []


def test_what_is_not_sold_cannot_be_waited_for(shop):
    shop.product("Pan", daily=0), catalog.withdraw(shop.product(stock=0))
    shop.product("Solo", stock=0, customer_groups=["mayorista"])
    rubbish.put("product", [shop.product("Ido", stock=0)])
    db.session.commit()
    for sku in ("", "NADA", "N" * 9000, "PAN", "CAFE-UNO", "SOLO", "IDO"):
        assert shop.client.post("/back", data={"sku": sku, "email": "ana@example.com"}).status_code == 404
    assert rows() == []


def test_who_came_too_late_to_ask_can_buy(shop):
    shop.product(stock=2)
    answer = led(shop.client, "/back", sku="CAFE-UNO", email="a@example.com")
    assert "puede comprarlo ahora" in text(answer)
    assert rows() == []


def test_a_program_that_fills_in_everything_asks_for_nothing(shop):
    shop.product(stock=0)
    data = {"sku": "CAFE-UNO", "email": "ana@example.com", "website": "x"}
    assert shop.client.post("/back", data=data).status_code == 303
    assert (rows(), contacts.by_email("ana@example.com")) == ([], None)


def test_one_address_is_asked_for_only_so_often(shop):
    shop.product(stock=0)
    tries = [shop.client.post("/back", data={"sku": "CAFE-UNO", "email": "ana@example.com"}) for _ in range(11)]
    assert [answer.status_code for answer in tries] == [303] * 10 + [429]


def test_a_shopper_asks_by_one_press_and_takes_it_back(shop):
    shop.product(stock=0)
    client = shop.shopper(shop.contact())
    page = client.get("/p/cafe-uno")
    assert "ana@example.com" in text(page)
    assert form(page, "/back") == {"sku": "CAFE-UNO"}
    page = led(client, "/back", sku="CAFE-UNO")
    assert verbs(page) == {"stop-waiting"}
    token = rows()[0].token
    page = led(client, f"/back/{token}", one="1")
    assert verbs(page) == {"tell-me"}
    assert rows()[0].how == "left"
    page = led(client, f"/back/{token}", one="1", again="1")
    assert verbs(page) == {"stop-waiting"}
    assert verbs(shop.client.get("/p/cafe-uno")) == {"tell-me"}  # nobody else reads it


def test_the_link_of_the_letter_shows_a_button(shop):
    one, two = shop.product("Uno", stock=0), shop.product("Dos", stock=0)
    asked(one, "ana"), asked(two, "ana")
    come(one, 1), after()
    [letter] = db.session.scalars(select(Letter).where(Letter.kind == "back"))
    path = letter.data["leave_url"].removeprefix("http://cafe.plaza.localhost:8000")
    client = shop.client
    page = client.get(path)
    assert "Dos" in text(page)
    assert [row.how for row in rows()] == ["told", ""]  # a mail scanner that looks ends nothing
    page = led(client, path)
    assert "No espera nada" in text(page)
    assert [row.how for row in rows()] == ["told", "left"]
    client.post(path, data={"again": "1"})
    assert [row.how for row in rows()] == ["told", ""]
    assert shop.client.get("/back/nobody").status_code == 410
    contacts.by_email("ana@example.com").binned_at = clock.now()
    db.session.commit()
    assert client.get(path).status_code == 200


def test_the_desk_names_who_waits_and_today_counts_them(shop):
    one, two = shop.product("Uno", stock=0), shop.product("Dos", stock=0)
    only(one).low_at = 1
    asked(one, "ana", "eva"), asked(two, "ana")
    page = shop.admin.get(PAGE)
    assert len(read(page).xpath("//tbody/tr")) == today.named("stock-waits").number == 3
    assert len(read(shop.admin.get(f"{PAGE}?product=uno")).xpath("//tbody/tr")) == 2
    assert "eva@example.com" in text(page)
    assert "2 personas esperan que vuelva" in text(shop.admin.get("/admin/cafe/stock"))
    assert "2 personas esperan que vuelva" in text(shop.admin.get("/admin/cafe/products/uno"))
    rubbish.put("product", [one, two])
    db.session.commit()
    assert today.named("stock-waits").number == 0
    assert "Nadie espera" in text(shop.admin.get(PAGE))


def test_their_timeline_and_their_own_copy_tell_it(shop):
    coffee, ana = shop.product(stock=0), shop.contact()
    stock_waits.ask(only(coffee), ana)
    db.session.commit()
    timeline = read(shop.admin.get(f"/admin/cafe/people/{ana.token}"))
    assert timeline.xpath("//a[contains(@href, '/products/cafe-uno')]")
    assert "Pidió que le avisen" in timeline.text_content()
    page = text(shop.shopper(ana).get("/account/data"))
    assert "Lo que usted espera" in page
    assert "Café Uno" in page


def test_pages_of_the_list(shop, monkeypatch):
    monkeypatch.setattr("shop.views.stock_waits.PAGE", 2)
    asked(shop.product(stock=0), "ana", "eva", "ida")
    last = shop.admin.get(f"{PAGE}?page=99999999999999999999")
    assert len(read(last).xpath("//tbody/tr")) == 2
    assert len(read(shop.admin.get(f"{PAGE}?page=2")).xpath("//tbody/tr")) == 1
    assert shop.staff("clerk").get(PAGE).status_code == 200


def test_a_worker_that_dies_after_writing_writes_once_all_the_same(shop, monkeypatch):
    coffee = shop.product(stock=0)
    asked(coffee, "ana", "eva")
    come(coffee, 5)
    finish = jobs._finish
    monkeypatch.setattr(jobs, "_finish", _dies)
    after()
    assert [row.how for row in rows()] == ["", ""]
    monkeypatch.setattr(jobs, "_finish", finish)
    after(stock.SETTLE * 3)
    assert [row.how for row in rows()] == ["told", "told"]
    assert len(db.session.scalars(select(Letter).where(Letter.kind == "back")).all()) == 2


def _dies(_row):
    raise RuntimeError("killed")


def written():
    return [row.to for row in db.session.scalars(select(Letter).where(Letter.kind == "back"))]


def test_eight_who_write_at_once_write_to_each_once(crew, shop):
    coffee = shop.product(stock=0)
    asked(coffee, *[f"p{number:02}" for number in range(20)])
    come(coffee, 4)
    answers = crew.race(shop, "shop.stock_waits:tell", [(only(coffee).id,)] * 16)
    assert not [answer for answer in answers if answer[0] == "broke"]
    assert len(written()) == len(set(written())) == 4 * stock_waits.EACH


def test_who_claims_nobody_writes_twice(crew, shop):
    coffee = shop.product(stock=0)
    asked(coffee, *[f"p{number:02}" for number in range(20)])
    come(coffee, 4)
    answers = crew.race(shop, "tests.shop.wait_racers:tell_by_memory", [(only(coffee).id,)] * 16)
    assert not [answer for answer in answers if answer[0] == "broke"]
    assert len(written()) > len(set(written()))


def test_the_list_asks_as_much_for_many_as_for_a_few(shop):
    goods, admin = [shop.product(name, stock=0) for name in ("Uno", "Dos", "Tres", "Cuatro")], shop.admin
    for one in goods[:2]:
        asked(one, "ana")
    admin.get(PAGE)
    few = statements(lambda: admin.get(PAGE))
    for one in goods:
        asked(one, "eva", "ida")
    admin.get(PAGE)
    assert statements(lambda: admin.get(PAGE)) == few
