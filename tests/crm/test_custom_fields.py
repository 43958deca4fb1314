"""A shop's own fields of people: made, filled in, kept through renaming and archive, seen by whom they may be."""

from datetime import UTC, date, datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import event, select

from crm import (
    contacts,
    custom_fields,
    custom_texts,
    custom_values,
    merging,
    people,
    rule_sentences,
    rules,
    segments,
    sources,
)
from crm.custom_fields import CustomField, Told
from crm.custom_values import CustomValue
from kernel import clock, i18n, journal
from kernel.db import db
from kernel.refusal import Refusal
from tests.crm.test_subscribing import _link

BASE = "/admin/cafe/settings/fields"
HOSTILE = "<script>alert(1)</script>\"'{{ shop }}%s"


def field(label, kind="text", **more):
    return custom_fields.add(Told(label, kind, **more), by=None)


def somebody(name="Ana"):
    return contacts.known(email=f"{name.lower()}@example.com", name=name)


def row(code="talla"):
    return db.session.scalars(select(CustomField).where(CustomField.code == code)).one()


def test_a_field_is_made_renamed_archived_and_taken_back_and_the_values_stay(shop):
    browser = shop.admin
    told = {"label": "Tipo de sangre", "kind": "choice", "more": "O+\nA+\n o+ \n\nB-"}
    assert browser.post(f"{BASE}/new", data={**told, "more": ""}).status_code == 422
    for _tap in range(2):  # a double tap makes one
        assert browser.post(f"{BASE}/new", data=told).status_code == 303
    shop.enter()
    kept = row("tipo_de_sangre")
    assert kept.offered == [("1", "O+"), ("2", "A+"), ("3", "B-")]
    custom_values.keep(somebody(), {kept: "2"}, "staff")
    db.session.commit()
    renamed = {"label": "Grupo sanguíneo", "option-1": "", "option-2": "A positivo", "option-3": "B-", "more": "AB+"}
    assert browser.post(f"{BASE}/tipo_de_sangre", data=renamed).status_code == 303
    shop.enter()
    kept = row("tipo_de_sangre")
    assert (kept.label, kept.offered) == ("Grupo sanguíneo", [("2", "A positivo"), ("3", "B-"), ("4", "AB+")])
    assert custom_texts.told(kept, custom_values.mine(somebody(), [kept])[kept.id]) == "A positivo"
    assert browser.post(f"{BASE}/tipo_de_sangre/away").status_code == 303
    assert "Recuperar" in browser.get(BASE).text
    person = f"/admin/cafe/people/{somebody().token}"
    assert "Grupo sanguíneo" not in browser.get(person).text
    assert browser.post(f"{BASE}/tipo_de_sangre/back").status_code == 303
    assert "A positivo" in BeautifulSoup(browser.get(person).text, "html.parser").select_one(
        "option[selected][value='2']"
    )


def test_there_is_room_for_so_many_and_no_two_are_called_alike(shop):
    field("Álbum")
    with pytest.raises(custom_fields.SameLabel):
        field("ALBUM")
    for number in range(custom_fields.MOST - 1):
        field(f"Campo {number}")
    with pytest.raises(custom_fields.TooMany):
        field("Uno más")
    custom_fields.put_away(row("album"), by=None)
    field("Otro")
    with pytest.raises(custom_fields.TooMany):
        custom_fields.take_back(row("album"), by=None)
    db.session.commit()
    browser = shop.admin
    assert browser.post(f"{BASE}/new", data={"label": "Más", "kind": "text"}).status_code == 422


def test_codes_are_their_own_and_what_letters_can_name(shop):
    codes = [field(label).code for label in ("Tamaño", "tamaño!", "日本", "2º nombre", "size", "new", "")]
    assert codes == ["tamano", "tamano_2", "campo", "campo_2o_nombre", "size_2", "new_2", "campo_2"]


def test_they_are_ordered_by_buttons_and_by_dragging(shop):
    for label in ("Uno", "Dos", "Tres"):
        field(label)
    db.session.commit()
    browser = shop.admin

    def order():
        shop.enter()
        return [one.code for one in custom_fields.live()]

    browser.post(f"{BASE}/tres/move", data={"do": "up"})
    assert order() == ["uno", "tres", "dos"]
    browser.post(f"{BASE}/uno/move", data={"do": "up"})
    assert order() == ["uno", "tres", "dos"]
    browser.post(f"{BASE}/order", data={"slug": ["dos", "nobody", "uno"]})
    assert order() == ["dos", "uno", "tres"]


def every_kind():
    options = {"more": ("Rojo", "Verde, claro")}
    return {kind: field(f"F {kind}", kind, **options) for kind in custom_fields.KINDS}


def posted(kinds, **typed):
    told = {f"f_{one.code}": typed.get(kind, "") for kind, one in kinds.items()}
    return {
        **told,
        "custom": [one.code for one in kinds.values()],
        "name": "Ana",
        "email": "ana@example.com",
        "language": "es",
    }


GOOD = {
    "text": "  Firulais   y Michi ", "long": "uno\r\ndos", "number": "38,5", "day": "2026-02-28", "yes": "no",
    "choice": "1", "several": ["2", "1"],
}  # fmt: skip
KEPT = {
    "text": "Firulais y Michi", "long": "uno\ndos", "number": 38_500, "day": date(2026, 2, 28), "yes": "no",
    "choice": "1", "several": ["1", "2"],
}  # fmt: skip


def test_what_is_typed_on_the_page_of_a_person_is_kept_by_its_kind_and_nothing_is_lost(shop):
    kinds, ana = every_kind(), somebody()
    db.session.commit()
    browser, path = shop.admin, f"/admin/cafe/people/{ana.token}"
    assert browser.post(path, data=posted(kinds, **GOOD)).status_code == 303
    shop.enter()
    kinds = {one.kind: one for one in custom_fields.live()}
    has = {kind: custom_values.mine(somebody(), kinds.values()).get(one.id) for kind, one in kinds.items()}
    assert has == KEPT
    assert "c:f_number" in sources.of(somebody())
    bad = browser.post(
        path, data=posted(kinds, **{**GOOD, "number": "treinta", "day": "30/02/2026", "text": "x" * 201})
    )
    assert bad.status_code == 422
    for said in ("Escriba un número", "Escriba una fecha", "treinta", "x" * 201, "uno\ndos"):
        assert said in bad.text, said
    few = {"name": "Ana B", "email": "ana@example.com", "language": "es"}  # a page that did not ask
    assert browser.post(path, data=few).status_code == 303
    assert (
        browser.post(path, data={**few, "custom": "f_several"}).status_code == 303
    )  # and one that asked: nothing ticked
    shop.enter()
    has = custom_values.mine(somebody(), custom_fields.live())
    assert (len(has), row("f_several").id in has, has[row("f_number").id]) == (6, False, 38_500)
    assert "c:f_several" not in sources.of(somebody())


@pytest.mark.parametrize(("typed", "number"), [
    ("38.5", 38_500), ("38,5", 38_500), ("1.500", 1_500_000), ("-0,125", -125), ("1 000", 1_000_000), ("0", 0)])  # fmt: skip
def test_numbers_as_people_of_the_country_type_them(shop, typed, number):
    assert custom_texts.number(typed) == number
    assert custom_texts.number(custom_texts.typed_number(number)) == number


@pytest.mark.parametrize("typed", ["", "x", "1e5", "--1", "1.2.3", "9" * 20, "٣"])
def test_what_is_no_number_is_none(shop, typed):
    with pytest.raises(Refusal):
        custom_texts.number(typed)


def test_labels_of_strangers_are_words_on_every_page(shop):
    kinds, ana = [field(HOSTILE, more=()), field(f"{HOSTILE} 2", "choice", more=(HOSTILE,), hint=HOSTILE)], somebody()
    custom_values.keep(ana, {kinds[0]: HOSTILE, kinds[1]: "1"}, "staff")
    db.session.commit()
    browser = shop.admin
    rule = f"rule.join=all&rule.0.word=custom_choice&rule.0.was=custom_choice&rule.0.choice={kinds[1].code}:1"
    pages = [f"/people/{ana.token}", "/settings/fields", f"/settings/fields/{kinds[1].code}", f"/segments/new?{rule}",
             "/people.csv", "/journal"]  # fmt: skip
    for page in pages:
        answer = browser.get(f"/admin/cafe{page}")
        assert answer.status_code in (200, 302), page
        assert page == "/people.csv" or "<script>alert" not in answer.text, page


def test_what_is_sensitive_is_seen_by_whom_it_may_be_and_in_no_condition(shop):
    secret, ana = field("Alergias", sensitive=True, asked=True), somebody()
    assert not secret.asked
    custom_values.keep(ana, {secret: "maní"}, "staff")
    db.session.commit()
    path = f"/admin/cafe/people/{ana.token}"
    owner, clerk, marketer = shop.admin, shop.staff("clerk"), shop.staff("marketer")
    assert "maní" in owner.get(path).text
    assert "maní" in owner.get("/admin/cafe/people.csv").text
    assert "maní" in owner.get(f"{path}/copy.json").get_json()["custom_fields"][0]["value"]
    assert "Alergias" not in clerk.get(path).text
    assert "Alergias" not in marketer.get("/admin/cafe/people.csv").text
    assert marketer.get(f"{path}/copy.json").get_json()["custom_fields"] == []
    clerk.post(
        path,
        data={"name": "Ana", "email": "ana@example.com", "custom": secret.code, "f_alergias": "", "language": "es"},
    )
    shop.enter()
    assert custom_values.mine(somebody(), custom_fields.live()) == {row("alergias").id: "maní"}
    for rule in ({"custom_empty": "alergias"}, {"custom_text": {"field": "alergias", "how": "has", "text": "m"}}):
        assert segments.count(rule) == 0
        assert segments.problems(rule)
    assert clerk.get("/admin/cafe/settings/fields").status_code == 404


def test_a_person_has_a_copy_and_is_forgotten_and_two_become_one(shop):
    size, pet, gone = field("Talla", "number"), field("Mascota"), field("Viejo")
    ana, twin = somebody(), somebody("Otra")
    custom_values.keep(ana, {size: 38_000}, "staff")
    custom_values.keep(twin, {size: 40_000, pet: "Luna", gone: "x"}, "staff")
    custom_fields.put_away(gone, by=None)
    db.session.commit()
    merging.merge(ana, twin, {}, by=shop.owner)
    db.session.commit()
    told = people.export(ana)["custom_fields"]
    assert told == [
        {"field": "Talla", "value": "38"},
        {"field": "Mascota", "value": "Luna"},
        {"field": "Viejo", "value": "x"},
    ]
    page = shop.shopper(ana).get("/account/data").text
    assert "Mascota" in page
    assert "Luna" in page
    shop.enter()
    people.erase(somebody(), by=shop.owner)
    db.session.commit()
    assert db.session.scalars(select(CustomValue)).all() == []


def test_a_rule_is_told_and_built_by_the_words_of_the_fields(shop):
    field("Talla", "number"), field("Color", "choice", more=("Rojo", "Azul"))
    db.session.commit()
    told = {"all": [{"custom_number": {"field": "talla", "how": "more", "number": 38_500}},
                    {"custom_choice": ["color:1", "color:2"]}, {"not": {"custom_empty": "talla"}}]}  # fmt: skip
    with i18n.speak("es", "CR"):
        assert rule_sentences.sentence(told) == (
            "Personas que tienen más de 38,5 en «Talla», tienen «Color: Rojo» o «Color: Azul» y tienen algo en «Talla»."
        )
    browser = shop.admin
    sent = {"rule.join": "all", "rule.0.word": "custom_number", "rule.0.was": "custom_number", "rule.0.field": "talla",
            "rule.0.how": "more", "rule.0.number": "38,5", "name": "Grandes", "name_es": "Grandes"}  # fmt: skip
    answer = browser.post("/admin/cafe/segments/new", data=sent)
    assert answer.status_code == 303, answer.text
    shop.enter()
    kept = segments.listed()[0]
    assert kept.rule == {"all": [{"custom_number": {"field": "talla", "how": "more", "number": 38_500}}]}
    page = browser.get(f"/admin/cafe/segments/{kept.code}").text
    assert 'value="38,5"' in page
    assert "custom_day" not in page  # there is no such field: its word would lead nowhere


def test_a_shop_without_fields_asks_nothing_more_for_its_list_and_no_word_of_them_is_offered(shop):
    somebody()
    db.session.commit()
    asked, browser = [], shop.admin
    event.listen(db.engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    page = browser.get("/admin/cafe/people").text
    assert "Ana" in page
    assert not [one for one in asked if "custom_" in one]
    assert "custom_text" not in browser.get("/admin/cafe/segments/new").text


def test_who_signs_up_is_asked_what_the_shop_chose_and_is_never_overwritten(shop):
    asked = [field("Talla", "number", asked=True), field("Mascota", asked=True), field("Secreta")]
    custom_values.keep(somebody("Eva"), {asked[1]: "Luna"}, "staff")
    db.session.commit()
    page = shop.client.get("/subscribe").text
    assert "Talla" in page
    assert "Secreta" not in page
    assert shop.client.post("/subscribe", data={"email": "eva@example.com", "f_talla": "mucho"}).status_code == 422
    path = _link(shop, f_talla="38", f_mascota="Otra", f_secreta="x")
    assert custom_values.mine(somebody("Eva"), custom_fields.live()) == {row("mascota").id: "Luna"}
    assert shop.client.post(path).status_code == 200
    shop.enter()
    has = custom_values.mine(somebody("Eva"), custom_fields.live())
    assert has == {row("talla").id: 38_000, row("mascota").id: "Luna"}
    assert sources.of(somebody("Eva"))["c:talla"].source == "subscribe"


def test_dates_seen_from_today_mean_the_same_in_both_readings(shop):
    born, days = field("Desde", "day"), [timedelta(days=one) for one in (-400, -31, -1, 0, 1, 30, 31, 365)]
    for place, today in enumerate((date(2025, 2, 20), date(2024, 2, 20), date(2026, 12, 31))):
        wanted = [today + one for one in days] + [date(2024, 2, 29), date(2023, 2, 28), date(1990, 1, 5)]
        for number, day in enumerate(wanted):
            custom_values.keep(somebody(f"P{place}x{number}"), {born: day}, "staff")
    somebody("Nadie")
    db.session.commit()
    everybody = db.session.scalars(select(contacts.Contact)).all()
    found = {"last": set(), "next": set(), "ago": set(), "yearly": set()}
    for today in (date(2025, 2, 20), date(2025, 2, 28), date(2024, 2, 20), date(2024, 2, 28), date(2026, 12, 31)):
        with clock.at(datetime(today.year, today.month, today.day, 18, tzinfo=UTC)):
            people_now = [rules.Person(contact=one) for one in everybody]
            for how in found:
                for count in (1, 8, 30, 364, 365, 3_660):
                    told = {"custom_near": {"field": "desde", "how": how, "days": count}}
                    tree = rules.read(told)
                    python = {one.contact.name for one in people_now if tree.means(one)}
                    sql = set(db.session.scalars(segments.who(told).with_only_columns(contacts.Contact.name)))
                    assert sql == python, (today, how, count)
                    assert "Nadie" not in python
                    found[how] |= python
    assert all(found.values())
    with clock.at(datetime(2025, 2, 20, 18, tzinfo=UTC)), i18n.speak("es", "CR"):
        told = {"custom_near": {"field": "desde", "how": "yearly", "days": 8}}
        assert {"P0x8", "P0x9"} <= set(db.session.scalars(segments.who(told).with_only_columns(contacts.Contact.name)))
        assert rule_sentences.sentence(told) == "Personas que cumplen años de «Desde» en los próximos 8 días."


def test_the_story_says_who_changed_a_value_but_not_what_is_sensitive(shop):
    talla = field("Talla", "number")
    field("Alergias", sensitive=True)
    ana = somebody()
    custom_values.keep(ana, {talla: 38_000}, "staff")
    db.session.commit()
    told = {"name": "Ana", "email": "ana@example.com", "language": "es", "custom": ["talla", "alergias"]}
    for _time in range(2):  # the second time nothing changes
        answer = shop.admin.post(
            f"/admin/cafe/people/{ana.token}", data={**told, "f_talla": "39,5", "f_alergias": "maní"}
        )
        assert answer.status_code == 303
    shop.enter()
    ana, talla = contacts.by_email("ana@example.com"), row("talla")
    entries = [one for one in journal.of(ana) if one.verb.startswith("person.field")]
    assert [(one.verb, one.who == shop.owner.known_as) for one in entries] == [
        ("person.field", True), ("person.field_hidden", True)]  # fmt: skip
    assert "maní" not in str([one.data for one in entries])
    with i18n.speak("es", "CR"):
        assert entries[0].sentence == "Cambió «Talla» de Ana: 38 → 39,5"
    token = ana.token
    page = shop.admin.get(f"/admin/cafe/people/{token}").text
    assert ("Cambió «Talla» de Ana: 38 → 39,5" in page, "Cambió «Alergias» de Ana" in page) == (True, True)
    assert "Cambió «Alergias»" not in shop.staff("clerk").get(f"/admin/cafe/people/{token}").text
    shop.enter()
    ana, talla = contacts.by_email("ana@example.com"), row("talla")
    custom_fields.change(talla, Told("Talla", "number", sensitive=True), by=None)  # from now on not everybody sees it
    db.session.commit()
    assert "39,5" not in str([(one.sentence, one.data) for one in journal.of(ana)])
    people.erase(ana, by=shop.owner)
    assert all(one.data == {} for one in journal.of(ana) if one.verb != "person.erased")


def test_the_database_lets_no_two_fields_in_use_have_one_name(shop, monkeypatch):
    first, other = field("Talla"), field("Peso")
    db.session.commit()
    monkeypatch.setattr(custom_fields, "every", list)  # as who looked before the other one wrote
    with pytest.raises(custom_fields.SameLabel):
        field("talla ")
    db.session.rollback()
    with pytest.raises(custom_fields.SameLabel):
        custom_fields.change(other, Told("TALLA", "text"), by=None)
    db.session.rollback()
    custom_fields.put_away(first, by=None)
    custom_fields.change(other, Told("Talla", "text"), by=None)  # in the archive it is in nobody's way …
    db.session.commit()
    with pytest.raises(custom_fields.SameLabel):  # … until it comes back
        custom_fields.take_back(first, by=None)
    db.session.rollback()


def test_of_two_who_become_one_each_value_is_chosen(shop):
    talla, color = field("Talla", "number"), field("Color", "choice", more=("Rojo", "Azul"))
    nota = field("Nota")
    ana, other = somebody("Ana"), somebody("Anita")
    custom_values.keep(ana, {talla: 38_000, color: "1"}, "staff")
    custom_values.keep(other, {talla: 40_000, color: "2", nota: "Zurda"}, "staff")
    db.session.commit()
    browser, place = shop.admin, f"/admin/cafe/people/duplicates/{ana.token}/{other.token}"
    page = BeautifulSoup(browser.get(place).text, "html.parser")
    shown = {one.legend.text: [tick.text.strip() for tick in one.select("label")] for one in page.select("fieldset")}
    assert (shown["Talla"], shown["Color"], shown["Nota"]) == (["38", "40"], ["Rojo", "Azul"], ["–", "Zurda"])
    told = {"sure": "yes", "stays": ana.token, "c:talla": other.token, "c:color": ana.token}
    assert browser.post(place, data=told).status_code == 303
    shop.enter()
    kept = custom_values.whole(contacts.by_email("ana@example.com").id)
    assert {one.code: value for one, value in kept.items()} == {"talla": 40_000, "color": "1", "nota": "Zurda"}
