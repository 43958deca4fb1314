"""Counting the drawer: what should be in it, blind counts, corrections, races, books; nobody has to open one."""

import os
import random
import re
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError

from kernel import clock, ddl, money, signing
from kernel.countries import OURS, cash, profile
from kernel.db import db
from kernel.refusal import Refusal
from shop import (
    balances,
    drawer_reports,
    drawers,
    ledger,
    orders,
    payment_methods,
    practice,
    refunds,
    reversals,
    storefront,
)
from shop.drawer_rows import Drawer, DrawerCount, DrawerEntry
from shop.drawers import Count
from shop.ledger import LedgerEntry
from tests.goods import only
from tests.shop.books import account
from tests.shop.test_sale import sell

BASE = "/admin/cafe"
HERE = "tests.shop.drawer_racers:"
ES = {"Accept-Language": "es"}


def post(client, path, **fields):
    answer = client.post(f"{BASE}{path}", data=fields, headers=ES)
    db.session.expire_all()
    return answer


def page(client, path="/drawer"):
    answer = client.get(f"{BASE}{path}", headers=ES)
    assert answer.status_code == 200, path
    return answer.text


def held(shop, minor=10_000_00):
    """An open drawer with that float."""
    row = drawers.begin(Count(minor), by=shop.owner)
    db.session.commit()
    return row


def take(shop, order, way="counter-cash", much=None):
    amount = order.money(much) if much else order.balance
    balances.collect(order, amount, key=signing.token(), by=shop.owner, method=payment_methods.named(way))
    db.session.commit()


def period(row):
    return [
        entry.amount_minor for entry in db.session.scalars(select(LedgerEntry).where(LedgerEntry.drawer_id == row.id))
    ]


def test_every_currency_of_ours_has_its_coins_and_notes_and_each_is_an_amount():
    for code in OURS:
        found = cash.pieces(profile(code).currency)
        minors = [one.value.minor for one in found if not one.coin], [one.value.minor for one in found if one.coin]
        assert all(minors), code
        assert [*map(sorted, minors)] == [side[::-1] for side in minors], code
        assert len({*minors[0], *minors[1]}) == len(found), code
    assert (cash.pieces("HNL")[0].value, cash.pieces("CLP")[0].value) == (
        money.Money(500_00, "HNL"), money.Money(20_000, "CLP"),
    )  # fmt: skip
    assert cash.pieces("ISK") == ()


def test_who_opens_no_drawer_notices_nothing(shop):
    assert sell(shop.admin, sku=only(shop.product()).sku, qty="1").status_code == 303
    entry = db.session.scalars(select(LedgerEntry)).one()
    assert (entry.drawer_id, drawers.last()) == (None, None)
    assert "Caja abierta desde otro día" not in shop.admin.get(f"{BASE}/", headers=ES).text


def test_a_day_of_a_clerk_who_counts_blind(shop):
    clerk, sku = shop.staff("clerk"), only(shop.product()).sku
    assert post(clerk, "/drawer/open", n100000="5", n50000="4").status_code == 303  # 5 × ₡1 000, 4 × ₡500
    assert drawers.current().float_minor == 7_000_00
    sell(clerk, sku=sku, qty="2", given="10000")
    sell(clerk, sku=sku, qty="1", payment="counter-instant")  # SINPE does not lie in the drawer
    order = orders.numbered(db.session.scalars(select(orders.Order.number).order_by(orders.Order.id)).first())
    cash_way = payment_methods.named("counter-cash")
    refunds.give(order, amount=order.money(500_00), key="r", by=shop.owner, method=cash_way)
    db.session.commit()
    assert post(clerk, "/drawer/moves", way="expense", amount="1600", note="Leche").status_code == 303
    assert sorted(period(drawers.current())) == [-500_00, 5_000_00]
    for path in ("/drawer", "/drawer/count"):
        html = page(clerk, path)
        assert "9\xa0900" not in html, path  # 7 000 + 5 000 − 500 − 1 600
        assert "data-expected" not in html
    assert "data-way-minor" not in page(clerk, "/takings")
    assert "₡9\xa0900" in page(shop.admin)  # who sees all does
    done = post(clerk, "/drawer/close", n100000="9", total="")
    row = drawers.last()
    assert (done.status_code, done.location) == (303, f"{BASE}/drawers/{row.token}")
    assert [(one.minor, one.expected_minor) for one in drawers.counts(row)] == [(9_000_00, 9_900_00)]
    html = page(clerk, f"/drawers/{row.token}")
    assert ("₡9\xa0900" in html, "Falta" in html, "No cuadra" in html) == (True, True, True)
    assert post(clerk, f"/drawers/{row.token}/why", why=" ").status_code == 422
    assert post(clerk, f"/drawers/{row.token}/why", why="Vuelto mal dado").status_code == 303
    assert post(shop.admin, f"/drawers/{row.token}/why", why="Otra cosa").status_code == 303
    assert drawers.last().why == "Vuelto mal dado"  # said once
    assert (account("1101"), account("5102"), account("5103")) == (5_000_00 - 500_00 - 1_600_00 - 900_00, 900_00,
                                                                   1_600_00)  # fmt: skip
    assert account("1102") == 2_500_00  # SINPE arrives at the bank


def test_a_count_is_never_changed_and_a_mistake_is_another_count(shop):
    row = held(shop)
    drawers.close(row, Count(1_000_00), by=shop.owner, taken=500_00, to="owner_out")
    db.session.commit()
    path = f"/drawers/{row.token}/correct"
    answer = post(shop.admin, path, total="10000", reason="")
    assert (answer.status_code, 'value="10000"' in answer.text, len(drawers.counts(row))) == (422, True, 1)
    assert post(shop.admin, path, total="1000", reason="Igual").status_code == 422
    assert post(shop.admin, path, total="10000", reason="Faltó un fajo").status_code == 303
    assert [one.minor for one in drawers.counts(drawers.last())] == [1_000_00, 10_000_00]
    assert [(one.kind, one.amount_minor) for one in drawers.entries(row)] == [
        ("difference", -9_000_00), ("owner", -500_00), ("difference", 9_000_00),
    ]  # fmt: skip
    assert (drawers.left(row).minor, account("5102"), account("3101")) == (9_500_00, 0, 500_00)
    told = drawer_reports.of(row)
    assert (told.expected.minor, told.difference.minor, told.left.minor) == (10_000_00, 0, 9_500_00)
    assert ",10000.00,10000.00,10000.00,0.00,500.00,9500.00,Faltó un fajo,CRC" in page(shop.admin, "/drawers.csv")
    assert "Faltó un fajo" in page(shop.admin, "/drawers")
    for table in (DrawerCount, DrawerEntry):
        with pytest.raises(DBAPIError), db.session.begin_nested():
            db.session.execute(update(table).values(practice=True), execution_options={"synchronize_session": False})
    assert "a count is never changed" in ddl._declared["append_only:drawer_count"].sqlite[1]


BAD = [
    ({}, "Si no hay nada, escriba 0", ""),
    ({"n100000": "tres"}, "número entero", 'value="tres"'),
    ({"n100000": "-1"}, "número entero", 'value="-1"'),
    ({"n100000": "3", "total": "4000"}, "suman ₡3", 'value="4000"'),
    ({"total": "muchos"}, "número", 'value="muchos"'),
    ({"total": "1000", "taken": "5000"}, "no se puede retirar más", 'value="5000"'),
    ({"n100000": "2", "taken": "x"}, "número", 'value="2"'),
]


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_bad_counts_are_told_beside_the_field_and_nothing_is_lost(shop):
    held(shop)
    clerk = shop.staff("clerk")
    for fields, said, kept in BAD:
        answer = post(clerk, "/drawer/close", **fields)
        html = answer.text.replace("\xa0", " ")
        assert (answer.status_code, said in html, kept in html) == (422, True, True), fields
        added = post(clerk, "/drawer/draft", **fields)  # without a script: added up, nothing is closed
        assert (added.status_code, drawers.current() is not None) == (200, True), fields


def test_moves_need_an_amount_a_direction_and_words(shop):
    assert post(shop.admin, "/drawer/moves", way="bank", amount="100").status_code == 409  # none is open
    held(shop)
    for fields in ({"way": "bank"}, {"way": "steal", "amount": "5"}, {"way": "expense", "amount": "500", "note": " "},
                   {"way": "bank", "amount": "0"}, {"way": "bank", "amount": "-5"}):  # fmt: skip
        assert post(shop.admin, "/drawer/moves", **fields).status_code == 422, fields
    assert drawers.entries(drawers.current()) == []
    post(shop.admin, "/drawer/moves", way="change", amount="2 000")
    assert [one.amount_minor for one in drawers.entries(drawers.current())] == [2_000_00]


def test_who_may_what(rival, shop):
    row = held(shop)
    drawers.close(row, Count(10_000_00), by=shop.owner)
    db.session.commit()
    clerk, marketer, manager = (shop.staff(role) for role in ("clerk", "marketer", "manager"))
    codes = {path: [client.get(f"{BASE}{path}").status_code for client in (clerk, marketer, manager)]
             for path in ("/drawer", "/drawers", "/drawers.xlsx", f"/drawers/{row.token}")}  # fmt: skip
    assert [*codes.values()] == [[200, 404, 200], [404, 404, 200], [404, 404, 200], [404, 404, 200]]
    assert rival.admin.get(f"/admin/{rival.slug}/drawers/{row.token}").status_code == 404
    assert post(clerk, f"/drawers/{row.token}/correct", total="1", reason="x").status_code == 404
    assert manager.get(f"{BASE}/drawers/{row.token}.csv").text.count("\n") >= 3
    assert manager.get(f"{BASE}/drawers/{row.token}.pdf").status_code == 200
    assert post(manager, "/settings/drawer").status_code == 404  # the owner decides
    assert (post(shop.admin, "/settings/drawer").status_code, storefront.of().drawer_blind) == (303, False)
    held(shop)
    assert "data-expected" in page(clerk)


def test_what_was_not_closed_at_midnight_stays_open_and_says_so(shop):
    row = held(shop)
    assert 'data-count="drawer.forgotten">0<' in shop.admin.get(f"{BASE}/", headers=ES).text
    row.opened_at = clock.now() - timedelta(days=1)
    db.session.commit()
    take(shop, shop.bought(shop.product()))
    assert period(row) == [2_500_00]  # a sale is never refused for it
    assert "Esta caja está abierta desde otro día" in page(shop.staff("clerk"))
    assert 'data-count="drawer.forgotten">1<' in shop.admin.get(f"{BASE}/", headers=ES).text


def test_cash_that_comes_while_none_is_open_is_told_when_the_next_one_is(shop):
    drawers.close(held(shop, 1_000_00), Count(1_000_00), by=shop.owner)
    db.session.commit()
    take(shop, shop.bought(shop.product()))
    assert db.session.scalars(select(LedgerEntry.drawer_id)).one() is None
    assert "₡2\xa0500 en efectivo" in page(shop.admin)
    post(shop.admin, "/drawer/open", total="3000")
    assert drawer_reports.of(drawers.current()).opening.minor == -500_00  # 1 000 lay there and 2 500 came


def test_rehearsals_take_their_drawer_along(shop):
    practice.begin(by=shop.owner)
    row = held(shop)
    take(shop, shop.bought(shop.product()))
    drawers.close(row, Count(12_500_00), by=shop.owner)
    assert drawers.counts(row)[0].difference_minor == 0
    practice.end(by=shop.owner)
    db.session.commit()
    assert [db.session.scalar(select(func.count(one.id))) for one in (Drawer, DrawerCount, LedgerEntry)] == [0, 0, 0]


def test_the_change_stands_beside_the_total_and_in_the_end(shop):
    sku, client = only(shop.product()).sku, shop.admin
    fields = {"sku": sku, "qty": "1", "payment": "counter-cash"}
    shown = [post(client, "/sales/draft", **fields, given=given).text for given in ("5000", "2000", "dos")]
    assert [re.findall(r"data-change-due>([^<]+)", html) for html in shown] == [["₡2\xa0500"], ["₡500"], []]
    assert 'id="given-error">Eso no es' in shown[2] or "given-error" in shown[2]
    answer = sell(client, sku=sku, qty="1", given="5 000")
    assert "Vuelto: ₡2\xa0500" in client.get(answer.location, headers=ES).text
    assert sell(client, sku=sku, qty="1", given="nada").status_code == 303  # it never stands in a sale's way


# -- races -----------------------------------------------------------------------------------------------------------
def test_sixteen_who_close_at_one_moment_close_once(crew, shop):
    row = held(shop)
    answers = crew.race(shop, f"{HERE}close", [(row.token, 9_000_00, shop.owner_id)] * 16)
    assert Counter(answers) == {("done", 10_000_00): 1, ("refused", "NotOpen"): 15}
    assert (len(drawers.counts(row)), [one.amount_minor for one in drawers.entries(row)]) == (1, [-1_000_00])


def test_who_looks_and_then_closes_closes_often(crew, shop):
    row = held(shop)
    answers = crew.race(shop, f"{HERE}close_unlocked", [(row.token, 9_000_00, shop.owner_id)] * 16)
    assert Counter(word for word, _told in answers)["done"] > 1


def together(crew, shop, verb):
    """Sales in cash while the drawer is counted and opened anew again and again: what each count should have seen."""
    vase = shop.product(stock=100)
    numbers = [shop.bought(vase, email=f"b{n}@example.com").number for n in range(24)]
    held(shop, 0)
    tries = [(verb, number, shop.owner_id) for number in numbers] + [("turn", shop.owner_id)] * 16
    answers = crew.race(shop, f"{HERE}step", tries)
    assert not [answer for answer in answers if answer[0] == "broke"], answers
    entries = db.session.execute(select(LedgerEntry.drawer_id, func.count()).group_by(LedgerEntry.drawer_id)).all()
    assert (None not in dict(map(tuple, entries)), sum(units for _drawer, units in entries)) == (True, 24)
    return [(drawers.counts(row)[0].expected_minor, sum(period(row))) for row in db.session.scalars(drawers.closed())]


def test_a_sale_that_commits_while_the_drawer_is_counted_is_in_exactly_one(crew, shop):
    found = together(crew, shop, "sell")
    assert len(found) > 1
    assert [expected for expected, _mine in found] == [mine for _expected, mine in found]


def test_sales_that_do_not_hold_the_drawer_are_in_none_that_was_counted(crew, shop):
    assert any(expected != mine for expected, mine in together(crew, shop, "sell_unheld"))


# -- books -----------------------------------------------------------------------------------------------------------
class Days:
    """A shop to which anything happens around its drawer."""

    def __init__(self, shop, seed):
        self.shop, self.die, self.orders = shop, random.Random(seed), []
        self.goods = shop.product(price=3_333_33, stock=500)

    def step(self):
        verb = self.die.choice(
            (self.sell, self.sell, self.part, self.refund, self.undo, self.move, self.turn, self.again)
        )
        try:
            verb()
            db.session.commit()
        except (Refusal, IndexError):
            db.session.rollback()

    def way(self):
        return payment_methods.named(
            self.die.choice(("counter-cash", "counter-cash", "counter-instant", "counter-card"))
        )

    def sell(self):
        order = self.shop.bought(self.goods, self.die.randint(1, 3), email=f"e{len(self.orders)}@example.com")
        self.orders.append(order)
        balances.collect(order, order.balance, key=signing.token(), by=self.shop.owner, method=self.way())

    def part(self):
        order = self.shop.bought(self.goods, payment="pickup", email=f"e{len(self.orders)}@example.com")
        self.orders.append(order)
        balances.collect(order, order.money(1_000_01), key=signing.token(), by=self.shop.owner)

    def refund(self):
        order = self.die.choice(self.orders)
        most = refunds.refundable(order).minor
        to = self.die.choice(("money", "money", "credit"))
        refunds.give(order, amount=order.money(self.die.choice((most, most // 2))), key=signing.token(), to=to,
                     by=self.shop.owner, method=self.way())  # fmt: skip

    def undo(self):
        reversals.reverse(self.die.choice(self.orders[-3:]), by=self.shop.owner)

    def move(self):
        way = self.die.choice([*drawers.WAYS])
        drawers.move(drawers.current() or self.turn(), way, self.die.randint(1, 9_999), by=self.shop.owner, note="x")

    def turn(self):
        row = drawers.current()
        if row is None or self.die.random() < 0.3:
            return drawers.begin(Count(self.die.randint(0, 50_000_00)), by=self.shop.owner)
        off = self.die.choice((0, 0, -777, 1_234))
        counted = max(0, drawers.expected(row).minor + off)
        drawers.close(row, Count(counted), by=self.shop.owner, taken=counted // self.die.choice((1, 2, 10**12)))
        return row

    def again(self):
        row = self.die.choice(db.session.scalars(drawers.closed()).all())
        drawers.correct(row, Count(self.die.randint(0, 90_000_00)), reason="Mal contado", by=self.shop.owner)

    def check(self):
        db.session.expire_all()
        rows = db.session.scalars(select(Drawer)).all()
        entries = [one for row in rows for one in drawers.entries(row)]
        for row in rows:
            told = drawer_reports.of(row)
            assert told.expected == drawers.expected(row)
            assert told.cash.left == drawers.cash(row)
            if row.closed_at is not None:
                assert {one.expected_minor for one in told.counts} == {told.expected.minor}
                assert drawers.left(row) == told.left
        money = drawer_reports._read(LedgerEntry.id.is_not(None))
        assert not [one for one in money if one.entry.drawer_id is not None and not one.cash]
        took = [one for one in money if one.cash]
        lies = sum(one.entry.amount_minor for one in took) + sum(one.amount_minor for one in entries)
        assert account("1101") == lies  # the books say what the drawers say; account() also: the journal is even
        assert account("5102") == -sum(one.amount_minor for one in entries if one.kind == drawers.DIFFERENCE)
        return Counter(one.kind for one in entries), len(rows)


@pytest.mark.parametrize("seed", range(int(os.environ.get("PLAZA_SEEDS", "1"))))
def test_whatever_happens_the_drawers_and_the_books_agree(shop, seed):
    days = Days(shop, seed)
    for _time in range(50):
        days.step()
    kinds, many = days.check()
    assert kinds[drawers.DIFFERENCE]
    assert many > 2
    assert ledger.of(days.orders[0])
