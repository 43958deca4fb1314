"""Pages of gift cards: the balance, the card itself, the checkout, the back office, a person's credit and their copy."""

import re

import pytest
from sqlalchemy import select

from crm import people
from kernel import pdf
from kernel.db import db
from kernel.money import Money
from shop import cart as carts
from shop import gift_cards, gift_letters, store_credit, terms
from shop.catalog import Product
from shop.gift_cards import GiftCard
from shop.orders import Order
from tests.goods import only
from tests.shop import gifts
from tests.shop.pages import form, read
from tests.shop.test_products_desk import typed


def text(answer):
    return re.sub(r"[\u00a0\u202f]", " ", answer.get_data(as_text=True))


def order(browser, **told):
    """Send the checkout as its page asks for it."""
    page = text(browser.get("/checkout"))
    hidden = dict(re.findall(r'name="(key|seen)" value="([^"]*)"', page))
    form = {"email": "ana@example.com", "name": "Ana", "shipping": "retiro", "payment": "transfer", **hidden, **told}
    return browser.post("/checkout", data={"terms": terms.version(), **form})


def last():
    return db.session.scalars(select(Order).order_by(Order.id.desc())).first()


def test_a_card_taken_out_of_the_cart_comes_back_with_its_message(shop):
    browser, product = shop.client, gifts.voucher(shop)
    said = {"text-to": "Rosa", "text-email": "rosa@example.com", "text-message": "¡Feliz día!", "quantity": "2"}
    browser.post("/cart/lines", data={"product": product.slug, **said})
    [address] = read(browser.get("/cart")).xpath("//form[.//input[@name='remove']]/@action")
    browser.post(address, data={"remove": "1"})
    [back] = read(browser.get("/cart")).xpath("//form[.//*[@data-undo]]")
    fields = {one.get("name"): one.get("value") for one in back.xpath(".//input")}
    assert said.items() <= fields.items()
    browser.post(back.get("action"), data=fields)
    assert "¡Feliz día!" in text(browser.get("/cart"))


def test_the_balance_page_tells_what_is_left_and_only_on_the_right_code(shop):
    card = gifts.card(shop)
    shown = text(shop.client.post("/gift-card", data={"code": gift_cards.code(card).lower()}))
    assert "₡10 000" in shown
    assert gift_cards.code(card) not in shown
    wrong = shop.client.post("/gift-card", data={"code": "<script>AAAA"})
    assert wrong.status_code == 422
    assert "&lt;script&gt;AAAA" in text(wrong)


def test_guessing_codes_is_slowed_down(shop):
    browser = shop.client
    answers = [browser.post("/gift-card", data={"code": f"{at:016d}"}).status_code for at in range(12)]
    assert answers[0] == 422
    assert answers[-1] == 429


def test_the_footer_leads_to_the_balance_once_vouchers_are_sold(shop):
    assert 'href="/gift-card"' not in text(shop.client.get("/"))
    gifts.voucher(shop)
    assert 'href="/gift-card"' in text(shop.client.get("/"))


def test_the_card_page_shows_the_code_to_who_holds_its_address_and_to_nobody_else(shop, rival):
    shop.enter()
    card = gifts.card(shop, recipient="Lucía <b>", message="Con cariño")
    secret = gift_letters.secret(card)
    page = shop.client.get(f"/gift-card/{secret}")
    assert gift_cards.code(card) in text(page)
    assert "Lucía &lt;b&gt;" in text(page)
    assert page.headers["Cache-Control"] == "private, no-store"
    assert shop.client.get(f"/gift-card/{secret[:-3]}abc").status_code == 404
    assert shop.client.get(f"/gift-card/{card.token}").status_code == 404
    assert rival.client.get(f"/gift-card/{secret}").status_code == 404
    gift_cards.void(card, reason="x")
    db.session.commit()
    assert 'data-gift-state="void"' in text(shop.client.get(f"/gift-card/{secret}"))


def test_the_paper_is_a_pdf(shop):
    if not pdf.available():
        pytest.skip("no Pango on this machine")
    made = shop.client.get(f"/gift-card/{gift_letters.secret(gifts.card(shop))}/card.pdf")
    assert made.mimetype == "application/pdf"
    assert made.get_data().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("field", "bad", "why"),
    [
        ("email", "lucia@", "Escriba el correo"),
        ("on", "2999-01-01", "como máximo dentro de un año"),
        ("on", "2020-01-01", "ya pasó"),
        ("message", "x" * 301, "300"),
    ],
)
def test_a_wish_that_cannot_be_comes_back_as_it_was_written(shop, field, bad, why):
    product = gifts.voucher(shop)
    browser = shop.client
    browser.get(f"/p/{product.slug}")  # the kept page
    said = {"text-to": 'Lucía "L"', "text-email": "lucia@example.com", "text-message": "Feliz <día>", "text-on": ""}
    said[f"text-{field}"] = bad
    answer = browser.post("/cart/lines", data={"product": product.slug, "quantity": "1", **said})
    assert (answer.status_code, answer.headers["Cache-Control"]) == (422, "private, no-store")
    assert {name: form(answer, "/cart/lines")[name] for name in said} == said
    [place] = read(answer).xpath("//*[@aria-invalid='true']")
    assert place.get("name") == f"text-{field}"
    told = read(answer).get_element_by_id(place.get("aria-describedby").split()[0]).text_content()
    assert why in told
    assert carts.count(db.session.scalars(select(carts.Cart)).first()) == 0
    kept = browser.get(f"/p/{product.slug}").get_data(as_text=True)
    assert "Feliz" not in kept
    assert "aria-invalid" not in kept


def test_a_voucher_is_bought_in_the_shop_and_its_card_stands_on_the_order(shop):
    shop.transfer()
    product = gifts.voucher(shop, valid_months=12)
    browser = shop.client
    assert 'name="text-email"' in text(browser.get(f"/p/{product.slug}"))
    said = {"text-to": "Lucía", "text-email": "lucia@example.com", "text-message": "Feliz día"}
    assert browser.post("/cart/lines", data={"product": product.slug, "quantity": "1", **said}).status_code == 303
    assert "Lucía" in text(browser.get("/cart"))
    assert order(browser, shipping="").status_code == 303
    placed = last()
    shop.pay(placed)
    page = text(browser.get(f"/orders/{placed.token}"))
    [link] = re.findall(r'href="([^"]+)" data-action="gift-card"', page)
    [card] = gift_cards.of_order(placed)
    assert gift_cards.code(card) not in page
    assert gift_cards.code(card) in text(browser.get(link))


def test_a_code_in_the_cart_pays_and_the_page_says_what_is_left(shop):
    shop.transfer()
    card, vase = gifts.card(shop), shop.product(price=25_000_00)
    browser = shop.buyer(vase)
    assert browser.post("/cart/codes", data={"code": gift_cards.code(card)}).status_code == 303
    page = text(browser.get("/checkout"))
    assert "₡15 000" in page
    assert gifts.code(card) not in page
    assert order(browser).status_code == 303
    placed = last()
    assert (placed.received_minor, placed.balance.minor) == (10_000_00, 15_000_00)
    for seen in (browser.get(f"/orders/{placed.token}"), shop.admin.get(f"/admin/cafe/orders/{placed.number}")):
        assert f"₡10 000 · Tarjeta de regalo …{card.last4}" in text(seen)


def test_a_card_that_was_spent_meanwhile_is_told_before_ordering(shop):
    shop.transfer()
    card, vase = gifts.card(shop), shop.product(price=25_000_00)
    browser = shop.buyer(vase)
    browser.post("/cart/codes", data={"code": gift_cards.code(card)})
    page = text(browser.get("/checkout"))
    hidden = dict(re.findall(r'name="(key|seen)" value="([^"]*)"', page))
    gifts.bought(shop, shop.product("Otro", price=4_000_00), card)
    answer = order(browser, **hidden)
    assert answer.status_code == 409
    assert order(browser).status_code == 303
    assert last().received_minor == 6_000_00


def test_covered_wholly_it_needs_no_way_to_pay(shop):
    card, vase = gifts.card(shop), shop.product(price=5_000_00)
    browser = shop.buyer(vase)
    browser.post("/cart/codes", data={"code": gift_cards.code(card)})
    assert 'name="payment"' not in text(browser.get("/checkout"))
    assert order(browser, payment="").status_code == 303
    assert last().paid


def test_only_who_is_logged_in_uses_their_credit(shop):
    shop.transfer()
    contact, vase = shop.contact(), shop.product(price=25_000_00)
    store_credit.add(contact, Money(4_000_00, "CRC"), key="a", reason="Cortesía", by=shop.owner)
    db.session.commit()
    stranger = shop.buyer(vase)
    assert 'name="credit"' not in text(stranger.get("/checkout"))
    assert order(stranger, credit="1").status_code == 303  # the same e-mail is nobody's proof
    assert last().received_minor == 0
    mine = shop.shopper(contact)
    mine.post("/cart/lines", data={"product": vase.slug, "quantity": "1"})
    assert "₡4 000" in text(mine.get("/checkout"))
    page = text(mine.post("/checkout", data={"refresh": "1", "credit": "1", "shipping": "retiro"}))
    hidden = dict(re.findall(r'name="(key|seen)" value="([^"]*)"', page))
    assert order(mine, credit="1", **hidden).status_code == 303
    assert last().received_minor == 4_000_00
    assert store_credit.of(contact).balance_minor == 0


def test_staff_give_find_change_and_void_a_card(shop):
    desk = shop.admin
    assert "empty" in text(desk.get("/admin/cafe/gift-cards"))
    form = {
        "amount": "5000",
        "recipient": "Rosa Ñández",
        "email": "rosa@example.com",
        "reason": "Premio",
        "key": "k" * 22,
    }
    answers = [desk.post("/admin/cafe/gift-cards/new", data=form).status_code for _ in range(2)]
    [card] = db.session.scalars(select(GiftCard)).all()  # the same form twice is one card
    assert answers == [303, 303]
    assert card.face == Money(5_000_00, "CRC")
    for found in (card.last4.lower(), "nandez", "rosa@example.com"):
        assert f"…{card.last4}" in text(desk.get(f"/admin/cafe/gift-cards?q={found}"))
    path = f"/admin/cafe/gift-cards/{card.token}"
    shown = read(desk.get(path))
    [link] = shown.xpath("//div[@class='share']/button/@data-copy")
    assert gift_cards.code(card) in text(shop.client.get(link))
    assert "https://wa.me" in shown.xpath("//div[@class='share']/a/@href")[0]
    assert read(desk.get("/admin/cafe/gift-cards/new")).xpath("//*[@name='amount']/@required")
    moved = {"way": "take", "amount": "1000", "reason": "Error", "key": "m" * 22}
    assert [desk.post(f"{path}/adjustments", data=moved).status_code for _ in range(2)] == [303, 303]
    assert desk.post(f"{path}/adjustments", data={**moved, "amount": "9000", "key": "n" * 22}).status_code == 409
    assert desk.post(f"{path}/void", data={"void-reason": ""}).status_code == 422
    assert desk.post(f"{path}/void", data={"void-reason": "Perdida"}).status_code == 303
    db.session.expire_all()
    assert (card.state, card.balance.minor) == ("void", 0)
    assert desk.post(f"{path}/unvoid").status_code == 303
    db.session.expire_all()
    assert (card.state, card.balance.minor) == ("live", 4_000_00)
    assert "Error" in text(desk.get(path))
    assert gift_cards.code(card) not in text(desk.get(path))
    assert gifts.conserved()


@pytest.mark.parametrize(
    "wrong",
    [{"amount": "0"}, {"amount": "-5"}, {"amount": "x"}, {"reason": ""}, {"email": "x"}, {"expires_on": "2020-01-01"}],
)
def test_a_card_that_cannot_be_given_keeps_what_was_typed(shop, wrong):
    form = {"amount": "5000", "recipient": "Rosa", "reason": "Premio", **wrong}
    answer = shop.admin.post("/admin/cafe/gift-cards/new", data=form)
    assert answer.status_code == 422
    assert 'value="Rosa"' in text(answer)


def test_clerks_see_cards_and_change_none(shop):
    card, clerk = gifts.card(shop), shop.staff("clerk")
    assert clerk.get(f"/admin/cafe/gift-cards/{card.token}").status_code == 200
    assert clerk.post(f"/admin/cafe/gift-cards/{card.token}/void", data={"void-reason": "x"}).status_code in {403, 404}
    assert shop.staff("marketer").get("/admin/cafe/gift-cards").status_code in {403, 404}


def test_credit_on_a_persons_page(shop):
    contact, desk = shop.contact(), shop.admin
    path = f"/admin/cafe/people/{contact.token}"
    form = {"way": "add", "amount": "3000", "reason": "Cortesía", "key": "k" * 22}
    assert [desk.post(f"{path}/credit", data=form).status_code for _ in range(2)] == [303, 303]
    assert "₡3 000" in text(desk.get(path))
    assert (
        desk.post(f"{path}/credit", data={**form, "way": "take", "amount": "9000", "key": "n" * 22}).status_code == 409
    )
    assert desk.post(f"{path}/credit", data={**form, "reason": ""}).status_code == 422
    assert store_credit.of(contact).balance_minor == 3_000_00
    assert "₡3 000" in text(desk.get("/admin/cafe/"))  # what is owed stands on the first page


def test_a_person_takes_their_copy_and_is_forgotten_on_cards(shop):
    contact = shop.contact()
    card = gifts.card(shop, recipient="Ana Mora", email="ANA@example.com", message="Secreto", giver="Luis")
    shop.bought(gifts.voucher(shop), texts={"to": "Rosa", "email": "rosa@example.com", "message": "Íntimo"}, paid=True)
    told = str(people.export(contact))
    assert "Secreto" in told
    assert "Íntimo" in told
    people.erase(contact, by=shop.owner)
    db.session.commit()
    db.session.expire_all()
    kept = [
        str([getattr(row, column.name) for column in GiftCard.__table__.columns])
        for row in db.session.scalars(select(GiftCard))
    ]
    assert not [row for row in kept if re.search("Ana|ana@|Secreto|Íntimo|Luis", row)]
    assert card.balance.minor == 10_000_00  # who holds the code keeps the money
    assert not [line for line in db.session.scalars(select(Order)).all()[0].lines if line.voucher.get("message")]


def test_the_editor_makes_a_voucher_with_its_amounts(shop):
    form = typed(name="Vale", kind="voucher", amounts="5000; 10 000; 20000", valid_months="18", do="publish")
    assert shop.admin.post("/admin/cafe/products/new", data=form).status_code == 303
    [product] = db.session.scalars(select(Product))
    found = sorted((row.price_minor, row.stock_kind) for row in product.variants if row.active)
    assert found == [(5_000_00, "unlimited"), (10_000_00, "unlimited"), (20_000_00, "unlimited")]
    assert (product.kind, product.valid_months, product.low_minor) == ("voucher", 18, 5_000_00)
    sheet = text(shop.admin.get(f"/admin/cafe/products/{product.slug}"))
    assert "20000" in sheet.split('name="amounts"')[1][:120]
    again = shop.admin.post(f"/admin/cafe/products/{product.slug}", data={**form, "amounts": "7000"})
    assert again.status_code == 303
    db.session.expire_all()
    assert [row.price_minor for row in product.variants if row.active] == [7_000_00]
    assert only(product)
