"""Invitations: by letter, accepted once by a button, with a new account or the one somebody has."""

import re
from dataclasses import replace

import pytest

from kernel import accounts, clock, invitations, journal, memberships, settings
from kernel.db import db
from tests.kernel.test_signup import letters_to
from tests.makers import HASH, PASSWORD

GUEST = "lucia@example.com"
JOIN = {"name": "Lucía", "password": "tres nubes rojas 4"}


def invite(shop, email=GUEST, role="clerk"):
    data = {"email": email, "role": role}
    return shop.admin.post(f"/admin/{shop.slug}/settings/staff/invitations", data=data)


def link(email=GUEST):
    letter = [row for row in letters_to(email) if row.kind == "account.invitation"][-1]
    assert letter.private
    return re.search(r"/invitations/\S+", letter.text)[0]


def test_somebody_new_joins_with_name_and_password(shop):
    assert invite(shop).status_code == 200
    browser, path = shop.anonymous, link()
    page = browser.get(path).get_data(as_text=True)
    assert "Café de Prueba" in page
    assert 'name="password"' in page
    assert accounts.by_email(GUEST) is None  # looking changed nothing
    assert browser.post(path, data={**JOIN, "password": "corta"}).status_code == 422
    answer = browser.post(path, data=JOIN)
    assert (answer.status_code, answer.location) == (303, "/admin/cafe/")
    assert browser.get("/admin/cafe/").status_code == 200
    person = accounts.by_email(GUEST)
    assert memberships.held(person.id, shop.tenant_id).role == "clerk"
    assert person.confirmed_at is None  # the link may have come from whoever invites: a letter asks
    assert shop.anonymous.post(path, data=JOIN).status_code == 410
    assert shop.anonymous.get(path).status_code == 410


def test_somebody_with_an_account_logs_in_first(shop):
    accounts.create(email=GUEST, name="Lucía", password_hash=HASH).confirmed_at = clock.now()
    db.session.commit()
    invite(shop, role="manager")
    browser, path = shop.anonymous, link()
    assert f"/login?next={path}" in browser.get(path).get_data(as_text=True)
    assert browser.post(path, data=JOIN).location == f"/login?next={path}"
    answer = browser.post("/login", data={"email": GUEST, "password": PASSWORD, "next": path})
    assert answer.location == path
    assert browser.post(path).location == "/admin/cafe/"
    assert memberships.held(accounts.by_email(GUEST).id, shop.tenant_id).role == "manager"
    assert accounts.recognised(GUEST, JOIN["password"]) is None


def test_who_works_here_is_not_invited_nor_made_less(shop):
    answer = invite(shop, email=shop.owner.email)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.get_data(as_text=True)
    invite(shop)
    assert shop.admin.post(link()).status_code == 422
    assert memberships.held(shop.owner_id, shop.tenant_id).role == "owner"


def test_an_invitation_is_sent_again_and_withdrawn(shop):
    invite(shop)
    first, owner = link(), shop.admin
    base = f"/admin/{shop.slug}/settings/staff/invitations"
    assert owner.post(f"{base}/{invitations.open_ones()[0].name}/again").status_code == 200
    second = link()
    assert first != second
    assert shop.anonymous.get(first).status_code == 410
    assert owner.post(f"{base}/{invitations.open_ones()[0].name}/withdrawal").status_code == 303
    assert shop.anonymous.get(second).status_code == 410
    assert invitations.open_ones() == []
    assert owner.post(f"{base}/nobody/again").status_code == 404


def test_who_works_here_no_longer_keeps_no_way_in_open(shop):
    second = shop.staff("owner")
    second.post(f"/admin/{shop.slug}/settings/staff/invitations", data={"email": GUEST, "role": "owner"})
    path = link()
    invite(shop, "otra@example.com")
    held = memberships.held(accounts.by_email(f"owner@{shop.slug}.example.com").id, shop.tenant_id)
    shop.admin.post(f"/admin/{shop.slug}/settings/staff/{held.token}/removal")
    assert shop.anonymous.post(path, data=JOIN).status_code == 410
    assert [one.email for one in invitations.open_ones()] == ["otra@example.com"]


def test_an_invitation_needs_an_address_and_a_role(shop):
    assert invite(shop, email="nada").status_code == 422
    assert invite(shop, role="emperor").status_code == 422
    assert invitations.open_ones() == []


@pytest.mark.parametrize("relay", ["", "smtp://127.0.0.1:2525"])
def test_whoever_invites_is_shown_the_link_once_to_hand_it_on(shop, monkeypatch, relay):
    monkeypatch.setitem(shop.app.extensions, "plaza.settings", replace(settings.current(), smtp_url=relay))
    answer, base = invite(shop), f"/admin/{shop.slug}"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert f'{link()}"' in answer.get_data(as_text=True).split("data-copy=")[1]
    assert ("La invitación va en camino a" in answer.get_data(as_text=True)) == bool(relay)
    assert ("no tiene servidor de correo" in answer.get_data(as_text=True)) != bool(relay)
    assert ("https://wa.me/?text=Venga" in answer.get_data(as_text=True)) != bool(relay)
    again = shop.admin.post(f"{base}/settings/staff/invitations/{invitations.open_ones()[0].name}/again")
    assert link() in again.get_data(as_text=True)
    assert again.headers["Cache-Control"] == "private, no-store"
    secret = link().rpartition("/")[2]
    for path in ("/settings/staff", "/journal", "/letters"):
        assert secret not in shop.admin.get(base + path).get_data(as_text=True)
    told = db.session.scalars(db.select(journal.Entry)).all()
    assert told
    assert all(secret not in str(row.data) for row in told)


def test_nobody_else_reads_an_invitation_in_the_back_office(shop):
    invite(shop)
    path = link()
    letter = letters_to(GUEST)[-1]
    assert path not in shop.admin.get(f"/admin/{shop.slug}/letters/{letter.token}").get_data(as_text=True)
