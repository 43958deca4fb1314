"""The loader: four whole shops, once; on both databases, because people and orders go through the real verbs."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import func, select

from crm import consent, tastes
from crm.contacts import Contact
from demo import loader, pictures, world
from demo.drawings import homes
from kernel import accounts, jobs, letters, passwords, serving, tenancy
from kernel.app import Plaza
from kernel.db import Base, db
from kernel.i18n import _
from kernel.money import digits
from kernel.tenancy import Tenant
from shop import (
    accounting,
    catalog,
    categories,
    invoice_list,
    ledger,
    month_books,
    orders,
    pages,
    payment_methods,
    proofs,
    questions,
    reviews,
    saved,
    searches,
    shipping,
    stock,
    storefront,
    synonyms,
    takings,
    tax_book,
    terms,
)
from tests import conftest, databases

SHOPS = {world.slug(shop): shop for shop in world.shops()}
ON_PG = ("horno-tizapola", "rutas-guanquira")  # goods for a slot and times: what the four of them do


def only(patch: pytest.MonkeyPatch, slugs: tuple[str, ...]) -> None:
    """The demo world is these shops."""
    patch.setattr(world, "shops", lambda: tuple(SHOPS[slug] for slug in SHOPS if slug in slugs))
    patch.setattr(loader.staff, "NAMES", {slug: loader.staff.NAMES[slug] for slug in slugs})


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Whoever looks at a shop looks at each that was loaded."""
    if "shop" in metafunc.fixturenames:
        pairs = [("sqlite", slug) for slug in sorted(SHOPS)] + [("pg", slug) for slug in ON_PG]
        metafunc.parametrize(("loaded", "shop"), pairs, indirect=True, scope="module")
    elif "loaded" in metafunc.fixturenames:
        metafunc.parametrize("loaded", ["sqlite", "pg"], indirect=True, scope="module")


@pytest.fixture(scope="module")
def loaded_on_pg(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Plaza:
    """An install on PostgreSQL with half of the demo world: loaded once, however often `loaded` turns back to it."""
    made = databases.build(tmp_path_factory.mktemp("demo"), conftest.pg_url(request.config, "demo_"))
    made.test_client_class = conftest.Client
    with pytest.MonkeyPatch.context() as patch:
        only(patch, ON_PG)
        loader.load(made)
    return made


@pytest.fixture(scope="module")
def loaded(request: pytest.FixtureRequest) -> Iterator[Plaza]:
    """An install with the demo world; on PostgreSQL with half of it."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "sqlite":
            made = request.getfixturevalue("demo_app")
        else:
            made = request.getfixturevalue("loaded_on_pg")
            only(patch, ON_PG)
        with made.app_context():
            yield made
            db.session.remove()
            db.engine.dispose()


@pytest.fixture
def shop(request: pytest.FixtureRequest, loaded: Plaza) -> Any:
    tenancy.leave()
    found = db.session.scalar(select(Tenant).where(Tenant.slug == request.param))
    assert found is not None
    tenancy.enter(found.id)
    return SHOPS[request.param]


def rows(cls: Any) -> list[Any]:
    return list(db.session.scalars(select(cls).order_by(cls.id)))


def census() -> Counter[str]:
    with tenancy.system():
        return Counter(
            {
                table.name: db.session.scalar(select(func.count()).select_from(table))
                for table in Base.metadata.sorted_tables
            }
        )


def test_a_second_load_changes_nothing(loaded: Plaza) -> None:
    tenancy.leave()
    before = census()
    revisions = list(db.session.execute(select(Tenant.slug, Tenant.revision)))
    db.session.rollback()
    loader.load(loaded)
    assert census() == before
    assert list(db.session.execute(select(Tenant.slug, Tenant.revision))) == revisions
    db.session.rollback()
    assert not loader.wanted(loaded)


def test_what_is_sold_is_there(shop: Any) -> None:
    assert [row.sku for row in rows(catalog.Product)] == [one["sku"] for one in shop["products"]]
    assert all(row.live and row.picture_id and row.pictures and row.variants for row in rows(catalog.Product))
    assert {row.kind for row in rows(catalog.Product)} <= set(catalog.KINDS)
    assert {row.slug for row in rows(categories.Category)} == {one["slug"] for one in shop["categories"]}
    assert all(row.picture_id for row in rows(categories.Category))


def test_the_storefront_is_dressed_and_its_pages_are_published(shop: Any) -> None:
    front = storefront.of()
    assert front.logo_id
    assert front.hero_id
    assert front.preset == shop["tenant"]["preset"]
    assert len(pages.listed("policy")) == sum(page["kind"] == "policy" for page in shop["pages"])
    home = pages.home()
    assert home is not None
    plain = [block["kind"] for block in home.live if not block.get("audience")]
    rows = [kind for kind in plain if kind in {"again", "new_for_you"}]
    assert rows == ["again", "new_for_you"]
    assert [kind for kind in plain if kind not in rows] == [block["kind"] for block in shop["home"]]
    assert terms.version()
    assert tenancy.tenant().live_at


def test_ways_to_pay_and_to_deliver_are_the_files_own_without_the_card(shop: Any) -> None:
    offered = {row.code for row in payment_methods.active() if row.kind != "practice"}
    assert "card" not in offered
    assert "transfer" in offered
    assert offered < {one["code"] for one in shop["tenant"]["payment_methods"]}
    assert [row.code for row in shipping.methods()] == [one["code"] for one in shop["tenant"]["shipping_methods"]]


def test_people_are_known_with_their_tastes_and_consent(shop: Any) -> None:
    people = {row.email: row for row in rows(Contact)}
    for told in shop["customers"]:
        contact = people[told["email"]]
        assert consent.allows(contact, "marketing") == told["consent_email"]
        assert {taste.code for taste in tastes.of(contact)} == set(told["interests"])
        assert bool(orders.of_contact(contact)) == (told["orders"] > 0) or told["country"] not in served(shop)
    assert len(rows(tastes.Interest)) == len(shop["interests"])


def served(shop: Any) -> set[str]:
    return {country for method in shop["tenant"]["shipping_methods"] for country in method["countries"]}


def test_orders_stand_in_every_state_and_their_money_adds_up(shop: Any) -> None:
    every = rows(orders.Order)
    assert {row.state for row in every} >= {"placed", "preparing", "delivered", "cancelled"}
    assert {row.payment for row in every} >= {"due", "proof", "paid", "void"}
    for order in every:
        assert order.received_minor == sum(entry.amount_minor for entry in ledger.of(order)), order.number
        assert order.items_minor == sum(line.gross_minor for line in order.lines), order.number
        assert order.paid == (order.received_minor == order.total_minor), order.number
    numbers = [int(row.number.rpartition("-")[2]) for row in every]
    assert numbers == list(range(min(numbers), min(numbers) + len(numbers)))
    placed = [row.placed_at for row in every if not row.by_staff and row.source == "demo"]
    assert (max(placed) - min(placed)).days > 20


def test_the_books_of_each_month_are_its_papers_and_its_money_to_the_cent(shop: Any) -> None:
    assert len(invoice_list.months()) > 3
    for at in invoice_list.months():
        book, postings = tax_book.of(at), accounting.of(at)
        moved = {one.amount.currency for one in postings}
        assert all(one.agrees for code in moved for one in month_books.checks(book, postings, code)), at.code
        papers = {one["currency"]: one["gross"] for one in invoice_list.sums(at)}
        assert papers == {row[-1]: int(row[-2].scaleb(digits(row[-1]))) for row in book.totals}, at.code
        assert sum(one.amount.minor for one in postings) == 0
        came = Counter({code: minor for code, minor in takings.sums(at.first, at.last).items() if minor})
        for one in postings:
            if one.account.key in {"cash", "bank", "card"} and one.document != _("Cash drawer"):
                came[one.amount.currency] -= one.amount.minor
        assert not any(came.values()), at.code  # the payments of the month are what the journal says came


def test_stock_follows_its_moves_and_a_proof_waits(shop: Any) -> None:
    moves: Counter[int] = Counter()
    for move in rows(stock.StockMove):
        moves[move.variant_id] += move.units
    told = {
        one["sku"]: one.get("stock") for product in shop["products"] for one in [product, *product.get("variants", [])]
    }
    for product in rows(catalog.Product):
        for variant in product.variants:
            if variant.stock_kind == "onhand":
                assert variant.on_hand == told[variant.sku] + moves[variant.id], variant.sku
    waiting = [proof for proof in rows(proofs.Proof) if proof.state == "sent"]
    assert waiting
    assert all(proof.file.private and proof.file.picture for proof in waiting)


def test_no_letter_of_the_demo_waits_to_be_sent(shop: Any) -> None:
    found = rows(letters.Letter)
    assert found
    assert {letter.state for letter in found} == {"captured"}
    later = {"orders.expire_hold", "orders.remind_hold", "plans.remind", "gift_cards.expire", "campaigns.start"}
    waiting = {job.name for job in rows(jobs.Job) if not job.name.startswith(("bookings.", "subscriptions."))}
    assert waiting <= later | {"approvals.run_out", "campaigns.issue", "campaigns.lapse"}, waiting


def test_the_log_ins_work_and_are_told(loaded: Plaza) -> None:
    lines = serving.welcome(loaded)
    told = "\n".join(lines)
    for slug in map(world.slug, world.shops()):
        assert f"http://{slug}.plaza.localhost:8000" in told
        assert f"@{slug}.example" in told
    tenancy.leave()
    address = next(line for line in lines if "(owner" in line).split()[0]
    account = accounts.by_email(address)
    assert account is not None
    assert passwords.matches(loader.staff.PASSWORD, account.password_hash)
    db.session.rollback()


def test_the_shops_open(loaded: Plaza, shop: Any) -> None:
    client: Any = loaded.test_client()
    client.host = f"{world.slug(shop)}.plaza.localhost:8000"
    front = client.get("/")
    assert front.status_code == 200
    first = next(one for one in shop["personalisation"] if one["when"] == "first_visit")
    assert first["headline"]["es"] in front.get_data(as_text=True)
    for told in (shop["products"][0], shop["products"][-1]):
        page = client.get(f"/p/{told['slug']}")
        assert page.status_code == (404 if told.get("customer_groups") else 200)
    assert client.get(f"/c/{shop['products'][0]['category']}").status_code == 200


def test_an_interrupted_load_goes_on(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    made = databases.build(tmp_path / "broken")
    filled, some = loader._fill, ("tres-neblinas", "hilos-xelantun")
    only(monkeypatch, some)

    def breaks(shop: Any, *rest: Any) -> None:
        filled(shop, *rest)
        if world.slug(shop) == "hilos-xelantun":
            raise RuntimeError("the power went")

    monkeypatch.setattr(loader.history, "write", lambda *_: None)
    monkeypatch.setattr(loader.lately, "write", lambda *_: None)
    monkeypatch.setattr(loader, "_fill", breaks)
    with pytest.raises(RuntimeError):
        loader.load(made)
    with made.app_context():
        assert list(db.session.scalars(select(Tenant.slug))) == ["tres-neblinas"]
    assert loader.wanted(made)
    monkeypatch.setattr(loader, "_fill", filled)
    loader.load(made)
    with made.app_context():
        assert sorted(db.session.scalars(select(Tenant.slug))) == sorted(some)
        db.session.remove()
        db.engine.dispose()
    assert pictures.KEPT.exists()


def test_buyers_say_what_they_think_of_what_they_have(shop: Any) -> None:
    said = rows(reviews.Review)
    assert len(said) >= 3
    assert all(row.order_id and row.line_id and row.signed for row in said)
    shown = [row for row in said if row.shown]
    assert sum(one.review_count for one in rows(catalog.Product)) == len(shown) >= 3
    sent = homes.SHOPS.get(world.slug(shop), {})
    assert sum(one.review_pictured for one in rows(catalog.Product)) == len(sent) == sum(row.pictured for row in said)


def test_people_saved_things_and_some_cost_less_by_now(shop: Any) -> None:
    kept = rows(saved.SavedProduct)
    assert len(kept) >= 9
    assert any(one.fell_from for mine in rows(saved.SavedList) for one in saved.shown(mine))


def test_people_have_searched_and_some_found_nothing(shop):
    counted = searches.total(30)
    assert counted > 80
    assert 0 < searches.size("missed", 30) < searches.size("most", 30)
    assert synonyms.every(), "the owner has explained a word"


def test_people_asked_and_the_shop_answered(shop: Any) -> None:
    asked = rows(questions.Question)
    assert sum(one.question_count for one in rows(catalog.Product)) == sum(row.shown for row in asked)
    assert all(row.shown for row in asked if row.answered)
    assert not asked or [row.answered for row in asked].count(False) == 1
