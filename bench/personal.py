"""How long a home page takes that fits its visitor, beside the same page for nobody in particular, on both databases.

`plaza bench personal [--quick] [--sqlite]`. A shop of 10,000 products; 1,000 visitors whose tastes, views and purchases
choose the cover and two rows for each. Both are asked by turns, each time by another visitor.
They come back: the shop's hourly job (shop/picking.py) has kept what their rows are chosen from, as for everybody who
was there lately. The page of somebody who did something since then, so that nothing is kept, is said beside it.
The floor is the kept anonymous page, its holes filled for this request; how quickly the front answers a stranger while
nothing at all is written is said beside it. Milliseconds a page on one connection; smaller is better.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from bench.stand import guests, report, world
from bench.stand.servers import Client, free_port, served
from kernel import tenancy
from kernel.app import create_app
from kernel.db import db
from kernel.settings import Settings, complete

Case = dict[str, float]
ROUNDS, EACH, PRODUCTS, VISITORS = 5, 200, 10_000, 1_000
QUICK = {"ROUNDS": 1, "EACH": 12, "PRODUCTS": 120, "VISITORS": 24}
AIM = 1.3


def _furnish(folder: Path, database_url: str, url: str) -> None:
    """The shop and its visitors."""
    world.build(folder, database_url, url, PRODUCTS)
    app = create_app(complete(Settings(url=url, instance=folder, database_url=database_url)))
    with app.app_context():
        tenant = db.session.scalars(db.select(tenancy.Tenant).where(tenancy.Tenant.slug == world.SLUG)).one()
        with tenancy.use(tenant.id):
            guests.arrive(VISITORS + EACH, PRODUCTS, EACH)
        db.engine.dispose()


def _turns(client: Client, first: int, *cookies: Callable[[int], str]) -> list[float]:
    """Milliseconds a page of each, by turns."""
    spent = [0.0] * len(cookies)
    for number in range(first, first + EACH):
        for place, cookie in enumerate(cookies):
            start = time.perf_counter()
            status, _headers, _body = client.ask("/", cookie=cookie(number))
            spent[place] += time.perf_counter() - start
            if status != 200:
                raise RuntimeError(f"the home page answered {status}")
    return [one * 1000 / EACH for one in spent]


def measure(name: str, database_url: str) -> dict[str, Case]:
    """All cases on one database."""
    with ExitStack() as stack:
        folder, port = Path(stack.enter_context(tempfile.TemporaryDirectory())), free_port()
        address, url = database_url or f"sqlite:///{folder / 'plaza.db'}", f"http://plaza.localhost:{port}"
        _furnish(folder, address, url)
        env = {"PLAZA_INSTANCE": str(folder), "PLAZA_URL": url, "PLAZA_DATABASE_URL": address, "PLAZA_PROXIES": "1"}
        stack.enter_context(served(["kernel.cli", "web", "--port", str(port)], port, env))
        return _compare(name, Client(port, f"{world.SLUG}.plaza.localhost", width=1), port)


def _compare(name: str, client: Client, port: int) -> dict[str, Case]:
    def recognised(number: int) -> str:
        return f"visitor_{port}={guests.token(number)}; consent_{port}=yes"

    def guest(number: int) -> str:
        return recognised(number % VISITORS)

    def nobody(_number: int) -> str:
        return f"unknown_{port}=1"  # a cookie that the front does not know: the house answers each time

    _turns(client, 0, guest, nobody)
    rounds = [_turns(client, place * EACH, guest, nobody) for place in range(ROUNDS)]
    mine, bare = (median(one) for one in zip(*rounds, strict=True))
    (front,), (new,) = _turns(client, 0, lambda _number: ""), _turns(client, VISITORS, recognised)
    print(f"{name} home  fits {mine:6.2f} ms  anonymous {bare:6.2f} ms  × {mine / bare:.2f} (aim {AIM});"
          f" nothing kept yet {new:.2f} ms; a stranger at the front {front:.2f} ms", flush=True)  # fmt: skip
    return {f"{name} home": {"ours": round(mine, 3), "floor": round(bare, 3), "ratio": round(mine / bare, 3)}}


def main() -> None:
    """Measure and say it; the last line is JSON."""
    if "--quick" in sys.argv:
        globals().update(QUICK)
    report.tell("personal", "ms", measure)


if __name__ == "__main__":
    main()
