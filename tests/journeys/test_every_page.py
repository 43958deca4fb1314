"""Every page of shops and back office, crawled: axe finds nothing, nothing scrolls sideways at 320, no text is a column of
letters there, targets are large."""

import os
import re
from urllib.parse import urlsplit

import pytest

from tests.journeys.conftest import DESKTOP, PHONE, faults, log_in, owner_of, sideways

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SHOPS = ("tres-neblinas", "hilos-xelantun", "rutas-guanquira", "horno-tizapola")
NARROW = {"width": 320, "height": 640}
MOST = 60 if os.environ.get("PLAZA_SEEDS") else 22  # pages of one walk
LEAVES = re.compile(
    r"/logout|/media/|\.csv|\.xlsx|\.pdf|/preview/|\?|/d/|/letters/.+/"
)  # ways out, files, the same page again
SMALL = """() => {
const whole = one => getComputedStyle(one, '::after').position === 'absolute'  // its whole row is touched
const block = one => getComputedStyle(one).display === 'inline' ? block(one.parentElement) : one
const said = one => [...block(one.parentElement).childNodes].some(part => part.nodeType === 3 && part.data.trim().length > 3)
return [...document.querySelectorAll('a, button, input, select, textarea, summary')]
.filter(one => one.offsetParent && !one.closest('p, label, .skip, [hidden]') && one.type !== 'hidden')
.filter(one => !one.closest('li, td') || !(whole(one) || said(one)))
.map(one => [one.getBoundingClientRect(), one])
.filter(([box]) => box.width > 1 && (box.width < 24 || box.height < 24))
.map(([box, one]) => `${one.outerHTML.slice(0, 90)} ${Math.round(box.width)}x${Math.round(box.height)}`)
}"""

SQUEEZED = """() => [...document.querySelectorAll('main *')]
.filter(one => one.offsetParent && [...one.childNodes].some(part => part.nodeType === 3 && part.data.trim().length > 11))
.map(one => [one.getBoundingClientRect(), one])
.filter(([box]) => box.width > 1 && box.width < 40 && box.height > 3 * box.width)
.map(([box, one]) => `${one.outerHTML.slice(0, 90)} ${Math.round(box.width)}x${Math.round(box.height)}`)"""


TWICE = """() => [...document.querySelectorAll('[id]')].map(one => one.id)
.filter((name, at, all) => all.indexOf(name) !== at)"""


def kind(url: str) -> str:
    """Pages of one kind look alike: one of each is enough."""
    path = urlsplit(url).path
    return re.sub(
        r"(/(?:p|c|orders|people|letters|products|categories|pages|policies|jobs|discounts|gift-cards|invoices|price-lists|resources|indicators|figures|automations|tasks|deals|notes|quotes)/)[^/]+",
        r"\1…",
        path,
    )


def links(page, inside: str) -> list[str]:
    found = page.eval_on_selector_all("a[href]", "all => all.map(one => one.href.split('#')[0])")
    return [url for url in found if url.startswith(inside) and not LEAVES.search(url[len(inside) :])]


def crawl(page, start: str, inside: str, most: int = MOST):
    """Go from page to page, one of each kind."""
    waiting, seen = [start], set()
    while waiting and len(seen) < most:
        url = waiting.pop(0)
        if kind(url) in seen:
            continue
        seen.add(kind(url))
        answer = page.goto(url)
        assert answer is not None
        assert answer.status == 200, f"{url}: {answer.status}"
        waiting += links(page, inside)
        yield url


def look(page) -> list[str]:
    """What is wrong with the page as it is."""
    wrong = faults(page) + [f"{page.url}: small target {one}" for one in page.evaluate(SMALL)]
    wrong += [f"{page.url}: more than one thing is called #{one}" for one in page.evaluate(TWICE)]
    page.set_viewport_size(NARROW)
    wrong += [f"{page.url}: scrolls sideways at 320"] if sideways(page) else []
    return wrong + [f"{page.url}: a column of letters {one}" for one in page.evaluate(SQUEEZED)]


def examine(page, start, inside, viewport, most=MOST) -> list[str]:
    wrong = []
    for _url in crawl(page, start, inside, most):
        wrong += look(page)
        page.set_viewport_size(viewport)
    return wrong


@pytest.mark.parametrize("slug", SHOPS)
def test_the_pages_of_a_shop(visit, plaza, slug):
    page, most = visit(PHONE, reduced_motion="reduce"), MOST if slug == SHOPS[0] else 4  # the same templates after that
    assert examine(page, plaza.shop(slug), plaza.shop(slug), PHONE, most) == []


def test_the_pages_of_a_shop_in_the_dark_and_in_english(visit, plaza):
    page = visit(DESKTOP, reduced_motion="reduce", color_scheme="dark")
    inside = plaza.shop(SHOPS[1], "/en/")
    assert examine(page, inside, inside, DESKTOP, 8) == []


@pytest.mark.parametrize(("scheme", "viewport"), [("light", PHONE), ("dark", DESKTOP)])
def test_the_pages_of_the_back_office(visit, plaza, scheme, viewport):
    page = visit(viewport, reduced_motion="reduce", color_scheme=scheme)
    log_in(page, plaza, *owner_of(SHOPS[0]))
    inside = plaza.admin(SHOPS[0])
    assert examine(page, inside, inside, viewport, MOST if scheme == "light" else 8) == []


def test_the_pages_of_the_install(visit, plaza):
    page = visit(PHONE, reduced_motion="reduce")
    wrong = []
    for path in ("/", "/signup", "/login", "/reset", "/nowhere", "/account", "/account/two-factor"):
        if path == "/account":
            log_in(page, plaza, *owner_of(SHOPS[1]))
        page.goto(plaza.url + path)
        wrong += look(page)
        page.set_viewport_size(PHONE)
    assert wrong == []


def test_the_look_sees_what_is_wrong(visit, plaza):
    page = visit(PHONE)
    page.set_content(
        "<html lang=es><title>x</title><body><img src='data:,'><div style='width:900px'>…</div>"
        "<main><p style='width:1em' id=dos>una letra por línea</p><p id=dos></p>"
        "<ul><li><a href=#>Uno</a><li>Se lee en <a href=#>dos</a>.</ul></main></body></html>"
    )
    assert [one.split(">")[1] for one in page.evaluate(SMALL)] == ["Uno</a"]
    assert faults(page)
    assert sideways(page)
    assert len(page.evaluate(SQUEEZED)) == 1
    assert page.evaluate(TWICE) == ["dos"]


def test_the_home_page_is_edited_on_a_phone(visit, plaza):
    """Blocks of every kind with their versions: names whole, and no field called as another."""
    page = visit(PHONE, reduced_motion="reduce", color_scheme="dark")
    log_in(page, plaza, *owner_of(SHOPS[2]))
    page.goto(plaza.admin(SHOPS[2], "/pages/inicio"))
    page.locator(".block-fold").first.wait_for()
    assert look(page) == []
