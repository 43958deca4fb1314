"""An order's e-mail that was wrong: corrected from its page, nothing more to the old one, nobody's record written over."""

from crm import contacts
from kernel import journal, letters
from kernel.db import db
from shop import order_events
from tests.shop.desk_calendar import told
from tests.shop.pages import read, text

ES = {"Accept-Language": "es"}
BASE = "/admin/cafe/orders"
WRONG, RIGHT = "ana@gmial.com", "ana@gmail.com"


def bought(shop, email=WRONG, name="Miel"):
    return shop.bought(shop.product(name, stock=5), email=email)


def fix(browser, order, email=RIGHT, status=303):
    answer = browser.post(f"{BASE}/{order.number}/email", data={"email": email}, headers=ES)
    assert answer.status_code == status, text(answer)
    db.session.expire_all()
    return answer


def of(order):
    return {row.kind: row for row in letters.about(order) if ".shop." not in row.kind}


def test_it_goes_to_the_right_one_from_then_on_and_what_was_lost_goes_again_once(shop):
    order, clerk = bought(shop), shop.staff("clerk")
    of(order)["orders.placed"].state = "failed"
    db.session.commit()
    desk = read(clerk.get(f"{BASE}/{order.number}", headers=ES))
    assert desk.xpath("//input[@id='order-email']/@value") == [RIGHT]
    for wrong in ("", "ana", "ana@", "a b@example.com", f"{'a' * 250}@x.example"):
        refused = read(fix(clerk, order, wrong, 422))
        assert refused.xpath("//input[@id='order-email']/@value") == [wrong]
        assert order.email == WRONG
    fix(clerk, order)
    fix(clerk, order)  # tapped twice
    assert (order.email, order.contact.email, order.contact.email_norm) == (RIGHT, RIGHT, RIGHT)
    assert [one.kind for one in order_events.of(order)].count("email_changed") == 1
    assert RIGHT in order.haystack
    assert db.session.scalar(db.select(journal.Entry.id).where(journal.Entry.verb == "orders.email"))
    assert "Enviar otra vez 1 correo" in text(clerk.get(f"{BASE}/{order.number}", headers=ES))
    for _tap in range(2):
        assert clerk.post(f"{BASE}/{order.number}/letters", headers=ES).status_code == 303
    db.session.expire_all()
    again = [row for row in letters.about(order) if row.to == RIGHT]
    assert [(row.kind, row.state) for row in again] == [("orders.placed", "pending")]
    assert order.number in again[0].text
    shop.pay(order)
    assert of(order)["orders.paid"].to == RIGHT


def test_what_waits_goes_to_the_right_one_and_the_shops_own_letters_stay(shop):
    order = bought(shop)
    fix(shop.admin, order)
    rows = letters.about(order)
    assert {row.to for row in rows if ".shop." not in row.kind} == {RIGHT}
    assert {row.to for row in rows if ".shop." in row.kind} == {shop.tenant.email}
    assert "letters-again" not in text(shop.admin.get(f"{BASE}/{order.number}"))


def test_another_person_who_has_that_address_stays_as_they_are(shop, rival):
    rival.bought(rival.product(), email=RIGHT)  # next door it is nobody's business
    shop.enter()
    other, order = bought(shop, RIGHT, "Taza").contact, bought(shop)
    mine = order.contact
    owner = shop.admin
    said = told(owner, fix(owner, order))
    assert f"Ese correo es de {other.called}" in said
    assert (order.email, order.contact_id, mine.email, other.email) == (RIGHT, mine.id, WRONG, RIGHT)
    assert contacts.by_email(RIGHT).id == other.id


def test_who_may_not_edit_orders_corrects_none_and_who_may_not_edit_people_no_person(shop):
    order = bought(shop)
    for role in ("marketer", "accountant"):
        fix(shop.staff(role), order, status=404)
    assert order.email == WRONG
