"""Versions of pages: what was public is kept, a publication is taken back, an order knows what its buyer accepted."""

import re
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from kernel import accounts, clock
from kernel.db import db
from shop import bin as rubbish
from shop import page_versions, pages, terms
from shop.page_versions import PageVersion
from tests.shop.test_checkout_page import placed, the_order
from tests.shop.test_pages_desk import JSON, begun, typed, undone

DESK = "/admin/cafe/pages/nosotros"
HERE = "tests.shop.page_racers:"


def said(page, number):
    return page_versions.named(page, number).blocks[0]["data"]["text"]["es"]


def published(shop, *texts):
    """A page that said one after the other, and its block; who writes looks at it each time."""
    page, block = begun(shop)
    for one in texts:
        write(shop, block, one)
    return page, block


def write(shop, block, text):
    """Publish a text; the page that answers."""
    boss = shop.admin
    boss.post(DESK, data=typed(block, text, do="publish"))
    db.session.expire_all()
    return boss.get(DESK).get_data(as_text=True)


def public(shop):
    return shop.client.get("/pages/nosotros").get_data(as_text=True)


def undo(shop, answer):
    """Press the button in the toast."""
    toast = re.search(r'action="([^"]*unpublish)"><input type="hidden" name="number" value="(\d+)"', answer)
    assert shop.admin.post(toast.group(1), data={"number": toast.group(2)}).status_code == 303
    db.session.expire_all()


def test_each_publication_is_kept_with_who_and_when(shop):
    page, _block = published(shop, "Uno", "Dos")
    kept = page_versions.of(page)
    assert [(one.number, said(page, one.number)) for one in kept] == [(2, "Dos"), (1, "Uno")]
    assert kept[0].until is None
    assert kept[1].until is not None
    assert kept[1].at < kept[1].until <= kept[0].at
    assert {one.by for one in kept} == {accounts.get(shop.owner_id).known_as}
    answer = shop.admin.get(DESK).get_data(as_text=True)
    assert f"{DESK}/versions/1" in answer
    assert "lo que ve el público" in answer


def test_a_publication_is_taken_back_and_stays_as_the_draft(shop):
    page, block = published(shop, "Uno")
    undo(shop, write(shop, block, "Dos"))
    assert "Uno" in public(shop)
    assert "Dos" not in public(shop)
    assert page.draft[0]["data"]["text"] == {"es": "Dos"}
    assert (page.version, said(page, 3)) == (3, "Uno")
    write(shop, block, "Tres")
    assert "Tres" in public(shop)


def test_what_was_typed_after_publishing_outlives_taking_it_back(shop):
    page, block = published(shop, "Uno")
    answer = write(shop, block, "Dos")
    shop.admin.post(f"{DESK}/draft", data={**typed(block, "Más"), "title": "Otro"}, headers=JSON)
    undo(shop, answer)
    assert page.draft[0]["data"]["text"] == {"es": "Más"}
    assert page.working_title == {"es": "Otro"}
    assert page.title == {"es": "Nosotros"}
    assert "Uno" in public(shop)


def test_the_first_publication_taken_back_leaves_no_page(shop):
    _page, block = published(shop)
    undo(shop, write(shop, block, "Uno"))
    assert shop.client.get("/pages/nosotros").status_code == 404
    assert "Uno" in shop.admin.get(DESK).get_data(as_text=True)


def test_a_button_of_before_takes_nothing_back(shop):
    page, block = published(shop, "Uno", "Dos")
    write(shop, block, "Tres")
    for number in ("2", "", "x", "9" * 40):
        assert shop.admin.post(f"{DESK}/unpublish", data={"number": number}).status_code == 410
    assert "Tres" in public(shop)
    db.session.expire_all()
    assert page.version == 3


def test_a_version_is_looked_at_and_comes_into_the_draft_only(shop):
    page, block = published(shop, "Uno", "Dos")
    shop.admin.post(f"{DESK}/draft", data=typed(block, "Trabajo"), headers=JSON)
    looked = shop.admin.get(f"{DESK}/versions/1").get_data(as_text=True)
    frame = re.search(r'src="http://[^/]+(/preview/[^"]+)"', looked).group(1)
    assert "Uno" in shop.client.get(frame).get_data(as_text=True)
    boss = shop.admin
    boss.post(f"{DESK}/versions/1")
    db.session.expire_all()
    assert page.draft[0]["data"]["text"] == {"es": "Uno"}
    assert "Dos" in public(shop)
    undone(boss, page)
    assert page.draft[0]["data"]["text"] == {"es": "Trabajo"}


def test_a_version_that_is_not_there(shop):
    published(shop, "Uno")
    for path in (f"{DESK}/versions/9", f"{DESK}/versions/{'9' * 30}", "/admin/cafe/pages/nada/versions/1"):
        assert shop.admin.get(path).status_code == 404
        assert shop.admin.post(path).status_code == 404


def test_the_oldest_go_but_never_those_of_a_policy(shop, monkeypatch):
    monkeypatch.setattr(page_versions, "MOST", 3)
    page, policy = pages.make({"es": "Una"}), pages.make({"es": "Datos"}, kind="policy")
    for _time in range(5):
        pages.publish(page)
        pages.publish(policy)
    assert [one.number for one in page_versions.of(page)] == [5, 4, 3]
    assert len(page_versions.of(policy)) == 5


def test_an_order_knows_the_terms_that_its_buyer_accepted(shop):
    policy, other = (pages.make({"es": name}, kind="policy", blocks=[]) for name in ("Condiciones", "Otra"))
    for one in (policy, other):
        pages.publish(one)
    pages.save(policy, [{"id": "a", "kind": "text", "data": {"text": {"es": "Lo de entonces"}}}])
    pages.publish(policy)
    pages.withdraw(other)
    db.session.commit()
    client = shop.buyer(shop.product())
    assert placed(client).status_code == 303
    pages.save(policy, [])
    pages.publish(policy)
    pages.publish(other)
    db.session.commit()
    order = the_order()
    assert [(page.id, version.number) for page, version in terms.accepted(order)] == [(policy.id, 2)]
    assert terms.accepted(order)[0][1].blocks[0]["data"]["text"]["es"] == "Lo de entonces"
    answer = shop.admin.get(f"/admin/cafe/orders/{order.number}").get_data(as_text=True)
    assert f"/admin/cafe/pages/{policy.slug}/versions/2" in answer
    assert "versions" not in shop.staff("clerk").get(f"/admin/cafe/orders/{order.number}").get_data(as_text=True)


def test_in_the_bin_it_was_not_seen_and_out_of_it_it_is_seen_anew(shop):
    page, _block = published(shop, "Uno")
    rubbish.put("page", [page])
    db.session.commit()
    db.session.expire_all()
    first = db.session.scalars(select(PageVersion)).one()
    assert first.until is not None
    rubbish.restore("page", [page.id])
    db.session.commit()
    assert [(one.number, one.until is None) for one in page_versions.of(page)] == [(2, True), (1, False)]


def test_an_emptied_bin_takes_versions_along_but_those_of_policies(shop):
    page, policy = pages.make({"es": "Una"}), pages.make({"es": "Datos"}, kind="policy")
    for one in (page, policy):
        pages.publish(one)
        rubbish.put("page", [one])
    db.session.commit()
    with time_machine.travel(clock.now() + timedelta(days=31)):
        assert rubbish.empty() == 1
    db.session.commit()
    assert [one.page_id for one in db.session.scalars(select(PageVersion))] == [policy.id]


def test_many_who_publish_at_once_make_a_version_each(crew, shop):
    page, _block = published(shop, "Uno")
    answers = crew.race(shop, f"{HERE}publish", [("nosotros", f"de {place}") for place in range(16)])
    assert {answer[0] for answer in answers} == {"done"}, answers
    assert sorted(answer[1] for answer in answers) == list(range(2, 18))
    db.session.expire_all()
    assert [one.number for one in page_versions.of(page)] == list(range(17, 0, -1))
    assert sum(one.until is None for one in page_versions.of(page)) == 1
    assert said(page, page.version) == page.live[0]["data"]["text"]["es"]


@pytest.mark.parametrize("app", ["pg"], indirect=True)  # where two may read at the same time
def test_who_counts_from_memory_collides(crew, shop):
    published(shop, "Uno")
    answers = crew.race(shop, f"{HERE}publish_by_memory", [("nosotros", f"de {place}") for place in range(40)])
    assert "broke" in {answer[0] for answer in answers}
