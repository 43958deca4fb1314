"""The pages of letters to many: the list, what stands in the way, sending and stopping, numbers that open their people."""

import re
from datetime import timedelta

import pytest
from lxml import html
from sqlalchemy import select

from campaigns import attribution, letter_events, links, recipients, scheduling
from campaigns.attributed import Attributed
from campaigns.habits import Habits
from campaigns.mailings import Mailing
from campaigns.recipients import Recipient
from crm import contacts
from crm.changes import PeopleChange
from crm.contacts import Contact
from crm.segments import Segment
from crm.tags import ContactTag
from kernel import clock, jobs, tenancy, today, web
from kernel.db import db
from tests.campaigns.letters import addressed, had, mailing, person, segment

pytestmark = pytest.mark.parametrize("app", ["sqlite"], indirect=True)  # the same on both databases
ES = {"Accept-Language": "es"}
ROOT = "/admin/cafe/mailings"


def read(answer):
    assert answer.status_code in {200, 422}, answer.status_code
    return html.fromstring(answer.get_data(as_text=True))


def words(found):
    return " ".join(" ".join(found.xpath("//main//text()")).split())


@pytest.fixture
def ready(shop):
    """A letter without faults to a segment of eight: one never asked, one who had a letter three hours ago."""
    for number in range(8):
        who = person(f"p{number}", group="vip", allowed=None if number == 0 else True)
        if number == 1:
            had(who, hours=3)
    addressed()
    made = mailing(segment({"group": "vip"}))
    db.session.commit()
    return made


def test_a_shop_without_letters_is_told_how_it_goes(shop):
    found = read(shop.admin.get(ROOT, headers=ES))
    assert len(found.xpath("//main//*[contains(@class, 'btn-primary')]")) == 1
    assert "Todavía no hay correos" in words(found)


def test_a_letter_is_begun_kept_copied_put_away_and_taken_back(shop):
    of = segment({"group": "vip"})
    db.session.commit()
    admin = shop.staff("marketer")
    assert admin.post(f"{ROOT}/new", data={"name": " ", "segment": ""}).status_code == 422
    made = admin.post(f"{ROOT}/new", data={"name": "Diciembre", "segment": "one"})
    row = db.session.scalars(select(Mailing)).one()
    assert (made.location, row.segment_id, row.code) == (f"{ROOT}/{row.token}/edit", of.id, "diciembre")
    admin.post(f"{ROOT}/{row.token}", data={"name": "Enero", "segment": "", "sender_name": "Ana"})
    assert (row.name, row.segment_id, row.sender_name, row.utm) == ("Enero", None, "Ana", False)
    admin.post(f"{ROOT}/{row.token}/copy")
    admin.post(f"{ROOT}/{row.token}/bin")
    assert "Copia de Enero" in words(read(admin.get(ROOT, headers=ES)))
    assert "Enero" in words(read(admin.get(f"{ROOT}?show=bin", headers=ES)))
    admin.post(f"{ROOT}/{row.token}/back")
    assert (row.binned_at, len(db.session.scalars(select(Mailing)).all())) == (None, 2)


def test_the_estimate_says_why_and_each_number_opens_its_people(ready, shop):
    admin = shop.admin
    found = read(admin.get(f"{ROOT}/{ready.token}", headers=ES))
    told = [" ".join(one.text_content().split()) for one in found.xpath("//*[@data-estimate]/li")]
    assert told[:3] == ["8 en el segmento", "6 recibirán", "1 no ha permitido correos"]
    assert told[3].startswith("1 recibió uno hace 3")
    for link in found.xpath("//*[@data-estimate]//a"):
        opened = read(admin.get(link.get("href"), headers=ES))
        number = next(word for word in link.text_content().split() if word.isdigit())
        assert opened.xpath("//@data-total") == [number]
        assert len(opened.xpath("//tbody/tr")) == int(number)


def test_who_wishes_one_a_month_is_not_said_to_have_had_one_within_hours(shop):
    for name in ("ana", "eva"):
        who = person(name)
        who.letters_every = 30
        had(who, hours=20 * 24)
    row = mailing()
    db.session.commit()
    found = read(shop.admin.get(f"{ROOT}/{row.token}", headers=ES))
    assert "2 recibieron uno hace poco" in words(found)


def test_what_is_missing_is_named_and_nothing_is_sent(shop):
    person("ana")
    row = mailing(subject={}, blocks=[])
    db.session.commit()
    admin = shop.admin
    found = read(admin.get(f"{ROOT}/{row.token}", headers=ES))
    assert not found.xpath("//*[@data-action='send']")
    assert len(found.xpath("//*[@data-problems]/li")) >= 2
    assert admin.post(f"{ROOT}/{row.token}/sending", data={"when": "now"}).status_code == 303
    assert "Todavía no puede salir" in admin.get(f"{ROOT}/{row.token}", headers=ES).get_data(as_text=True)
    assert row.state == "draft"


def test_sent_stopped_in_time_and_sent_again(ready, shop):
    admin = shop.staff("marketer")
    assert admin.post(f"{ROOT}/{ready.token}/sending", data={"when": "now"}).status_code == 303
    found = read(admin.get(f"{ROOT}/{ready.token}", headers=ES))
    assert found.xpath("//@data-mailing-state") == ["scheduled"]
    assert found.xpath("//*[@data-action='stop-sending']")
    assert "Nadie lo tiene todavía" in words(found)
    assert found.xpath("//noscript/meta[@http-equiv='refresh']")  # it counts without scripts too
    admin.post(f"{ROOT}/{ready.token}/recall")
    assert read(admin.get(f"{ROOT}/{ready.token}/progress")).xpath("//@data-state") == ["draft"]  # to a page left open
    with clock.at(clock.now() + timedelta(hours=1)):
        jobs.run_due()
    assert (ready.state, recipients.tally(ready)) == ("draft", {})
    admin.post(f"{ROOT}/{ready.token}/sending", data={"when": "now"})
    with clock.at(clock.now() + scheduling.MINUTE):
        jobs.run_due()
    assert recipients.tally(ready) == {"pending": 6, "skipped": 2}
    found = read(admin.get(f"{ROOT}/{ready.token}", headers=ES))
    assert found.xpath("//@data-percent") == ["0"]
    assert "0 de 6" in words(found)
    assert "1 no ha permitido correos" in words(found)


def test_an_hour_that_cannot_be_stands_beside_its_field_and_stays_as_typed(ready, shop):
    data = {"when": "later", "day": "2020-01-01", "hour": "09:30"}
    found = read(shop.admin.post(f"{ROOT}/{ready.token}/sending", data=data, headers=ES))
    assert "Ese día ya pasó" in found.xpath("//*[@id='day-error']/text()")[0]
    assert found.xpath("//input[@id='hour']/@value") == ["09:30"]
    today = clock.today(shop.tenant.timezone).isoformat()
    data = {"when": "later", "day": today, "hour": "00:00"}
    found = read(shop.admin.post(f"{ROOT}/{ready.token}/sending", data=data, headers=ES))
    assert "Esa hora ya pasó" in found.xpath("//*[@id='hour-error']/text()")[0]
    found = read(shop.admin.post(f"{ROOT}/{ready.token}/sending", data={"when": "later"}, headers=ES))
    assert found.xpath("//*[@id='day-error']/text()")
    assert ready.state == "draft"


def test_whom_it_did_not_reach_is_listed_and_tried_again(ready, shop):
    ready.state, ready.gathered_at, ready.started_at = "sent", clock.now(), clock.now()
    for number, state in enumerate(["failed", "unknown", "sent", "sent"]):
        who = person(f"q{number}")
        row = Recipient(mailing_id=ready.id, contact_id=who.id, email=who.email, state=state, answer="550 no")
        db.session.add(row)
    db.session.commit()
    admin = shop.admin
    found = read(admin.get(f"{ROOT}/{ready.token}", headers=ES))
    for why, number in (("failed", 1), ("unknown", 1), ("delivered", 2)):
        [link] = set(found.xpath(f"//main//a[contains(@href, 'why={why}')]/@href"))
        assert read(admin.get(link)).xpath("//@data-total") == [str(number)]
    admin.post(f"{ROOT}/{ready.token}/again", data={"state": "failed"})
    assert (ready.state, recipients.tally(ready)) == ("sending", {"pending": 1, "unknown": 1, "sent": 2})


def test_what_is_on_its_way_is_on_hoy_with_a_list_of_that_length(ready, shop):
    ready.state = "held"
    mailing(state="sending")
    db.session.commit()
    found = read(shop.admin.get("/admin/cafe/", headers=ES))
    [number] = found.xpath("//*[@data-count='mailings']/text()")
    [url] = found.xpath("//*[@data-count='mailings']/ancestor::a/@href")
    assert (number, len(read(shop.admin.get(url)).xpath("//tbody/tr"))) == ("2", 2)
    assert today.named("mailings").number == 2


def test_a_segment_that_was_put_away_is_asked_for_again(ready, shop):
    db.session.scalars(select(Segment)).one().binned_at = clock.now()
    db.session.commit()
    found = read(shop.admin.get(f"{ROOT}/{ready.token}", headers=ES))
    assert "ya no existe" in words(found)
    assert not found.xpath("//*[@data-action='send']")
    data = {"name": "Enero", "segment": "?"}
    assert shop.admin.post(f"{ROOT}/{ready.token}", data=data).status_code == 422


def test_a_letter_leaves_a_segment_out_and_says_so_everywhere(ready, shop):
    few = segment({"tag": "mayorista"}, code="mayoristas")
    contacts.known(email="p5@example.com", tags=["mayorista"])
    db.session.commit()
    admin, at = shop.admin, f"{ROOT}/{ready.token}"
    same = admin.post(at, data={"name": "Enero", "segment": "one", "without": "one"}, headers=ES)
    assert same.status_code == 422
    assert "Así no lo recibiría nadie" in same.text
    admin.post(at, data={"name": "Enero", "segment": "one", "without": "mayoristas"})
    assert ready.without_id == few.id
    found = read(admin.get(at, headers=ES))
    told = [" ".join(one.text_content().split()) for one in found.xpath("//*[@data-estimate]/li")]
    assert told[:3] == ["8 en el segmento", "5 recibirán", "1 queda fuera por su excepción"]
    assert "One, pero no Mayoristas" in words(found)
    assert "P5" in admin.get(f"{at}/people?why=left_out").text
    assert "P5" not in admin.get(f"{at}/people?why=will").text
    admin.post(f"{at}/copy")
    kept = {row.without_id for row in db.session.scalars(select(Mailing))}
    assert kept == {few.id, None}  # what was sent before leaves nobody out
    few.binned_at = clock.now()
    db.session.commit()
    found = read(admin.get(at, headers=ES))
    assert "segmento de este correo ya no existe" in words(found)
    assert not found.xpath("//*[@data-action='send']")
    assert admin.post(at, data={"name": "Enero", "segment": "one", "without": "?"}).status_code == 422


def test_the_habits_of_a_shop_are_kept(shop):
    data = {"sender_name": "Ana de Brumas", "postal": "Apartado 7\nDota", "cap_hours": "48", "quiet_from": "20:00",
            "quiet_until": "08:30"}  # fmt: skip
    admin = shop.admin
    assert admin.post("/admin/cafe/settings/mailings", data={**data, "cap_hours": "-1"}).status_code == 422
    assert admin.post("/admin/cafe/settings/mailings", data=data).status_code == 303
    row = db.session.scalars(select(Habits)).one()
    assert (row.cap_hours, row.quiet_from, row.quiet_until, row.sender_name) == (48, "20:00", "08:30", "Ana de Brumas")
    assert "20:00" in admin.get("/admin/cafe/settings/mailings").get_data(as_text=True)


def test_who_may_not_write_letters_finds_none(ready, shop):
    assert shop.staff("clerk").get(ROOT).status_code == 404
    assert shop.staff("clerk").post(f"{ROOT}/{ready.token}/sending", data={"when": "now"}).status_code == 404


def test_the_report_says_what_it_brought_and_each_number_is_a_list(ready, shop):
    ready.state, ready.gathered_at, ready.started_at = "sent", clock.now(), clock.now()
    row = had(person("lea"), hours=1, of=ready)
    letter_events.add(row, "clicked", dedupe="1", link=1, verdict="human")
    letter_events.add(row, "opened", dedupe="1", verdict="human")
    order = shop.bought(shop.product(price=5_000), email="lea@example.com", paid=True)
    db.session.add(Attributed(order_id=order.id, mailing_id=ready.id, recipient_id=row.id, how="click", currency="CRC",
                              amount_minor=order.total_minor))  # fmt: skip
    db.session.commit()
    admin = shop.admin
    found = read(admin.get(f"{ROOT}/{ready.token}", headers=ES))
    assert found.xpath("//@data-orders") == ["1"]
    opened = found.xpath("//*[@data-report]//a/@href") + found.xpath("//*[@data-orders]//a/@href")
    assert [read(admin.get(url)).xpath("//@data-total") for url in opened] == [["1"]] * 4  # all but who unsubscribed


def test_the_report_names_what_its_links_lead_to(ready, shop):
    ready.state, ready.gathered_at, ready.started_at = "sent", clock.now(), clock.now()
    shop.product("Café Uno")
    base = web.shop_base(tenancy.tenant())
    paths = [
        f"{base}/p/cafe-uno?a=1",
        f"{base}/en/p/cafe-uno",
        f"{base}/c/cafe",
        base,
        f"{base}/en/",
        "{{ buy_again[0].url }}",
        "{{ top_product.url }}",
        "{{ x.url }}",
    ]
    links.numbered(ready, paths)
    db.session.commit()
    found = read(shop.admin.get(f"{ROOT}/{ready.token}", headers=ES))
    told = [
        "Café Uno",
        "Café Uno · EN",
        "/c/cafe",
        "Inicio",
        "Inicio · EN",
        "Comprar otra vez, 1.º producto",
        "Lo que más le va",
        "{{ x.url }}",
    ]
    assert found.xpath("//td[contains(@class, 'clip-mail')]/text()") == told


@pytest.mark.parametrize(("state", "said"), [("captured", "guardados? aquí"), ("sent", "entregados|enviado")])
def test_what_was_kept_here_for_want_of_a_mail_server_is_not_said_to_have_arrived(ready, shop, state, said):
    ready.state, ready.gathered_at, ready.started_at = "sent", clock.now(), clock.now()
    had(person("lea"), hours=1, of=ready).state = state
    db.session.commit()
    admin, here = shop.admin, f"{ROOT}/{ready.token}"
    for url in (here, f"{here}/people?why=delivered", ROOT):
        page = words(read(admin.get(url, headers=ES))).lower()
        assert re.search(said, page), url
        assert state == "captured" or "guardado" not in page


def test_the_list_says_what_each_letter_brought(ready, shop):
    letter = mailing(name="Cosecha", state="sent")
    ana, bea = had(person("ana"), hours=24, of=letter), had(person("bea"), hours=24, of=letter)
    for kind, row in (("opened", ana), ("opened", bea), ("clicked", ana)):
        letter_events.add(row, kind, dedupe=kind, verdict="human", link=1)
    shop.bought(shop.product(price=10_000), email="ana@example.com", paid=True)
    db.session.commit()
    attribution.attribute()
    db.session.commit()
    found = read(shop.admin.get(ROOT, headers=ES))
    [sent] = [row for row in found.xpath("//tbody/tr") if "Cosecha" in row.text_content()]
    told = {cell.get("data-head"): " ".join(cell.text_content().split()) for cell in sent.xpath("td[@data-head]")}
    assert told["Lo abrieron"] == "100 %"
    assert told["Abrieron un enlace"] == "50 %"
    assert told["Trajo"].endswith("1 pedido")
    assert "10" in told["Trajo"]
    [draft] = [row for row in found.xpath("//tbody/tr") if "Novedades" in row.text_content()]
    assert [cell.text_content().strip() for cell in draft.xpath("td[@class='num wide']")][:4] == ["–", "–", "–", "–"]


def test_what_waits_for_its_hour_can_be_read_and_says_for_how_many(ready, shop):
    scheduling.send(ready, by=shop.owner, typed="6", at=clock.now() + timedelta(days=2))
    db.session.commit()
    found = read(shop.admin.get(f"{ROOT}/{ready.token}", headers=ES))
    assert "Como está ahora, lo reciben 6 personas." in words(found)
    [see] = found.xpath("//*[@data-action='see-letter']/@href")
    assert shop.admin.get(see).status_code == 200


def test_whoever_did_not_open_it_gets_a_tag_at_once_and_loses_it_again(ready, shop):
    letter = mailing(name="Cosecha", state="sent")
    people = {name: had(person(name), hours=24, of=letter) for name in ("ana", "bea", "cata")}
    letter_events.add(people["ana"], "opened", dedupe="o", verdict="human")
    db.session.commit()
    admin, where = shop.admin, f"{ROOT}/{letter.token}"
    [link] = read(admin.get(where, headers=ES)).xpath("//a[contains(@href, 'why=unopened')]")
    assert " ".join(link.text_content().split()) == "No lo abrieron 2"
    assert "Etiquetar a 2 personas" in words(read(admin.get(link.get("href"), headers=ES)))
    admin.post(f"{where}/people", data={"why": "unopened", "tag": "Recordar"})
    tagged = select(Contact.name).join(ContactTag, ContactTag.contact_id == Contact.id).order_by(Contact.name)
    assert db.session.scalars(tagged.where(ContactTag.tag == "recordar")).all() == ["Bea", "Cata"]
    change = db.session.scalars(select(PeopleChange)).one()
    admin.post(f"/admin/cafe/people/many/{change.token}/undo")
    assert db.session.scalars(tagged).all() == []


def test_whoever_will_receive_it_can_be_tagged_before(ready, shop):
    shop.admin.post(f"{ROOT}/{ready.token}/people", data={"why": "will", "tag": "primera"})
    assert len(db.session.scalars(select(ContactTag)).all()) == 6


@pytest.mark.parametrize(("written", "shown"), [
    ("{{ first_name | default: 'Hola' }}: café nuevo", "Ana: café nuevo"),
    ("{{ shop.name }} abre", "Café Ejemplo abre"),
    ("{{ first_name: café", "{{ first_name: café"),
])  # fmt: skip
def test_the_subject_is_shown_as_it_is_received_not_as_it_is_written(shop, written, shown):
    row = mailing(subject={"es": written})
    db.session.commit()
    said = words(read(shop.admin.get(f"{ROOT}/{row.token}", headers=ES)))
    assert shown.replace("Café Ejemplo", shop.tenant.name) in said
