"""Birthdays: what is read, what is refused and why, who may see them, how they move, and what of them goes."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from crm import birthday_texts, birthdays, contacts, import_undo, merging, people, segments, sources
from crm.contacts import Contact
from kernel import clock, tenancy
from kernel.db import db
from kernel.refusal import Refusal
from tests.crm import people_files as files
from tests.crm.test_imports import _brought, _done, _outcomes, _undone

NOON = datetime(2026, 11, 26, 18, tzinfo=UTC)
ES = {"Accept-Language": "es"}


@pytest.fixture
def ana(shop):
    made = contacts.known(email="ana@example.com", name="Ana Mora", phone="+50683123456", vouched=True)
    db.session.commit()
    return made


def born(name, text):
    """Somebody with that birthday."""
    made = contacts.known(email=f"{name}@example.com", name=name.capitalize(), birthday=birthday_texts.read(text))
    db.session.commit()
    return made


def names(rule):
    """Who is in a segment of that rule."""
    return sorted(db.session.scalars(segments.who(rule).with_only_columns(Contact.name)))


KEPT = {
    "31/12": 12310000, "31-12": 12310000, "1990-12-31": 12311990, "31.12.1990": 12311990,
    "1990-12-31 00:00:00": 12311990, "31 de diciembre de 1990": 12311990, "31-dic": 12310000,
    "Dec 31, 1990": 12311990, "5 de SETIEMBRE": 9050000, "--12-31": 12310000, "1604-12-31": 12310000,
    "31/12/90": 12310000, "29/02": 2290000, " ": 0,
}  # fmt: skip
NONE = (
    "12/31", "31/11", "30/02", "29/02/1990", "0/1", "32/1", "1800-01-01", "2027-01-01", "2026-11-27", "hola", "1/1/1/1",
    "٣١/١٢", "31/12\x00", "9" * 5000, "31 de marzipan", "<b>31/12</b>", "-31/12", "1900-01-01",
)  # fmt: skip
ONE = pytest.mark.parametrize("app", ["sqlite"], indirect=True)  # no database is asked


@ONE
def test_days_as_files_write_them(shop):
    with clock.at(NOON):
        for text, kept in KEPT.items():
            assert birthday_texts.read(text) == kept, text
            assert birthday_texts.read(birthdays.cell(kept)) == birthday_texts.read(birthdays.plain(kept)) == kept


@ONE
def test_what_is_no_birthday_is_refused(shop):
    with clock.at(NOON):
        for text in NONE:
            with pytest.raises(Refusal) as refused:
                birthday_texts.read(text)
            assert str(refused.value)


@ONE
def test_the_month_stands_first_where_it_does(shop):
    assert birthday_texts.read("12/31", month_first=True) == 12310000
    with pytest.raises(Refusal):
        birthday_texts.read("31/12", month_first=True)


def test_days_near_run_over_the_year_and_the_29th_is_the_28th(shop):
    for name, text in (("eva", "02/01"), ("leo", "31/12/1990"), ("bis", "29/02"), ("mar", "01/03"), ("sin", "")):
        born(name, text)
    with clock.at(datetime(2026, 12, 31, 5, tzinfo=UTC)):  # 30 December at eleven at night in Costa Rica
        assert names({"birthday_soon": 7}) == ["Eva", "Leo"]
        assert names({"birthday_soon": 1}) == ["Leo"]
        assert names({"birthday_today": True}) == []
    with clock.at(datetime(2027, 2, 28, 18, tzinfo=UTC)):
        assert names({"birthday_today": True}) == ["Bis"]
        assert names({"birthday_soon": 1}) == ["Bis", "Mar"]
        assert names({"birthday_month": ["2", "12"]}) == ["Bis", "Leo"]
        assert names({"not": {"birthday_month": ["2"]}}) == ["Eva", "Leo", "Mar"]  # of whom it is known
        assert names({"birthday_unknown": True}) == ["Sin"]
    with clock.at(datetime(2028, 2, 28, 18, tzinfo=UTC)):
        assert names({"birthday_today": True}) == []
        assert names({"birthday_soon": 1}) == ["Bis"]
    with clock.at(datetime(2028, 2, 29, 18, tzinfo=UTC)):
        assert names({"birthday_today": True}) == ["Bis"]


def test_sql_and_python_agree_on_every_day_of_two_years(shop):
    for number, text in enumerate(("28/02", "29/02", "01/03", "31/12", "01/01", "15/06/1990", "")):
        born(f"p{number}", text)
    everybody, first = list(db.session.scalars(select(Contact))), datetime(2027, 1, 1, 18, tzinfo=UTC)
    for ago in range(0, 731, 11):
        with clock.at(first + timedelta(days=ago)):
            for days in (0, 1, 7, 59, 364, 366):
                told = {"birthday_soon": days} if days else {"birthday_today": True}
                meant = sorted(one.name for one in everybody if segments.means(told, one))
                assert names(told) == meant, (ago, days)


def test_a_person_tells_it_in_their_account_and_takes_it_out(shop, ana):
    shopper = shop.shopper(ana)
    same = {"name": "Ana Mora", "phone": "", "language": "es"}
    wrong = shopper.post("/account", data={**same, "bday_day": "30", "bday_month": "2", "bday_year": "abcd"})
    assert wrong.status_code == 422
    assert "Escriba el año con cuatro cifras" in wrong.text
    assert 'value="abcd"' in wrong.text
    wrong = shopper.post("/account", data={**same, "bday_day": "30", "bday_month": "2", "bday_year": ""})
    assert "Ese día no existe" in wrong.text
    assert '<option selected value="30">' in wrong.text
    assert "Elija el día y el mes" in shopper.post("/account", data={**same, "bday_day": "3", "bday_month": ""}).text
    assert shopper.post("/account", data={**same, "bday_day": "14", "bday_month": "3"}).status_code == 303
    shop.enter()
    kept = contacts.by_email("ana@example.com")
    assert (kept.birthday, sources.of(kept)["birthday"].source) == (3140000, "account")
    assert shopper.post("/account", data=same).status_code == 303  # a page that did not ask
    db.session.refresh(kept)
    assert kept.birthday == 3140000
    assert "Cumpleaños: 14 de marzo" in shopper.get("/account/data").text
    assert shopper.get("/account/data.json").json["contact"]["birthday"] == "--03-14"
    shopper.post("/account", data={**same, "bday_day": "", "bday_month": "", "bday_year": ""})
    db.session.refresh(kept)
    assert kept.birthday == 0


def test_whoever_holds_a_letter_can_tell_it_and_take_it_out_but_not_see_or_change_it(shop, ana):
    page, chosen = f"/preferences/{ana.token}", {"often": "7", "language": "es"}
    wrong = shop.client.post(page, data={**chosen, "bday_day": "31", "bday_month": "4"})
    assert (wrong.status_code, "Ese día no existe" in wrong.text) == (422, True)
    assert 'value="7" checked' in wrong.text
    shop.client.post(page, data={**chosen, "bday_day": "31", "bday_month": "12"})
    db.session.refresh(ana)
    assert (ana.birthday, sources.of(ana)["birthday"].source) == (12310000, "preferences")
    shown = shop.client.get(page, headers=ES).text
    assert "Guardamos su cumpleaños" in shown
    assert "bday" not in shown
    assert "diciembre" not in shown
    shop.client.post(page, data={**chosen, "bday_day": "1", "bday_month": "1"})
    db.session.refresh(ana)
    assert ana.birthday == 12310000
    shop.client.post(page, data={**chosen, "forget_birthday": "1"})
    db.session.refresh(ana)
    assert ana.birthday == 0


def test_staff_write_it_and_it_is_told_from_where(shop, ana):
    page = f"/admin/cafe/people/{ana.token}"
    same = {"name": "Ana Mora", "email": "ana@example.com", "language": "es"}
    same_day = {**same, "bday_day": "31", "bday_month": "12"}
    answers = [shop.admin.post(page, data={**same_day, "bday_year": year}).status_code for year in ("3000", "1990")]
    assert answers == [422, 303]
    db.session.refresh(ana)
    assert ana.birthday == 12311990
    shop.admin.post(page, data=same)
    db.session.refresh(ana)
    assert ana.birthday == 12311990
    assert sources.of(ana)["birthday"].source == "staff"
    assert "1990-12-31" in shop.admin.get("/admin/cafe/people.csv").text
    people.erase(ana, by=None)
    assert (ana.birthday, sources.of(ana)) == (0, {})


def test_a_file_fills_it_in_says_what_is_none_and_is_taken_back(shop, ana):
    """Mailchimp's files write the month first, ours as the country does."""
    lines = "Correo;Cumpleaños\nana@example.com;31/12\nbea@example.com;12/31\ncid@example.com;1990-12-31\n"
    token = _brought(shop, lines)
    row = _done(shop, token)
    assert _outcomes(row) == [(2, "filled"), (3, "new", "birthday"), (4, "new")]
    assert dict(db.session.execute(select(Contact.email, Contact.birthday)).all()) == {
        "ana@example.com": 12310000, "bea@example.com": 0, "cid@example.com": 12311990,
    }  # fmt: skip
    assert _undone(shop, token).counts == {"gone": 2, "back": 1}
    assert db.session.scalars(select(Contact.birthday)).all() == [0]
    _done(shop, _brought(shop, files.MAILCHIMP + files.subscribed("ana@example.com"), "subscribed.csv"))
    assert contacts.by_email("ana@example.com").birthday == 3140000


def test_of_two_made_one_the_chosen_day_stays(shop, ana):
    ana.birthday = 3140000
    other = born("bea", "1990-12-31")
    third = born("cid", "")
    made = merging.merge(ana, other, {"birthday": "goes"}, by=shop.owner)
    assert made.birthday == 12311990
    assert merging.merge(third, made, {}, by=shop.owner).birthday == 12311990  # what is empty is filled


def test_the_list_has_who_is_near_with_words_ready_and_is_for_who_may_see_people(shop, rival):
    shop.enter()
    ana = contacts.known(email="ana@example.com", name="Ana Mora", phone="+50683123456", vouched=True)
    here = clock.today(tenancy.tenant().timezone)
    for who, ahead, year in ((ana, 0, 1990), (contacts.known(email="bea@example.com", name="Bea"), 5, 0),
                             (contacts.known(email="cid@example.com", name="Cid"), 9, 0)):  # fmt: skip
        day = here + timedelta(days=ahead)
        who.birthday = birthdays.made(day.day, day.month, year if (day.day, day.month) != (29, 2) else 0)
    db.session.commit()
    shop.enter()
    week = shop.admin.get("/admin/cafe/people/birthdays", headers=ES).text
    assert week.count('data-row="birthday"') == 2
    assert week.index("Ana Mora") < week.index("Bea")
    assert "wa.me/50683123456?text=%C2%A1Feliz%20cumplea%C3%B1os%2C%20Ana%21" in week
    assert f"Cumple {here.year - 1990}" in week
    assert shop.admin.get("/admin/cafe/people/birthdays?show=today").text.count('data-row="birthday"') == 1
    assert shop.client.get("/admin/cafe/people/birthdays").status_code in {302, 404}
    rival.enter()
    assert "Ana" not in rival.admin.get(f"/admin/{rival.slug}/people/birthdays?show=month").text


@ONE
def test_a_name_full_of_signs_is_no_link_of_ours(shop, ana):
    ana.name, here = '"><script>x</script>&text=', clock.today(tenancy.tenant().timezone)
    ana.birthday = birthdays.made(here.day, here.month)
    db.session.commit()
    page = shop.admin.get("/admin/cafe/people/birthdays").text
    assert "<script>x" not in page
    assert page.count("&text=") == 0


@ONE
def test_age_is_told_only_with_a_year(shop):
    assert birthdays.age(12311990, date(2026, 12, 31)) == 36
    assert birthdays.age(12310000, date(2026, 12, 31)) == 0
    assert import_undo.EMPTY["birthday"] == 0
