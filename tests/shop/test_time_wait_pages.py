"""The pages of waiting for a time: asking where it is full, known or not, leaving by the letter's link, the desk's list."""

from sqlalchemy import select

from crm import consent, contacts
from kernel import clock, jobs, today
from kernel.db import db
from kernel.letters import Letter
from shop import bin as rubbish
from shop import time_wait_letters
from shop.time_wait_rows import TimeWait
from tests.shop.pages import marks, read, text
from tests.shop.test_booking_desk import statements
from tests.shop.test_time_waits import after, asked, called_off, full, wish

PAGE = "/admin/cafe/bookings/waiting"


def verbs(answer):
    """What can be pressed on a page."""
    return set(marks(answer, "data-action")) & {"tell-me", "stop-waiting"}


def fields(answer):
    """What the form of a full time sends, which stands inside the one that books."""
    found = read(answer).xpath("//*[@form='time-wait' and @name]")
    assert read(answer).xpath("//form[@id='time-wait'][@action='/waits']")
    told = {}
    for one in found:
        if one.tag == "select":
            told[one.get("name")] = (one.xpath("./option[@selected]/@value") or one.xpath("./option/@value"))[0]
        elif one.tag == "input":
            told[one.get("name")] = one.get("value", "")
    return told


def at(shop, ahead=7, **more):
    """The page of the trip on that day."""
    return "/p/paseo?" + "&".join(f"{name}={value}" for name, value in {"day": shop.day(ahead), **more}.items())


def led(client, path, **data):
    """The page to which a form leads."""
    answer = client.post(path, data=data)
    assert answer.status_code == 303, text(answer)
    return client.get(answer.headers["Location"].removeprefix("http://cafe.plaza.localhost:8000"))


def rows():
    db.session.expire_all()
    return db.session.scalars(select(TimeWait).order_by(TimeWait.id)).all()


def test_who_is_unknown_leaves_an_address_and_hears_once(shop):
    _tour, [one] = full(shop, 2)
    client = shop.client
    assert verbs(client.get(at(shop, 8))) == set()  # free
    page = client.get(at(shop, people=2))
    assert verbs(page) == {"tell-me"}
    assert "Ese día está lleno" in text(page)
    told = fields(page)
    assert told == {
        "product": "paseo",
        "day": str(shop.day()),
        "people": "2",
        "at": "09:00",
        "email": "",
        "website": "",
    }
    told = led(client, "/waits", **{**told, "email": " Eva@Example.com "})
    assert "Le escribimos a eva@example.com una sola vez" in text(told)
    assert verbs(told) == {"tell-me"}  # it leads back to the same choice
    [row] = rows()
    assert (row.contact.email, row.language, row.places, row.starts_at) == ("eva@example.com", "es", 2, shop.when())
    assert not consent.allows(row.contact, "marketing")
    called_off(shop, one), after()
    [letter] = db.session.scalars(select(Letter).where(Letter.kind == "free"))
    assert letter.subject == "Se liberó lugar: Paseo"
    assert "ninguna lista" in letter.text
    page = client.get(letter.data["button_url"].removeprefix("http://cafe.plaza.localhost:8000"))
    assert read(page).xpath("//input[@name='time'][@checked][@value='09:00']")
    assert read(page).xpath("//input[@name='people.PASEO'][@value='2']")


def test_what_is_left_is_too_little_for_a_group(shop):
    tour = shop.service(capacity=6, resource=shop.resource(units=9))
    shop.booked(tour, shop.when(), 4)
    assert verbs(shop.client.get(at(shop, people=2))) == set()
    page = shop.client.get(at(shop, people=4))
    assert "No hay lugar para 4 personas" in text(page)
    led(shop.client, "/waits", **{**fields(page), "email": "eva@example.com"})
    assert rows()[0].places == 4


def test_a_full_day_is_a_link_and_the_part_for_the_script_has_the_form(shop):
    full(shop, 2)
    link = f"//td[contains(@class, 'full')]/a[@data-day='{shop.day()}']"
    assert read(shop.client.get(f"/p/paseo?month={shop.day():%Y-%m}")).xpath(link)
    part = shop.client.get(f"/bookings/month?product=paseo&day={shop.day()}")
    assert verbs(part) == {"tell-me"}


def test_of_several_times_those_that_are_full(shop):
    tour = shop.service(capacity=1, times=("09:00", "12:00", "15:00"), resource=shop.resource(units=3))
    for hour in ("09:00", "15:00"):
        shop.booked(tour, shop.when(at=hour), 1)
    page = shop.client.get(at(shop))
    assert read(page).xpath("//details[contains(@class, 'time-wait')][not(@open)]")
    assert read(page).xpath("//select[@name='at']/option/@value") == ["09:00", "15:00"]
    page = shop.client.get(at(shop, time="15:00"))
    assert read(page).xpath("//details[contains(@class, 'time-wait')][@open]")
    assert fields(page)["at"] == "15:00"
    shop.booked(tour, shop.when(at="12:00"), 1)
    page = shop.client.get(at(shop))
    assert read(page).xpath("//select[@name='at']/option/@value") == ["", "09:00", "12:00", "15:00"]
    led(shop.client, "/waits", **{**fields(page), "email": "ana@example.com"})
    assert rows()[0].any_time


def test_somebody_was_quicker_and_one_can_wait(shop):
    full(shop, 2)
    sent = {"product": "paseo", "day": str(shop.day()), "time": "09:00", "people.PASEO": "1", "timezone": ""}
    answer = shop.client.post("/bookings/hold", data=sent)
    assert (answer.status_code, verbs(answer)) == (409, {"tell-me"})


def test_a_stay_that_is_taken(shop):
    cabin = shop.service("Cabaña", "nights", resource=shop.resource("Casita"), capacity=2)
    shop.booked(cabin, shop.when(8), nights=1)
    path = f"/p/cabana?arrive={shop.day()}&leave={shop.day(10)}"
    page = shop.client.get(path)
    assert fields(page) == {"product": "cabana", "arrive": str(shop.day()), "leave": str(shop.day(10)), "at": "",
                            "email": "", "website": ""}  # fmt: skip
    page = led(shop.client, "/waits", **{**fields(page), "email": "ana@example.com"})
    assert verbs(page) == {"tell-me"}
    assert (rows()[0].starts_at, rows()[0].any_time) == (shop.span(cabin, shop.when()).starts_at, False)
    month = read(shop.client.get(f"/p/cabana?arrive={shop.day(8)}&month={shop.day(8):%Y-%m}"))
    assert month.xpath("//td[contains(@class, 'full')]/a | //td[contains(@class, 'on')]/a")
    assert verbs(shop.client.get(f"/p/cabana?arrive={shop.day()}&leave={shop.day(8)}")) == set()


def test_known_and_unknown_read_the_same(shop):
    full(shop, 2)
    shop.contact("ana@example.com")
    sent = {"product": "paseo", "day": str(shop.day()), "at": "09:00"}
    said = []
    for name in ("ana", "eva", "eva"):
        answer = led(shop.client, "/waits", **sent, email=f"{name}@example.com")
        said.append((answer.status_code, text(answer).replace(f"{name}@", "x@")))
    assert said[0] == said[1] == said[2]
    assert len(rows()) == 2


def test_a_bad_address_keeps_what_was_typed(shop):
    full(shop, 2)
    sent = {"product": "paseo", "day": str(shop.day()), "at": "09:00"}
    for email in ("", "nadie", "x" * 300 + "@example.com"):
        answer = shop.client.post("/waits", data={**sent, "email": email})
        assert answer.status_code == 422
        [field] = read(answer).xpath("//input[@form='time-wait'][@name='email']")
        assert (field.get("value"), field.get("aria-invalid")) == (email, "true")
    assert rows() == []


def test_nonsense_is_said_in_words(shop):
    full(shop, 2)
    day, told = str(shop.day()), {"product": "paseo", "email": "eva@example.com"}
    for sent in ({}, {"day": "9999-12-31"}, {"day": "nunca"}, {"day": "2020-01-01", "at": "09:00"},
                 {"day": day, "at": "99:99"}, {"day": day, "at": "10:00"}, {"day": day, "people": "40"},
                 {"day": day, "people": "x.y"}, {"day": day, "people": "0"}):  # fmt: skip
        answer = shop.client.post("/waits", data={**told, **sent})
        assert answer.status_code == 422, sent
        assert read(answer).xpath("//*[@id='trouble']/h2")[0].text_content().strip()
        assert read(answer).xpath("//button[@data-action='book']")
    assert rows() == []


def test_what_is_not_sold_cannot_be_waited_for(shop):
    full(shop, 2), shop.product()
    rubbish.put("product", [full(shop, 2, name="Ido")[0].product])
    db.session.commit()
    for slug in ("", "nada", "n" * 9000, "cafe-uno", "ido"):
        sent = {"product": slug, "day": str(shop.day()), "at": "09:00", "email": "ana@example.com"}
        assert shop.client.post("/waits", data=sent).status_code == 404
    assert rows() == []


def test_who_came_too_late_to_ask_can_book(shop):
    full(shop, 2)
    answer = led(shop.client, "/waits", product="paseo", day=str(shop.day(8)), at="09:00", email="a@example.com")
    assert "puede reservarlo ahora" in text(answer)
    assert rows() == []


def test_a_program_that_fills_in_everything_asks_for_nothing(shop):
    full(shop, 2)
    sent = {"product": "paseo", "day": str(shop.day()), "at": "09:00", "email": "eva@example.com", "website": "x"}
    assert shop.client.post("/waits", data=sent).status_code == 303
    assert (rows(), contacts.by_email("eva@example.com")) == ([], None)


def test_one_address_is_asked_for_only_so_often(shop):
    full(shop, 2)
    sent = {"product": "paseo", "day": str(shop.day()), "at": "09:00", "email": "ana@example.com"}
    tries = [shop.client.post("/waits", data=sent) for _ in range(11)]
    assert [answer.status_code for answer in tries] == [303] * 10 + [429]


def test_a_shopper_asks_by_one_press_and_takes_it_back(shop):
    full(shop, 2)
    client = shop.shopper(shop.contact())
    page = client.get(at(shop))
    assert "ana@example.com" in text(page)
    assert "email" not in fields(page)
    page = led(client, "/waits", **fields(page))
    assert verbs(page) == {"stop-waiting"}
    [row] = rows()
    assert read(page).xpath(f"//button[@form='time-wait'][@formaction='/waits/{row.token}']")
    page = led(client, f"/waits/{row.token}", one="1")
    assert verbs(page) == {"tell-me"}
    assert rows()[0].how == "left"
    page = led(client, f"/waits/{row.token}", one="1", again="1")
    assert verbs(page) == {"stop-waiting"}
    assert verbs(shop.client.get(at(shop))) == {"tell-me"}  # nobody else reads it


def test_the_link_of_the_letter_shows_a_button(shop):
    tour, [one] = full(shop, 2)
    shop.booked(tour, shop.when(8), 2)
    asked(tour, wish(shop, tour), "eva"), asked(tour, wish(shop, tour, ahead=8), "eva")
    called_off(shop, one), after()
    [letter] = db.session.scalars(select(Letter).where(Letter.kind == "free"))
    path = letter.data["leave_url"].removeprefix("http://cafe.plaza.localhost:8000")
    client = shop.client
    page = client.get(path)
    assert "Paseo: " in text(page)
    assert [row.how for row in rows()] == ["told", ""]  # a mail scanner that looks ends nothing
    page = led(client, path)
    assert "No espera ninguna fecha" in text(page)
    assert [row.how for row in rows()] == ["told", "left"]
    client.post(path, data={"again": "1"})
    assert [row.how for row in rows()] == ["told", ""]
    assert shop.client.get("/waits/nobody").status_code == 410
    contacts.by_email("eva@example.com").binned_at = clock.now()
    rubbish.put("product", [tour.product])
    db.session.commit()
    assert client.get(path).status_code == 200


def test_the_desk_names_who_waits_and_today_counts_them(shop):
    one, two = full(shop, 2)[0], full(shop, 2, name="Otro")[0]
    asked(one, wish(shop, one), "ana", "eva"), asked(two, wish(shop, two), "ana")
    page = shop.admin.get(PAGE)
    assert len(read(page).xpath("//tbody/tr")) == today.named("time-waits").number == 3
    assert len(read(shop.admin.get(f"{PAGE}?product=paseo")).xpath("//tbody/tr")) == 2
    assert "eva@example.com" in text(page)
    [link] = {url for url in read(page).xpath("//tbody//a/@href") if "/departures/paseo/" in url}
    assert "2 personas esperan un lugar" in text(shop.admin.get(link))
    assert "2 personas esperan un lugar" in text(shop.admin.get("/admin/cafe/products/paseo/booking"))
    assert len(read(shop.staff("clerk").get(f"{PAGE}?page=99999999999999999999")).xpath("//tbody/tr")) == 3
    rubbish.put("product", [one.product, two.product])
    db.session.commit()
    assert today.named("time-waits").number == 0
    assert "Nadie espera" in text(shop.admin.get(PAGE))


def test_their_timeline_and_their_own_copy_tell_it(shop):
    tour, _rows = full(shop, 2)
    ana = shop.contact("eva@example.com")
    asked(tour, wish(shop, tour), "eva")
    timeline = read(shop.admin.get(f"/admin/cafe/people/{ana.token}"))
    assert timeline.xpath("//a[contains(@href, '/products/paseo')]")
    assert "Pidió que le avisen cuando se libere" in timeline.text_content()
    page = text(shop.shopper(ana).get("/account/data"))
    assert "Fechas que usted espera" in page
    assert "Desde: " in page
    assert "Estado: En espera" in page


def test_another_time_for_a_booking_is_no_place_to_wait(shop):
    tour, _rows = full(shop, 2)
    mine = shop.booked(tour, shop.when(9), 1)
    page = shop.client.get(f"/bookings/{mine.token}/move?month={shop.day():%Y-%m}&day={shop.day()}")
    assert verbs(page) == set()
    assert not read(page).xpath(f"//td[contains(@class, 'full')]/a[@data-day='{shop.day()}']")


def test_a_worker_that_dies_after_writing_writes_once_all_the_same(shop, monkeypatch):
    tour, [one] = full(shop, 5)
    asked(tour, wish(shop, tour), "ana", "eva")
    called_off(shop, one)
    finish = jobs._finish
    monkeypatch.setattr(jobs, "_finish", _dies)
    after()
    assert [row.how for row in rows()] == ["", ""]
    monkeypatch.setattr(jobs, "_finish", finish)
    after(3 * time_wait_letters.PAUSE)
    assert [row.how for row in rows()] == ["told", "told"]
    assert len(written()) == 2


def _dies(_row):
    raise RuntimeError("killed")


def written():
    return [row.to for row in db.session.scalars(select(Letter).where(Letter.kind == "free"))]


def _queue(shop):
    tour, [one] = full(shop, 4)
    asked(tour, wish(shop, tour), *[f"p{number:02}" for number in range(20)])
    called_off(shop, one)
    return tour


def test_eight_who_write_at_once_write_to_each_once(crew, shop):
    tour = _queue(shop)
    answers = crew.race(shop, "shop.time_wait_letters:tell", [(tour.id,)] * 16)
    assert not [answer for answer in answers if answer[0] == "broke"]
    assert len(written()) == len(set(written())) == 4 * time_wait_letters.EACH


def test_who_claims_nobody_writes_twice(crew, shop):
    tour = _queue(shop)
    answers = crew.race(shop, "tests.shop.time_wait_racers:tell_by_memory", [(tour.id,)] * 16)
    assert not [answer for answer in answers if answer[0] == "broke"]
    assert len(written()) > len(set(written()))


def test_the_list_asks_as_much_for_many_as_for_a_few(shop):
    tours, admin = [full(shop, 2, name=name)[0] for name in ("Uno", "Dos", "Tres", "Cuatro")], shop.admin
    for one in tours[:2]:
        asked(one, wish(shop, one), "eva")
    admin.get(PAGE)
    few = statements(lambda: admin.get(PAGE))
    for one in tours:
        asked(one, wish(shop, one), "ida", "uma")
    admin.get(PAGE)
    assert statements(lambda: admin.get(PAGE)) == few
