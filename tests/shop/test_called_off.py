"""A departure that was called off, as shoppers see it afterwards."""

import pytest

from kernel import letters
from shop import booking_times, time_waits
from tests.shop.desk_calendar import post, stamp
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
