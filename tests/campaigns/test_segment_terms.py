"""What letters to many teach the rule language: whom the shop has not written to for a while can be found."""

from bs4 import BeautifulSoup

from campaigns.recipients import Recipient
from crm import rule_sentences, segments
from crm.contacts import Contact
from kernel.db import db
from tests.campaigns.letters import had, mailing, person


def meant(rule):
    """Whom a rule means in SQL; Python must say the same."""
    found = {one.name for one in db.session.scalars(segments.who(rule))}
    assert found == {one.name for one in db.session.scalars(db.select(Contact)) if segments.means(rule, one)}
    return found


def test_who_was_not_written_to_for_thirty_days(shop):
    had(person("lately"), hours=24 * 5)
    had(person("before"), hours=24 * 40)
    person("never")
    left_out = Recipient(mailing_id=mailing().id, contact_id=person("spared").id, state="skipped", reason="cap")
    db.session.add(left_out)
    db.session.commit()
    assert meant({"written": {"days": 30}}) == {"Lately"}
    assert meant({"not": {"written": {"days": 30}}}) == {"Before", "Never", "Spared"}
    assert meant({"written": {}}) == {"Lately", "Before"}


def test_who_was_written_to_more_than_once(shop):
    often, once = person("often"), person("once")
    for hours in (24, 48):
        had(often, hours=hours, of=mailing(name=f"Hace {hours}"))
    had(once, hours=24)
    db.session.commit()
    assert meant({"written": {"least": 2, "days": 7}}) == {"Often"}
    assert meant({"written": {"least": 2, "days": 2}}) == set()


def test_it_is_said_and_can_be_chosen(shop):
    rule = {"all": [{"written": {"days": 30}}, {"not": {"written": {"least": 3}}}]}
    assert rule_sentences.sentence(rule) == (
        "Personas que recibieron un correo con novedades en los últimos 30 días y no recibieron al menos 3 correos con"
        " novedades."
    )
    page = BeautifulSoup(shop.admin.get("/admin/cafe/segments/new").text, "html.parser")
    assert page.select_one("option[value=written]").get_text(strip=True) == "recibieron un correo con novedades"
