"""How fast the shop is beside its floor, on both databases: home, category, product, add-to-cart, place-order.

`plaza bench pages [--quick]`. Rounds of ours and of the floor follow each other in the same run; rates are requests a
second over four connections. Warm: one edit a second. Cold: every page is seen for the first time.
"""

import secrets
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from statistics import median

import brotli  # type: ignore[import-untyped]

from bench.stand import floor, household, report, world
from bench.stand.servers import Client, free_port, memory, served

Case = dict[str, float]
ROUNDS, WARM, COLD, WRITES, PRODUCTS = 5, 400, 80, 40, 10_000  # all rounds of cold see fewer pages than a shelf has
SEEN = 1000  # pages before memory is read
QUICK = {"ROUNDS": 1, "WARM": 12, "COLD": 4, "WRITES": 4, "PRODUCTS": 120, "SEEN": 10}
AIMS = {"category": 0.6, "product": 0.6, "category cold": 0.25, "product cold": 0.25}
PAGES = {"home": "/", "category": "/c/cafe", "product": "/p/cafe-7"}
BUYER = {"name": "Ana Mora", "shipping": "retiro", "payment": "transfer", "terms": ""}


class Pair:
    """The shop and its floor, served side by side from the same database."""

    def __init__(self, stack: ExitStack, database_url: str) -> None:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        port, beside = free_port(), free_port()
        self.url = database_url or f"sqlite:///{folder / 'plaza.db'}"
        url = f"http://plaza.localhost:{port}"
        world.build(folder, self.url, url, PRODUCTS)
        env = {"PLAZA_INSTANCE": str(folder), "PLAZA_URL": url, "PLAZA_DATABASE_URL": self.url, "PLAZA_PROXIES": "1"}
        self.env, self.servers = env, stack.enter_context(ExitStack())
        self.pid = self.servers.enter_context(served(["kernel.cli", "web", "--port", str(port)], port, env))
        self.ours = Client(port, f"{world.SLUG}.plaza.localhost")
        self.fresh = 0
        for name, path in PAGES.items():
            (folder / f"{name}.html").write_text(self._same_bytes(path), "utf-8")
        least = env | {floor.FOLDER: str(folder)}
        self.servers.enter_context(served(["bench.stand.floor", str(beside)], beside, least))
        self.floor = Client(beside, "localhost")

    def _same_bytes(self, path: str) -> str:
        status, _headers, body = self.ours.ask(path)
        if status != 200:
            raise RuntimeError(f"{path} answered {status}")
        return "{% raw %}" + str(brotli.decompress(body), "utf-8") + "{% endraw %}{{ name }}"

    def against(self, count: int, ours: Callable[[int, int], int], least: Callable[[int, int], int]) -> Case:
        """Interleaved rounds; the median rate of each, and their ratio."""
        rates = [(self.ours.rate(count, ours), self.floor.rate(count, least)) for _ in range(ROUNDS)]
        mine, bare = median(rate for rate, _ in rates), median(rate for _, rate in rates)
        return {"ours": round(mine, 1), "floor": round(bare, 1), "ratio": round(mine / bare, 3)}

    def warm(self, name: str) -> Case:
        """A page that many look at, with one edit a second."""
        stop = threading.Event()

        def edits() -> None:
            while not stop.wait(1):
                world.edit(self.url)

        editor = threading.Thread(target=edits)
        editor.start()
        try:
            return self.against(
                WARM, lambda _n, line: self.ours.ask(PAGES[name], line=line)[0],
                lambda _n, line: self.floor.ask(f"/{name}", line=line)[0],
            )  # fmt: skip
        finally:
            stop.set()
            editor.join()

    def cold(self, name: str) -> Case:
        """Pages that nobody has seen yet."""
        world.edit(self.url)

        def one(number: int, line: int) -> int:
            self.fresh += 1
            last = PRODUCTS // 24
            path = (
                f"/c/cafe?page={self.fresh % last + 1}"
                if name == "category"
                else f"/p/cafe-{self.fresh % PRODUCTS + 1}"
            )
            return self.ours.ask(path, line=line)[0]

        return self.against(COLD, one, lambda _n, line: self.floor.ask(f"/{name}", line=line)[0])

    def writes(self) -> dict[str, Case]:
        """Buyers who put something into a cart and order it."""
        carts: list[str] = []

        def add(number: int, line: int) -> int:
            status, headers, _ = self.ours.ask(
                "/cart/lines", {"product": f"cafe-{number + 1}", "quantity": "1"}, line=line
            )
            carts.append(headers["set-cookie"])
            return status

        def order(_number: int, line: int) -> int:
            form = {**BUYER, "key": secrets.token_urlsafe(16), "email": f"{secrets.token_hex(4)}@example.com"}
            status, headers, _ = self.ours.ask("/checkout", form, line=line, cookie=carts.pop())
            return status if "/orders/" in headers.get("location", "") else 599

        def bare(_number: int, line: int) -> int:
            return self.floor.ask("/order", {"slug": secrets.token_hex(8)}, line=line)[0]

        return {"add-to-cart": self.against(WRITES, add, bare), "place-order": self.against(WRITES, order, bare)}

    def install(self) -> list[household.Held]:
        """What `plaza up` takes on the same database after a thousand pages; nothing else runs beside it."""
        self.servers.close()
        lists = [f"/c/cafe?page={number % (PRODUCTS // 24) + 1}" for number in range(SEEN * 2 // 5)]
        things = [f"/p/cafe-{number % PRODUCTS + 1}" for number in range(SEEN // 2)]
        return household.after(["/"] * (SEEN // 10) + lists + things, world.SLUG, self.env)


def measure(name: str, database_url: str) -> dict[str, Case]:
    """All cases on one database."""
    with ExitStack() as stack:
        pair = Pair(stack, database_url)
        found = {f"{name} {page}": pair.warm(page) for page in PAGES}
        found |= {f"{name} {page} cold": pair.cold(page) for page in ("category", "product")}
        found |= {f"{name} {verb}": case for verb, case in pair.writes().items()}
        pair.ours.rate(100 if PRODUCTS < 1000 else 1000, lambda _n, line: pair.ours.ask("/p/cafe-7", line=line)[0])
        for case, told in found.items():
            aim = AIMS.get(case.removeprefix(f"{name} "))
            print(f"{case:28} {told['ours']:9.1f}/s  floor {told['floor']:9.1f}/s  × {told['ratio']:.2f}"
                  + (f"  (aim {aim})" if aim else ""))  # fmt: skip
        print(f"{name} memory of a web process by itself after all that: {memory(pair.pid)} MB", flush=True)
        for one in pair.install() if household.readable() else []:
            print(f"{name} after {SEEN} pages, {one.name}: {one.share} MB (to itself {one.own}, sees {one.seen})"
                  + ("  (aim < 120)" if one.name == "plaza pages" else ""), flush=True)  # fmt: skip
        return found


def main() -> None:
    """Measure and say it; the last line is JSON."""
    if "--quick" in sys.argv:
        globals().update(QUICK)
    report.tell("pages", "requests/s", measure)


if __name__ == "__main__":
    main()
