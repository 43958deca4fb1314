"""The page of what is booked: the month, the times, who comes, and how a time gets into the cart, or clearly not."""

from datetime import timedelta

import html5lib
import pytest
import time_machine

from kernel import clock
from kernel.db import db
from shop import availability, catalog
from shop.bookings import Booking
from tests.shop.pages import form, json_ld, marks, read, text

PEOPLE = {"adulto": 5_000_00, "nino": 2_000_00}
ADULTS, CHILDREN = "people.PASEO-ADULTO", "people.PASEO-NINO"


@pytest.fixture
def trip(shop):
    """A boat trip at nine and at two, twelve places in two boats."""
    boats = shop.resource(units=2, seats=6)
    return shop.service(price=PEOPLE, resource=boats, capacity=12, times=["09:00", "14:00"])


def told(shop, **more):
    """What the page of the trip sends."""
    return {"product": "paseo", "day": shop.day().isoformat(), "time": "09:00", ADULTS: "2", CHILDREN: "1", **more}


def cell(answer, day):
    """The words of a day in the month, and its address when it can be chosen."""
    found = read(answer).xpath(f"//a[@data-day='{day.isoformat()}']")
    if found:
        return found[0].xpath("./span")[0].text.partition(": ")[2], found[0].get("href")
    hidden = read(answer).xpath("//td//span[@class='visually-hidden']")
    ended = [one.text for one in hidden if one.getparent().xpath("./b")[0].text == str(day.day)]
    return ended[0].partition(": ")[2], ""


def sound(answer):
    """Whether the page is what a strict reader of HTML takes without a complaint."""
    reader = html5lib.HTMLParser()
    reader.parse(answer.get_data(as_text=True))
    return reader.errors == []


def test_the_month_says_in_words_what_is_left_and_follows_every_booking(shop, trip):
    month = f"/p/paseo?month={shop.day():%Y-%m}"
    assert cell(shop.client.get(month), shop.day())[0] == "se puede reservar"
    for at in ("09:00", "14:00"):
        shop.held(trip, shop.when(at=at), 10)
    assert cell(shop.client.get(month), shop.day())[0] == "quedan 2"
    for at in ("09:00", "14:00"):
        shop.held(trip, shop.when(at=at), 2)
    answer = shop.client.get(month)
    assert cell(answer, shop.day()) == ("lleno", f"/p/paseo?day={shop.day()}#booking-times")  # there one can wait
    assert sound(answer)


@pytest.mark.parametrize(
    ("today", "asked", "names", "shown", "after"),
    [
        ("2026-11-23", "", ["Noviembre de 2026"], {"2026-11"}, "2026-12"),  # a week is left and a day
        ("2026-11-24", "", ["Noviembre de 2026", "Diciembre de 2026"], {"2026-11", "2026-12"}, "2027-01"),
        ("2026-11-30", "?month=2026-12", ["Noviembre de 2026", "Diciembre de 2026"], {"2026-11", "2026-12"}, "2027-01"),
        ("2026-11-30", "?month=2027-01", ["Enero de 2027"], {"2027-01"}, "2027-02"),
        ("2026-12-31", "", ["Diciembre de 2026", "Enero de 2027"], {"2026-12", "2027-01"}, "2027-02"),
    ],
)
def test_at_the_end_of_a_month_the_next_one_stands_below_it(shop, today, asked, names, shown, after):
    with time_machine.travel(f"{today}T12:00Z", tick=False):
        shop.service(capacity=2, horizon=90)
        answer = shop.client.get(f"/p/paseo{asked}")
    page = read(answer)
    assert [one.text_content().capitalize() for one in page.xpath("//*[starts-with(@class, 'cal-name')]")] == names
    assert f"month={after}" in page.xpath("//a[contains(@class, 'cal-turn')]/@href")[-1]
    days = [one.get("data-day") for one in page.xpath("//a[@data-day]")]
    assert days == sorted(set(days))
    assert {one[:7] for one in days} == shown
    assert sound(answer)


def test_the_kept_page_never_shows_times_that_are_gone(shop):
    trip = shop.service(capacity=2)
    first = shop.client.get("/p/paseo")
    assert "quedan 2" in text(first)
    where = read(first).xpath("//*[contains(@class, 'booking-next')]//a/@href")[0]
    shop.held(trip, availability.next_free(trip, clock.now())[0].starts_at, 2)
    again = shop.client.get("/p/paseo")
    assert where not in marks(again, "href")
    assert marks(again, "data-action").count("book") == 1
    assert marks(again, "data-stock") == []


def test_a_day_shows_its_times_and_one_is_chosen_by_its_address(shop, trip):
    shop.held(trip, shop.when(at="14:00"), 12)
    page = read(shop.client.get(f"/p/paseo?day={shop.day()}&people=2.1"))
    pills = {one.get("value"): one for one in page.xpath("//input[@name='time']")}
    assert [value for value, one in pills.items() if one.get("disabled") is not None] == ["14:00"]
    assert page.xpath("//a[@aria-current='date']/@data-day") == [shop.day().isoformat()]
    said = text(shop.client.get(f"/p/paseo?day={shop.day()}&time=09:00&people=2.1"))
    assert "09:00quedan 12" in said
    assert "Hora de Costa Rica" in said
    assert "₡12" in said


def test_more_people_than_are_left_is_said_of_the_time_and_has_no_total(shop, trip):
    shop.held(trip, shop.when(), 9)

    def looked(adults, time="09:00"):
        return shop.client.get(
            f"/bookings/month?product=paseo&day={shop.day()}&time={time}&{ADULTS}={adults}&{CHILDREN}=0"
        )

    page = looked(5)
    assert "A las 09:00 solo quedan 3 lugares." in text(page)
    assert "Total" not in text(page)
    kept = read(page).xpath("//input[@name='time'][@checked]")
    assert [(one.get("value"), one.get("disabled")) for one in kept] == [("09:00", None)]  # fewer people keep it
    assert "Total" in text(looked(3))
    assert "solo quedan" not in text(looked(3))
    assert "Total" in text(looked(5, "14:00"))
    shop.held(trip, shop.when(at="14:00"), 12)
    assert "A las 14:00 ya no queda lugar." in text(looked(5, "14:00"))
    refused = shop.client.post("/bookings/hold", data=told(shop, **{ADULTS: "5", CHILDREN: "0"}))
    assert refused.status_code == 409
    assert "A las 09:00 solo quedan 3 lugares." in text(refused)
    assert sound(refused)


def test_an_address_of_nonsense_shows_the_page(shop, trip):
    for asked in ("day=2027-02-30", "day=x", "month=9999-99", "day=9999-12-31", "month=0001-01", "people=x.9",
                  "time=%00", "arrive=2027-01-05&leave=2027-01-01"):  # fmt: skip
        assert shop.client.get(f"/p/paseo?{asked}").status_code == 200, asked
        assert shop.client.get(f"/bookings/month?product=paseo&{asked}").status_code == 200, asked


def test_what_the_script_asks_for_is_kept_nowhere(shop, trip):
    answer = shop.client.get(f"/bookings/month?product=paseo&day={shop.day()}&{ADULTS}=3&timezone=Europe/Madrid")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert {"booking-when", "booking-sum"} <= set(marks(answer, "id"))
    assert "3 × Adulto" in text(answer)
    assert "donde usted está" in text(answer)
    assert shop.client.get("/bookings/month?product=nada").status_code == 404


def test_a_time_is_held_and_stands_in_the_cart_as_one_line(shop, trip):
    client = shop.client
    answer = client.post("/bookings/hold", data=told(shop, timezone="Europe/Madrid"))
    assert answer.status_code == 303
    assert {one.partition("_")[0] for one in answer.headers.getlist("Set-Cookie")} == {"cart", "plaza"}  # no visitor's
    row = db.session.scalars(db.select(Booking)).one()
    assert (row.state, row.places, row.timezone) == ("held", 3, "Europe/Madrid")
    page = client.get("/cart")
    said = text(page)
    assert read(page).xpath("count(//li[contains(@class, 'line')])") == 1
    assert "2 × Adulto, 1 × Nino" in said
    assert "hora de Costa Rica" in said  # in bold, where it is
    assert "En su zona horaria: 16:00–18:00 · hora de España" in said
    assert len(read(page).xpath("//*[contains(@class, 'line-when')]")) == 1
    assert "Se lo guardamos hasta las" in said
    assert 500 < int(marks(page, "data-hold")[0]) <= 600
    assert sound(page)
    checkout = client.get("/checkout")
    assert "Se lo guardamos hasta las" in text(checkout)
    assert sound(checkout)
    line = next(url for url in marks(page, "action") if url.startswith("/cart/lines/"))
    client.post(line, data={"remove": "1"})
    page = client.get("/cart")
    assert "Paseo ya no está en su carrito." in text(page)
    assert "data-undo>" not in page.get_data(as_text=True)  # others can have its time by now
    assert db.session.scalars(db.select(Booking)).all() == []


def test_what_one_holds_oneself_is_not_taken_from_oneself(shop, trip):
    client = shop.client
    client.post("/bookings/hold", data=told(shop, **{ADULTS: "11"}))
    change = next(url for url in marks(client.get("/cart"), "href") if "people=" in url)
    assert form(client.get(change.partition("#")[0]), "/bookings/hold")[ADULTS] == "11"
    assert read(client.get(change.partition("#")[0])).xpath("//input[@name='time'][@checked]/@value") == ["09:00"]
    assert client.post("/bookings/hold", data=told(shop, **{ADULTS: "5"})).status_code == 303
    row = db.session.scalars(db.select(Booking)).one()
    assert (row.places, row.departure.taken) == (6, 6)


def test_somebody_was_quicker_and_one_tap_takes_the_next_time_with_everything_written(shop):
    questions = [{"code": "alergias", "label": {"es": "Alergias"}, "required": True}]
    trip = shop.service(price=PEOPLE, capacity=3, questions=questions, languages=["es", "en"])
    shop.held(trip, shop.when(), 1)
    client = shop.client
    asked = told(shop, language="en", **{"answer.alergias": "Maní"})
    answer = client.post("/bookings/hold", data=asked)
    assert answer.status_code == 409
    assert "Somebody" not in text(answer)
    assert "quedan 2" in text(answer) or "Solo quedan 2" in text(answer)
    kept = form(answer, "/bookings/hold")
    assert {name: kept[name] for name in (ADULTS, CHILDREN, "language", "answer.alergias")} == {
        ADULTS: "2", CHILDREN: "1", "language": "en", "answer.alergias": "Maní"}  # fmt: skip
    offers = read(answer).xpath("//button[@name='again']/@value")
    assert offers == [f"{shop.day(ahead)} 09:00" for ahead in (8, 9, 10)]
    assert sound(answer)
    assert client.get("/cart").status_code == 200
    turned = {**kept, "again": offers[0], "answer.alergias": "\u202eManí"}  # what turns around what follows is no word
    assert client.post("/bookings/hold", data=turned).status_code == 303
    row = db.session.scalars(db.select(Booking).where(Booking.places == 3)).one()
    assert (row.starts_at, row.answers, row.language) == (shop.when(8), {"Alergias": "Maní"}, "en")


WRONG = [
    ({"day": "2027-02-30"}, "Ese día no existe"),
    ({"day": ""}, "Elija un día"),
    ({"time": ""}, "Elija una hora"),
    ({"time": "25:99"}, "horas y minutos"),
    ({"time": "10:17"}, "No se ofrece"),
    ({"day": "2020-01-01"}, "ya pasó"),
    ({"day": "2999-01-01"}, "abiertas hasta"),
    ({ADULTS: "13"}, "como máximo"),
    ({ADULTS: "1000000000"}, "como máximo"),
    ({ADULTS: "-1"}, "número entero"),
    ({ADULTS: "1.5"}, "número entero"),
    ({ADULTS: "0", CHILDREN: "0"}, "cuántas personas"),
    ({"people.CAFE-UNO": "1"}, "ya no es de este producto"),  # another product's
    ({"people.VECINO": "1"}, "ya no es de este producto"),  # another shop's, or nobody's
]


def test_what_cannot_be_is_refused_with_a_sentence_and_nothing_is_lost(shop, trip):
    client = shop.buyer(shop.product())
    for wrong, sentence in WRONG:
        answer = client.post("/bookings/hold", data=told(shop, **wrong))
        assert answer.status_code == 422, wrong
        assert sentence in text(answer), wrong
        assert read(answer).xpath("//*[@role='alert']")
        assert form(answer, "/bookings/hold")[CHILDREN] == wrong.get(CHILDREN, "1")
    assert db.session.scalars(db.select(Booking)).all() == []
    assert "Café Uno" in text(client.get("/cart"))


def test_everything_that_is_wrong_is_said_at_once_and_beside_its_field(shop):
    questions = [{"code": "tallas", "label": {"es": "Tallas"}, "required": True}]
    shop.service(price=PEOPLE, capacity=9, questions=questions)
    for left, spot, sentence in (({"day": "", "time": ""}, "field-when", "Elija un día."),
                                 ({"time": ""}, "field-time", "Elija una hora."),
                                 ({"day": "2020-01-01"}, "field-time", "ya pasó")):  # fmt: skip
        page = shop.client.post("/bookings/hold", data=told(shop, **{ADULTS: "0", CHILDREN: "0"}, **left))
        tree = read(page)
        said = {one: tree.xpath(f"string(//*[@id='{one}'])") for one in (spot, "people-error", "answer-tallas-error")}
        assert sentence in said[spot]
        assert "cuántas personas" in said["people-error"]
        assert "Responda" in said["answer-tallas-error"]
        links = [url.removeprefix("#") for url in tree.xpath("//*[@data-errors]//a/@href")]
        assert len(links) == 3
        assert all(tree.xpath(f"//*[@id='{one}']") for one in links)
        assert tree.xpath("//form[@data-booking]/@novalidate") == [""]  # the page's words, not the browser's
        assert sound(page)


def test_nobody_books_what_is_not_there_or_not_theirs(rival, shop):
    rival.enter()
    rival.service("Del vecino")
    shop.enter()
    trip, coffee = shop.service(price=PEOPLE), shop.product()
    for slug in ("nada", "del-vecino", "", "x" * 5000, coffee.slug):
        assert shop.client.post("/bookings/hold", data=told(shop, product=slug)).status_code == 404
    catalog.withdraw(trip.product)
    db.session.commit()
    assert shop.client.post("/bookings/hold", data=told(shop)).status_code == 404


def test_without_a_script_it_shows_what_it_costs_and_keeps_what_was_written(shop, trip):
    answer = shop.client.post("/bookings/hold", data=told(shop, refresh="1"))
    assert answer.status_code == 200
    assert "2 × Adulto" in text(answer)
    assert form(answer, "/bookings/hold")["time"] == "09:00"
    assert db.session.scalars(db.select(Booking)).all() == []


def test_a_question_that_must_be_answered(shop):
    shop.service(price=PEOPLE, capacity=9, questions=[{"code": "tallas", "label": {"es": "Tallas"}, "required": True}])
    answer = shop.client.post("/bookings/hold", data=told(shop))
    assert answer.status_code == 422
    assert read(answer).xpath("//input[@name='answer.tallas']/@aria-invalid") == ["true"]
    long = shop.client.post("/bookings/hold", data=told(shop, **{"answer.tallas": "x" * 301}))
    assert "300" in text(long)


def test_nights_are_two_taps_and_their_sum_knows_the_season(shop):
    high = shop.day(9)
    seasons = [{"name": {"es": "Fiesta"}, "from": f"{high:%m-%d}", "to": f"{high:%m-%d}", "factor_bp": 14_000}]
    house = shop.resource("Cabaña", units=2)
    stay = shop.service("Cabaña", "nights", price=1_000_00, resource=house, seats=1, capacity=4, seasons=seasons)
    first, last = shop.day(8), shop.day(10)
    page = shop.client.get(f"/p/cabana?month={first:%Y-%m}")
    assert f"arrive={first}" in cell(page, first)[1]
    page = shop.client.get(f"/p/cabana?arrive={first}&month={last:%Y-%m}")
    assert f"leave={last}" in cell(page, last)[1]
    said = text(shop.client.get(f"/p/cabana?arrive={first}&leave={last}&places=5"))
    assert "2 noches" in said
    assert "Fiesta (× 1,4)" in said
    assert "₡4800" in said.replace("\xa0", "").replace(" ", "")  # two cabins: 2 × (1000 + 1400)
    client = shop.client
    sent = {"product": "cabana", "arrive": str(first), "leave": str(last), "places": "5"}
    assert client.post("/bookings/hold", data=sent).status_code == 303
    assert "₡4800" in text(client.get("/cart")).replace("\xa0", "").replace(" ", "")
    row = db.session.scalars(db.select(Booking).where(Booking.service_id == stay.id)).one()
    assert (row.units, row.places) == (2, 5)
    back = shop.client.post("/bookings/hold", data={**sent, "arrive": str(last), "leave": str(first)})
    assert back.status_code == 422
    assert "posterior al de llegada" in text(back)
    taken = shop.client.post("/bookings/hold", data=sent)
    assert taken.status_code == 409
    assert read(taken).xpath("//button[@name='again']/@value")


def test_more_people_than_all_cabins_hold_is_said_and_no_night_is_called_taken(shop):
    house = shop.resource("Cabaña", units=2)
    stay = shop.service("Cabaña", "nights", resource=house, seats=1, capacity=4)
    first, last, client = shop.day(8), shop.day(10), shop.client
    asked = f"/p/cabana?arrive={first}&leave={last}&places=9"
    answer = client.get(asked)
    assert "lleno" not in text(answer)
    assert not read(answer).xpath(
        "//form[@id='time-wait']//input[@name='email'] | //input[@form='time-wait'][@name='email']"
    )
    sent = {"product": "cabana", "arrive": str(first), "leave": str(last), "places": "9"}
    refused = client.post("/bookings/hold", data=sent)
    assert refused.status_code == 422
    assert "Hay lugar para 8 como máximo." in text(refused)
    assert client.post("/bookings/hold", data={**sent, "places": "8"}).status_code == 303
    assert db.session.scalars(db.select(Booking).where(Booking.service_id == stay.id)).one().units == 2


def test_an_appointment_asks_for_a_time_and_free_ones_cost_nothing(shop):
    tables = shop.resource("Mesa", units=2)
    shop.service("Mesa", "appointment", price=0, resource=tables, seats=0, capacity=4, minutes=60, step=60)
    client = shop.client
    assert "Gratis" in text(client.get("/search?q=mesa"))
    page = client.get(f"/p/mesa?day={shop.day()}&time=10:00")
    said = text(page)
    assert "Reservar no cuesta nada" in said
    assert not any(words in said for words in ("Si cancela", "devuelve", "Total", "₡", "todavía no paga nada"))
    sent = {"product": "mesa", "day": str(shop.day()), "time": "10:00", "places": "4"}
    assert client.post("/bookings/hold", data=sent).status_code == 303
    cart, paying = client.get("/cart"), client.get("/checkout")
    assert "4 personas" in text(cart)
    for page in cart, paying:  # one books, for nothing
        assert "Reservar" in text(page)
        assert not any(words in text(page) for words in ("Comprar", "Hacer el pedido", "código", "factura"))
    checkout = {**form(client.get("/checkout"), "/checkout"), "email": "ana@example.com", "name": "Ana Mora"}
    order = client.get(client.post("/checkout", data=checkout).location)
    assert read(order).xpath("//dt[.='Pago']") == []
    booking = client.get(next(url for url in marks(order, "href") if "/bookings/" in url))
    assert "₡" not in text(booking)
    assert shop.client.post("/bookings/hold", data={**sent, "places": "5"}).status_code == 422


def test_the_minimum_group_says_who_is_lacking_and_the_policy_what_comes_back(shop):
    policy = [{"hours": 72, "back_bp": 10_000}, {"hours": 24, "back_bp": 5_000}]
    trip = shop.service(capacity=9, group_min=4, age_min=12, policy=policy, meeting={"es": "El muelle"})
    shop.held(trip, shop.when(), 2)
    said = text(shop.client.get(f"/p/paseo?day={shop.day()}"))
    assert "Sale con 4 personas: van 2, con ustedes falta 1." in said
    assert "Se devuelve todo hasta 3 días antes; se devuelve el 50 % hasta 24 horas antes" in said
    assert "El muelle" in said
    assert "12 años" in said


def test_more_than_there_is_room_for_are_told_so_before_they_press(shop):
    shop.service(capacity=9, group_min=4)
    shop.service("Cabaña", "nights", resource=shop.resource("Cabaña", seats=4), capacity=4)
    trip = {"product": "paseo", "day": str(shop.day()), "time": "09:00"}
    stay = {"product": "cabana", "arrive": str(shop.day()), "leave": str(shop.day(8))}
    for choice, name, most in ((trip, "people.PASEO", 9), (stay, "places", 4)):
        for count in (most, most + 1, 10**6):
            said = text(shop.client.get("/bookings/month", query_string={**choice, name: str(count)}))
            assert (f"Hay lugar para {most} como máximo." in said) == (count > most)
            assert ("Total" in said, "falta" in said) == (count <= most, False)


def taken_away(shop, client, trip):
    """The hold of that browser's cart ran out and others took every place."""
    row = db.session.scalars(db.select(Booking)).one()
    row.held_until = clock.now() - timedelta(minutes=1)
    db.session.commit()
    assert "sigue libre" in text(client.get("/cart"))
    shop.held(trip, row.starts_at, trip.capacity)


def test_a_cart_that_was_too_slow_is_offered_the_next_times(shop, trip):
    client = shop.client
    client.post("/bookings/hold", data=told(shop))
    taken_away(shop, client, trip)
    page = client.get("/cart")
    assert "otra persona acaba de tomar este horario" in text(page)
    offers = read(page).xpath("//button[@name='again']/@value")
    assert offers[0] == f"{shop.day()} 14:00"
    assert sound(page)
    where = next(url for url in marks(page, "action") if "/bookings/again/" in url)
    assert shop.client.post(where, data={"again": offers[0]}).status_code == 404
    assert client.post(where, data={"again": offers[0]}).status_code == 303
    said = text(client.get("/cart"))
    assert "14:00–16:00" in said
    assert "2 × Adulto, 1 × Nino" in said
    assert "acaba de tomar" not in said


def test_a_cart_that_was_too_slow_for_the_last_time_of_all_says_so_too(shop):
    only = shop.service("Eclipse", capacity=2, times=["09:00"], days=[shop.day().weekday()], horizon=9, lead=24)
    client = shop.client
    sent = {"product": "eclipse", "day": f"{shop.day()}", "time": "09:00", "people.ECLIPSE": "1", "places": "1"}
    assert client.post("/bookings/hold", data=sent).status_code == 303
    taken_away(shop, client, only)
    page = client.get("/cart")
    assert "otra persona acaba de tomar este horario" in text(page)
    assert not read(page).xpath("//button[@name='again']")
    assert "próximos horarios" not in text(page)
    assert f"/p/eclipse?day={shop.day()}" in "".join(marks(page, "href"))
    assert sound(page)


def test_at_the_checkout_too_and_what_was_typed_stays(shop, trip):
    shop.transfer()
    client = shop.client
    client.post("/bookings/hold", data=told(shop))
    taken_away(shop, client, trip)
    page = client.get("/checkout")
    button = read(page).xpath("//button[@name='again']")[0]
    typed = {**form(page, "/checkout"), "email": "ana@example.com", "name": "Ana Mora"}
    refused = client.post("/checkout", data=typed)
    assert refused.status_code == 409
    assert read(refused).xpath("//button[@name='again']/@value")[0] == button.get("value")
    answer = client.post(button.get("formaction"), data={**typed, "again": button.get("value")})
    assert answer.status_code == 200
    assert form(answer, "/checkout")["name"] == "Ana Mora"
    assert "14:00–16:00" in text(answer)
    assert client.post("/checkout", data=form(answer, "/checkout")).status_code == 303


def test_closed_and_out_of_season_say_when(shop):
    day = clock.today(shop.tenant.timezone) + timedelta(days=40)
    season = {"season_from": f"{day:%m-%d}", "season_to": f"{day + timedelta(days=10):%m-%d}"}
    trip = shop.service(product=season)
    answer = shop.client.get("/p/paseo")
    assert "Vuelve el" in text(answer)
    assert "book" not in marks(answer, "data-action")
    sent = {"product": "paseo", "day": str(shop.day()), "time": "09:00", "people.PASEO": "1"}
    assert shop.client.post("/bookings/hold", data=sent).status_code == 422
    assert trip.product.season_from


def test_search_engines_read_the_next_departures(shop, trip):
    found = json_ld(shop.client.get("/p/paseo"))
    product = next(one for one in found if one["@type"] == "Product")
    assert (product["offers"]["availability"], product["offers"]["price"]) == ("https://schema.org/InStock", "2000.00")
    events = [one for one in found if one["@type"] == "Event"]
    assert len(events) == 3
    assert {one["offers"]["priceCurrency"] for one in events} == {"CRC"}


def test_the_next_departures_are_looked_for_once_for_shoppers_and_search_engines(shop, trip, monkeypatch):
    asked, real = [], availability.next_free
    monkeypatch.setattr(availability, "next_free", lambda *told, **how: asked.append(told[2]) or real(*told, **how))
    for choice in ("", "?people=1"):  # kept for everybody, and not
        asked.clear()
        assert json_ld(shop.client.get(f"/p/paseo{choice}"))
        assert asked == [1]
    asked.clear()
    assert json_ld(shop.client.get("/p/paseo?people=12"))
    assert sorted(asked) == [1, 12]  # search engines read what one person can have


def test_a_card_says_from_and_a_tenth_person_does_not_make_the_page_longer(shop, trip):
    shelf = shop.category("Paseos")
    trip.product.category_id = shelf.id
    catalog.changed(trip.product)
    db.session.commit()
    assert "desde₡2" in text(shop.client.get("/c/paseos")).replace(" ", "")


def test_a_network_keeps_so_many_times_and_no_more(shop, trip, monkeypatch):
    monkeypatch.setattr("shop.views.booking.HOLDS", "2/hour")
    for _ in range(2):
        assert shop.client.post("/bookings/hold", data=told(shop, **{ADULTS: "1"})).status_code == 303
    answer = shop.client.post("/bookings/hold", data=told(shop))
    assert answer.status_code == 429
    assert form(answer, "/bookings/hold")[ADULTS] == "2"


@pytest.mark.parametrize("lacking", [{"time": ""}, {ADULTS: "7", CHILDREN: "5"}], ids=["lacking", "taken"])
def test_a_try_that_takes_nothing_counts_once(shop, trip, monkeypatch, lacking):
    monkeypatch.setattr("shop.views.booking.HOLDS", "3/hour")
    shop.held(trip, shop.when(), 6)
    answers = [shop.client.post("/bookings/hold", data=told(shop, **lacking)).status_code for _ in range(2)]
    assert len(set(answers)) == 1
    assert answers[0] in {409, 422}
    assert shop.client.post("/bookings/hold", data=told(shop)).status_code == 303
    assert shop.client.post("/bookings/hold", data=told(shop)).status_code == 429
    assert shop.client.post("/bookings/hold", data=told(shop, **lacking)).status_code == 429
