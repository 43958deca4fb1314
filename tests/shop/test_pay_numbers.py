"""Where the money of a transfer goes: what is read, what a button copies, and SINPE Móvil apart from the account."""

import pytest

from kernel.db import db
from shop import pay_numbers
from tests.shop.pages import read


def told(shop, label, value, country="CR"):
    shop.tenant.country = country
    [line] = pay_numbers.told(shop.transfer("t", account=[{"label": label, "value": value}]))
    return line["value"], line["plain"], line["number"], line["instant"]


@pytest.mark.parametrize(
    ("label", "value", "said"),
    [
        ({"es": "SINPE Móvil"}, "+506 8312 3456", ("8312 3456", "83123456", True, True)),
        ("SINPE", "8312-3456", ("8312-3456", "83123456", True, True)),
        ("SINPE", "+52 222 000 0404", ("+52 222 000 0404", "+52 222 000 0404", True, False)),  # no bank there takes it
        ("Cuenta SINPE", "15202001026284066", ("15202001026284066", "15202001026284066", True, False)),
        ("Cuenta", "83123456", ("83123456", "83123456", True, False)),  # eight digits alone are no telephone
        ("IBAN", "CR05015202001026284066", ("CR05 0152 0200 1026 2840 66", "CR05015202001026284066", True, False)),
        ("Cuenta", "152 0200 1026", ("152 0200 1026", "15202001026", True, False)),
        ("RTN", "08019000000003", ("08019000000003", "08019000000003", True, False)),
        ("Banco", "Banco de la  Neblina", ("Banco de la Neblina", "Banco de la Neblina", False, False)),
        ("Cuenta", "9" * 40, ("9" * 40, "9" * 40, False, False)),  # has to break somewhere
    ],
)
def test_as_people_read_it_and_as_a_bank_takes_it(shop, label, value, said):
    assert told(shop, label, value) == said


def test_by_the_name_that_people_there_use(shop):
    assert told(shop, "Yape", "987 654 321", "PE")[1:] == ("987654321", True, True)
    assert told(shop, "Celular", "5512345678", "MX")[3] is False


def test_the_telephone_stands_before_the_account(shop):
    account = [
        {"label": "IBAN", "value": "CR05015202001026284066"},
        {"label": "SINPE Móvil", "value": "+506 8312 3456"},
    ]
    order = shop.bought(shop.product("Café Uno"))
    shop.transfer(account=account)
    db.session.commit()
    page = read(shop.client.get(f"/orders/{order.token}"))
    lines = page.xpath("//ol[@class='pay-steps']//dl//@data-copy")
    assert lines == ["83123456", "CR05015202001026284066"]
    assert page.xpath("//h3/text()") == ["O a la cuenta bancaria"]


def test_a_telephone_and_its_holder_are_one_way_to_pay(shop):
    order = shop.bought(shop.product("Café Uno"))
    shop.transfer(
        account=[{"label": "SINPE Móvil", "value": "8312 3456"}, {"label": "Titular", "value": "Abril Solís"}]
    )
    db.session.commit()
    page = read(shop.client.get(f"/orders/{order.token}"))
    assert page.xpath("//ol[@class='pay-steps']//dl//@data-copy") == ["83123456", "Abril Solís"]
    assert "O a la cuenta bancaria" not in page.text_content()
    assert "dos maneras" not in page.text_content()
