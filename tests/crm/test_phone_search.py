"""Telephones: however somebody of these countries writes a number, it finds its person and their orders, and is one person."""

import pytest

from crm import contacts, people
from kernel import phones
from kernel.db import db
from shop import lookup, order_list
from shop.forms import sales

TENS = {"MX": "55 1234 5678"}
PREFIX = {"CR": "506", "GT": "502", "HN": "504", "SV": "503", "PA": "507", "MX": "52"}
HOME = {"CR": "8312 3456", "GT": "5123 4567", "HN": "9123 4567", "SV": "7123 4567", "PA": "6123 4567", **TENS}
OLD = ["+52 1 55 1234 5678", "0052 1 55 1234 5678", "521 55 1234 5678", "044 55 1234 5678", "045 5512345678",
       "01 55 1234 5678"]  # fmt: skip


def ways(country):
    """A number as people write it, each in its own way."""
    home, code = HOME[country], PREFIX[country]
    plain = home.replace(" ", "")
    return [
        home, plain, home.replace(" ", "-"), home.replace(" ", "."), f"({home[:4].strip()}) {home[4:].strip()}",
        f"+{code} {home}", f"+{code}-{home.replace(' ', '-')}", f"(+{code}) {home}", f"({code}) {home}",
        f"00{code} {home}", f"00{code}{plain}", f"{code} {home}", f"{code}.{home.replace(' ', '.')}", f"{code}{plain}",
        *(OLD if country == "MX" else []),
    ]  # fmt: skip


@pytest.mark.parametrize("country", HOME)
def test_a_number_written_anyhow_is_kept_the_same_way(country):
    kept = f"+{PREFIX[country]}{HOME[country].replace(' ', '')}"
    assert {text: phones.known(text, country) for text in ways(country)} == dict.fromkeys(ways(country), kept)


@pytest.mark.parametrize("country", ["CR", "MX"])
def test_a_number_written_anyhow_finds_its_person_and_their_orders(shop, country):
    shop.tenant.country = country
    kept = phones.known(HOME[country], country)
    shop.bought(shop.product(stock=9), phone=kept, name="Ana", email="ana@example.com")
    shop.bought(shop.product("Otra", stock=9), phone=f"+{PREFIX[country]}{'2' * (len(kept) - 1 - len(PREFIX[country]))}",
                name="Beto", email="beto@example.com")  # fmt: skip
    contacts.known(phone=kept, name="Ana", vouched=True)
    db.session.commit()
    for text in [*ways(country), HOME[country][-4:], f"00{PREFIX[country]} {HOME[country][:6]}"]:
        assert {row.name for row in db.session.scalars(people.query(text))} == {"Ana"}, text
        assert {row.name for row in db.session.scalars(order_list.query("all", text))} == {"Ana"}, text


def test_who_says_it_at_the_counter_is_who_said_it_before(shop):
    made = contacts.known(phone="+50683123456", name="Ana", vouched=True)
    db.session.commit()
    for text in ways("CR"):
        assert contacts.by_phone(sales.reach(text)[1]).id == made.id, text


def test_an_order_is_still_found_by_its_number_and_words(shop):
    order = shop.bought(shop.product(stock=9), phone="+50683123456", name="Ana Mora")
    for text in (order.number, order.number.lower(), order.number[-4:], "mora ana", "8312 mora", "3456"):
        assert [row.number for row in db.session.scalars(order_list.query("all", text))] == [order.number], text
    other = shop.bought(shop.product("Otra", stock=9), email="otra@example.com", name=order.number)  # tells it as well
    assert [row.number for row in lookup.orders(f" {order.number.lower()} ")] == [order.number]
    assert [row.number for row in lookup.orders(order.number[1:])] == [other.number, order.number]
    for text in ("8312 9999", "+506 9999 9999", "+"):
        assert not [row.number for row in db.session.scalars(order_list.query("all", text))], text
