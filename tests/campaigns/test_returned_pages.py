"""What the back office shows of letters that came back: the list, a file read by hand, and the person's own page."""

from io import BytesIO

import pytest

from campaigns import bounces
from campaigns.bounce_kinds import Bounce
from campaigns.mailings import Mailing
from crm import facts
from kernel import suppression
from kernel.db import db
from tests.campaigns import returned
from tests.campaigns.letters import had, mailing, person

pytestmark = pytest.mark.parametrize("app", ["sqlite"], indirect=True)


def upload(shop, data, browser=None):
    form = {"file": (BytesIO(data), "devueltos.mbox")}
    return (browser or shop.admin).post(
        f"/admin/{shop.slug}/mailings/returned", data=form, content_type="multipart/form-data"
    )


def test_a_file_of_messages_is_read_and_each_counts_once(shop):
    rows = [had(person(name), hours=2, of=mailing(code=name)) for name in ("ana", "eva")]
    db.session.commit()
    data = b"".join(
        b"From x Thu Nov 26 18:00:00 2026\n" + returned.report(row.token, "550 5.1.1 User unknown") + b"\n"
        for row in rows
    )
    for _time in range(2):
        assert upload(shop, data).status_code == 303
    assert len(bounces.came_back()) == 2
    assert suppression.blocks("ana@example.com")
    page = shop.admin.get(f"/admin/{shop.slug}/mailings/returned").get_data(as_text=True)
    assert page.count('data-kind="hard"') == 2
    assert "ana@example.com" in page


@pytest.mark.parametrize("data", [b"", b"   \n", b"\x89PNG\r\n\x1a\n" + b"\x00" * 500])
def test_a_file_without_messages_says_what_to_choose(shop, data):
    answer = upload(shop, data)
    assert answer.status_code == 422
    assert ".mbox" in answer.get_data(as_text=True)


def test_who_may_not_send_reads_no_file(shop):
    assert upload(shop, b"From x\n", shop.staff("clerk")).status_code == 404


def test_a_persons_page_tells_of_their_letters(shop):
    ana = person("ana")
    row = had(ana, hours=2, of=mailing(name="Café de <b>altura</b>"))
    bounces.note(row, Bounce("hard", "550 5.1.1 <script>"))
    facts.record("clicked", contact=ana, about=("mailing", row.mailing_id))
    db.session.commit()
    token = db.session.get_one(Mailing, row.mailing_id).token
    page = shop.admin.get(f"/admin/{shop.slug}/people/{ana.token}").get_data(as_text=True)
    assert page.count(f'href="/admin/{shop.slug}/mailings/{token}"') == 2
    assert "Café de &lt;b&gt;altura" in page
    assert "<script>" not in page.replace('<script type="module"', "").replace("<script nonce", "")
    assert "la dirección no existe" in page
