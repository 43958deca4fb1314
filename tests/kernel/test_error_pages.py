"""In whose frame an error is told: who works in a shop stays in its back office, a stranger learns nothing of it."""

import pytest

from tests.makers import World


@pytest.mark.parametrize("path", ["/admin/cafe/nada", "/admin/cafe/orders/NO-1", "/admin/cafe/logout/x/y"])
def test_an_unknown_address_keeps_staff_in_their_back_office(shop, path):
    answer = shop.admin.get(path)
    assert answer.status_code == 404
    assert 'data-root="/admin/cafe"' in answer.text
    assert answer.text.count("<h1") == 1
    assert 'href="/admin/cafe/"' in answer.text


def test_a_stranger_and_staff_of_another_shop_see_that_nothing_is_there(shop):
    other = World.open(shop.app, "rival")
    for browser in (shop.anonymous, other.admin):
        answers = [browser.get(path) for path in ("/admin/cafe/nada", "/admin/nobody/nada")]
        assert [one.status_code for one in answers] == [404, 404]
        assert all("data-root" not in one.text for one in answers)
        assert "Café de Prueba" not in answers[0].text
    other.enter()


def test_an_address_that_only_takes_forms_says_so_inside(shop):
    answer = shop.admin.get("/admin/cafe/settings/shop/closed")
    assert answer.status_code == 405
    assert 'data-root="/admin/cafe"' in answer.text
