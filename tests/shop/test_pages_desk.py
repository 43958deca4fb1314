"""The desk of pages: what is typed is kept at once, and the public sees it when it is published, not before."""

import io
import re

from bs4 import BeautifulSoup
from werkzeug.datastructures import MultiDict

from kernel import signing
from kernel.db import db
from shop import catalog, pages
from tests.shop.pages import read
from tests.shop.test_products_desk import photo

JSON = {"Accept": "application/json"}


def begun(shop, title="Nosotros"):
    """A new page and its one block's id."""
    answer = shop.admin.post("/admin/cafe/pages/new", data={"title": title, "kind": "page"})
    page = pages.named(answer.headers["Location"].rsplit("/", 1)[1])
    return page, page.draft[0]["id"]


def typed(block, text, **more):
    return {"title": "Nosotros", "block": block, f"{block}-kind": "text", f"{block}-text-es": text, **more}


def test_a_draft_never_reaches_the_public_page(shop):
    page, block = begun(shop)
    boss = shop.admin
    boss.post("/admin/cafe/pages/nosotros", data=typed(block, "Desde 1980", do="publish"))
    assert "Desde 1980" in shop.client.get("/pages/nosotros").get_data(as_text=True)
    kept = boss.post(
        "/admin/cafe/pages/nosotros/draft", data={**typed(block, "Secreto"), "title": "Otro"}, headers=JSON
    )
    assert kept.get_json()["changed"] is True
    assert f'data-revision="{kept.get_json()["revision"]}"' in boss.get("/admin/cafe/pages/nosotros").get_data(
        as_text=True
    )
    public = shop.client.get("/pages/nosotros").get_data(as_text=True)
    assert "Desde 1980" in public
    assert "Secreto" not in public
    assert "Otro" not in public
    assert "Secreto" in boss.get("/admin/cafe/pages/nosotros").get_data(as_text=True)
    db.session.expire_all()
    assert page.version == 1
    boss.post("/admin/cafe/pages/nosotros", data={**typed(block, "Secreto"), "title": "Otro", "do": "publish"})
    public = shop.client.get("/pages/nosotros").get_data(as_text=True)
    db.session.expire_all()
    assert "Secreto" in public
    assert "Otro" in public
    assert page.version == 2


def test_a_page_that_was_never_published_is_not_there(shop):
    _page, block = begun(shop)
    shop.admin.post("/admin/cafe/pages/nosotros/draft", data=typed(block, "x"), headers=JSON)
    assert shop.client.get("/pages/nosotros").status_code == 404


def test_the_preview_shows_the_draft_to_who_has_its_address(shop):
    _page, block = begun(shop)
    told = shop.admin.post("/admin/cafe/pages/nosotros/draft", data=typed(block, "Solo aquí"), headers=JSON).get_json()
    path = "/" + told["preview"].split("/", 3)[3]
    answer = shop.client.get(path)
    assert "Solo aquí" in answer.get_data(as_text=True)
    assert "no-store" in answer.headers["Cache-Control"]
    assert shop.client.get("/preview/" + signing.make("preview", {"kind": "page", "id": 1, "tenant": 999, "by": 1})).status_code == 404  # fmt: skip


def test_a_version_of_a_block_stays_whatever_its_name(shop):
    page, block = begun(shop)
    name = "v-interests-has-turismo-rural-y-mas"
    sent = {**typed(block, "Uno"), f"{block}-variant": name, f"{name}-text-es": "Para ellos", "do": "publish"}
    shop.admin.post("/admin/cafe/pages/nosotros", data=sent)
    db.session.expire_all()
    assert [one["id"] for one in page.live[0]["variants"]] == [name]


def test_two_blocks_whose_versions_bear_one_name_keep_each_its_own_words(shop):
    """So it was in pages that were made by hand or copied: what the one form field said stood in both."""
    page, _block = begun(shop)
    page.draft = [
        {"id": name, "kind": "text", "data": {"text": {"es": name}},
         "variants": [{"id": "v-first", "data": {"text": {"es": f"<p>{name} nueva</p>"}}, "from": "2030-01-01"}]}
        for name in ("uno", "dos")
    ]  # fmt: skip
    pages.publish(page)
    db.session.commit()
    form = read(shop.admin.get("/admin/cafe/pages/nosotros")).get_element_by_id("page")
    sent = [(name, value) for name, value in form.fields.items() if value is not None]
    assert len(sent) == len({name for name, _value in sent})
    box = next(name for name, value in sent if "dos nueva" in value)
    more = [(one.get("name"), one.get("value")) for one in form.xpath(".//input[@name='block' and @value='dos']")]
    sent = [(name, f"{value} y vieja" if name == box else value) for name, value in sent]
    shop.admin.post("/admin/cafe/pages/nosotros", data=MultiDict([*sent, *more, ("do", "publish")]))
    db.session.expire_all()
    said = [one["variants"][0]["data"]["text"]["es"] for one in page.live]
    assert said == ["<p>uno nueva</p>", "<p>dos nueva</p> y vieja"]
    assert [one["variants"][0]["from"] for one in page.live] == ["2030-01-01"] * 2


def test_what_runs_is_taken_out_of_blocks(shop):
    _page, block = begun(shop)
    shop.admin.post("/admin/cafe/pages/nosotros", data=typed(block, '<p>Hola<script>alert(1)</script><a href="javascript:x()">y</a></p>', do="publish"))  # fmt: skip
    public = shop.client.get("/pages/nosotros").get_data(as_text=True)
    assert "alert(1)" not in public
    assert "javascript:" not in public


def test_blocks_are_added_ordered_and_taken_out_without_scripts(shop):
    page, block = begun(shop)
    boss = shop.admin
    boss.post("/admin/cafe/pages/nosotros", data=typed(block, "Uno", do="add:hero"))
    db.session.expire_all()
    assert [row["kind"] for row in page.draft] == ["text", "hero"]
    assert page.draft[0]["data"]["text"] == {"es": "Uno"}
    hero = page.draft[1]["id"]
    both = {"block": [block, hero], f"{block}-kind": "text", f"{hero}-kind": "hero", f"{block}-text-es": "Uno"}
    boss.post("/admin/cafe/pages/nosotros", data={**both, "do": f"up:{hero}"})
    db.session.expire_all()
    assert [row["kind"] for row in page.draft] == ["hero", "text"]
    boss.post("/admin/cafe/pages/nosotros", data={**both, "do": f"remove:{hero}"})
    db.session.expire_all()
    assert [row["id"] for row in page.draft] == [block]
    boss.post("/admin/cafe/pages/nosotros", data={"block": ["x" * 99, "../etc"], "x-kind": "nobody"})
    db.session.expire_all()
    assert page.draft == []


def test_an_address_that_leads_nowhere_is_not_published(shop):
    page, block = begun(shop)
    boss = shop.admin
    sent = {**typed(block, "Uno"), f"{block}-kind": "hero", f"{block}-link": "esto no es un enlace", "do": "publish"}
    answer = boss.post("/admin/cafe/pages/nosotros", data=sent)
    assert answer.headers["Location"].endswith(f"#b-{block}")
    assert "Guardado como borrador" in boss.get("/admin/cafe/pages/nosotros").get_data(as_text=True)
    db.session.expire_all()
    assert (page.version, page.draft[0]["data"]["link"]) == (0, "esto no es un enlace")
    boss.post("/admin/cafe/pages/nosotros", data={**sent, f"{block}-link": "/c/cafes"})
    db.session.expire_all()
    assert page.version == 1


def test_a_link_is_chosen_by_name_from_what_the_shop_has(shop):
    shop.product("Café de altura", category_id=shop.category("Granos").id)
    catalog.withdraw(shop.product("Borrador"))
    _page, block = begun(shop)
    assert 'id="places"' not in shop.admin.get("/admin/cafe/pages/nosotros").get_data(as_text=True)
    shop.admin.post("/admin/cafe/pages/nosotros", data=typed(block, "Uno", do="publish"))
    shop.admin.post("/admin/cafe/pages/nosotros", data=typed(block, "Uno", do="add:hero"))
    page = BeautifulSoup(shop.admin.get("/admin/cafe/pages/nosotros").get_data(as_text=True), "html.parser")
    offered = {one["value"]: one.text for one in page.select("#places option")}
    assert offered == {"/": "Portada", "/c/granos": "Granos", "/pages/nosotros": "Nosotros", "/p/cafe-de-altura": "Café de altura"}  # fmt: skip
    assert [one["name"] for one in page.select("input[list=places]")] == [
        f"{page.select('[data-block-row]')[1]['id'][2:]}-link"
    ]


def test_a_row_of_products_follows_a_tag(shop):
    shop.product("Taza", tags=["para-regalar"])
    shop.product("Saco de 60 kg")
    page, block = begun(shop)
    data = {"title": "Regalos", "block": block, f"{block}-kind": "products", f"{block}-tag": "para-regalar"}
    page.draft = [{"id": block, "kind": "products", "data": {}}]
    db.session.commit()
    desk = read(shop.admin.get("/admin/cafe/pages/nosotros"))
    assert desk.xpath(f'//select[@id="{block}-tag"]/option/@value') == ["", "para-regalar"]
    shop.admin.post("/admin/cafe/pages/nosotros", data={**data, "do": "publish"})
    row = read(shop.client.get("/pages/nosotros")).xpath(f'//*[@data-block="{block}"]')[0]
    assert "Taza" in row.text_content()
    assert "Saco" not in row.text_content()
    assert row.xpath("string(.//h2)") == "Para regalar"
    everything = shop.client.get(row.xpath(".//h2/following-sibling::a/@href")[0]).get_data(as_text=True)
    assert "Taza" in everything
    assert "Saco" not in everything


def test_a_picture_of_a_block_and_one_that_is_none(shop):
    page, block = begun(shop)
    boss = shop.admin
    data = {"block": block, f"{block}-kind": "picture", f"{block}-picture-file": (io.BytesIO(photo()), "a.jpg")}
    boss.post("/admin/cafe/pages/nosotros", data=data, content_type="multipart/form-data")
    db.session.expire_all()
    sha = page.draft[0]["data"]["picture"]
    assert len(sha) == 64
    data = {"block": block, f"{block}-kind": "picture", f"{block}-picture": sha, f"{block}-picture-file": (io.BytesIO(b"nada"), "a.jpg")}  # fmt: skip
    boss.post("/admin/cafe/pages/nosotros", data=data, content_type="multipart/form-data")
    answer = boss.get("/admin/cafe/pages/nosotros")
    db.session.expire_all()
    assert page.draft[0]["data"]["picture"] == sha
    assert "toast-bad" in answer.get_data(as_text=True)


def undone(boss, page):
    """Press the button in the toast; what it is."""
    said = read(boss.get(f"/admin/cafe/pages/{page.slug}")).xpath("//form[.//*[@data-undo]]")
    assert boss.post(said[0].get("action"), data=dict(said[0].fields)).status_code == 303
    db.session.expire_all()
    return said[0]


def test_a_discarded_draft_comes_back_and_what_was_begun_since_too(shop):
    page, block = begun(shop)
    boss = shop.admin
    boss.post("/admin/cafe/pages/nosotros", data=typed(block, "Público", do="publish"))
    boss.post("/admin/cafe/pages/nosotros/draft", data=typed(block, "Trabajo"), headers=JSON)
    boss.get("/admin/cafe/pages/nosotros")
    boss.post("/admin/cafe/pages/nosotros/discard")
    db.session.expire_all()
    assert page.draft[0]["data"]["text"] == {"es": "Público"}
    boss.post("/admin/cafe/pages/nosotros/draft", data=typed(block, "Otro"), headers=JSON)
    first = undone(boss, page)
    assert page.draft[0]["data"]["text"] == {"es": "Trabajo"}
    undone(boss, page)
    assert page.draft[0]["data"]["text"] == {"es": "Otro"}
    boss.post(first.get("action"), data=dict(first.fields))  # the same button means the same draft, whatever went since
    db.session.expire_all()
    assert page.draft[0]["data"]["text"] == {"es": "Trabajo"}
    assert boss.post(first.get("action")).status_code == 410


def test_a_version_of_a_block_that_was_taken_out_comes_back_whole(shop):
    page, block = begun(shop)
    boss, rule = shop.admin, '{"language": ["es"]}'
    sent = typed(block, "Uno", **{f"{block}-variant": ["v1", "v2"], "v1-text-es": "Para ellos", "v1-audience": rule})
    boss.post("/admin/cafe/pages/nosotros", data=sent | {"do": "save"})
    boss.get("/admin/cafe/pages/nosotros")
    db.session.expire_all()
    before = page.draft
    boss.post("/admin/cafe/pages/nosotros", data=sent | {"do": "remove:v1"})
    db.session.expire_all()
    assert [one["id"] for one in page.draft[0]["variants"]] == ["v2"]
    undone(boss, page)
    assert page.draft == before


def test_the_first_page_is_written_when_it_is_first_changed(shop):
    boss = shop.admin
    assert pages.home() is None
    assert boss.get("/admin/cafe/pages/home").status_code == 200
    assert pages.home() is None
    boss.post(
        "/admin/cafe/pages/home/draft",
        data={"block": "uno", "uno-kind": "text", "uno-text-es": "Bienvenida"},
        headers=JSON,
    )
    assert "Bienvenida" not in shop.client.get("/").get_data(as_text=True)
    boss.post("/admin/cafe/pages/home", data={"block": "uno", "uno-kind": "text", "uno-text-es": "Bienvenida", "do": "publish"})  # fmt: skip
    assert "Bienvenida" in shop.client.get("/").get_data(as_text=True)
    assert boss.post("/admin/cafe/pages/home/bin").status_code == 422


def test_a_page_has_another_address_leaves_the_menu_and_comes_out_of_the_bin(shop):
    _page, block = begun(shop)
    boss = shop.admin
    boss.post("/admin/cafe/pages/nosotros", data=typed(block, "Hola", do="publish"))
    assert "/pages/nosotros" in shop.client.get("/").get_data(as_text=True)
    boss.post("/admin/cafe/pages/nosotros/settings", data={"slug": "quienes somos"})
    assert shop.client.get("/pages/nosotros").headers["Location"].endswith("/pages/quienes-somos")
    assert "/pages/quienes-somos" not in shop.client.get("/").get_data(as_text=True)
    boss.post("/admin/cafe/pages/quienes-somos/bin")
    answer = boss.get("/admin/cafe/pages").get_data(as_text=True)
    assert shop.client.get("/pages/quienes-somos").status_code == 404
    boss.post(re.search(r'action="([^"]*/bin/undo/[^"]+)"', answer).group(1))
    assert shop.client.get("/pages/quienes-somos").status_code == 200
    assert boss.post("/admin/cafe/pages/quienes-somos/withdraw").status_code == 303
    assert shop.client.get("/pages/quienes-somos").status_code == 404


def test_a_marketer_writes_pages_and_a_clerk_does_not(shop):
    assert shop.staff("marketer").get("/admin/cafe/pages").status_code == 200
    assert shop.staff("clerk").get("/admin/cafe/pages").status_code == 404
