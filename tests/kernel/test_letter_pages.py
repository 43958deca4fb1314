"""The back office's letters, jobs and journal: what each shows, to whom, and what a click does."""

from dataclasses import replace

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import update

from kernel import about, clock, jobs, journal, letters, signing
from kernel.db import db

PRIVATE = "https://plaza.localhost/reset/SECRETKEY"


def letter(**values):
    told = {"to": "ana@example.com", "kind": "orders.placed", "subject": "Su pedido C-1", "language": "es"}
    told |= {
        "drawn_html": "<html><head></head><body style='margin:0'>Hola</body></html>",
        "drawn_text": "Hola",
        **values,
    }
    row = letters.Letter(token=signing.token(), **told)
    db.session.add(row)
    db.session.commit()
    return row


@jobs.job("test.stops")
def stops():
    raise ValueError("no paper\nSELECT secret FROM account")


def test_the_list_tells_state_and_address(shop):
    letter(state="captured", sent_at=clock.now())
    letter(state="failed", answer="550 no such user", to="b@example.com", subject="Otra")
    page = shop.admin.get("/admin/cafe/letters").get_data(as_text=True)
    assert "Su pedido C-1" in page
    assert "ana@example.com" in page
    assert "servidor de correo" in page  # none is set: letters stay here
    failed = shop.admin.get("/admin/cafe/letters?show=failed").get_data(as_text=True)
    assert "Otra" in failed
    assert "Su pedido C-1" not in failed
    found = shop.admin.get("/admin/cafe/letters?q=b@exam").get_data(as_text=True)
    assert "Otra" in found
    assert "Su pedido C-1" not in found


def test_an_empty_list_teaches_with_one_thing_to_do(shop):
    for path in ("letters", "jobs", "journal"):
        page = BeautifulSoup(shop.admin.get(f"/admin/cafe/{path}").get_data(as_text=True), "lxml")
        assert len(page.select("main .empty")) == 1, path
        actions = page.select("main .btn-primary")
        assert len(actions) == 1, path
        assert actions[0]["href"].startswith("/admin/cafe/"), path


def test_a_letter_is_shown_in_a_frame_of_the_shops_origin(shop):
    row = letter()
    answer = shop.admin.get(f"/admin/cafe/letters/{row.token}")
    frame = BeautifulSoup(answer.get_data(as_text=True), "lxml").find("iframe")
    assert frame["src"].startswith("http://cafe.plaza.localhost:8000/preview/letters/")
    assert "allow-scripts" not in frame["sandbox"]
    assert "allow-same-origin" not in frame["sandbox"]
    assert "http://cafe.plaza.localhost:8000" in answer.headers["Content-Security-Policy"]
    inside = shop.client.get(frame["src"].removeprefix("http://cafe.plaza.localhost:8000"))
    assert "Hola" in inside.get_data(as_text=True)
    policy = inside.headers["Content-Security-Policy"]
    assert "sandbox" in policy
    assert "allow-scripts" not in policy
    assert "unsafe-inline" not in policy
    assert "frame-ancestors http://plaza.localhost:8000" in policy
    assert "sha256-" in policy


def test_the_frame_is_nobody_elses(rival, shop):
    row = letter()
    token = signing.make("letter", {"letter": row.token, "tenant": row.tenant_id})
    assert shop.client.get(f"/preview/letters/{token}").status_code == 200
    assert rival.client.get(f"/preview/letters/{token}").status_code == 404
    assert shop.client.get(f"/preview/letters/{token}x").status_code == 404
    assert rival.admin.get(f"/admin/rival/letters/{row.token}").status_code == 404


def test_a_private_letter_shows_its_head_only(shop):
    row = letter(private=True, drawn_html=f"<a href={PRIVATE}>x</a>", drawn_text=PRIVATE, subject="Nueva contraseña")
    page = shop.admin.get(f"/admin/cafe/letters/{row.token}").get_data(as_text=True)
    assert "Nueva contraseña" in page
    assert "ana@example.com" in page
    assert "SECRETKEY" not in page
    assert "<iframe" not in page
    token = signing.make("letter", {"letter": row.token, "tenant": row.tenant_id})
    assert shop.client.get(f"/preview/letters/{token}").status_code == 404


@pytest.mark.parametrize("relay", ["", "smtp://127.0.0.1:2525"])
def test_ones_own_private_letter_is_read_only_where_nothing_leaves(shop, monkeypatch, relay):
    row = letter(private=True, drawn_html=f"<a href={PRIVATE}>x</a>", drawn_text=PRIVATE, to=shop.owner.email)
    known = shop.app.extensions["plaza.settings"]
    monkeypatch.setitem(shop.app.extensions, "plaza.settings", replace(known, smtp_url=relay))
    page = shop.admin.get(f"/admin/cafe/letters/{row.token}").get_data(as_text=True)
    assert ("<iframe" in page) is not bool(relay)


def test_one_that_failed_is_sent_again_and_noted(shop):
    row = letter(state="failed", attempts=8, answer="550")
    assert shop.admin.post(f"/admin/cafe/letters/{row.token}/sending").status_code == 303
    assert (row.state, row.attempts) == ("pending", 0)
    assert journal.page(1)[0][0].verb == "letter.again"
    assert shop.admin.post(f"/admin/cafe/letters/{row.token}/sending").status_code == 409
    assert "ana@example.com" in shop.admin.get("/admin/cafe/journal").get_data(as_text=True)


def test_stopped_work_is_shown_and_runs_again(rival, shop):
    jobs.later("test.stops")
    db.session.commit()
    for _ in range(jobs.ATTEMPTS):
        db.session.execute(update(jobs.Job).values(run_at=clock.now()))
        db.session.commit()
        jobs.run_due(1)
        shop.enter()
    page = shop.admin.get("/admin/cafe/jobs").get_data(as_text=True)
    assert "ValueError: no paper" in page
    assert "SELECT secret" not in page
    assert "test.stops" not in rival.admin.get("/admin/rival/jobs").get_data(as_text=True)
    token = BeautifulSoup(page, "lxml").select_one("main input[name=job]")["value"]
    assert rival.admin.post("/admin/rival/jobs/runs", data={"job": token}).status_code == 404
    assert shop.admin.post("/admin/cafe/jobs/runs", data={"job": "1"}).status_code == 404
    assert shop.admin.post("/admin/cafe/jobs/runs", data={"job": token}).status_code == 303
    row = db.session.scalars(jobs.mine("waiting")).one()
    assert row.attempts == 0


@pytest.mark.parametrize(("role", "pages"), [("manager", 3), ("marketer", 1), ("clerk", 1)])
def test_each_role_sees_its_pages(shop, role, pages):
    browser = shop.staff(role)
    seen = [browser.get(f"/admin/cafe/{path}").status_code for path in ("letters", "jobs", "journal")]
    assert seen == [200] * pages + [404] * (3 - pages)


def test_what_a_line_is_about_is_asked_once_a_page(shop):
    asked = []
    about.kind("letter", lambda ids: asked.append(list(ids)) or {})
    try:
        rows = [journal.write("letter.again", about=letter()) for _ in range(3)]
        db.session.commit()
        about.of(rows)
        assert len(asked) == 1
        assert len(asked[0]) == 3
    finally:
        from kernel.views.letters import _called

        about.kind("letter", _called)


def test_a_letter_and_a_line_lead_to_what_they_are_about(shop):
    order = shop.bought(shop.product())
    row = letter(about_kind="order", about_id=order.id)
    journal.write("letter.again", about=order)
    number, token = order.number, row.token
    db.session.commit()
    admin = shop.admin
    for path in ("letters", f"letters/{token}", "journal"):
        assert f'href="/admin/cafe/orders/{number}"' in admin.get(f"/admin/cafe/{path}").get_data(as_text=True), path
