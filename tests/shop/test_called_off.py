"""A departure that was called off, as shoppers see it afterwards."""

from urllib.parse import unquote

import pytest

from kernel import letters
from shop import booking_times, time_waits
from tests.shop.desk_calendar import page as desk
from tests.shop.desk_calendar import post, sku, stamp, walk_in
from tests.shop.pages import marks, read, text


def test_a_departure_that_was_called_off_is_said_so_and_nobody_waits_for_it(shop):
    ride = shop.service(capacity=2, times=["09:00", "14:00"])
    row = shop.booked(ride, shop.when(4), [2], paid=True)
    page = f"/p/{ride.product.slug}?day={shop.day(4)}"
    assert "tell-me" in marks(shop.client.get(page), "data-action")
    post(
        shop.admin, f"/departures/{ride.product.slug}/{stamp(shop.when(4))}/cancellation", reason="Tormenta", count="1"
    )
    assert row.state == "cancelled"
    [letter] = [one for one in letters.about(row.order) if one.kind == "orders.cancelled"]
    assert letter.subject.startswith(f"Cancelada: {row.service.product.name['es']}, ")
    answer = shop.client.get(page)
    assert "tell-me" not in marks(answer, "data-action")
    pills = [" ".join(one.text_content().split()) for one in read(answer).xpath("//label[contains(@class, 'time')]")]
    assert (pills[0], "cancelada" in pills[1]) == ("09:00cancelada", False)
    with pytest.raises(booking_times.NotOffered):
        time_waits.ask(ride, time_waits.Wish(shop.span(ride, shop.when(4)), 1), email="ana@example.com")
    post(shop.admin, f"/departures/{ride.product.slug}/{stamp(shop.when(4))}/sale", on="yes")
    assert "cancelada" not in text(shop.client.get(page))


def untold(shown):
    """Each whom no letter reaches: their name, whether there is a telephone, what the chat begins with."""
    rows = read(shown).xpath("//*[@data-untold]")
    chats = [unquote(row.xpath("string(.//a[@data-action='whatsapp']/@href)")) for row in rows]
    return [(row.xpath("string(.//a)"), bool(row.xpath(".//a[starts-with(@href, 'tel:')]")), chat)
            for row, chat in zip(rows, chats, strict=True)]  # fmt: skip


@pytest.mark.parametrize("ways", [[], ["date", "money"]])
def test_who_left_no_e_mail_is_named_before_and_after_with_how_to_tell_them(shop, ways):
    ride, at = shop.service(capacity=6), shop.when(4)
    shop.booked(ride, at, [1], name="Con Correo", paid=True)
    for name, reach in (("Ana Tel", "8312 3456"), ("Beto Nada", "")):
        assert walk_in(shop, ride, at, {sku(ride): 1}, name=name, reach=reach).status_code == 303
    where = f"/departures/{ride.product.slug}/{stamp(at)}"
    before = untold(desk(shop.admin, where))
    assert [(name, tel) for name, tel, _chat in before] == [("Ana Tel", True), ("Beto Nada", False)]
    assert "cancelar" not in before[0][2]  # it is not called off yet
    told = {"reason": "Tormenta", "count": "3", "ways": ways, "extra": "0", "until": shop.day(3).isoformat()}
    answer = post(shop.admin, f"{where}/cancellation", **told, fallback="money")
    assert answer.status_code == 303
    after = untold(desk(shop.admin, where))
    assert [(name, tel) for name, tel, _chat in after] == [("Ana Tel", True), ("Beto Nada", False)]
    assert "Tormenta" in after[0][2]
    assert ("/choice" in after[0][2]) == bool(ways)
    assert after[1][2] == ""
