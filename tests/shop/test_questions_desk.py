"""Questions in the back office: what waits is counted on the first page; answered in two taps; each step goes back."""

from bs4 import BeautifulSoup

from kernel.db import db
from kernel.letters import Letter
from shop import question_letters, storefront
from tests.shop.desk_pages import HTML, soup, step, undo
from tests.shop.test_questions import answer, ask


def send(admin, row, name, status=303, **fields):
    return step(admin, f"/questions/{row.token}/{name}", status, **fields)


def form(admin, row, path="/questions"):
    """What the form of that question would send as it stands."""
    box = soup(admin, path).select_one(f"#q-{row.token} form[action$='/answer']")
    told = {one["name"]: one.text.lstrip("\n") for one in box.select("textarea")}
    return told | {one["name"]: one["value"] for one in box.select("input") if one.get("type") == "hidden" or one.has_attr("checked")}  # fmt: skip


def test_what_waits_stands_on_the_first_page_and_is_answered_from_its_list(shop):
    coffee, admin = shop.product(), shop.admin
    row = ask(coffee)
    answer(shop, ask(coffee, "¿Y otra?", "b@example.com"))
    [line] = [one for one in soup(admin, "/").select(".today a") if one.b["data-count"] == "questions.open"]
    assert line.b.text == "1"
    listed = BeautifulSoup(admin.get(line["href"], headers=HTML).get_data(as_text=True), "html.parser")
    assert [one["data-question"] for one in listed.select("[data-question]")] == ["open"]
    told = form(admin, row)
    assert (told["shown"], told["told"], told["answer"]) == ("y", row.words, "")  # shown unless one says otherwise
    send(admin, row, "answer", **{**told, "answer": "Sí."})
    assert (row.answer, row.shown, row.account_id, coffee.question_count) == ("Sí.", True, shop.owner_id, 2)
    assert soup(admin, "/questions").select("[data-question=open]") == []


def test_the_answer_and_each_other_step_can_be_taken_back(shop):
    coffee, admin = shop.product(), shop.admin
    row = ask(coffee)
    undo(admin, send(admin, row, "answer", answer="Sí.", told="¿Nueces?", shown="y", show="open"))
    assert (row.answered, row.told, coffee.question_count) == (False, row.words, 0)
    assert db.session.scalars(db.select(Letter).where(Letter.kind == question_letters.ANSWERED)).all() == []
    send(admin, row, "answer", answer="Sí.", told="¿Nueces?", shown="y")
    undo(admin, send(admin, row, "answer", answer="No.", told="¿Tiene?"))
    assert (row.answer, row.told, row.shown) == ("Sí.", "¿Nueces?", True)
    undo(admin, send(admin, row, "hiding"))
    assert row.shown
    send(admin, row, "hiding"), undo(admin, send(admin, row, "showing"))
    assert not row.shown
    undo(admin, send(admin, row, "bin"))
    assert row.binned_at is None
    assert not row.shown
    send(admin, row, "bin")
    assert admin.post(f"/admin/cafe/questions/{row.token}/answer", data={"answer": "x", "told": "x"}).status_code == 404


def test_without_words_nothing_is_answered_and_what_was_typed_stays(shop):
    row, admin = ask(shop.product()), shop.admin
    told = BeautifulSoup(
        send(admin, row, "answer", 422, answer=" ", told="¿Corregida?").get_data(as_text=True), "html.parser"
    )
    box = told.select_one(f"#q-{row.token}")
    assert "Escriba su respuesta" in box.text
    assert "¿Corregida?" in box.text
    send(admin, row, "answer", 422, answer="x" * 2001, told="¿?")
    send(admin, row, "answer", 422, answer="Sí", told="")
    assert not row.answered


def test_who_left_a_number_alone_gets_the_answer_by_whatsapp(shop):
    row, admin = ask(shop.product(), email="", phone="+50683123456"), shop.admin
    there = send(admin, row, "answer", answer="Sí.", told=row.words, shown="y").headers["Location"]
    assert there.endswith(f"show=shown#q-{row.token}")
    [link] = soup(admin, "/questions?show=shown").select("[data-action=send-whatsapp]")
    assert link["href"].startswith("https://wa.me/50683123456?text=")
    near = ask(shop.product("Pan"))
    send(admin, near, "answer", answer="Sí.", told=near.words)
    assert soup(admin, "/questions?show=private").select("[data-action=send-whatsapp]") == []


def test_the_list_of_a_product_and_of_a_search(shop):
    coffee, pan, admin = shop.product(), shop.product("Pan"), shop.admin
    ask(coffee, "¿Molido fino?"), ask(pan, "¿Con gluten?", "eva@example.com", name="Eva Ruiz")
    found = {
        "": 2, "?product=pan": 1, "?q=GLUTEN": 1, "?q=eva": 1, "?q=pan": 1, "?q=nada": 0, "?q=%25": 0,
        "?show=shown": 0, "?show=disparate&page=999999999999999999999": 2, "?q=%00&product=%00": 2,
    }  # fmt: skip
    for asked, many in found.items():
        assert len(soup(admin, f"/questions{asked}").select("[data-question]")) == many, asked


def test_who_may_answer_reviews_may_answer_and_nobody_else(shop):
    row = ask(shop.product())
    codes = {
        role: shop.staff(role).post(f"/admin/cafe/questions/{row.token}/hiding").status_code
        for role in ("manager", "marketer", "clerk")
    }  # fmt: skip
    assert codes == {"manager": 303, "marketer": 303, "clerk": 404}


def test_a_shop_can_take_none(shop):
    admin = shop.admin
    assert soup(admin, "/settings/reviews").select_one("[name=questions]").has_attr("checked")
    assert admin.post("/admin/cafe/settings/reviews", data={"reviews": "open"}).status_code == 303
    db.session.expire_all()
    assert storefront.of().questions is False
