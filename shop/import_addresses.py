"""Addresses of pictures in a file of products: read from its cells, and which of them a product still lacks."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from kernel import fetching, files
from kernel.unfetched import NoAddress
from shop import import_pictures, outside_calendars, pictures
from shop.import_choices import Plan
from shop.import_lines import Reading, Told

OURS = re.compile(r"/media/[^/]+/([0-9a-f]{64})\.\d+\.webp$")
MOST = 240  # addresses of one product that are looked at
SECRET = re.compile(r"//[^/@\s]*@")  # a name and a password: not to be kept


@dataclass
class Wanted:
    """A picture that the file tells of one product."""

    number: int  # its place among them
    line: int
    address: str
    alt: str = ""
    variants: list[int] = field(default_factory=list)  # the lines of those that show it
    file_id: int | None = None  # where it need not be fetched
    there: bool = False  # the product has it, and nothing is to do

    @property
    def host(self) -> str:
        """From where it is fetched."""
        return fetching.host(self.address)


def find(plan: Plan, told: Iterable[Told], how: Reading) -> None:
    """Write into the plan which pictures its lines tell; what cannot be had is said beside its line."""
    taken = [one for one in told if plan.outcomes[one.line].kind != "refused"]
    for one in taken:
        if one.picture and plan.product is None and not plan.lines:
            plan.refuse(one.line, "no_product")
        elif one.picture and not (how.pictures and one.pictures):
            plan.note(one.line, "picture")
    if how.pictures and (plan.product is not None or plan.lines):
        wanted = list(_gathered(plan, taken).values())
        plan.pictures = _lacking(plan, wanted) if wanted else []
    for one in plan.pictures:
        if not one.there:
            outcome = plan.outcomes[one.line]
            outcome.kind = "new" if plan.product is None else "changed"
            outcome.product_id = plan.product.id if plan.product is not None else None


def _gathered(plan: Plan, taken: Sequence[Told]) -> dict[str, Wanted]:
    """Each address once, in the order of their places, then of their lines; those of variants last."""
    found: dict[str, Wanted] = {}
    for one in sorted(taken, key=lambda one: one.place or one.line + 10_000):
        for at, text in enumerate(one.pictures):
            if len(found) >= MOST:
                return found
            if address := _sound(plan, one.line, text):
                alt = one.alts[at] if at < len(one.alts) else ""
                found.setdefault(address, Wanted(len(found) + 1, one.line, address, alt))
    for one in plan.lines:
        text = one.own or (one.pictures[0] if one.of and one.pictures else "")
        row = plan.known.get(one.line)
        chosen = one.options or one.of or (row is not None and row.options)
        if text and chosen and len(found) < MOST and (address := _sound(plan, one.line, text)):
            found.setdefault(address, Wanted(len(found) + 1, one.line, address)).variants.append(one.line)
    return found


def _sound(plan: Plan, line: int, text: str) -> str:
    try:
        return fetching.sound(text)
    except NoAddress:
        if all(why != "address" for why, _value, _line in plan.outcomes[line].notes):
            plan.note(line, "address", SECRET.sub("//…@", text))
        return ""


def _lacking(plan: Plan, wanted: list[Wanted]) -> list[Wanted]:
    """What is to be done with them, as far as the product has room; none when it has them all."""
    shown = {one.file_id for one in pictures.of(plan.product.id)} if plan.product is not None else set()
    before = import_pictures.brought(plan.product.id, [one.address for one in wanted]) if plan.product else {}
    room, kept = pictures.MOST - len(shown), []
    for one in wanted:
        one.file_id = _own(one.address) or before.get(one.address)
        rows = [plan.known.get(line) for line in one.variants]
        one.there = one.file_id in shown and all(row is not None and row.picture_id == one.file_id for row in rows)
        room -= one.file_id not in shown
        if room >= 0 or one.file_id in shown:
            kept.append(one)
        elif ("most_pictures", str(pictures.MOST), 0) not in plan.outcomes[one.line].notes:
            plan.note(one.line, "most_pictures", pictures.MOST)
    return [] if all(one.there for one in kept) else kept


def _own(address: str) -> int | None:
    """The file of this shop that one of our own addresses shows."""
    found = OURS.search(address)
    file = files.by_sha(found[1]) if found and outside_calendars.ours(fetching.host(address)) else None
    return file.id if file is not None and file.picture else None
