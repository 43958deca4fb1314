"""What a booking's form is checked by is read once while nobody edits the shop; an edit counts at once, also midway."""

import threading

import pytest

from kernel import tenancy
from kernel.db import db
from shop import kept_services, pagecache, special_days
from shop.services import Service


@pytest.fixture
def room(shop):
    """Appointments from nine to five."""
    return shop.service("Masaje", "appointment", minutes=60, step=60, resource=shop.resource("Sala"))


def ask(shop, at):
    """The status of a try to keep that time in a cart of its own."""
    told = {"product": "masaje", "day": shop.day().isoformat(), "time": at, "places": "1"}
    shop.client.delete_cookie("cart_8000")
    return shop.client.post("/bookings/hold", data=told).status_code


def close(app, shop, service_id):
    """Somebody else closes the day: a thread and a transaction of their own."""

    def edit():
        with app.app_context(), tenancy.use(shop.tenant_id):
            special_days.write(shop.day(), shop.day(), service=db.session.get_one(Service, service_id))
            db.session.commit()

    other = threading.Thread(target=edit)
    other.start()
    other.join()


def test_it_is_kept_until_somebody_edits_the_shop(shop, room):
    assert ask(shop, "09:00") == 303
    [kept] = [one for key, one in pagecache.SHELF._kept.items() if key[0] == "service"]
    assert ask(shop, "10:00") == 303
    assert [one for key, one in pagecache.SHELF._kept.items() if key[0] == "service"] == [kept]
    special_days.write(shop.day(), shop.day(), service=room)
    db.session.commit()
    assert ask(shop, "11:00") == 422
    special_days.forget(shop.day(), room)
    db.session.commit()
    assert ask(shop, "12:00") == 303


@pytest.mark.parametrize("asked", [True, False], ids=["asked", "control"])
def test_an_edit_between_looking_and_writing_counts(app, shop, room, monkeypatch, asked):
    """The control does not ask whether the shop moved: it keeps a time of a day that is closed."""
    assert ask(shop, "09:00") == 303
    looked, closed, service_id = kept_services.of_slug, [], room.id

    def slow(slug, revision):
        found = looked(slug, revision)
        if not closed:
            closed.append(close(app, shop, service_id))
        return found

    monkeypatch.setattr(kept_services, "of_slug", slow)
    if not asked:
        monkeypatch.setattr(kept_services, "moved", lambda _revision: lambda: False)
    assert ask(shop, "10:00") == (422 if asked else 303)
    assert len(closed) == 1
