"""Journeys: the whole product on a port of its own with the demo world, and a real Chromium."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright

from bench.stand.servers import free_port
from demo import staff
from kernel.settings import ROOT

SMALL = "target-size"
MIDDLE = "([path]) => document.querySelector(path)?.scrollIntoView({block: 'center', behavior: 'instant'})"
PHONE, DESKTOP = {"width": 360, "height": 740}, {"width": 1280, "height": 800}
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
QUIET += ["--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"]
AXE = ROOT / "instance" / "vendor" / "axe.js"
PATIENCE = 60_000  # milliseconds: a machine may have more to do, and nobody waits longer than it takes
expect.set_options(timeout=PATIENCE)
# A toast goes by itself, by a clock that beats four times a second: here it stays until it is read, however long that takes.
STAYS = "(beat => { setInterval = (verb, every, ...more) => beat(verb, every === 250 ? 1e9 : every, ...more) })(setInterval)"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


class Plaza:
    """A running install: where its pages are, who may log in."""

    def __init__(self, port: int, folder: Path) -> None:
        self.port = port
        self.folder = folder  # the instance: captured letters lie there
        self.url = f"http://plaza.localhost:{port}"

    def shop(self, slug: str, path: str = "/") -> str:
        """An address in a shop."""
        return f"http://{slug}.plaza.localhost:{self.port}{path}"

    def admin(self, slug: str, path: str = "/") -> str:
        """An address in a back office."""
        return f"{self.url}/admin/{slug}{path}"


@pytest.fixture(scope="package")
def plaza(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plaza]:
    """The product as `plaza up` runs it, with the demo world."""
    running = os.environ.get("PLAZA_JOURNEYS", "")  # the port of a product that already runs with the demo world
    if running:
        yield Plaza(int(running), Path(os.environ.get("PLAZA_INSTANCE", ROOT / "instance")))
        return
    port, folder = free_port(), tmp_path_factory.mktemp("plaza") / "instance"
    shutil.copytree(request.getfixturevalue("demo_world"), folder)
    env = {name: value for name, value in os.environ.items() if not name.startswith("PLAZA_")}
    env |= {"PLAZA_INSTANCE": str(folder), "PLAZA_URL": f"http://plaza.localhost:{port}"}
    command = [sys.executable, "-m", "kernel.cli", "up", "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    said = ""
    assert process.stdout is not None
    for line in process.stdout:
        said += line
        if "Ctrl-C" in line:
            break
    else:
        pytest.fail(f"the product did not start: {said}")
    yield Plaza(port, folder)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=180)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """One browser for all journeys."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip("no Chromium on this machine")
    real = Path("/usr/lib/chromium/chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(real if real.exists() else found), args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Any]:
    """`visit(viewport, **options)`: a new browser of somebody; what its pages log as an error fails the test."""
    contexts: list[BrowserContext] = []
    wrong: list[str] = []

    def begin(viewport: dict[str, int] = PHONE, **options: Any) -> Page:
        context = chromium.new_context(viewport=viewport, locale="es-CR", **options)  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE)
        context.add_init_script(STAYS)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(f"{page.url}: {error}"))
        page.on("console", lambda told: wrong.append(f"{page.url}: {told.text}") if told.type == "error" else None)
        return page

    yield begin
    for context in contexts:
        context.close()
    assert [told for told in wrong if "status of 4" not in told] == []


def owner_of(slug: str) -> tuple[str, str]:
    """E-mail and password of a demo shop's owner."""
    return staff.people(slug)[0].email, staff.PASSWORD


_inside: dict[tuple[str, str], tuple[Any, str]] = {}  # by install and person: the cookies they got, and where they came


def log_in(page: Page, plaza: Plaza, email: str, password: str) -> None:
    """As staff; through the door the first time, for it opens only so often an hour."""
    if (plaza.url, email) in _inside:
        cookies, place = _inside[plaza.url, email]
        page.context.add_cookies(cookies)
        page.goto(place)
        if "/login" not in page.url:  # else another journey ended the sessions of that account
            return
    page.goto(f"{plaza.url}/login")
    page.fill("input[name=email]", email)
    page.fill("input[name=password]", password)
    page.locator("main form button:not([type=button])").last.click()
    page.wait_for_url("**/admin/**")
    _inside[plaza.url, email] = page.context.cookies(), page.url


def go(page: Page, door: str | Locator) -> None:
    """Tap what leads to another page, and wait until that is there, whole and with its scripts."""
    with page.expect_navigation():
        (page.locator(door).first if isinstance(door, str) else door).click()


def press(page: Page, action: str) -> None:
    """Tap the first of the buttons of that action; it leads to another page."""
    go(page, f"[data-action={action}]")


def undo(page: Page) -> None:
    """Take back what the page has just done."""
    go(page, page.locator("[data-undo]"))


def until(verb: Callable[[], Any], seconds: float = 240) -> Any:
    """Ask again until what another does in its own time is done: the worker, a window that is drawn anew."""
    end = time.monotonic() + seconds
    while not (found := verb()):
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.2)
    return found


def unfold(page: Page) -> None:
    """Open what lies folded, once it is: on a phone every block but the one that one was led to."""
    page.wait_for_load_state()
    folded = page.locator(".block-fold[aria-expanded=false]")
    while folded.count():
        folded.first.tap()


def settled(page: Page) -> None:
    """Wait until the checkout knows what the last choice costs."""
    page.wait_for_selector("form[data-checkout]:not([aria-busy])")


def pick(page: Page, group: str, value: str) -> None:
    """Tap a radio card or pill of the checkout, once it is there with its scripts."""
    page.wait_for_load_state()
    page.locator(f"label:has(input[name*={group}][value='{value}'])").click()
    settled(page)


def order_to_fetch(page: Page, address: str, email: str, name: str) -> None:
    """Order one product of a page, to be fetched and paid by transfer; then the page of the order is there."""
    page.goto(address)
    press(page, "add-to-cart")
    press(page, "go-to-checkout")
    pick(page, "shipping", "retiro")
    pick(page, "payment", "transfer")
    page.fill("input[name=email]", email)
    page.fill("input[name=name]", name)
    settled(page)
    press(page, "place-order")
    expect(page.locator("[data-order-state]")).to_be_attached()


@cache
def _axe() -> str:
    return AXE.read_text(encoding="utf-8")


def faults(page: Page) -> list[str]:
    """What axe finds on the page as it is now, once it lies where it comes to rest.

    Of what is too small to touch, what still is in the middle of the window: at its edge a bar may lie over half of it.
    """
    page.wait_for_load_state("load")
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    if not page.evaluate("'axe' in window"):
        page.evaluate(_axe())
    found = _look(page)
    for target in found.get(SMALL, []):
        page.evaluate(MIDDLE, target)
        found[SMALL] = [one for one in found[SMALL] if one != target or target in _look(page).get(SMALL, [])]
    return [f"{page.url} {rule}: {targets[:4]}" for rule, targets in found.items() if targets]


def _look(page: Page) -> dict[str, list[Any]]:
    """The targets of each rule that is broken."""
    found = page.evaluate("rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", RULES)
    return {one["id"]: [node["target"] for node in one["nodes"]] for one in found["violations"]}


def sideways(page: Page) -> bool:
    """Whether the page is wider than the window."""
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth"))
