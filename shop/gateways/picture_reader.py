"""The picture reader: what stands at the address of a product's picture is fetched and decoded while nothing is locked.

One picture each time, so that a worker is soon free for what somebody waits for; it passes by the door of uploads.
"""

from typing import NamedTuple
from urllib.parse import unquote, urlsplit

import structlog

from kernel import fetching, files, jobs, web
from kernel.unfetched import Unfetched
from shop import import_pictures

log = structlog.get_logger()


class Told(NamedTuple):
    """What was answered: a picture, or the code of why there is none."""

    made: files.Made | None
    fault: str = ""


@jobs.job(import_pictures.FETCH)
def fetch(import_id: int, product_id: int) -> None:
    """Fetch the next picture of a product and have the one after it follow; harmless when it comes twice or late."""

    def prepare() -> tuple[int, str] | None:
        row = import_pictures.next_one(import_id, product_id)
        return (row.id, row.address) if row is not None else None

    def record(asked: tuple[int, str] | None, told: Told) -> None:
        if asked is not None:
            _record(*asked, told)
        import_pictures.follow(import_id, product_id)

    web.outside(prepare, lambda asked: _told(asked[1]) if asked else Told(None), record)


def _told(address: str) -> Told:
    try:
        found = fetching.get(address, kind=fetching.PICTURE)
        return Told(files.make(found.body or b""))
    except Unfetched as refusal:
        return Told(None, refusal.code)
    except files.TooBig:
        return Told(None, "large")
    except files.NotAPicture:
        return Told(None, "picture")


def _record(picture_id: int, address: str, told: Told) -> None:
    found = import_pictures.claimed(picture_id)
    if found is None:  # it was taken back meanwhile, or another worker had it
        return
    row, product = found
    if told.made is None:
        import_pictures.failed(row, told.fault)
        log.info("a picture is not had", picture=row.id, why=row.fault, tries=row.tries)
        return
    name = unquote(urlsplit(address).path)
    import_pictures.show(row, product, files.keep(told.made, name=name).id)
