"""A shopper unsubscribes by one click on a letter, sees that it is done, and can take it back; Spanish, both sizes."""

import pytest
from sqlalchemy import select

from campaigns import recipients, unsubscribing
from crm import consent
from crm.contacts import Contact
from kernel import signing, tenancy
from kernel.app import create_app
from kernel.db import db
from kernel.settings import Settings, complete
from kernel.tenancy import Tenant
from tests.campaigns.letters import had, mailing, person
from tests.journeys.conftest import DESKTOP, PHONE, faults, press, sideways

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SHOP = "tres-neblinas"


@pytest.fixture
def shop(plaza):
    """The shop's own rows, beside the product that runs."""
    app = create_app(complete(Settings(instance=plaza.folder, url=plaza.url)))
    with app.app_context():
        tenancy.enter(db.session.scalars(select(Tenant.id).where(Tenant.slug == SHOP)).one())
        yield app
        db.session.remove()


def posted():
    """A letter that somebody had this morning; its token."""
    row = had(
        person(f"sofia-{signing.token()[:6].lower()}"), hours=3, of=mailing(state="sent", code=signing.token()[:6])
    )
    db.session.commit()
    return row.token


def state(token):
    """(whether they left, whether they allow letters), as the database has it now."""
    db.session.rollback()
    row = recipients.by_token(token)
    allowed = consent.allows(db.session.get(Contact, row.contact_id), "marketing")
    found = unsubscribing.left(row), allowed
    db.session.rollback()
    return found


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_one_click_and_back(visit, plaza, shop, size):
    token, page = posted(), visit(size, reduced_motion="reduce")
    page.goto(plaza.shop(SHOP, f"/u/{token}"))
    assert page.locator("html").get_attribute("lang") == "es"
    assert "Darme de baja" in page.locator("main").inner_text()
    assert state(token) == (False, True)  # looking changed nothing
    assert faults(page) == []
    assert not sideways(page)
    press(page, "unsubscribe")
    page.locator("[data-letters=left]").wait_for()
    assert state(token) == (True, False)
    assert faults(page) == []
    assert not sideways(page)
    press(page, "resubscribe")
    page.locator("[data-letters=in]").wait_for()
    assert state(token) == (False, True)
