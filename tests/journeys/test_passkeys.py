"""An owner adds a passkey, logs out and comes in with it alone; a real browser, an authenticator inside it."""

from typing import Any

import pytest

from tests.journeys.conftest import Plaza, faults, go, log_in, owner_of, sideways

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PHONE = {  # as a phone is one: it keeps the key, and its owner unlocks it
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


def test_a_passkey_opens_the_back_office(visit: Any, plaza: Plaza) -> None:
    email, password = owner_of("hilos-xelantun")
    page = visit()
    wire = page.context.new_cdp_session(page)
    wire.send("WebAuthn.enable")
    device = wire.send("WebAuthn.addVirtualAuthenticator", {"options": PHONE})["authenticatorId"]
    log_in(page, plaza, email, password)
    page.goto(f"{plaza.url}/account/passkeys")
    page.fill("form[action$=begin] input[name=name]", "Mi teléfono")
    page.fill("input[name=current]", password)
    go(page, "form[action$=begin] button")
    go(page, "[data-action=passkey]")
    page.wait_for_url("**/account/passkeys")
    assert "Mi teléfono" in page.locator(".keys").inner_text()
    assert (faults(page), sideways(page)) == ([], False)
    page.context.clear_cookies()
    wire.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})
    page.goto(f"{plaza.url}/login?next=/admin/hilos-xelantun/orders")
    page.locator("[data-action=passkey]").click()
    page.locator("[data-none]").wait_for()  # nobody unlocked it: said, and the page stays
    wire.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": True})
    page.locator("[data-action=passkey]").click()
    page.wait_for_url(f"{plaza.url}/admin/hilos-xelantun/orders")
    page.goto(f"{plaza.url}/account/passkeys")  # the demo world is others' too
    page.locator(".keys summary").click()
    go(page, page.locator(".keys form[action$=removal] button"))
    page.wait_for_selector(".keys", state="detached")
