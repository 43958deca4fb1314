"""What subscriptions ask for in the next days is counted by day and thing: turns to come, and orders that are made."""

from datetime import timedelta

from kernel import clock, tenancy
from kernel.db import db
from shop import holidays, intervals, renewal_forecast, renewals, subscription_rows, subscriptions
from tests.shop.pages import read, text
from tests.shop.test_renewal_days import DAILY, close


def began(shop, product, quantity=1):
    order = shop.bought(product, quantity, paid=True, email=f"{quantity}@example.com")
    [row] = subscription_rows.of_order(order)
    return row


def bread(shop, every="1w", name="Pan"):
    shop.pickup(days=DAILY)
    return shop.product(name, stock=None, kind="subscription", every=every)


def counted(days=renewal_forecast.DAYS):
    """By days from today: how many, and how many of them are orders."""
    today = clock.today(tenancy.tenant().timezone)
    return {(day - today).days: [(one.quantity, one.ordered) for one in portions]
            for day, portions in renewal_forecast.ahead(days)}  # fmt: skip


def test_turns_of_many_are_one_number_a_day(shop):
    product = bread(shop)
    first, other = began(shop, product, 2), began(shop, product, 3)
    assert first.next_on == other.next_on
    begins = (first.anchor - clock.today(tenancy.tenant().timezone)).days
    every = {begins + 7 * turn: [(5, 0)] for turn in (1, 2) if begins + 7 * turn < 14}
    assert counted() == {begins: [(5, 5)], **every}  # the orders by which they began are still to be handed over
    subscriptions.skip(other, turn=other.turn)
    subscriptions.pause(first)
    db.session.commit()
    later = {begins + 7 * turn: [(3, 0)] for turn in (2,) if begins + 7 * turn < 14}
    assert counted() == {begins: [(5, 5)], **later}


def test_what_is_ordered_already_is_not_counted_twice_nor_once_it_is_handed_over(shop):
    row = began(shop, bread(shop))
    row.first.state = "delivered"
    order = renewals.make(row)
    order.delivery_day = clock.today(tenancy.tenant().timezone) + timedelta(days=3)
    db.session.commit()
    assert counted(7)[3] == [(1, 1)]
    order.state = "cancelled"
    db.session.commit()
    assert 3 not in counted(7)


def test_a_turn_in_the_holidays_counts_when_the_shop_is_back_or_is_missed(shop):
    row = began(shop, bread(shop))
    row.first.state = "delivered"
    due, first = row.next_on, clock.today(tenancy.tenant().timezone)
    close(due, due + timedelta(days=3))
    last = due + timedelta(days=6)
    assert list(renewal_forecast.turns(row, first, last)) == [due + timedelta(days=3)]
    holidays.call_off(holidays.coming()[0].planned)
    close(due, due + timedelta(days=8))
    following = intervals.after(row.anchor, "1w", 2)
    assert list(renewal_forecast.turns(row, first, last)) == []
    assert list(renewal_forecast.turns(row, first, last + timedelta(days=3))) == [following + timedelta(days=1)]


def test_the_page_says_it_by_day_and_leads_from_the_list(shop):
    shop.pickup(days=DAILY)
    assert "Nada que preparar" in text(shop.admin.get("/admin/cafe/subscriptions/coming"))
    began(shop, bread(shop), 4)
    cells = read(shop.admin.get("/admin/cafe/subscriptions/coming")).xpath("//tr[@data-row]/td")
    assert [cell.text_content().strip() for cell in cells[:3]] == ["Pan", "4", "4"]
    assert "/subscriptions/coming" in shop.admin.get("/admin/cafe/subscriptions").get_data(as_text=True)


def test_a_neighbour_s_are_not_counted(rival, shop):
    tenancy.leave()
    with tenancy.use(rival.tenant_id):
        began(rival, bread(rival))
    tenancy.enter(shop.tenant_id)
    assert renewal_forecast.ahead() == []
