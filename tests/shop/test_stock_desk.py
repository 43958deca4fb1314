"""The desk of stock: the number on "Hoy" is the length of the list, and every count leaves a line in the ledger."""

from sqlalchemy import select

from kernel import today
from kernel.db import db
from shop import bin as rubbish
from shop import catalog_search, stock
from shop.stock import StockMove
from tests.goods import only
from tests.shop.pages import read


def few(shop, name="Café Uno", units=2):
    product = shop.product(name, stock=units)
    only(product).low_at = 3
    db.session.commit()
    return product


def test_the_number_and_the_list_are_the_same(shop):
    few(shop), few(shop, "Café Dos", 0)
    shop.product("Café Lleno", stock=50)
    rubbish.put("product", [few(shop, "Café Ido")])
    only(few(shop, "Café Apartado")).active = False
    db.session.commit()
    page = shop.admin.get("/admin/cafe/stock").get_data(as_text=True)
    assert page.count('name="sku"') == today.named("low-stock").number == 2
    assert "Café Dos" in page
    assert "Café Ido" not in page
    assert "Café Lleno" not in page


def test_a_product_counts_once_however_many_of_its_variants_run_out(shop):
    shirt = shop.product("Camisa", stock=1, options={"Talla": ["S", "M", "L"]})
    for row in shirt.variants:
        row.low_at = 3
    db.session.commit()
    page = shop.admin.get("/admin/cafe/stock").get_data(as_text=True)
    assert (page.count("<tr>"), page.count('name="sku"')) == (2, 3)
    assert today.named("low-stock").number == catalog_search.count("low") == 1


def test_a_count_is_kept_with_its_reason(shop):
    product = few(shop)
    sku = only(product).sku
    answer = shop.staff("clerk").post(
        "/admin/cafe/stock", data={"sku": sku, "units": "10", "was": "2", "reason": "received"}
    )
    assert answer.status_code == 303
    db.session.expire_all()
    last = db.session.scalars(select(StockMove).order_by(StockMove.id.desc())).first()
    assert only(product).on_hand == 12
    assert (last.units, last.reason) == (10, "received")
    assert last.account_id
    assert today.named("low-stock").number == 0


def test_what_the_number_means_is_chosen_and_the_choice_is_named(shop):
    shirt = shop.product("Camisa", stock=2, options={"Talla": ["S", "M"]})
    small = shirt.variants[0]
    small.low_at = 3
    db.session.commit()
    page = read(shop.admin.get("/admin/cafe/stock"))
    assert page.xpath("//select[@name='reason']/option[1]/@value") == [""]  # nothing is chosen for anybody
    assert page.xpath("//input[@name='units']/@value") == [""]

    def say(units, reason):
        told = {"sku": small.sku, "units": units, "was": str(only_left(small)), "reason": reason}
        return shop.admin.post("/admin/cafe/stock", data=told, headers={"Accept": "application/json"})

    assert say("20", "").status_code == 422
    answer = say("20", "received").get_json()
    assert (answer["units"], "Camisa · S" in answer["said"]) == (22, True)
    assert say("3", "damaged").get_json()["units"] == 19
    assert say("20", "gift").status_code == 409
    assert say("5", "counted").get_json()["units"] == 5


def only_left(row):
    db.session.refresh(row)
    return row.on_hand


def test_the_journal_says_of_what_the_stock_was_counted(shop):
    one, many = few(shop), few(shop, "Café Dos")
    only(many).options = {"molienda": "fina"}
    stock.adjust(only(one), on_hand=7, by=shop.owner)
    stock.adjust(only(many), on_hand=9, by=shop.owner)
    db.session.commit()
    page = read(shop.admin.get("/admin/cafe/journal"))
    links = {link.text_content(): link.get("href") for link in page.xpath("//main//td/a")}
    assert links["Café Uno"] == f"/admin/cafe/products/{one.slug}"
    assert links[f"Café Dos · {only(many).sku}"] == f"/admin/cafe/products/{many.slug}"


def test_what_was_sold_meanwhile_stays_sold(shop):
    product = few(shop, units=3)
    shop.bought(product, 2)
    shop.admin.post("/admin/cafe/stock", data={"sku": only(product).sku, "units": "5", "was": "3"})
    db.session.expire_all()
    assert only(product).on_hand == 3
    answer = shop.admin.post("/admin/cafe/stock", data={"sku": only(product).sku, "units": "0", "was": "9"})
    assert answer.status_code == 409


def test_nonsense_is_refused_with_a_sentence(shop):
    product = few(shop)
    for units in ("", "-4", "mil", "9999999999", "1.5"):
        answer = shop.admin.post(
            "/admin/cafe/stock",
            data={"sku": only(product).sku, "units": units, "was": "2"},
            headers={"Accept": "application/json"},
        )
        assert answer.status_code == 422
        assert answer.get_json()["error"]
    assert shop.admin.post("/admin/cafe/stock", data={"sku": "NADIE", "units": "1"}).status_code == 404
    db.session.expire_all()
    assert only(product).on_hand == 2
    assert shop.staff("marketer").get("/admin/cafe/stock").status_code == 404
