"""Who waits for a full time is written to once, the first first, never in vain, and never after they left."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import event, select

from crm import facts, merging, people
from kernel import clock, jobs, suppression
from kernel.db import db
from kernel.letters import Letter
from kernel.refusal import Refusal
from shop import (
    bin as rubbish,
)
from shop import (
    booking_moves,
    booking_times,
    cancellations,
    catalog,
    closures,
    departure_changes,
    holdings,
    resource_sheets,
    time_wait_letters,
    time_wait_people,
    time_wait_rows,
    time_waits,
    waits,
)
from shop.departures import Departure
from shop.occupations import Span
from shop.resource_sheets import Said
from shop.time_wait_rows import TimeWait, Wish

LATER = timedelta(minutes=3)


def wish(shop, service, *, ahead=7, at="09:00", places=1, nights=1):
    """That time of a service, or a stay."""
    return Wish(shop.span(service, shop.when(ahead, at), nights), places)


def asked(service, wanted, *who, language="es"):
    """These people ask for it, in that order."""
    known = [time_waits.ask(service, wanted, email=f"{one}@example.com", language=language) for one in who]
    db.session.commit()
    return known


def told():
    """Who was written to that a time is free, in order."""
    db.session.expire_all()
    rows = db.session.scalars(select(Letter).where(Letter.kind == "free").order_by(Letter.id))
    return [row.to.partition("@")[0] for row in rows]


def after(moment=LATER):
    """What is due by then is done."""
    with time_machine.travel(clock.now() + moment, tick=False):
        jobs.run_due()
    db.session.expire_all()


def swept(moment=LATER):
    """The sweep came by, and what it found was done."""
    with time_machine.travel(clock.now() + moment, tick=False):
        time_wait_letters.sweep()
        jobs.run_due()
    db.session.expire_all()


def called_off(shop, *bookings):
    """Their orders are cancelled."""
    for row in bookings:
        cancellations.by_staff(row.order, by=shop.owner, reason="no viene")
    db.session.commit()


def full(shop, *counts, name="Paseo", **told):
    """A departure in a week that so many people each have filled, and their bookings."""
    service = shop.service(
        name, capacity=sum(counts), resource=shop.resource(f"Guía {name}", units=9, seats=20), **told
    )
    return service, [shop.booked(service, shop.when(), count) for count in counts]


def how():
    """What became of each asking."""
    db.session.expire_all()
    return list(db.session.scalars(select(TimeWait.how).order_by(TimeWait.id)))


def test_whoever_asks_is_written_to_once(shop):
    tour, [one, two] = full(shop, 2, 2)
    asked(tour, wish(shop, tour), "ana"), asked(tour, wish(shop, tour, places=2), "ana")
    row = db.session.scalars(select(TimeWait)).one()
    assert (row.how, row.places) == ("", 2)
    called_off(shop, one)
    jobs.run_due()
    assert told() == []  # it may be taken again in a minute
    after()
    assert (told(), how()) == (["ana"], ["told"])
    called_off(shop, two), after(), swept(timedelta(hours=2))
    assert told() == ["ana"]


def test_the_letter_names_the_time_and_leads_to_it(shop):
    tour, [one, _two] = full(shop, 3, 1)
    asked(tour, wish(shop, tour, places=3), "ana", language="en")
    called_off(shop, one), after()
    letter = db.session.scalars(select(Letter).where(Letter.kind == "free")).one()
    assert letter.subject == "A time is free: Paseo"
    assert "09:00–11:00, for 3 people" in letter.text
    assert "Nothing is set aside" in letter.text
    day = shop.day().isoformat()
    assert letter.data["button_url"].endswith(f"/en/p/paseo?day={day}&time=09:00&people=3")
    for text in (letter.text, letter.html):
        assert "/en/waits/" in text
    assert letter.data["not_after"]


def test_the_letter_does_not_leave_once_the_time_has_begun(shop):
    boat = shop.resource()
    tour = shop.service(resource=boat, price=0)
    with time_machine.travel(shop.when(6, "20:00"), tick=False):
        shut = closures.close(boat.units, Span(shop.when(1, "06:00"), shop.when(1, "20:00")), by=shop.owner)
        asked(tour, wish(shop, tour, ahead=1), "ana")
        closures.open_again(shut, by=shop.owner)
        db.session.commit(), after()
        letter = db.session.scalars(select(Letter).where(Letter.kind == "free")).one()
        assert letter.data["not_after"] == shop.when(1).isoformat()


def test_a_group_is_not_told_of_too_few_places_and_smaller_ones_are(shop):
    tour, [one, three] = full(shop, 1, 3)
    asked(tour, wish(shop, tour, places=4), "cuatro"), asked(tour, wish(shop, tour), "una")
    called_off(shop, one), after()
    assert told() == ["una"]
    called_off(shop, three), after(), after(timedelta(hours=2))
    assert told() == ["una", "cuatro"]


def test_two_for_each_place_then_after_an_hour_the_next(shop):
    tour, [one, *_more] = full(shop, 1, 3)
    asked(tour, wish(shop, tour), *"abcde")
    called_off(shop, one), after()
    assert told() == ["a", "b"]
    swept()
    assert told() == ["a", "b"]
    after(timedelta(hours=1, minutes=5))
    assert told() == ["a", "b", "c", "d"]
    shop.booked(tour, shop.when(), 1)  # somebody took it: the next go on waiting
    after(timedelta(hours=3)), swept(timedelta(hours=4))
    assert told() == ["a", "b", "c", "d"]
    assert [row.contact.email[0] for row in db.session.scalars(time_wait_rows.waiting())] == ["e"]


def test_who_waits_for_another_departure_is_nobodys_rival(shop):
    tour, [one] = full(shop, 2)
    other = shop.booked(tour, shop.when(8), 2)
    asked(tour, wish(shop, tour), *"abcd"), asked(tour, wish(shop, tour, ahead=8), *"ef")
    called_off(shop, one, other), after()
    assert sorted(told()) == list("abcdef")


def test_any_time_of_the_day(shop):
    tour = shop.service("Paseo", capacity=1, times=("09:00", "15:00"), resource=shop.resource(seats=5))
    rows = [shop.booked(tour, shop.when(at=at), 1) for at in ("09:00", "15:00")]
    asked(tour, time_waits.on(shop.day()), "ana")
    with pytest.raises(Refusal):
        time_waits.ask(tour, time_waits.on(shop.day(8)), email="eva@example.com")  # free all day
    called_off(shop, rows[1]), after()
    assert told() == ["ana"]
    letter = db.session.scalars(select(Letter).where(Letter.kind == "free")).one()
    assert "15:00–17:00" in letter.text
    assert "time=15:00" in letter.data["button_url"]


def test_of_appointments_that_overlap_only_one_can_be_had(shop):
    service = shop.service("Masaje", "appointment", resource=shop.resource(), minutes=60, times=("09:00-11:00",))
    rows = [shop.booked(service, shop.when(at=at), 1) for at in ("09:00", "10:00")]
    asked(service, time_waits.on(shop.day()), *"abcdef")
    called_off(shop, *rows), after()  # free at nine, half past nine and ten
    assert told() == list("abcd")


def test_no_statement_more_for_who_holds_a_time(shop):
    tour, _rows = full(shop, 2)
    asked(tour, wish(shop, tour), "ana")
    other = shop.service("Libre", resource=tour.needs[0].resource)
    seen = []
    event.listen(db.engine, "before_cursor_execute", note := lambda *told: seen.append(told[2]))
    try:
        shop.held(other, shop.when(9))
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert seen
    assert not [one for one in seen if "time_wait" in one]


def test_an_appointment_and_what_else_takes_the_same_therapist(shop):
    who = shop.resource("Terapeuta")
    long = shop.service("Masaje", "appointment", resource=who, minutes=120, times=("09:00-11:00",))
    short = shop.service("Corto", "appointment", resource=who, minutes=60, times=("09:00-10:00",))
    taken = shop.booked(long, shop.when(), 1)
    asked(short, wish(shop, short), "ana")
    called_off(shop, taken), after()
    assert told() == ["ana"]  # without a sweep


def test_a_stay(shop):
    cabin = shop.service("Cabaña", "nights", resource=shop.resource("Casita"), capacity=2)
    taken = shop.booked(cabin, shop.when(8), nights=1)
    asked(cabin, wish(shop, cabin, nights=3, places=2), "ana"), asked(cabin, wish(shop, cabin, ahead=8), "eva")
    with pytest.raises(time_waits.FreeNow):
        asked(cabin, wish(shop, cabin), "ida")
    with pytest.raises(holdings.TooMany):
        asked(cabin, wish(shop, cabin, ahead=8, places=3), "ida")
    called_off(shop, taken), after()
    assert told() == ["ana", "eva"]
    letter = db.session.scalars(select(Letter).where(Letter.kind == "free").order_by(Letter.id)).first()
    assert f"arrive={shop.day()}&leave={shop.day(10)}&places=2" in letter.data["button_url"]


def test_a_closure_that_is_opened_again(shop):
    boat = shop.resource()
    tour = shop.service(resource=boat, capacity=4, seats=4)
    shut = closures.close(boat.units, Span(shop.when(at="06:00"), shop.when(at="20:00")), by=shop.owner)
    asked(tour, wish(shop, tour), "ana")
    closures.open_again(shut, by=shop.owner)
    db.session.commit(), after()
    assert told() == ["ana"]


def test_more_places_another_unit_and_a_departure_on_sale_again(shop):
    boat = shop.resource(seats=2)
    tour = shop.service(resource=boat, capacity=4)
    shop.booked(tour, shop.when(), 2)
    asked(tour, wish(shop, tour), "ana")
    resource_sheets.save(boat, boat.name, seats=2, said={boat.units[0].token: Said("Bote", True)}, more=1)
    db.session.commit(), after()
    assert told() == ["ana"]
    shop.booked(tour, shop.when(), 2)
    asked(tour, wish(shop, tour), "eva")
    resource_sheets.save(boat, boat.name, seats=2, said={}, more=1)
    departure = db.session.scalars(select(Departure)).one()
    departure_changes.sell(departure, False, by=shop.owner)
    departure_changes.resize(departure, 6, by=shop.owner)
    db.session.commit(), after()
    assert told() == ["ana"]  # nobody can book it
    departure_changes.sell(departure, True, by=shop.owner)
    db.session.commit(), after()
    assert told() == ["ana", "eva"]


def test_a_booking_that_moves_away(shop):
    tour, [one, _two] = full(shop, 1, 1)
    asked(tour, wish(shop, tour), "ana")
    booking_moves.move(one, shop.span(tour, shop.when(9)), by=shop.owner)
    db.session.commit(), after()
    assert told() == ["ana"]


def test_a_hold_that_ran_out_is_found_by_the_sweep(shop):
    tour = shop.service(capacity=1, resource=shop.resource())
    before = jobs.count("waiting")
    shop.held(tour, shop.when())
    assert jobs.count("waiting") == before + 1  # only its own end
    asked(tour, wish(shop, tour), "ana")
    after(timedelta(minutes=11)), swept(timedelta(minutes=12))
    assert told() == ["ana"]


def test_what_the_page_would_not_offer_brings_nobody(shop):
    tour, [one] = full(shop, 2)
    asked(tour, wish(shop, tour), "ana")
    tour.lead = 24 * 8  # nobody can book it any more
    db.session.commit()
    called_off(shop, one), after()
    assert told() == []
    tour.lead = 0
    catalog.withdraw(tour.product)
    db.session.commit(), swept()
    assert told() == []
    catalog.publish(tour.product)
    db.session.commit(), swept()
    assert told() == ["ana"]


def test_who_booked_it_themselves_waits_no_more(shop):
    tour, [one] = full(shop, 2)
    [ana, _eva] = asked(tour, wish(shop, tour), "ana", "eva")
    called_off(shop, one)
    shop.booked(tour, shop.when(), 1, email="ana@example.com")
    after()
    assert (told(), how()) == (["eva"], ["had", "told"])
    assert ana.id


def test_who_left_was_forgotten_lies_in_the_bin_or_takes_no_letters(shop):
    tour, [one] = full(shop, 9)
    ana, eva, ida, _uma, _zoe = asked(tour, wish(shop, tour), "ana", "eva", "ida", "uma", "zoe")
    waits.leave(waits.open_of(TimeWait, ana.id)[0])
    people.erase(eva, by=shop.owner)
    ida.binned_at = clock.now()
    suppression.add("uma@example.com", "all", "bounced")
    suppression.add("zoe@example.com", "marketing", "left")  # who wants no news asked for this all the same
    db.session.commit()
    assert waits.size(time_wait_rows.waiting()) == 2
    called_off(shop, one), after()
    assert (told(), how()) == (["zoe"], ["left", "stopped", "stopped", "told"])


def test_leaving_all_and_coming_back(shop):
    tour, [_one] = full(shop, 2)
    shop.booked(tour, shop.when(8), 2)
    [ana] = asked(tour, wish(shop, tour), "ana")
    asked(tour, wish(shop, tour, ahead=8), "ana")
    row = waits.open_of(TimeWait, ana.id)[0]
    waits.leave(row, all_of_them=True)
    asked(tour, wish(shop, tour, ahead=8), "ana")  # and thinks better of one of them
    waits.come_back(row)
    db.session.commit()
    assert [one.starts_at for one in waits.open_of(TimeWait, ana.id)] == [shop.when(), shop.when(8)]


def test_what_is_over_ends_and_is_forgotten_after_half_a_year(shop):
    tour, [_one] = full(shop, 2)
    asked(tour, wish(shop, tour), "ana")
    swept(timedelta(days=8))
    assert (told(), how()) == ([], ["past"])
    swept(timedelta(days=200))
    assert how() == []


def test_what_goes_into_the_bin_ends_it_after_a_day_and_is_deleted_with_it(shop):
    tour = shop.service(capacity=1, resource=shop.resource())
    shut = closures.close(
        tour.needs[0].resource.units, Span(shop.when(at="06:00"), shop.when(at="20:00")), by=shop.owner
    )
    asked(tour, wish(shop, tour), "ana")
    rubbish.put("product", [tour.product])
    db.session.commit()
    swept()
    assert how() == [""]  # the toast takes it back
    assert list(db.session.scalars(time_wait_rows.waiting())) == []
    swept(timedelta(days=2))
    assert how() == []
    assert shut.id


def test_a_product_that_is_deleted_takes_along_who_waited(shop):
    tour = shop.service(capacity=1, resource=shop.resource())
    closures.close(tour.needs[0].resource.units, Span(shop.when(at="06:00"), shop.when(at="20:00")), by=shop.owner)
    asked(tour, wish(shop, tour), "ana")
    rubbish.put("product", [tour.product])
    db.session.commit()
    with time_machine.travel(clock.now() + timedelta(days=31), tick=False):
        assert rubbish.empty() == 1


def test_one_address_waits_for_so_much_and_no_more(shop, monkeypatch):
    monkeypatch.setattr(time_waits, "MOST", 2)
    tour, _rows = full(shop, 2)
    for ahead in (8, 9, 10):
        shop.booked(tour, shop.when(ahead), 2)
        [ana] = asked(tour, wish(shop, tour, ahead=ahead), "ana")
    assert len(waits.open_of(TimeWait, ana.id)) == 2


def test_what_is_free_is_not_sold_or_too_many_is_refused(shop):
    tour, _rows = full(shop, 2)
    for wanted, why in (
        (wish(shop, tour, ahead=8), time_waits.FreeNow),
        (wish(shop, tour, at="10:00"), booking_times.NotOffered),
        (wish(shop, tour, ahead=-1), booking_times.NotOffered),
        (wish(shop, tour, ahead=4000), booking_times.NotOffered),
        (wish(shop, tour, places=3), holdings.TooMany),
    ):
        with pytest.raises(why):
            asked(tour, wanted, "ana")


def test_one_person_kept_twice_waits_once_and_reads_it_in_their_copy(shop):
    tour, _rows = full(shop, 2)
    shop.booked(tour, shop.when(8), 2)
    ana, eva = asked(tour, wish(shop, tour), "ana", "eva")
    asked(tour, wish(shop, tour, ahead=8), "eva")
    merging.merge(ana, eva, {}, by=shop.owner)
    db.session.commit()
    assert [one["product"] for one in time_wait_people.copy(ana)] == ["Paseo", "Paseo"]
    assert [fact.kind for fact in facts.of_contact(ana)].count("asked_time") == 3


def test_nobody_is_asked_about_where_nobody_waits(shop):
    tour, [one] = full(shop, 2)
    other, _rows = full(shop, 1, name="Otro")
    asked(other, wish(shop, other), "ana")
    assert time_wait_rows.touched([tour.id]) == []
    called_off(shop, one)
    assert "time_waits.tell" not in [row.name for row in db.session.scalars(jobs.mine("waiting"))]
