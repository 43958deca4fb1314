"""Where money goes that cannot go back by itself: asked, checked, sealed, shown to who may refund, and forgotten."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from crm import people
from kernel import clock, letters
from kernel.db import db
from kernel.refusal import Refusal
from shop import fulfilment, refund_accounts, refunds, returns
from shop.refund_accounts import RefundAccount, Where
from tests.shop.desk_calendar import ES
from tests.shop.pages import form, read, text

IBAN, CLABE = "CR05015202001026284066", "032180000118359719"
TOLD = {"number": "CR05 0152 0200 1026 2840 66", "holder": "Ana Mora", "bank": ""}


def cancelled(shop, payment="transfer"):
    """An order paid by transfer that its buyer calls off on its page; the answer."""
    order = shop.bought(shop.product("Café", price=8_000_00), payment=payment, paid=True)
    answer = shop.client.post(f"/orders/{order.token}/cancellation", headers=ES)
    db.session.expire_all()
    return order, answer


def desk(shop, order, role="manager"):
    return shop.staff(role).get(f"/admin/cafe/orders/{order.number}", headers=ES)


def test_who_cancels_says_where_and_only_who_may_refund_reads_it(shop):
    order, answer = cancelled(shop)
    path = f"/orders/{order.token}/refund-account"
    assert answer.location.endswith(path)
    asked = shop.client.get(path, headers=ES)
    assert set(form(asked, path)) == {"number", "holder", "bank"}
    assert "SINPE Móvil" in text(asked)
    wrong = shop.client.post(path, data={**TOLD, "number": IBAN[:-1] + "7"}, headers=ES)
    assert (wrong.status_code, form(wrong, path)["number"]) == (422, IBAN[:-1] + "7")
    assert "Ese IBAN tiene un error" in text(wrong)
    assert shop.client.post(path, data=TOLD, headers=ES).status_code == 303
    db.session.expire_all()
    assert refund_accounts.of(order) == Where("iban", IBAN, "Ana Mora")
    kept = db.session.scalars(select(RefundAccount)).one().account_sealed
    assert IBAN[-8:] not in kept
    assert "Ana" not in kept
    for page in (shop.client.get(f"/orders/{order.token}", headers=ES), shop.client.get(path, headers=ES)):
        assert "…4066" in text(page)
        assert "0152" not in text(page)
    assert read(desk(shop, order)).xpath("//*[@data-refund-account]//@data-copy")[0] == IBAN
    assert not read(desk(shop, order, "clerk")).xpath("//*[@data-refund-account]")
    [told] = people.export(order.contact)["refund_accounts"]
    assert (told["number"], told["order"]) == (IBAN, order.number)
    people.erase(order.contact, by=shop.owner)
    assert refund_accounts.of(order) is None


@pytest.mark.parametrize(
    ("country", "typed", "found"),
    [
        ("CR", "8888-7777", ("sinpe", "+50688887777")), ("CR", "+506 8888 7777", ("sinpe", "+50688887777")),
        ("CR", "cr05 0152 0200 1026 2840 66", ("iban", IBAN)), ("CR", "CR05015202001026284067", None),
        ("CR", "CR0501520200102628406", None), ("CR", "15202001026284066", ("account", "15202001026284066")),
        ("CR", "888", None), ("CR", "ninguna", None), ("CR", "٨٨٨٨٧٧٧٧", None), ("CR", "x" * 40, None),
        ("MX", "032 180 000118359719", ("clabe", CLABE)), ("MX", CLABE[:-1] + "8", None),
        ("MX", "8888 7777", ("account", "88887777")), ("GT", "01-2345-6", ("account", "0123456")),
        ("HN", "<script>12345", None), ("GT", "", None),
    ],
)  # fmt: skip
@pytest.mark.parametrize("app", ["sqlite"], indirect=True)  # no row is looked for
def test_a_number_is_read_as_its_country_writes_it(shop, country, typed, found):
    if found is None:
        with pytest.raises(Refusal):
            refund_accounts.parse(typed, country)
    else:
        assert refund_accounts.parse(typed, country) == found


def test_nothing_is_asked_where_the_money_goes_back_by_itself_or_nothing_was_paid(shop):
    unpaid = shop.bought(shop.product("Té"))
    path = f"/orders/{unpaid.token}/refund-account"
    assert shop.client.get(path).location.endswith(f"/orders/{unpaid.token}")
    assert shop.client.post(path, data=TOLD, headers=ES).status_code == 409
    assert shop.client.post(f"/orders/{unpaid.token}/cancellation").location.endswith(f"/orders/{unpaid.token}")
    assert not db.session.scalar(select(func.count(RefundAccount.id)))


def test_staff_ask_once_a_day_by_a_letter_that_leads_there(shop):
    order, _answer = cancelled(shop)
    for role, status in (("clerk", 404), ("marketer", 404)):
        assert shop.staff(role).post(f"/admin/cafe/orders/{order.number}/refund-account").status_code == status
    for _again in range(2):
        shop.admin.post(f"/admin/cafe/orders/{order.number}/refund-account", headers=ES)
    asked = [row for row in letters.about(order) if row.kind == "orders.account_asked"]
    assert len(asked) == 1
    assert f"/orders/{order.token}/refund-account" in asked[0].data["button_url"]


def test_it_is_forgotten_some_days_after_the_money_went_not_before(shop):
    order, _answer = cancelled(shop)
    refund_accounts.give(order, Where("sinpe", "+50688887777", "Ana"))
    db.session.commit()
    with clock.at(clock.now() + timedelta(days=60)):
        refund_accounts.sweep()
        assert refund_accounts.of(order)  # nobody has returned it
        refunds.give(order, amount=refunds.owed(order), key="k", by=shop.owner)
        db.session.commit()
        refund_accounts.sweep()
        assert refund_accounts.of(order)
    with clock.at(clock.now() + timedelta(days=91)):
        refund_accounts.sweep()
        assert refund_accounts.of(order) is None


def test_of_something_that_comes_back_it_is_asked_as_well(shop):
    order = shop.bought(shop.product("Taza"), paid=True)
    assert not refund_accounts.wanted(order)
    fulfilment.deliver(order, by=shop.owner)
    returns.ask(order, {order.lines[0].id: 1}, key="r", reason="other", note="", made=[])
    assert refund_accounts.wanted(order)
