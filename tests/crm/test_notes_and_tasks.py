"""Notes and things to do: kept with who and when, found on their day, done by one tap, taken back; nobody's once erased."""

import html
from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import event, select

from crm import contacts, merging, notes, people, tasks
from crm.notes import ContactNote
from crm.tasks import Task, Told
from kernel import clock, memberships, tenancy, web
from kernel.db import db
from kernel.journal import Entry

BASE = "/admin/cafe"


@pytest.fixture
def ana(shop):
    made = contacts.known(email="ana@example.com", name="Ana Mora", phone="+50683123456", vouched=True)
    db.session.commit()
    return SimpleNamespace(id=made.id, token=made.token)


def _add(shop, text="Llamar", days=0, **told):
    if "about" in told:
        told["contact"] = contacts.by_token(told.pop("about").token)
    made = tasks.add(Told(text, tasks.today() + timedelta(days=days), **told), by=shop.owner)
    db.session.commit()
    return SimpleNamespace(token=made.token)


def _texts(*asked):
    return {row.text for row in db.session.scalars(tasks.query(*asked))}


def _note(shop, person, text):
    made = notes.write(contacts.by_token(person.token), text, by=shop.owner)
    db.session.commit()
    return SimpleNamespace(token=made.token)


def _one(cls):
    return db.session.scalars(select(cls)).one()


def test_a_note_is_written_on_the_persons_page_and_read_there_with_who_and_when(shop, ana):
    page, browser = f"{BASE}/people/{ana.token}", shop.admin
    for text in ("Prefiere las tardes.", "Quiere\r\ntazas <b>."):
        assert browser.post(f"{page}/notes", data={"text": text}).status_code == 303
    shown = browser.get(page).text
    assert shown.index("Quiere\ntazas &lt;b&gt;.") < shown.index("Prefiere las tardes.")
    assert "Dueña" in shown[shown.index('id="notes"') :]
    answer = browser.post(f"{page}/notes", data={"text": "  \n "})
    assert answer.status_code == 422
    assert "Primero escriba la nota." in answer.text
    long = browser.post(f"{page}/notes", data={"text": "x" * 2001})
    assert long.status_code == 422
    assert "x" * 2001 in long.text  # what was typed is kept
    shop.enter()
    assert len(notes.of(contacts.by_token(ana.token))) == 2
    told = [row.verb for row in db.session.scalars(select(Entry)) if row.verb.startswith("note.")]
    assert told == ["note.written", "note.written"]


def test_as_many_signs_as_the_field_takes_are_kept_also_over_many_lines(shop, ana):
    text = "\r\n".join(["x" * 99] * 20)  # 1999 for who counts the ends of lines once
    assert shop.admin.post(f"{BASE}/people/{ana.token}/notes", data={"text": text}).status_code == 303
    shop.enter()
    assert len(_one(ContactNote).text) == 1999


def test_a_note_is_corrected_deleted_and_taken_back(shop, ana):
    note = _note(shop, ana, "Cumple en mayo")
    page, browser = f"{BASE}/people/{ana.token}", shop.admin
    own = f"{page}/notes/{note.token}"
    assert "Cumple en mayo" in browser.get(own).text
    assert browser.post(own, data={"text": "Cumple en junio"}).status_code == 303
    assert "corregida" in browser.get(page).text
    assert browser.post(f"{own}/bin").status_code == 303
    shown = browser.get(page).text
    assert "Cumple en junio" not in shown
    assert f'action="{own}/back"' in shown  # the toast
    assert browser.post(f"{own}/back").status_code == 303
    assert "Cumple en junio" in browser.get(page).text
    assert browser.post(f"{own}/back").status_code == 404  # it is there already


def test_a_note_is_found_on_no_page_but_its_persons(shop, ana):
    other = shop.contact("otra@example.com").token
    note = _note(shop, ana, "Cumple en mayo")
    assert shop.admin.get(f"{BASE}/people/{other}/notes/{note.token}").status_code == 404


def test_a_follow_up_is_noted_in_two_taps_from_the_persons_page(shop, ana):
    browser = shop.admin
    form = browser.get(f"{BASE}/tasks/new?person={ana.token}").text
    assert f'name="person" value="{ana.token}"' in form
    sent = {"text": "Mandar precios", "when": "week", "person": ana.token}
    answer = browser.post(f"{BASE}/tasks", data=sent)
    assert answer.status_code == 303
    assert answer.location.endswith(f"/people/{ana.token}#tasks")
    shop.enter()
    task = _one(Task)
    assert (task.text, task.due, task.contact_id) == ("Mandar precios", tasks.today() + timedelta(days=7), ana.id)
    page = browser.get(f"{BASE}/people/{ana.token}").text
    assert "Mandar precios" in page
    listed = browser.get(f"{BASE}/tasks?who=all").text
    assert "Ana Mora" in listed
    assert "https://wa.me/50683123456" in listed


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"text": "  ", "when": "today"}, "Escriba qué hay que hacer."),
        ({"text": "Llamar a Ana"}, "Elija el día."),
        ({"text": "Llamar a Ana", "when": "mañana"}, "Elija el día."),
        ({"text": "Llamar a Ana", "when": "today", "number": "NO-1"}, "Ningún pedido tiene el número NO-1."),
        ({"text": "Llamar a Ana", "due": "9999-12-31"}, "Ese día queda demasiado lejos."),
    ],
)
def test_what_cannot_be_is_said_and_what_was_typed_stays(shop, sent, told):
    answer = shop.admin.post(f"{BASE}/tasks", data=sent)
    assert answer.status_code == 422
    assert told in answer.text
    assert sent["text"].strip() in answer.text
    shop.enter()
    assert db.session.scalars(select(Task)).all() == []


def test_a_date_that_was_typed_means_more_than_the_tap_that_stood_there(shop):
    day = tasks.today() + timedelta(days=40)
    browser = shop.admin
    assert browser.post(f"{BASE}/tasks", data={"text": "Feria", "when": "tomorrow", "due": day}).status_code == 303
    shop.enter()
    task = _one(Task)
    assert task.due == day
    sent = {"text": "Feria", "when": "today", "due": day.isoformat()}  # changed by one tap: the date stands as it was
    assert browser.post(f"{BASE}/tasks/{task.token}", data=sent).status_code == 303
    shop.enter()
    assert _one(Task).due == tasks.today()


def test_an_order_brings_its_buyer(shop):
    order = shop.bought(shop.product())
    number, buyer = order.number, order.contact_id
    sent = {"text": "Avisar", "when": "today", "number": number.lower()}
    browser = shop.admin
    assert browser.post(f"{BASE}/tasks", data=sent).status_code == 303
    shop.enter()
    assert (_one(Task).order_number, _one(Task).contact_id) == (number, buyer)
    assert f"{BASE}/orders/{number}" in browser.get(f"{BASE}/tasks").text


def test_done_by_one_tap_and_taken_back_by_another(shop, ana):
    task = _add(shop, about=ana)
    browser = shop.admin
    own = f"{BASE}/tasks/{task.token}"
    assert browser.post(f"{own}/done").status_code == 303
    assert browser.post(f"{own}/done").status_code == 303  # two taps are one
    shop.enter()
    assert _one(Task).done_by_id == shop.owner_id
    assert [row.verb for row in db.session.scalars(select(Entry)) if row.verb == "task.done"] == ["task.done"]
    assert "Llamar" in browser.get(f"{BASE}/tasks?show=done").text
    page = browser.get(f"{BASE}/tasks").text
    assert f"{own}/done" not in page
    assert browser.post(f"{own}/open").status_code == 303
    shop.enter()
    assert _one(Task).done_at is None
    assert browser.post(f"{own}/bin").status_code == 303
    assert browser.get(own).status_code == 404
    assert browser.post(f"{own}/back").status_code == 303
    assert browser.get(own).status_code == 200


def test_what_is_overdue_stands_first_and_todays_number_is_its_list(shop):
    for text, days in (("Tarde", 30), ("Mañana", 1), ("Hoy mismo", 0), ("Atrasado", -3)):
        _add(shop, text, days)
    browser = shop.admin
    page = browser.get(f"{BASE}/tasks?who=all").text
    places = [page.index(f">{text}</a>") for text in ("Atrasado", "Hoy mismo", "Mañana", "Tarde")]
    assert places == sorted(places)
    first = browser.get(f"{BASE}/").text
    assert 'data-count="tasks.due">2<' in first
    due = browser.get(f"{BASE}/tasks?show=due").text
    assert due.count('data-action="task-do"') == 2


def test_a_list_that_is_long_goes_on_over_the_page(shop, monkeypatch):
    monkeypatch.setattr(tasks, "PAGE", 2)
    for place in range(3):
        _add(shop, f"Llamar {place}", place)
    browser = shop.admin
    first, second = browser.get(f"{BASE}/tasks").text, browser.get(f"{BASE}/tasks?page=2").text
    assert [f"Llamar {place}</a>" in first for place in range(3)] == [True, True, False]
    assert [f"Llamar {place}</a>" in second for place in range(3)] == [False, False, True]
    assert "page=2" in first
    assert browser.get(f"{BASE}/tasks?page=x").status_code == 200


def test_the_day_is_the_shops_own(shop):
    shop.tenant.timezone = "Pacific/Auckland"
    db.session.commit()
    with clock.at(clock.now().replace(hour=13, minute=0)):  # tomorrow already, there
        assert tasks.today() == clock.now().date() + timedelta(days=1)
        task = tasks.add(Told("Llamar", tasks.today()), by=shop.owner)
        assert list(db.session.scalars(tasks.query("due"))) == [task]


def test_mine_are_mine_and_what_is_nobodys_is_everybodys(shop):
    shop.staff("clerk")
    row, clerk = next(pair for pair in memberships.staff() if pair[0].role == "clerk")
    for text, whose in (("De ella", clerk.id), ("De nadie", None), ("De la dueña", shop.owner_id)):
        _add(shop, text, for_id=whose)
    token = row.token
    assert _texts("open", shop.owner) == {"De nadie", "De la dueña"}
    assert _texts("open", clerk) == {"De nadie", "De ella"}
    memberships.remove(token, by=shop.owner)
    db.session.commit()
    assert _texts("open", shop.owner) == {"De nadie", "De la dueña", "De ella"}
    assert "clerk, que ya no trabaja aquí" in shop.admin.get(f"{BASE}/tasks").text
    shop.enter()
    memberships.take_back(token, by=shop.owner)
    db.session.commit()
    assert _texts("open", shop.owner) == {"De nadie", "De la dueña"}


def test_nobody_of_another_shop_can_be_meant(rival, shop):
    rival.enter()
    token = memberships.staff()[0][0].token
    shop.enter()
    answer = shop.admin.post(f"{BASE}/tasks", data={"text": "Llamar", "when": "today", "who": token})
    assert answer.status_code == 422
    tenancy.leave()


def test_erasing_and_merging_leave_nothing_behind(shop, ana):
    twin = contacts.known(email="ana2@example.com", name="Ana M")
    notes.put_away(twin, notes.write(twin, "canario en la papelera", by=shop.owner), by=shop.owner)
    notes.write(twin, "canario", by=shop.owner)
    _add(shop, "Llamar a canario", about=twin)
    made = merging.merge(contacts.by_token(ana.token), twin, {}, by=shop.owner)
    db.session.commit()
    assert [row.text for row in notes.of(made)] == ["canario"]
    assert [row.text for row in tasks.of(made)] == ["Llamar a canario"]
    copy = people.export(made)
    assert {row["note"] for row in copy["notes"]} == {"canario", "canario en la papelera"}
    assert copy["tasks"][0]["to_do"] == "Llamar a canario"
    people.erase(made, by=shop.owner)
    db.session.commit()
    everything = select(ContactNote).execution_options(binned=True), select(Task).execution_options(binned=True)
    assert [row for one in everything for row in db.session.scalars(one)] == []
    assert not [row for row in db.session.scalars(select(Entry)) if "canario" in str(row.data)]


def test_a_list_of_many_asks_no_more_than_one_of_few(shop, ana):
    _add(shop, about=ana, for_id=shop.owner_id)
    browser = shop.admin
    few = _asked(browser)
    for place in range(8):
        _add(shop, f"Llamar {place}", about=contacts.known(email=f"p{place}@example.com"), for_id=shop.owner_id)
    assert _asked(browser) == few


def _asked(browser):
    """How many statements the list takes."""
    told = []
    event.listen(db.engine, "before_cursor_execute", hear := lambda *words: told.append(words[2]))
    assert browser.get(f"{BASE}/tasks?who=all").status_code == 200
    event.remove(db.engine, "before_cursor_execute", hear)
    return len(told)


def test_what_is_to_be_done_stands_on_the_pages_of_its_order_and_booking(shop):
    row = shop.booked(shop.service("Paseo", resource=shop.resource("Bote")), shop.when(3), [1])
    order, buyer, token = row.order.number, contacts.by_token(row.order.contact.token).token, row.token
    other = shop.bought(shop.product()).number
    browser = shop.admin
    for page in (f"{BASE}/orders/{order}", f"{BASE}/bookings/{token}"):
        shown = browser.get(page).text
        link = html.unescape(shown.partition('data-action="new-task"')[0].rpartition('href="')[2].partition('"')[0])
        form = browser.get(link).text
        sent = {name: form.partition(f'name="{name}"')[2].partition('value="')[2].partition('"')[0]
                for name in ("next", "person", "number")}  # fmt: skip
        assert sent == {"next": f"{page}#tasks", "person": buyer, "number": order}
        answer = browser.post(f"{BASE}/tasks", data={**sent, "text": f"Llamar por {page[-6:]}", "when": "today"})
        assert (answer.status_code, answer.location) == (303, f"{page}#tasks")
        assert f"Llamar por {page[-6:]}" in browser.get(page).text
    shop.enter()
    assert [task.contact.token for task in tasks.of_order(order)] == [buyer, buyer]
    tasks.do(tasks.of_order(order)[0], by=shop.owner)
    db.session.commit()
    page = browser.get(f"{BASE}/bookings/{token}").text
    assert page.index('data-action="task-do"') < page.index('data-action="task-undo"')
    assert "Llamar por" not in browser.get(f"{BASE}/orders/{other}").text
    outside = {"text": "Llamar", "when": "today", "next": "https://example.com/"}
    assert browser.post(f"{BASE}/tasks", data=outside).location == f"{BASE}/tasks"


def test_who_may_not_see_follow_ups_sees_none_on_an_order(shop):
    number = shop.bought(shop.product()).number
    shop.enter()
    assert 'id="tasks"' in shop.staff("clerk").get(f"{BASE}/orders/{number}").text
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(web, "may", lambda name, may=web.may: name != "tasks.view" and may(name))
        assert 'id="tasks"' not in shop.admin.get(f"{BASE}/orders/{number}").text
