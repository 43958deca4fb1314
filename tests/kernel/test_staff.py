"""Staff in the settings: roles, removal with undo, and what ends with them."""

from kernel import accounts, journal, memberships, tenancy
from kernel.db import db
from tests.makers import World


def token_of(shop, role):
    account = accounts.by_email(f"{role}@{shop.slug}.example.com")
    return memberships.held(account.id, shop.tenant_id).token


def at(shop, path=""):
    return f"/admin/{shop.slug}/settings/staff{path}"


def test_the_owner_sees_everybody_others_see_nothing(shop):
    others = [shop.staff(role) for role in ("manager", "marketer", "clerk")]
    page = shop.admin.get(at(shop)).get_data(as_text=True)
    assert all(f"{role}@cafe.example.com" in page for role in ("manager", "marketer", "clerk"))
    assert [browser.get(at(shop)).status_code for browser in others] == [404, 404, 404]
    assert at(shop) in shop.admin.get(f"/admin/{shop.slug}/settings").get_data(as_text=True)


def test_another_role_ends_the_sessions_and_holds_from_then_on(shop):
    browser = shop.staff("manager")
    assert browser.get(f"/admin/{shop.slug}/").status_code == 200
    path = at(shop, f"/{token_of(shop, 'manager')}/role")
    assert shop.admin.post(path, data={"role": "clerk"}).status_code == 303
    assert browser.get(f"/admin/{shop.slug}/").status_code == 303
    assert memberships.member(token_of(shop, "manager"))[0].role == "clerk"


def test_the_journal_calls_roles_as_its_reader_does(shop):
    shop.staff("manager")
    shop.admin.post(at(shop, f"/{token_of(shop, 'manager')}/role"), data={"role": "clerk"})
    shop.admin.post(at(shop, "/invitations"), data={"email": "new@example.com", "role": "marketer"})
    with tenancy.use(shop.tenant_id):
        journal.write("staff.invited", by=shop.owner, data={"email": "old@example.com", "role": "Mercadeo de antes"})
        db.session.commit()
    for spoken, words in (
        ("es", ["cambió de Administración a Ventas", "new@example.com como Mercadeo", "Mercadeo de antes"]),
        ("en", ["from Manager to Clerk", "new@example.com as Marketer", "Mercadeo de antes"]),
    ):
        shop.owner.language = spoken
        db.session.commit()
        page = shop.admin.get(f"/admin/{shop.slug}/journal").get_data(as_text=True)
        assert [word for word in words if word not in page] == []


def test_another_role_is_taken_back_by_the_toast(shop):
    shop.staff("manager")
    path, owner = at(shop, f"/{token_of(shop, 'manager')}/role"), shop.admin
    owner.post(path, data={"role": "clerk"})
    button = f'action="{path}"><input type="hidden" name="role" value="manager"><button class="toast-do"'
    assert button in owner.get(at(shop)).get_data(as_text=True)
    owner.post(path, data={"role": "manager"})
    assert memberships.member(token_of(shop, "manager"))[0].role == "manager"
    owner.get(at(shop))
    owner.post(path, data={"role": "manager"})  # nothing changed: nothing to take back
    assert "toast-do" not in owner.get(at(shop)).get_data(as_text=True)


def test_who_is_removed_is_out_at_once_and_the_undo_brings_them_back(shop):
    owner, browser = shop.admin, shop.staff("clerk")
    token = token_of(shop, "clerk")
    assert owner.post(at(shop, f"/{token}/removal")).status_code == 303
    assert at(shop, f"/{token}/return") in owner.get(at(shop)).get_data(as_text=True)  # the toast
    assert browser.get(f"/admin/{shop.slug}/").status_code == 303
    assert owner.post(at(shop, f"/{token}/return")).status_code == 303
    assert browser.get(f"/admin/{shop.slug}/").status_code == 303  # the old session stays dead
    assert shop.staff("clerk").get(f"/admin/{shop.slug}/").status_code == 200


def test_the_last_owner_stays(shop):
    token = memberships.held(shop.owner_id, shop.tenant_id).token
    owner = shop.admin
    assert owner.post(at(shop, f"/{token}/role"), data={"role": "clerk"}).status_code == 422
    assert owner.post(at(shop, f"/{token}/removal")).status_code == 422
    assert owner.get(f"/admin/{shop.slug}/").status_code == 200


def test_unknown_roles_and_people_are_not_there(shop):
    shop.staff("clerk")
    token = token_of(shop, "clerk")
    assert shop.admin.post(at(shop, f"/{token}/role"), data={"role": "emperor"}).status_code == 404
    assert shop.admin.post(at(shop, "/nobody/removal")).status_code == 404


def test_the_staff_of_another_shop_is_not_there(rival: World, shop: World):
    token = memberships.held(rival.owner_id, rival.tenant_id).token
    for path, data in (("role", {"role": "clerk"}), ("removal", {}), ("return", {})):
        assert shop.admin.post(at(shop, f"/{token}/{path}"), data=data).status_code == 404
    assert db.session.get(memberships.Membership, memberships.held(rival.owner_id, rival.tenant_id).id).role == "owner"
