"""The small vocabulary itself: what it makes is what the shop would have made."""

from shop import occupations, orders, stock
from tests.goods import only


def test_what_was_bought_left_the_shelf(shop):
    vase = shop.product("Florero", stock=3, options={"color": ["azul", "rojo"]})
    order = shop.bought(vase, quantity=2)
    assert (order.number, order.state, order.payment) == ("CA-1001", "placed", "due")
    assert stock.on_hand(vase) == 4
    assert orders.by_token(order.token) is order


def test_a_paid_order_for_a_day(shop):
    cake = shop.product("Torta", daily=2)
    order = shop.bought(cake, paid=True)
    assert order.paid
    assert stock.left(only(cake), order.delivery_day) == 1


def test_a_shopper_and_a_browser_with_a_cart(shop):
    coffee = shop.product()
    assert shop.shopper(shop.contact()).get("/").status_code == 200
    assert "Café Uno" in shop.buyer(coffee).get("/cart").get_data(as_text=True)


def test_a_time_is_held_and_its_units_are_taken(shop):
    boat = shop.resource("Balsa", units=2, seats=6)
    trip = shop.service(price={"adulto": 5_000_00, "nino": 2_000_00}, resource=boat, capacity=12)
    row = shop.held(trip, shop.when(), 7)
    assert (row.state, row.departure.taken, len(occupations.within([one.id for one in boat.units], row.span))) == (
        "held", 7, 2,
    )  # fmt: skip
    assert [variant.options["persona"] for variant in trip.product.variants] == ["adulto", "nino"]
    stay = shop.service("Cabaña", "nights", resource=shop.resource("Cabaña", seats=4), seats=1, capacity=4)
    night = shop.held(stay, shop.when(), 3, nights=2)
    assert (night.units, (night.ends_at - night.starts_at).total_seconds()) == (1, 45 * 3600)


def test_a_time_is_booked_as_the_checkout_does_it(shop):
    trip = shop.service(price={"adulto": 5_000_00, "nino": 2_000_00}, capacity=12)
    row = shop.booked(trip, shop.when(), [2, 1], paid=True, answers={"Alergias": "Maní"})
    assert (row.state, row.places, row.order.payment, row.answers) == ("booked", 3, "paid", {"Alergias": "Maní"})
    assert [line.quantity for line in row.lines] == [2, 1]
