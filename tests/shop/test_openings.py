"""What can be booked on some days: what is free can be had at that sum, what is not is refused; bad input; whose it is."""

from datetime import date, timedelta
from urllib.parse import urlencode

import pytest
import time_machine
from sqlalchemy import event

from kernel.db import db
from shop import categories, marks, rates
from shop.catalog import Product
from shop.rates import ServiceRate
from tests.shop.pages import read, text


def cabin(shop, name, price, *told, units=1, **values):
    row = shop.service(name, "nights", price=price, seats=0, resource=shop.resource(name, units=units, seats=4),
                       **{"capacity": 4, **values})  # fmt: skip
    rates.write(row, [ServiceRate(name={"es": "Otra"}, begins="", ends="", **one) for one in told])
    db.session.commit()
    return row


def plain(words):
    """In one line, with plain blanks."""
    return " ".join(words.replace("\N{NO-BREAK SPACE}", " ").split())


def rows(shop, *, client=None, **asked):
    """What the page has, in its order: {name: (whether it is free, its sum, what is read, its links)}."""
    answer = (client or shop.client).get("/when?" + urlencode(asked))
    assert answer.status_code == 200
    found = {}
    for row in read(answer).xpath("//li[contains(concat(' ', @class, ' '), ' opening ')]"):
        free, total = "opening-not" not in row.get("class"), plain(row.xpath("string(.//strong)"))
        found[row.xpath("string(.//h3)")] = free, total, plain(row.text_content()), row.xpath(".//a/@href")
    return found


def hold(client, slug, days, places):
    told = {"product": slug, "arrive": days[0].isoformat(), "leave": days[1].isoformat(), "places": str(places)}
    return client.post("/bookings/hold", data=told)


def test_what_is_free_is_had_at_that_sum_and_what_is_not_is_refused(shop):
    """Weekend rates, guests beyond, a week's discount, two units at once: each against a real cart."""
    cabin(shop, "Robles", 45_000_00, {"weekdays": [4, 5], "price_minor": 60_000_00}, guests_in=2, guest_minor=5_000_00)
    cabin(shop, "Cedros", 30_000_00, units=2, capacity=3, week_bp=1_000)
    cabin(shop, "Larga", 10_000_00, nights_min=5)
    shop.held(cabin(shop, "Prestada", 20_000_00), shop.when(8), 1, nights=1)
    shop.service("Paseo")  # no stay: it does not stand here
    seen = []
    for first, last, people in ((8, 10, 4), (9, 16, 5), (8, 9, 1), (20, 25, 3)):
        days = shop.day(first), shop.day(last)
        found = rows(shop, arrive=days[0], leave=days[1], people=people)
        assert set(found) == {"Robles", "Cedros", "Larga", "Prestada"}
        for name, (free, total, words, links) in found.items():
            client = shop.client
            page = plain(read(client.get(links[0])).xpath("string(//*[@id='booking-sum'])"))
            answer = hold(client, name.lower(), days, people)
            assert answer.status_code == 303 if free else answer.status_code in {409, 422}, words
            if not free:
                assert "Total" not in page, words
                continue
            cart = client.get("/cart")
            assert total
            assert total in page
            assert total in plain(text(cart))
            line = read(cart).xpath("//form[contains(@action, '/cart/lines/')]/@action")[0]
            client.post(line, data={"remove": "1"})
            seen.append(name)
    assert set(seen) == {"Robles", "Cedros", "Larga", "Prestada"}


def test_each_says_why_not_and_names_the_nearest_stay_that_can_be_had(shop):
    full = cabin(shop, "Prestada", 20_000_00)
    shop.held(full, shop.when(8), 1, nights=3)  # from the 8th to the 11th
    cabin(shop, "Cara", 90_000_00)
    cabin(shop, "Larga", 10_000_00, nights_min=5)
    shop.service("Doble", "nights", price=1_000_00, capacity=2, seats=0, resource=shop.resource("Doble"))
    found = rows(shop, arrive=shop.day(9), leave=shop.day(11), people=3)
    assert list(found) == ["Cara", "Prestada", "Doble", "Larga"]
    assert "No todas esas noches están libres." in found["Prestada"][2]
    near = f"arrive={shop.day(11)}&leave={shop.day(13)}&places=3"
    assert any(set(near.split("&")) <= set(one.partition("?")[2].partition("#")[0].split("&"))
               for one in found["Prestada"][3])  # fmt: skip
    assert hold(shop.client, "prestada", (shop.day(11), shop.day(13)), 3).status_code == 303
    assert "Hay lugar para 2 como máximo." in found["Doble"][2]
    assert "5" in found["Larga"][2]
    assert not found["Larga"][0]
    page = shop.client.get(f"/p/prestada?arrive={shop.day(9)}&leave={shop.day(11)}&places=3")
    other = read(page).xpath("//*[@class='booking-others']/a/@href")
    assert other == [f"/when?arrive={shop.day(9)}&leave={shop.day(11)}&people=3"]
    assert "booking-others" not in shop.client.get(f"/p/cara?arrive={shop.day(9)}&leave={shop.day(11)}").text


def test_a_day_has_departures_and_appointments_with_their_times(shop):
    trip = shop.service(price={"adulto": 5_000_00, "nino": 2_000_00}, capacity=6, times=["09:00", "14:00"])
    shop.service("Masaje", "appointment", price=9_000_00, resource=shop.resource("Sala"), minutes=60)
    full = shop.service("Canoa", capacity=2, price=1_000_00)
    shop.held(full, shop.when(7), 1)
    shop.held(trip, shop.when(7, "14:00"), 5)
    found = rows(shop, arrive=shop.day(7), people=2)
    assert list(found) == ["Masaje", "Paseo", "Canoa"]
    assert [found[name][0] for name in found] == [True, True, False]
    assert found["Masaje"][1] == "₡9 000"
    assert found["Paseo"][1] == "₡10 000"
    assert "2 × Adulto" in found["Paseo"][2]
    assert any("people=2.0" in one and "time=09" in one for one in found["Paseo"][3])
    assert not any("time=14" in one for one in found["Paseo"][3])
    assert "Ese día solo queda 1 lugar." in found["Canoa"][2]
    assert f"day={shop.day(8)}" in found["Canoa"][3][-1]


@pytest.mark.parametrize(("asked", "field", "sentence"), [
    ({"arrive": "2027-02-31", "leave": "2027-03-02"}, "arrive", "Ese día no existe."),
    ({"arrive": "mañana"}, "arrive", "Ese día no existe."),
    ({"arrive": "-2"}, "arrive", "Ese día ya pasó."),
    ({"arrive": "5", "leave": "3"}, "leave", "El día de salida debe ser posterior"),
    ({"arrive": "5", "leave": "5"}, "leave", "El día de salida debe ser posterior"),
    ({"arrive": "5", "leave": "7", "people": "99"}, "people", "Hay lugar para 4 como máximo."),
    ({"arrive": "5", "leave": "7", "people": "9" * 30}, "people", "Hay lugar para 4 como máximo."),
    ({"arrive": "5", "leave": "7", "people": "dos"}, "people", "Escriba cuántos"),
    ({"arrive": "5", "leave": "7", "people": "0"}, "people", "Diga cuántas personas vienen."),
    ({"arrive": "400", "leave": "402"}, "arrive", "de 20"),
    ({"arrive": "9999-12-30", "leave": "9999-12-31"}, "arrive", "de 20"),
    ({"leave": "5"}, "arrive", "Diga qué día llega."),
    ({"arrive": "5"}, "leave", "Diga qué día se va."),
])  # fmt: skip
def test_bad_input_is_said_at_its_field_and_stays(shop, asked, field, sentence):
    cabin(shop, "Robles", 45_000_00)
    told = {name: shop.day(int(value)).isoformat() if name != "people" and value.lstrip("-").isdigit() else value
            for name, value in asked.items()}  # fmt: skip
    answer = shop.client.get("/when?" + urlencode(told))
    page = read(answer)
    wrong = page.xpath(f"//*[@id='when-{field}' and @aria-invalid='true']")
    assert len(wrong) == 1
    assert sentence in page.xpath(f"string(//*[@id='when-{field}-more'])"), page.xpath(
        "string(//form[@class='ask-when'])"
    )
    for name, value in told.items():
        assert page.xpath(f"//*[@id='when-{name}']/@value") == [value[:40]]
    assert not page.xpath("//*[contains(@class, 'openings')]")
    assert page.xpath("//meta[@name='robots']/@content") == ["noindex, follow"]


def test_whose_it_is_a_neighbours_a_groups_and_a_drafts(shop, rival):
    rival.enter()
    cabin(rival, "Ajena", 1_000_00)
    shop.enter()
    cabin(shop, "Robles", 45_000_00)
    closed = cabin(shop, "Socios", 40_000_00).product
    closed.customer_groups = ["socios"]
    marks.write(closed.id, tags=[], groups=["socios"])
    cabin(shop, "Borrador", 40_000_00).product.state = "draft"
    cabin(shop, "Sin precio", 40_000_00).product.variants[0].active = False
    db.session.commit()
    days = {"arrive": shop.day(8), "leave": shop.day(10)}
    assert [(name, row[0]) for name, row in rows(shop, **days).items()] == [("Robles", True), ("Sin precio", False)]
    assert "noindex" not in shop.client.get("/when").text
    member = shop.contact("socia@example.com")
    member.group = "socios"
    db.session.commit()
    assert set(rows(shop, client=shop.shopper(member), **days)) == {"Robles", "Sin precio", "Socios"}
    assert "ask-when" not in shop.client.get("/search?q=nada").text


def test_the_night_that_loses_an_hour_is_one_night(shop):
    """Santiago, 6 September 2026: that midnight does not exist."""
    shop.tenant.timezone = "America/Santiago"
    db.session.commit()
    with time_machine.travel("2026-08-20T15:00Z", tick=False):
        row = cabin(shop, "Robles", 45_000_00)
        days = date(2026, 9, 5), date(2026, 9, 7)
        found = rows(shop, arrive=days[0], leave=days[1], people=2)
        assert found["Robles"][:2] == (True, "₡90 000")
        assert hold(shop.client, "robles", days, 2).status_code == 303
        found = rows(shop, arrive=date(2026, 9, 6), leave=date(2026, 9, 7))
        assert not found["Robles"][0]
        assert any("arrive=2026-09-07" in one for one in found["Robles"][3])
    assert row.kind == "nights"


def test_lists_have_the_form_and_a_page_asks_no_more_for_more_days(shop):
    shelf = categories.save(categories.Category(slug="dormir"), name={"es": "Dormir"}, intro={}, parent=None)
    db.session.flush()
    first = cabin(shop, "Robles", 45_000_00).product
    first.category_id = shelf.id
    db.session.commit()
    assert "ask-when" not in shop.client.get("/c/dormir").text
    second = cabin(shop, "Cedros", 30_000_00)
    db.session.get(Product, second.product_id).category_id = shelf.id
    shop.tenant.revision += 1
    db.session.commit()
    assert "ask-when" in shop.client.get("/c/dormir").text
    shop.held(second, shop.when(5), 1, nights=25)

    def asked(nights):
        said = []
        event.listen(db.engine, "before_cursor_execute", hear := lambda *words: said.append(words[2]))
        rows(shop, arrive=shop.day(6), leave=shop.day(6) + timedelta(days=nights), people=2)
        event.remove(db.engine, "before_cursor_execute", hear)
        return len(said)

    counts = [asked(nights) for nights in (1, 1, 2, 20)][1:]
    assert len(set(counts)) == 1
    for name in ("Arces", "Pinos", "Tilos"):
        cabin(shop, name, 20_000_00)
    asked(2)
    assert asked(2) <= counts[0] + 3 * 7


def test_two_that_can_be_booked_bring_it_into_the_menu_and_the_sitemap(shop):
    shop.service("Paseo")
    shop.product("Café")
    assert 'href="/when"' not in shop.client.get("/").text
    assert "/when<" not in shop.client.get("/sitemap.xml").text
    second = cabin(shop, "Robles", 45_000_00)
    shop.tenant.revision += 1
    db.session.commit()
    assert 'href="/when"' in shop.client.get("/").text
    assert 'href="/en/when"' in shop.client.get("/en/cart").text
    assert shop.client.get("/when").text.count('aria-current="page"') == 1
    assert "/when</loc>" in shop.client.get("/sitemap.xml").text
    second.product.state = "draft"
    shop.tenant.revision += 1
    db.session.commit()
    assert 'href="/when"' not in shop.client.get("/").text


def test_kinds_of_person_that_all_departures_share_are_asked_for_apart(shop):
    price = {"adulto": 10_000_00, "nino": 4_000_00}
    shop.service("Paseo", price=price)
    shop.service("Canoa", price=20_000_00)
    cabin(shop, "Robles", 45_000_00)
    day = shop.day(5)
    page = read(shop.client.get("/when"))
    assert page.xpath("//form[contains(@class, 'ask-when')]//input[@type='number']/@name") == ["people", "people2"]
    found = rows(shop, arrive=day, people=2, people2=1)
    assert found["Paseo"][:2] == (True, "₡24 000")
    assert "2 × Adulto, 1 × Nino" in found["Paseo"][2]
    assert "people=2.1" in found["Paseo"][3][0]
    assert found["Canoa"][:2] == (True, "₡60 000")
    stay = rows(shop, arrive=day, leave=day + timedelta(days=1), people=2, people2=2)
    assert "4 personas" in stay["Robles"][2]
    nobody = shop.client.get(f"/when?arrive={day}&people=0&people2=0")
    assert "Diga cuántas personas" in text(nobody)
    typed = read(shop.client.get(f"/when?arrive={day}&people=1&people2=dos"))
    assert typed.xpath("//input[@name='people2']/@value") == ["dos"]
    shop.service("Kayak", price={"pareja": 9_000_00, "grupo": 3_000_00})  # other kinds: then one number is asked for
    shop.tenant.revision += 1
    db.session.commit()
    page = read(shop.client.get("/when"))
    assert page.xpath("//form[contains(@class, 'ask-when')]//input[@type='number']/@name") == ["people"]
