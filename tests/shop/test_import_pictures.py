"""Pictures of a file of products: fetched after the rows, each once, in order; what cannot be had is told; all goes back."""

import io
import time

import pytest
from PIL import Image
from sqlalchemy import select, update

from kernel import clock, fetching, files, jobs, reaching
from kernel.db import db
from kernel.jobs import Job
from shop import catalog, import_pictures, import_steps, imports, pictures, sheets
from shop.gateways import picture_reader
from shop.import_pictures import ImportPicture
from shop.pictures import ProductPicture
from tests.kernel.answering import say, serving
from tests.shop.test_imports import brought, checked, done, moved, outcomes, row, sku, taken, undone
from tests.shop.test_products_desk import typed

HEADS = "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price,Image Src,Image Position,Image Alt Text,Variant Image\n"


def drawn(colour="red", size=(40, 30), kind="PNG"):
    stream = io.BytesIO()
    Image.new("RGB", size, colour).save(stream, kind)
    return stream.getvalue()


class Elsewhere:
    """What stands at the addresses of another shop: a colour is a picture of it."""

    def __init__(self, port):
        self.port, self.asked, self.answers = port, [], {}

    def __call__(self, handler):
        name = handler.path.strip("/")
        self.asked.append(name)
        if name in self.answers:
            self.answers[name](handler)
        else:
            say(handler, drawn(name.partition(".")[0].partition("-")[0]), Content_Type="text/html")

    def at(self, name):
        return f"http://127.0.0.1:{self.port}/{name}"


@pytest.fixture(autouse=True)
def _near(monkeypatch):
    monkeypatch.setattr(reaching, "reachable", lambda ip, _port: str(ip) == "127.0.0.1")


@pytest.fixture
def there():
    found = []
    with serving(lambda handler: found[0](handler)) as port:
        found.append(Elsewhere(port))
        yield found[0]


def shirt(there, *names):
    """A product of two sizes in Shopify's way: its second and third pictures on lines of their own."""
    red, blue, green = (there.at(one) for one in ("red.png", "blue.png", "green.png"))
    return (f"{HEADS}camisa,Camisa,Talla,M,CAM-M,900,{red},1,Por delante,{green}\ncamisa,,,L,CAM-L,900,{blue},3,,\n"
            f"camisa,,,,,,{green},2,En verde,\n")  # fmt: skip


def shown(product):
    """[(colour, what it shows)] of a product, in order."""
    db.session.expire_all()
    names = {files.make(drawn(one)).sha256: one for one in ("red", "blue", "green", "black", "white")}
    return [
        (names[db.session.get(files.File, one.file_id).sha256], one.alt.get("es", ""))
        for one in pictures.of(product.id)
    ]


def counts(found):
    return import_pictures.tally(found.id)


def faults(found):
    mine = select(ImportPicture.fault).where(ImportPicture.import_id == found.id)
    return list(db.session.scalars(mine.order_by(ImportPicture.number)))


def single(shop, address, code="S1"):
    return done(shop, f'SKU;Nombre;Precio;Imágenes\n{code};Cosa {code};900;"{address}"\n')


def test_pictures_of_shopify_come_in_order_with_their_words_and_go_back_with_the_file(shop, there):
    token = brought(shop, shirt(there), publish=True)
    found = checked(shop, token)
    assert found.hosts == {"127.0.0.1": 3}
    assert there.asked == []
    import_steps.run(found, by=shop.owner)
    db.session.commit()
    while import_steps.forward(row(shop, token)):
        pass
    db.session.commit()
    assert there.asked == []  # the product lives while they come
    assert sku("CAM-M").product.live
    jobs.run_due()
    shirt_ = sku("CAM-M").product
    assert shown(shirt_) == [("red", "Por delante"), ("green", "En verde"), ("blue", "")]
    assert shirt_.picture_id == pictures.of(shirt_.id)[0].file_id
    assert sku("CAM-M").picture_id == pictures.of(shirt_.id)[1].file_id
    assert counts(row(shop, token)) == {"had": 3}
    asked = len(there.asked)
    assert outcomes(done(shop, shirt(there)))[0][1] == "same"
    assert len(there.asked) == asked == 3  # what came from there before is not asked again
    assert undone(shop, token).counts == {"gone": 1}
    assert catalog.slugged("camisa") is None
    assert db.session.scalars(select(ProductPicture)).all() == []


def test_pictures_of_woocommerce_stand_in_one_cell_and_those_of_variations_are_theirs(shop, there):
    told = (
        "ID,Type,SKU,Name,Regular price,Images,Tags,Parent,Attribute 1 name,Attribute 1 value(s)\n"
        f'a,variable,GOR,Gorra,,"{there.at("red.png")}, {there.at("blue.png")}","Verano, Lino fino",,Talla,"S, M"\n'
        f"b,variation,GOR-S,,800,{there.at('green.png')},,GOR,Talla,S\nc,variation,GOR-M,,800,,,GOR,Talla,M\n"
    )
    found = done(shop, told)
    cap = sku("GOR-S").product
    assert [one for one, _alt in shown(cap)] == ["red", "blue", "green"]
    assert (sku("GOR-S").picture_id, sku("GOR-M").picture_id) == (pictures.of(cap.id)[2].file_id, None)
    assert cap.tags == ["Verano", "Lino fino"]
    assert counts(found) == {"had": 3}


def test_what_is_taken_along_with_its_pictures_comes_back_and_asks_for_nothing(shop, there, monkeypatch):
    done(shop, shirt(there))
    sku("CAM-M").product.tags = ["lino"]
    db.session.commit()
    before = taken()
    assert f"/media/{shop.slug}/" in before
    assert "Por delante | En verde" in before
    monkeypatch.setattr(fetching, "get", lambda *_told, **_more: pytest.fail("asked"))
    assert done(shop, before).counts == {"same": 2}
    sku("CAM-M").product.tags = ["otra"]
    db.session.commit()
    db.session.delete(pictures.of(sku("CAM-M").product_id)[0])
    db.session.commit()
    found = done(shop, before)  # without any fetch: the content is here
    assert found.counts == {"changed": 1, "same": 1}
    assert sku("CAM-M").product.tags == ["lino"]
    assert shown(sku("CAM-M").product)[0][0] == "red"
    undone(shop, found.token)
    assert (sku("CAM-M").product.tags, [one for one, _alt in shown(sku("CAM-M").product)]) == (
        ["otra"],
        ["green", "blue"],
    )


def test_a_product_that_has_pictures_keeps_them_and_gets_none_twice(shop, there):
    mug = shop.product("Taza", slug="taza")
    sheets._pictures(mug, sheets.Sheet({}, fresh=[files.make(drawn("blue")), files.make(drawn("black"))]))
    db.session.commit()
    told = f'SKU;Imágenes\nTAZA;"{there.at("red.png")}, {there.at("blue.png")}, {there.at("green.png")}"\n'
    found = done(shop, told)
    assert [one for one, _alt in shown(sku("TAZA").product)] == ["red", "blue", "green", "black"]
    assert outcomes(found) == [(2, "changed")]
    pictures.of(sku("TAZA").product_id)[2].alt = {"es": "La nuestra"}  # worked on since: it stays
    db.session.commit()
    assert undone(shop, found.token).counts == {"stays": 1}
    assert [one for one, _alt in shown(sku("TAZA").product)] == ["blue", "green", "black"]


def test_without_the_tick_nothing_is_fetched_and_what_is_only_a_picture_is_left_out(shop, there):
    token = brought(shop, shirt(there))
    found = checked(shop, token)
    found.pictures = False
    db.session.commit()
    found = moved(shop, token, import_steps.run)
    assert (there.asked, counts(found)) == ([], {})
    assert outcomes(found)[2] == (4, "same", "picture")


def test_more_pictures_than_a_product_shows_are_told_and_left_out(shop, there, monkeypatch):
    monkeypatch.setattr(pictures, "MOST", 2)
    found = done(shop, shirt(there))
    assert counts(found) == {"had": 2}
    assert [one[2:] for one in outcomes(found)] == [(), ("most_pictures",), ()]


@pytest.mark.parametrize("address", [
    "file:///etc/passwd", "http://ana:clave@127.0.0.1/a.jpg", f"http://127.0.0.1/{'a' * 3000}", "foto.jpg", "http://",
    "javascript://x/%0aalert(1)", "http://127.0.0.1/\u202ea.jpg",
])  # fmt: skip
def test_what_is_no_address_is_told_beside_its_line_and_the_product_comes(shop, address):
    found = single(shop, address)
    assert outcomes(found) == [(2, "new", "address")]
    assert counts(found) == {}
    assert "clave" not in str([part.outcomes for part in imports.parts(found)])


def endless(handler):
    say(handler, b"", Content_Length="50000000")
    for _piece in range(800):
        handler.wfile.write(b"x" * 65536)


def drip(handler):
    say(handler, b"", Content_Length="1000")
    for _second in range(100):
        handler.wfile.write(b"x")
        handler.wfile.flush()
        time.sleep(0.05)


def bomb():
    return drawn("black", (1, 1)).replace((1).to_bytes(4) * 2, (50_000).to_bytes(4) * 2)


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(("fault", "answer"), [
    ("inside", lambda one: say(one, b"", 302, Location="http://169.254.169.254/latest/meta-data/")),
    ("address", lambda one: say(one, b"", 302, Location="file:///etc/passwd")),
    ("large", endless), ("gone", lambda one: say(one, b"", 404)), ("denied", lambda one: say(one, b"", 403)),
    ("picture", lambda one: say(one, b"<html><script>alert(1)</script>", Content_Type="image/jpeg")),
    ("picture", lambda one: say(one, SVG, Content_Type="image/svg+xml")), ("picture", lambda one: say(one, bomb())),
    ("picture", lambda one: say(one, b"")), ("picture", lambda one: say(one, drawn()[:60])),
])  # fmt: skip
def test_what_is_hostile_or_gone_is_told_once_and_the_next_one_comes(shop, there, fault, answer):
    there.answers["bad.jpg"] = answer
    found = single(shop, f"{there.at('bad.jpg')}, {there.at('red.png')}")
    assert (faults(found), counts(found)) == ([fault, ""], {"missed": 1, "had": 1})
    assert there.asked == ["bad.jpg", "red.png"]
    assert [one for one, _alt in shown(sku("S1").product)] == ["red"]


@pytest.mark.parametrize(("fault", "answer"), [("slow", drip), ("answer", lambda one: say(one, b"", 503))])
def test_what_may_come_back_is_tried_again_ever_later_then_left_until_somebody_asks(
    shop, there, monkeypatch, fault, answer
):
    patient = fetching.SECONDS
    monkeypatch.setattr(fetching, "SECONDS", 0.3 if fault == "slow" else patient)
    there.answers["red.png"] = answer
    found = single(shop, there.at("red.png"))
    token = found.token
    assert (faults(found), counts(found)) == ([fault], {"waiting": 1})
    for _try in range(import_pictures.TRIES):
        waits = db.session.scalars(select(Job).where(Job.name == import_pictures.FETCH)).all()
        assert all(one.run_at > clock.now() for one in waits)
        db.session.execute(update(ImportPicture).values(next_at=clock.now()))
        db.session.execute(update(Job).values(run_at=clock.now()))
        db.session.commit()
        jobs.run_due()
        shop.enter()
    found = row(shop, token)
    assert counts(found) == {"missed": 1}
    assert len(there.asked) == import_pictures.TRIES
    del there.answers["red.png"]
    monkeypatch.setattr(fetching, "SECONDS", patient)
    import_pictures.again(found.id)
    db.session.commit()
    jobs.run_due()
    assert counts(row(shop, token)) == {"had": 1}


def test_a_place_that_never_answers_is_asked_for_a_few_pictures_only(shop, there, monkeypatch):
    asked = []
    monkeypatch.setattr(picture_reader, "_told", lambda one: asked.append(one) or picture_reader.Told(None, "slow"))
    told = ", ".join(there.at(f"{n}.png") for n in range(20))
    found = single(shop, told)
    assert len(asked) == import_pictures.PROBES
    assert counts(found) == {"waiting": import_pictures.PROBES, "missed": 20 - import_pictures.PROBES}


def test_a_picture_that_came_while_the_product_was_being_edited_stays(shop, there):
    single(shop, there.at("red.png"))
    product = sku("S1").product
    base = f"/admin/cafe/products/{product.slug}"
    sha = files.make(drawn("red")).sha256
    before = typed(slug=product.slug)
    assert shop.admin.post(base, data=before).status_code == 303
    shop.enter()
    assert [one for one, _alt in shown(sku("S1").product)] == ["red"]
    shop.admin.post(base, data={**before, "pictures-0-sha": sha, "pictures-0-gone": "y"})
    shop.enter()
    assert shown(sku("S1").product) == []


def test_taken_back_while_pictures_are_on_their_way_none_comes(shop, there):
    shop.product("Taza", slug="taza")
    there.answers["red.png"] = lambda one: say(one, b"", 503)
    found = done(shop, f"SKU;Imágenes\nTAZA;{there.at('red.png')}\n")
    there.answers.clear()
    picture = db.session.scalars(select(ImportPicture.id)).one()
    undone(shop, found.token)
    picture_reader._record(picture, "/red.png", picture_reader.Told(files.make(drawn("red"))))
    assert shown(sku("TAZA").product) == []


def test_the_page_says_from_where_then_what_is_missing_and_why_and_nobody_elses(shop, there):
    there.answers["blue.png"] = lambda one: say(one, b"", 404)
    token = brought(shop, shirt(there))
    checked(shop, token)
    at = f"/admin/cafe/products/imports/{token}"
    page = shop.admin.get(at).text
    assert "Imágenes de 127.0.0.1: 3" in page
    assert 'name="pictures" checked' in page
    shop.admin.post(f"{at}/run", data={"pictures": "on"})
    jobs.run_due()
    page = shop.admin.get(at).text
    assert "Ahí ya no hay nada." in page
    assert "/blue.png" in page
    there.answers.clear()
    assert shop.admin.post(f"{at}/pictures").status_code == 303
    jobs.run_due()
    assert "Ahí ya no hay nada." not in shop.admin.get(at).text
    shop.enter()
    assert len(pictures.of(sku("CAM-M").product_id)) == 3


def test_lines_that_are_not_one_in_the_file_bring_their_pictures_to_one_product(shop, there):
    shop.product("Taza", options={"color": ["azul", "rojo"]})
    names = {"TAZA-AZUL": "blue.png", "TAZA-ROJO": "red.png"}
    found = done(shop, "SKU;Imágenes\n" + "".join(f"{code};{there.at(name)}\n" for code, name in names.items()))
    assert found.counts == {"changed": 2}
    assert [one for one, _alt in shown(sku("TAZA-AZUL").product)] == ["blue", "red"]
    assert undone(shop, found.token).counts == {"back": 1}
    assert shown(sku("TAZA-AZUL").product) == []


@pytest.mark.parametrize(
    "cell", ["," * 30_000, "ftp://a " * 3000, "https://127.0.0.1/a?" + ",a" * 900, "http://x/1 " * 1000]
)
def test_a_cell_of_any_signs_is_read_in_bounded_work(shop, there, cell):
    found = single(shop, cell)
    assert outcomes(found)[0][:2] == (2, "new")
    assert len(outcomes(found)[0]) <= 3
    assert sum(counts(found).values()) <= 1
