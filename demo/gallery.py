"""The gallery: key pages of shops and back office on a phone and a desk, by day and by night, as pictures to look at.

    .venv/bin/python -m demo.gallery [--out DIR] [--base URL] [--readme]

Without `--base` it starts the product itself with the demo world, in a folder that is thrown away.
"""

import argparse
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from PIL import Image
from playwright.sync_api import sync_playwright

from demo import staff
from kernel.settings import ROOT

SIZES = {"phone": (360, 740), "desk": (1280, 800)}
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
SHOP = {"home": "/", "category": "/c/{shelf}", "product": "/p/{product}", "cart": "/cart", "checkout": "/checkout",
        "policy": "/policies/terminos", "search": "/search?q=a", "contact": "/contact",
        "subscribe": "/subscribe", "tastes": "/tastes"}  # fmt: skip
DESK = {"today": "/", "orders": "/orders", "sale": "/sales/new", "products": "/products", "people": "/people",
        "pages": "/pages", "letters": "/letters", "settings": "/settings", "bookings": "/bookings",
        "segments": "/segments", "mailings": "/mailings", "automations": "/automations",
        "indicators": "/indicators"}  # fmt: skip
GOODS = {
    "tres-neblinas": ("cafes", "cafe-neblina-alta"),
    "hilos-xelantun": ("mesa-y-hogar", "camino-de-mesa-volcan"),
    "rutas-guanquira": ("medio-dia", "rapidos-del-rio-guanquira"),
    "horno-tizapola": ("pan-dulce", "concha-de-vainilla"),
}
README = (  # name in the README, shop, page, size, scheme
    ("neblina", "tres-neblinas", "home", "desk", "light"),
    ("telar", "hilos-xelantun", "home", "desk", "light"),
    ("selva", "rutas-guanquira", "home", "desk", "dark"),
    ("horno", "horno-tizapola", "product", "phone", "light"),
    ("caja", "horno-tizapola", "checkout", "phone", "light"),
    ("salida", "rutas-guanquira", "product", "phone", "light"),
    ("hoy", "tres-neblinas", "desk-today", "desk", "light"),
    ("pedidos", "tres-neblinas", "desk-orders", "desk", "light"),
    ("reservas", "rutas-guanquira", "desk-bookings", "desk", "light"),
    ("segmentos", "tres-neblinas", "desk-segments", "desk", "light"),
)
HEAVIEST = 200 * 1024


@dataclass(frozen=True)
class Place:
    """Where the install is."""

    base: str

    def shop(self, slug: str, path: str) -> str:
        """An address in a shop."""
        parts = urlsplit(self.base)
        return f"{parts.scheme}://{slug}.{parts.netloc}{path}"

    def address(self, slug: str, page: str) -> str:
        """The address of a page by its name."""
        if page.startswith("desk-"):
            return f"{self.base}/admin/{slug}{DESK[page.removeprefix('desk-')]}"
        shelf, product = GOODS[slug]
        return self.shop(slug, SHOP[page].format(shelf=shelf, product=product))


@contextmanager
def product(base: str) -> Iterator[Place]:
    """The install at `base`, or one of our own that is gone afterwards."""
    if base:
        yield Place(base.rstrip("/"))
        return
    with socket.socket() as probe, tempfile.TemporaryDirectory(prefix="plaza-gallery-") as folder:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        url = f"http://plaza.localhost:{port}"
        env = {**os.environ, "PLAZA_INSTANCE": folder, "PLAZA_URL": url}
        words = [sys.executable, "-m", "kernel.cli", "up", "--port", str(port)]
        process = subprocess.Popen(words, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        try:
            if not any("Ctrl-C" in line for line in process.stdout):
                sys.exit("The product did not start.")
            yield Place(url)
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=60)


@contextmanager
def chromium() -> Iterator[Any]:
    """A browser without a window."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(QUIET))
        yield browser
        browser.close()


class Visit:
    """One browser of one size and scheme, which fills a cart and logs in when a page needs it."""

    def __init__(self, browser: Any, place: Place, size: str, scheme: str) -> None:
        self.place, self.ready = place, set[str]()
        width, height = SIZES[size]
        self.context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, locale="es-CR", reduced_motion="reduce",
            device_scale_factor=2 if size == "phone" else 1,
        )  # fmt: skip
        self.page = self.context.new_page()

    def see(self, slug: str, name: str) -> bytes:
        """A picture of the page as it is first seen."""
        if name.startswith("desk-"):
            self._once(f"desk {slug}", lambda: self._log_in(slug))
        elif name in {"cart", "checkout"}:
            self._once(f"cart {slug}", lambda: self._fill(slug))
        self.page.goto(self.place.address(slug, name), wait_until="load")
        self.page.evaluate("document.querySelectorAll('.consent').forEach(one => one.remove())")
        return bytes(self.page.screenshot())

    def _once(self, what: str, do: Any) -> None:
        if what not in self.ready:
            do()
            self.ready.add(what)

    def _log_in(self, slug: str) -> None:
        self.context.clear_cookies()
        self.page.goto(f"{self.place.base}/login")
        self.page.fill("input[name=email]", staff.people(slug)[0].email)
        self.page.fill("input[name=password]", staff.PASSWORD)
        self.page.locator("main form button:not([type=button])").last.click()
        self.page.wait_for_url("**/admin/**")

    def _fill(self, slug: str) -> None:
        self.page.goto(self.place.address(slug, "product"))
        self.page.locator("[data-action=add-to-cart]").first.click()
        self.page.wait_for_timeout(600)


def everything(place: Place, folder: Path) -> None:
    """Every key page of every shop, and the back office of the first, in both sizes and schemes."""
    pages = [(slug, name) for slug in GOODS for name in SHOP]
    pages += [("tres-neblinas", f"desk-{name}") for name in DESK]
    with chromium() as browser:
        for size in SIZES:
            for scheme in ("light", "dark"):
                visit = Visit(browser, place, size, scheme)
                for slug, name in pages:
                    (folder / f"{slug}.{name}.{size}.{scheme}.png").write_bytes(visit.see(slug, name))
                visit.context.close()


def readme(place: Place, folder: Path) -> None:
    """The few pictures of the README, as WebP of at most 200 KB each."""
    with chromium() as browser:
        for title, slug, name, size, scheme in README:
            visit = Visit(browser, place, size, scheme)
            png = folder / f"{title}.png"
            png.write_bytes(visit.see(slug, name))
            _pack(png)
            visit.context.close()


def _pack(png: Path) -> None:
    with Image.open(png) as opened:
        for quality in (88, 80, 70, 55):
            opened.convert("RGB").save(png.with_suffix(".webp"), "WEBP", quality=quality, method=6)
            if png.with_suffix(".webp").stat().st_size <= HEAVIEST:
                break
    png.unlink()


def main() -> None:
    """Read the words of the command line and take the pictures."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--out", type=Path)
    words.add_argument("--base", default="")
    words.add_argument("--readme", action="store_true", help="only the pictures of the README, into static/pictures")
    told = words.parse_args()
    folder = told.out or (ROOT / "static/pictures" if told.readme else ROOT / "instance/gallery")
    folder.mkdir(parents=True, exist_ok=True)
    with product(told.base) as place:
        (readme if told.readme else everything)(place, folder)


if __name__ == "__main__":
    main()
