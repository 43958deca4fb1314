"""The way in and out: who gets in, what a cookie opens, where one lands."""

from tests.makers import World


def test_the_owner_comes_in_and_goes_out(shop: World) -> None:
    browser = shop.admin
    assert browser.get(f"/admin/{shop.slug}/").status_code == 200
    assert browser.post("/logout").status_code == 303
    answer = browser.get(f"/admin/{shop.slug}/orders?state=due")
    assert answer.status_code == 303
    assert answer.location == "/login?next=/admin/cafe/orders?state%3Ddue"
