"""The demo's home pages fit their people: Óscar sees the accessible trail first, Ingrid the English page."""

import re
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from crm import contacts
from kernel import tenancy
from kernel.db import db
from shop import pages
from shop.views import pages as previews


@pytest.fixture(autouse=True)
def _inside(demo_app):
    with demo_app.app_context():
        yield


def home(app, slug, email="", prefix=""):
    """The home page of a demo shop as somebody sees it: the cover's title, and the page."""
    tenant = db.session.scalars(select(tenancy.Tenant).where(tenancy.Tenant.slug == slug)).one()
    with tenancy.use(tenant.id):
        who = contacts.by_email(email)
        seen = {"who": who.id if who else None, "country": "", "visit": "", "language": ""}
        token = previews.preview_token("page", pages.home(), SimpleNamespace(id=1), seen)
    client = app.test_client()
    client.host = f"{slug}.plaza.localhost:8000"
    drawn = client.get(f"{prefix}/preview/{token}").get_data(as_text=True)
    return re.sub("<[^>]+>", "", drawn.split("<h1", 1)[1].split(">", 1)[1].split("</h1>")[0]), drawn


def test_oscar_sees_the_accessible_trail_first(demo_app):
    title, drawn = home(demo_app, "rutas-guanquira", "oscar.murillo@example.com")
    assert title == "Recorridos sin escalones"
    row = drawn.split('<ul class="goods">')[1].split("</ul>")[0]
    assert "accesible" in re.search(r'href="/p/([^"]+)"', row)[1]
    assert 'data-reason="' in drawn


def test_ingrid_sees_the_english_page(demo_app):
    title, drawn = home(demo_app, "tres-neblinas", "ingrid.falk@example.net", "/en")
    assert title == "We ship to your country in 6–12 days"
    assert '<html lang="en"' in drawn


@pytest.mark.parametrize("slug", ["tres-neblinas", "hilos-xelantun", "rutas-guanquira", "horno-tizapola"])
def test_a_stranger_sees_the_cover_of_a_first_visit_and_what_sells_best(demo_app, slug):
    _title, drawn = home(demo_app, slug)
    row = drawn.split('data-suggestions="new_for_you"')[1].split("</section>")[0]
    assert len(re.findall('<li data-reason="[^"]+"', row)) == 4
    assert 'data-suggestions="again"' not in drawn
