"""The calendar by mouse and by finger: a booking is dragged to a free time and back; what is taken stays as it is."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from tests.journeys.conftest import DESKTOP, PHONE, faults, go, log_in, owner_of, press, sideways, undo

pytestmark = pytest.mark.browser
LOOMS, TRIPS = "hilos-xelantun", "rutas-guanquira"


def walk_in(page, plaza, shop, service, name):
    """Somebody is written down at the first free time of the week after next; the day on which they come."""
    page.goto(plaza.admin(shop, f"/bookings/new?service={service}"))
    for _page in range(14):
        go(page, "[data-later]")
    while not page.locator("[data-targets] a").count():
        go(page, "[data-later]")
    go(page, "[data-targets] a")
    page.locator("details summary").first.click()
    page.fill("input[name=name]", name)
    press(page, "walk-in-paid")
    return page.locator("a[href*='bookings?day=']").first.get_attribute("href").rpartition("=")[2]


def middle(box):
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def moment(page, name):
    return page.locator(f"[data-name='{name}']").first.get_attribute("data-from")


class Mouse:
    """What is lifted on the table of a day."""

    def __init__(self, page):
        self.page = page

    def cell(self, name):
        return self.page.locator(f"td:has([data-name='{name}'])")

    def lift(self, name):
        """Hold it, and wait until its times are known."""
        self.cell(name).scroll_into_view_if_needed()
        x, y = middle(self.cell(name).bounding_box())
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move(x, y + 12)
        expect(self.page.locator(".lifted span").last).not_to_have_text("…")
        return x, y

    def over(self, x, y, told):
        """Bring it there: its card says so."""
        self.page.mouse.move(x, y, steps=4)
        expect(self.page.locator(".lifted")).to_contain_text(told)


def hours(mouse, name, count):
    """Where its middle would be so many hours later."""
    x, y = middle(mouse.cell(name).bounding_box())
    return x, y + count * 4 * mouse.page.locator("td.free").last.bounding_box()["height"] / 2


ANA, BETO = "Ana Arrastre", "Beto Quieto"


def stand(page):
    """When both of them are."""
    return [moment(page, name) for name in (ANA, BETO)]


def refused_where_it_is_taken(page, mouse, here):
    before = stand(page)
    mouse.lift(ANA)
    mouse.over(*middle(mouse.cell(BETO).bounding_box()), "Ocupado")
    expect(page.locator(".landing")).to_be_hidden()
    page.mouse.up()
    expect(page.locator("#toasts")).to_contain_text("no se movió nada")
    assert page.url == here
    page.reload()
    assert stand(page) == before


def left_by_escape(page, mouse, here):
    mouse.lift(ANA)
    mouse.over(*hours(mouse, ANA, 4), "Libre")
    expect(page.locator(".landing")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".lifted, .landing")).to_have_count(0)
    page.mouse.up()
    assert page.url == here


def moved_and_taken_back(page, mouse, here):
    before = moment(page, ANA)
    mouse.lift(ANA)
    mouse.over(*hours(mouse, ANA, 4), "Libre")
    assert faults(page) == []
    with page.expect_navigation():
        page.mouse.up()
    assert page.url == here
    assert moment(page, ANA) > before
    undo(page)
    assert (page.url, moment(page, ANA)) == (here, before)


def refused_where_it_was_free_when_it_was_lifted(page, mouse, closures, day):
    before, here = stand(page), page.url
    mouse.lift(ANA)
    mouse.over(*hours(mouse, ANA, 4), "Libre")
    told = {"first": day, "last": day, "from": "11:00", "until": "16:00"}
    told["unit"] = mouse.cell(ANA).get_attribute("data-unit")
    status = page.evaluate(
        "async ([url, told]) => (await fetch(url, {method: 'POST', body: new URLSearchParams(told)})).status",
        [closures, told],
    )
    assert status == 200
    with page.expect_navigation():
        page.mouse.up()
    assert "No se movió nada" in page.locator("main").inner_text()
    page.goto(here)
    assert stand(page) == before


def test_on_a_day_by_mouse(visit, plaza):
    page = visit(DESKTOP)
    log_in(page, plaza, *owner_of(LOOMS))
    day = walk_in(page, plaza, LOOMS, "cita-para-tomar-medidas", ANA)
    assert walk_in(page, plaza, LOOMS, "cita-para-tomar-medidas", BETO) == day
    here, mouse = plaza.admin(LOOMS, f"/bookings?day={day}"), Mouse(page)
    page.goto(here)
    assert faults(page) == []
    refused_where_it_is_taken(page, mouse, here)
    left_by_escape(page, mouse, here)
    moved_and_taken_back(page, mouse, here)
    refused_where_it_was_free_when_it_was_lifted(page, mouse, plaza.admin(LOOMS, "/bookings/closures"), day)


class Finger:
    """Real touches, as the browser gets them from a screen."""

    def __init__(self, page):
        self.page, self.wire = page, page.context.new_cdp_session(page)

    def touch(self, kind, *points):
        self.wire.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})

    def drag(self, begin, end, *, rests):
        """From one point to another; who rests first lifts what is there."""
        self.touch("touchStart", begin)
        if rests:
            expect(self.page.locator(".lifted")).to_be_attached()
        for step in range(1, 9):
            self.touch("touchMove", tuple(a + (b - a) * step / 8 for a, b in zip(begin, end, strict=True)))
            self.page.wait_for_timeout(30)


def test_on_the_units_by_finger(visit, plaza):
    page = visit(PHONE, has_touch=True, is_mobile=True, reduced_motion="reduce")
    log_in(page, plaza, *owner_of(TRIPS))
    day = walk_in(page, plaza, TRIPS, "cabana-ceiba", "Dora Dedo")
    page.goto(plaza.admin(TRIPS, f"/bookings/units?day={day}"))
    finger, chip, before = Finger(page), page.locator("[data-name='Dora Dedo']").first, moment(page, "Dora Dedo")

    def place():
        chip.evaluate("chip => chip.scrollIntoView({block: 'center', inline: 'center'})")
        return middle(chip.bounding_box())

    x, y = place()
    at = page.evaluate("scrollY")
    finger.drag((x, y), (x, y - 120), rests=False)  # it scrolls
    finger.touch("touchEnd")
    page.wait_for_function("at => scrollY > at + 40", arg=at)
    assert page.locator(".lifted").count() == 0

    x, y = place()
    at = page.evaluate("scrollY")
    finger.drag((x, y), (x + 110, y), rests=True)
    expect(page.locator(".landing-on")).to_have_count(1)
    expect(page.locator(".lifted")).to_contain_text("Libre")
    assert (page.evaluate("scrollY"), sideways(page), faults(page)) == (at, False, [])
    with page.expect_navigation():
        finger.touch("touchEnd")
    assert moment(page, "Dora Dedo") > before
    undo(page)
    assert moment(page, "Dora Dedo") == before


def middle_of(page, unit, day):
    cell = page.locator(f"td.night[data-unit='{unit}'][data-day='{day}']")
    cell.scroll_into_view_if_needed()
    return middle(cell.bounding_box())


def later(day, count):
    return (date.fromisoformat(day) + timedelta(days=count)).isoformat()


def dragged_by_the_night_one_has_hold_of(page, bar, unit, day):
    """Taken by its second night and let go three days later, it begins three days later."""
    box = bar.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 3 / 4, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(*middle_of(page, unit, later(day, 4)), steps=6)
    expect(page.locator(".lifted")).to_contain_text("Libre")
    assert page.locator(".landing").bounding_box()["width"] == pytest.approx(box["width"], abs=6)
    with page.expect_navigation():
        page.mouse.up()


def carried_by_keys(page, bar):
    bar.focus()
    page.keyboard.press("m")
    for key in ("ArrowLeft", "ArrowLeft", "ArrowLeft"):
        page.keyboard.press(key)
    expect(page.locator("[data-carried]")).to_contain_text("Libre")
    assert faults(page) == []
    with page.expect_navigation():
        page.keyboard.press("Enter")


def night(page, unit, day):
    return page.locator(f"td.night[data-unit='{unit}'][data-day='{day}'] a")


def several_nights_closed(page, unit, day):
    """Three free nights are chosen with Shift, given up, chosen again, closed and opened again."""
    night(page, unit, day).focus()
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Escape")
    expect(page.locator("[data-picked]")).to_be_hidden()
    for _night in range(2):
        page.keyboard.press("Shift+ArrowRight")
    expect(page.locator("[data-carried]")).to_contain_text("3 noches")
    page.keyboard.press("Tab")
    expect(page.locator("[data-action=walk-in]:focus")).to_contain_text("Anotar a alguien")
    page.keyboard.press("Shift+Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    press(page, "close-time")
    closed = page.locator(f"td.visit-closure[data-unit='{unit}'][data-day='{day}']")
    assert closed.get_attribute("data-nights") == "3"
    undo(page)
    assert closed.count() == 0


def test_on_the_month_by_touch(visit, plaza):
    """The first night and the last are tapped; the bar says what they cost, and books or blocks them."""
    page = visit(PHONE, has_touch=True, is_mobile=True, reduced_motion="reduce")
    log_in(page, plaza, *owner_of(TRIPS))
    first = (date.today().replace(day=1) + timedelta(days=100)).replace(day=1)  # nobody has anything there yet
    page.goto(plaza.admin(TRIPS, f"/bookings/month?day={first}&group=nights"))
    unit = page.locator("tr[data-unit]").nth(1).get_attribute("data-unit")
    day, bar = later(str(first), 4), page.locator("[data-picked]")
    night(page, unit, later(day, 2)).tap()
    night(page, unit, day).tap()
    expect(bar).to_contain_text("3 noches")
    expect(bar.locator("[data-price]")).not_to_be_empty()
    assert (faults(page), sideways(page)) == ([], False)
    with page.expect_navigation():
        bar.get_by_text("Bloquear").tap()
    told = [page.locator(f"[name={name}]").input_value() for name in ("first", "from", "last", "until")]
    assert told == [day, "14:00", later(day, 3), "11:00"]
    with page.expect_navigation():
        page.locator("[data-action=close-time]").tap()
    assert f"day={first}" in page.url
    night(page, unit, later(day, -1)).tap()
    night(page, unit, later(day, 4)).tap()
    expect(bar).to_contain_text("1 noche ·")  # what is taken between ends it: it begins anew
    night(page, unit, later(day, 5)).tap()
    with page.expect_navigation():
        bar.get_by_text("Anotar a alguien").tap()
    assert (page.locator("[name=nights]").input_value(), page.locator("[name=unit]").input_value()) == ("2", unit)


def test_on_the_month_by_mouse_and_by_keys(visit, plaza):
    page = visit(DESKTOP)
    log_in(page, plaza, *owner_of(TRIPS))
    first = (date.today().replace(day=1) + timedelta(days=70)).replace(day=1)  # nobody has anything there yet
    here = plaza.admin(TRIPS, f"/bookings/month?day={first}&group=nights")
    page.goto(here)
    assert (faults(page), sideways(page)) == ([], False)
    unit = page.locator("tr[data-unit]").first.get_attribute("data-unit")
    day = later(str(first), 4)
    page.mouse.move(*middle_of(page, unit, day))
    page.mouse.down()
    page.mouse.move(*middle_of(page, unit, later(day, 1)), steps=4)
    page.mouse.up()
    go(page, page.locator("[data-picked]").get_by_text("Anotar a alguien"))
    assert page.locator("input[name=nights]").input_value() == "2"
    page.locator("details summary").first.click()
    page.fill("input[name=name]", "Eva Mes")
    press(page, "walk-in-paid")
    bar = page.locator("[data-name='Eva Mes']")
    page.goto(here)
    before = moment(page, "Eva Mes")
    assert bar.get_attribute("data-own-day") == day
    dragged_by_the_night_one_has_hold_of(page, bar, unit, day)
    assert (page.url, bar.get_attribute("data-own-day")) == (here, later(day, 3))
    carried_by_keys(page, bar)
    assert (page.url, moment(page, "Eva Mes")) == (here, before)
    undo(page)
    assert bar.get_attribute("data-own-day") == later(day, 3)
    several_nights_closed(page, unit, later(day, 10))
    assert len(PdfReader(BytesIO(page.pdf(prefer_css_page_size=True))).pages) == 1
