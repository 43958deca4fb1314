"""Pages of payments in parts: the choice at the checkout, the pay link, the desk's panel, terms and the product."""

from datetime import timedelta

import pytest
import time_machine

from kernel import clock
from kernel import letters as post
from kernel.db import db
from shop import orders, payments, plan_policies, plans, receipts
from shop.orders import Order
from tests.shop import pages
from tests.shop.test_plans import cake, layaway
from tests.shop.test_products_desk import typed


@pytest.fixture
def bought(shop):
    """A cake whose deposit is awaited."""
    return shop.bought(cake(shop), plan="deposit")


def test_the_checkout_offers_the_deposit_first(shop):
    shop.transfer()
    buyer = shop.buyer(cake(shop))
    page = buyer.get("/checkout")
    assert "Pagar anticipo de ₡5 000 ahora" in pages.text(page).replace("\u00a0", " ")
    form = pages.form(page, "/checkout")
    assert form["plan"] == "deposit"
    assert "pickup" not in pages.marks(page, "value")  # what is made to order is not paid at pick-up
    form |= {"email": "ana@example.com", "name": "Ana Mora", "shipping": "retiro", "payment": "transfer"}
    where = buyer.post("/checkout", data=form).headers["Location"]
    shown = pages.text(buyer.get(where)).replace("\u00a0", " ")
    assert "₡5 000" in shown
    assert "al recibirlo" in shown or "Anticipo" in shown
    assert db.session.scalars(db.select(Order)).one().plan == "deposit"


def test_what_is_not_offered_is_refused_and_the_form_stays(shop):
    shop.transfer()
    buyer = shop.buyer(shop.product())
    form = pages.form(buyer.get("/checkout"), "/checkout")
    form |= {"email": "ana@example.com", "name": "Ana Mora", "shipping": "retiro", "payment": "transfer"}
    answer = buyer.post("/checkout", data={**form, "plan": "layaway"})
    assert answer.status_code in {400, 409, 422}
    assert "elija de nuevo" in pages.text(answer)
    assert pages.form(answer, "/checkout")["email"] == "ana@example.com"


def test_layaway_shows_its_days(shop):
    layaway()
    shop.transfer()
    buyer = shop.buyer(shop.product(price=10_000_00))
    form = pages.form(buyer.get("/checkout"), "/checkout")
    assert form["plan"] == "full"
    page = buyer.post("/checkout", data={**form, "plan": "layaway", "refresh": "1"})
    assert "Apartado en 4 abonos" in pages.text(page)
    assert len(pages.read(page).xpath("//*[@id='plans']//ol[@class='plan-days']/li")) == 4


def test_the_checkout_says_why_layaway_is_missing_and_a_later_day_brings_it(shop):
    layaway(every_days=2)
    shop.transfer()
    week = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    shop.delivery(code="tienda", kind="pickup", days=week, slots=["09:00-12:00"])
    buyer = shop.buyer(shop.product(price=10_000_00))
    form = pages.form(buyer.get("/checkout"), "/checkout") | {"shipping": "tienda", "refresh": "1"}
    told = [buyer.post("/checkout", data=form)]
    until = clock.today(shop.tenant.timezone) + timedelta(days=6)
    told.append(buyer.post("/checkout", data={**form, "day": until.isoformat()}))
    layaway(every_days=20)
    told.append(buyer.post("/checkout", data={**form, "day": until.isoformat()}))
    said = [" ".join(pages.read(page).xpath("//*[@id='plans']//text()")) for page in told]
    assert ["Apartado en" in one for one in said] == [False, True, False]
    assert ["elija un día desde el" in one for one in said] == [True, False, False]
    assert ["después del día de este pedido" in one for one in said] == [False, False, True]


def test_the_pay_link_says_what_is_due_and_opens_a_payment(shop, bought):
    client = shop.client
    shop.pay(bought)
    page = client.get(f"/orders/{bought.token}/pay")
    text = pages.text(page).replace("\u00a0", " ")
    assert "Hoy no tiene que pagar nada" in text
    assert "Lo que ha pagado" in text
    form = pages.form(page, "/payments")
    answer = client.post(f"/orders/{bought.token}/payments", data={**form, "payment": "transfer"})
    assert answer.status_code == 303
    db.session.expire_all()
    assert payments.current(bought).asked.minor == 5_000_00
    assert "upload-proof" in pages.marks(client.get(answer.headers["Location"]), "data-action")
    assert client.post(f"/orders/{bought.token}/payments", data={"payment": "x", "amount": "1"}).status_code == 409


def test_a_paid_order_has_no_pay_page(shop):
    order = shop.bought(shop.product(), paid=True)
    assert shop.client.get(f"/orders/{order.token}/pay").status_code == 302


def test_the_desk_takes_a_part_in_cash_agrees_and_moves_a_day(shop, bought):
    desk, where = shop.admin, f"/admin/cafe/orders/{bought.number}"
    page = desk.get(where)
    assert "/pay" in "".join(pages.marks(page, "data-copy"))
    assert any("wa.me/50688887777" in href and "pay" in href for href in pages.marks(page, "href"))
    form = pages.form(page, "/payments")
    assert form["amount"] == "5000"
    desk.post(f"{where}/payments", data={**form, "method": "counter-cash"})
    desk.post(f"{where}/payments", data={**form, "method": "counter-cash"})
    db.session.expire_all()
    assert (bought.received_minor, payments.current(bought).kind) == (5_000_00, "counter")
    start = (plans.today() + timedelta(days=5)).isoformat()
    answer = desk.post(f"{where}/plan", data={"count": "2", "first": "", "start": start, "every": "7"})
    assert answer.status_code == 303
    db.session.expire_all()
    assert [part.amount.minor for part in plans.parts(bought)] == [5_000_00, 2_500_00, 2_500_00]
    on = plans.today() + timedelta(days=9)
    desk.post(f"{where}/plan/1/day", data={"on": on.isoformat()})
    db.session.expire_all()
    assert bought.instalments[1].due_on == on
    assert desk.post(f"{where}/plan", data={"count": "x", "start": ""}).status_code == 422
    with time_machine.travel(clock.now() + timedelta(days=20), tick=False):
        assert "Se acabaron los días de gracia" in pages.text(desk.get(where))
        today = desk.get("/admin/cafe/")
        assert "Saldos vencidos" in pages.text(today)
        assert bought.number in pages.text(desk.get("/admin/cafe/orders?show=overdue"))
        done = desk.post(f"{where}/plan/end", data={"kept": "1000", "reason": "No llegó el pago"})
        assert done.status_code == 303
    db.session.expire_all()
    assert (bought.state, bought.payment, bought.kept_minor) == ("cancelled", "refund_due", 1_000_00)


def test_the_terms_are_kept_and_show_an_example(shop):
    desk, where = shop.admin, "/admin/cafe/settings/plans"
    form = {"layaway": "y", "parts": "3", "every_days": "10", "first": "40", "from_": "5000", "within_days": "60",
            "remind_days": "2", "grace_days": "4", "keep": "15"}  # fmt: skip
    assert desk.post(where, data=form).status_code == 303
    row = plan_policies.of()
    assert (row.layaway, row.parts, row.first_bp, row.from_minor, row.keep_bp) == (True, 3, 4000, 5_000_00, 1500)
    assert len(pages.read(desk.get(where)).xpath("//ol[@class='plan-days']/li")) == 3
    assert desk.post(where, data={**form, "within_days": "5"}).status_code == 422
    assert shop.staff("clerk").get(where).status_code in {403, 404}


def test_a_product_asks_for_its_deposit(shop):
    product, desk = shop.product("Torta"), shop.admin
    where = f"/admin/cafe/products/{product.slug}"
    form = typed(name="Torta")
    assert desk.post(where, data={**form, "deposit": "120 %"}).status_code == 422
    assert desk.post(where, data={**form, "deposit": "50 %", "deposit_days": "2"}).status_code == 303
    db.session.expire_all()
    assert (product.deposit_bp, product.deposit_minor, product.deposit_days) == (5000, None, 2)


def test_letters_papers_and_the_copy_of_a_person_tell_the_plan(shop, bought):
    letter = post.about(bought)
    placed = next(row for row in letter if row.kind == "orders.placed")
    assert "Anticipo" in placed.text
    assert "₡5 000" in placed.text.replace("\u00a0", " ")
    told = receipts.told(orders.numbered(bought.number))
    assert told["plan"]["parts"][0]["state"] == "now"


def test_a_sale_at_the_counter_in_parts_keeps_the_goods(shop):
    product, desk = shop.product(price=9_000_00, stock=3), shop.admin
    key = pages.form(desk.get("/admin/cafe/sales/new"), "/sales")["key"]
    told = {"key": key, "sku": product.sku, "qty": "1", "shipping": "now", "payment": "counter-cash", "name": "Ana Mora",
            "reach": "ana@example.com", "parts": "3", "every": "10", "first": "4000"}  # fmt: skip
    assert desk.post("/admin/cafe/sales", data={**told, "first": "90000"}).status_code == 422
    assert desk.post("/admin/cafe/sales", data=told).status_code == 303
    assert desk.post("/admin/cafe/sales", data=told).status_code == 303
    order = db.session.scalars(db.select(Order)).one()
    assert (order.state, order.payment, order.plan, order.hold_until) == ("placed", "partial", "agreed", None)
    assert [(part.amount.minor, part.paid.minor) for part in plans.parts(order)] == [
        (4_000_00, 4_000_00), (2_500_00, 0), (2_500_00, 0)]  # fmt: skip
