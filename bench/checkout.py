"""How many orders a second one web process takes from 1, 8 and 32 buyers at once, on both databases; none oversold.

`plaza bench checkout [--quick] [--sqlite]`. Every buyer has filled a cart beforehand; what is timed is the POST of the
checkout, whole: look, price, take, write, commit. A third of the buyers want the last units of one product. The floor
is a bare Flask that inserts one row and commits, on the same server and database, in rounds that follow each other.
"""

import secrets
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from sqlalchemy import create_engine, text

from bench.stand import floor, report, world
from bench.stand.servers import Client, free_port, memory, served

Case = dict[str, float]
BUYERS, ROUNDS, ORDERS, LAST = (1, 8, 32), 3, 96, 12
QUICK = {"ROUNDS": 1, "ORDERS": 8, "LAST": 2, "BUYERS": (1, 8)}
PRODUCTS, HOT = 200, 1  # the product whose last units everybody wants
BUYER = {"name": "Ana Mora", "shipping": "retiro", "payment": "transfer", "terms": ""}


class Till:
    """The shop and its floor on one database, and what was sold of the hot product."""

    def __init__(self, stack: ExitStack, database_url: str) -> None:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        self.port, self.beside = free_port(), free_port()
        self.url = database_url or f"sqlite:///{folder / 'plaza.db'}"
        url = f"http://plaza.localhost:{self.port}"
        world.build(folder, self.url, url, PRODUCTS)
        env = {"PLAZA_INSTANCE": str(folder), "PLAZA_URL": url, "PLAZA_DATABASE_URL": self.url, "PLAZA_PROXIES": "1"}
        self.pid = stack.enter_context(served(["kernel.cli", "web", "--port", str(self.port)], self.port, env))
        env |= {floor.FOLDER: str(folder)}
        stack.enter_context(served(["bench.stand.floor", str(self.beside)], self.beside, env))
        self.sold = self.refused = 0

    def measure(self, buyers: int) -> Case:
        """Rounds of ours and of the floor with so many buyers; the median rate of each."""
        ours = Client(self.port, f"{world.SLUG}.plaza.localhost", buyers)
        bare = Client(self.beside, "localhost", buyers)
        rates = [(self._round(ours), bare.rate(ORDERS, lambda _n, line: _bare(bare, line))) for _ in range(ROUNDS)]
        mine, least = median(rate for rate, _ in rates), median(rate for _, rate in rates)
        return {"ours": round(mine, 1), "floor": round(least, 1), "ratio": round(mine / least, 3)}

    def _round(self, client: Client) -> float:
        self._stock(LAST)
        count = -(-ORDERS // client.width) * client.width
        carts = [
            self._filled(client, HOT if number % 3 == 0 else number % (PRODUCTS - 1) + 2) for number in range(count)
        ]
        before = self._orders()
        statuses: list[int] = []

        def order(number: int, line: int) -> int:
            form = {**BUYER, "key": secrets.token_urlsafe(16), "email": f"{secrets.token_hex(4)}@example.com"}
            status, headers, _body = client.ask("/checkout", form, line=line, cookie=carts[number])
            placed = "/orders/" in headers.get("location", "")
            statuses.append(status)
            return 200 if placed or status == 409 else 599

        rate = client.rate(count, order)
        self._check(count, statuses.count(409), self._orders() - before)
        return rate

    def _filled(self, client: Client, product: int) -> str:
        _status, headers, _body = client.ask("/cart/lines", {"product": f"cafe-{product}", "quantity": "1"})
        return headers["set-cookie"]

    def _check(self, tries: int, refused: int, placed: int) -> None:
        hot = -(-tries // 3)
        left = self._one("SELECT on_hand FROM variant WHERE id = :id", id=HOT)
        if (left, placed, refused) != (0, tries - hot + LAST, hot - LAST):
            told = f"{placed} orders, {refused} refused, {left} left"
            raise RuntimeError(f"{tries} buyers, {hot} for the last {LAST}: {told}")
        self.sold, self.refused = self.sold + placed, self.refused + refused

    def _stock(self, units: int) -> None:
        self._one("UPDATE variant SET on_hand = :units WHERE id = :id RETURNING id", units=units, id=HOT)

    def _orders(self) -> int:
        return int(self._one('SELECT count(*) FROM "order"'))

    def _one(self, sql: str, **values: int) -> int:
        engine = create_engine(self.url)
        with engine.begin() as bare:
            found = bare.execute(text(sql), values).scalar_one()
        engine.dispose()
        return int(found)


def _bare(client: Client, line: int) -> int:
    return client.ask("/order", {"slug": secrets.token_hex(8)}, line=line)[0]


def measure(name: str, database_url: str) -> dict[str, Case]:
    """All cases on one database."""
    with ExitStack() as stack:
        till = Till(stack, database_url)
        found = {}
        for buyers in BUYERS:
            case = found[f"{name} {buyers} buyers"] = till.measure(buyers)
            print(f"{name:11} {buyers:3} buyers {case['ours']:8.1f} orders/s  floor {case['floor']:8.1f}/s  "
                  f"× {case['ratio']:.3f}", flush=True)  # fmt: skip
        print(f"{name}: {till.sold} orders placed, {till.refused} refused for want of stock, 0 oversold; "
              f"memory of the web process {memory(till.pid)} MB", flush=True)  # fmt: skip
        return found


def main() -> None:
    """Measure and say it; the last line is JSON."""
    if "--quick" in sys.argv:
        globals().update(QUICK)
    report.tell("checkout", "orders/s", measure)


if __name__ == "__main__":
    main()
