"""A line of a file of products: what it says, in the forms in which the shop keeps it, or why it cannot be taken."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kernel import blocks, i18n, tenancy
from kernel.folding import fold
from kernel.i18n import _l
from shop import catalog, import_amounts, import_fields, options
from shop.import_amounts import Kind, Unclear

LONGEST = {"name": 120, "description": 8000, "sku": 58, "option": 60}
UNITS = Kind(0, catalog.MOST, "units")
GRAMS = Kind(0, 10_000_000, "weight", frozenset({"G", "GR"}))
KILOS = Kind(3, 10_000_000, "weight", frozenset({"KG"}))
CUT = re.compile(r"\d([.,]\d+)?E\+\d+", re.IGNORECASE)  # a long number as a spreadsheet shows it
BETWEEN = re.compile(r"(?<![\s,;|])[\s,;|]+(?=[A-Za-z]+://)")  # two addresses; a comma may be part of one
ANY = {"es": "Variante", "en": "Variant"}  # an option that the file gives no name
WHYS = {  # why a line is not taken, and what of one that is taken is not
    "more": _l("it has more cells than the first line: put numbers with a comma between quotation marks"),
    "name": _l("it is new and has no name"),
    "no_price": _l("it is new and has no price"),
    "price": _l("“%(value)s” is no price here: write it as a number, such as 12500"),
    "negative": _l("“%(value)s” is below 0"),
    "formula": _l("“%(value)s” is a formula: write the number itself"),
    "unclear": _l("“%(value)s” can be read in two ways: write it without a sign for thousands"),
    "most": _l("“%(value)s” is more than can be kept"),
    "units": _l("“%(value)s” is no whole number of units"),
    "weight": _l("“%(value)s” is no weight"),
    "counted": _l("“%(value)s” says not how it is counted: on the shelf, made each day or without limit"),
    "state": _l("“%(value)s” is no state: write on sale or draft"),
    "tax": _l("no tax of yours is called “%(value)s”"),
    "long": _l("“%(value)s…” is too long"),
    "cut": _l("the spreadsheet cut the code “%(value)s”: make its column text, and write it again"),
    "twice": _l("the code “%(value)s” stands on line %(line)s already"),
    "choice_twice": _l("the same choice stands on line %(line)s already"),
    "choice_there": _l("another code has that choice already: “%(value)s”"),
    "no_choice": _l("line %(line)s is the same product: say by which options they differ"),
    "other_options": _l("“%(value)s”: its options are called otherwise"),
    "fixed_options": _l("“%(value)s”: what one chooses of it is changed on its page"),
    "no_options": _l("the product “%(value)s” has nothing to choose: give it options on its page first"),
    "many": _l("that makes more variants than a product can have"),
    "differs": _l("it says otherwise of the same product than line %(line)s: “%(value)s”"),
    "elsewhere": _l("the code “%(value)s” belongs to another product"),
    "bin": _l("“%(value)s” lies in the bin: take it out, or write another code"),
    "called": _l("a product is called “%(value)s” already: write its code, or another name"),
    "voucher": _l("what a gift card costs is changed on its page"),
    "uncounted": _l("it is not counted: the number of units is left out"),
    "kept_kind": _l("how it is counted is changed on its page"),
    "same_name": _l("another product is called so too"),
    "shelf": _l("there is no category “%(value)s”: left out"),
    "shelf_made": _l("the category “%(value)s” is made"),
    "picture": _l("only a picture: left out"),
    "no_product": _l("only a picture, and its product was not taken"),
    "address": _l("“%(value)s” is no address from which a picture can be fetched: left out"),
    "most_pictures": _l("a product shows up to %(value)s pictures: what is more is left out"),
    "tags": _l("it has more tags than a product can have: the first ones are taken"),
    "compare": _l("the price before is not higher: left out"),
    "draft": _l("it stays a draft: tick “Publish” to have it on sale"),
    "unready": _l("it stays a draft: %(value)s"),
}


@dataclass
class Told:
    """What one line says of a product and of a variant of it."""

    line: int
    sku: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    options: list[tuple[str, str]] = field(default_factory=list)  # (name or "" as on the line before, value)
    group: str = ""  # what makes lines one product
    of: str = ""  # the code of the product that it is a variant of
    picture: bool = False  # it says nothing else
    pictures: list[str] = field(default_factory=list)  # addresses, as they stand there
    alts: list[str] = field(default_factory=list)  # what these show
    own: str = ""  # the address of the variant's own
    place: int = 0  # of the picture among those of the product


class Refused(Exception):
    """A line that cannot be taken: `why` of WHYS, and what fills its holes."""

    def __init__(self, why: str, value: str = "", line: int = 0) -> None:
        self.note = (why, value[:80], line)
        super().__init__(why)


@dataclass(frozen=True)
class Reading:
    """How the lines of a file are read: which column says what, and what the person ticked."""

    mapping: Mapping[str, int]
    heads: Sequence[str]
    publish: bool = False
    shelves: bool = True  # categories that are missing are made
    pictures: bool = True  # they are fetched

    @property
    def listed(self) -> bool:
        """Whether a cell holds several categories with commas between, as in files of WooCommerce."""
        return any(fold(head) in {"regular price", "precio normal"} for head in self.heads)


def cells_of(cells: Sequence[str], how: Reading) -> dict[str, str]:
    """The cells of a line by field, as they stand there."""
    return {code: cells[at].strip() if at < len(cells) else "" for code, at in how.mapping.items()}


def group(cells: Sequence[str], how: Reading) -> str:
    """What makes this line one product with others; "" for a product of its own."""
    said = cells_of(cells, how)
    if said.get("handle"):
        return f"handle {fold(said['handle'])}"
    if said.get("parent"):
        return f"parent {fold(said['parent'])}"
    if said.get("options") or said.get("option1_value"):
        return f"name {fold(said.get('name', ''))}" if said.get("name") else ""
    return ""


def keys(cells: Sequence[str], how: Reading) -> list[str]:
    """The groups that this line may be the head of: a variant names its product by code or by number."""
    said = cells_of(cells, how)
    return [f"parent {fold(text)}" for text in (said.get("sku", ""), f"id:{said.get('number', '')}") if text]


def told(line: int, cells: Sequence[str], how: Reading) -> Told:
    """What a line says; raises Refused."""
    if any(cell.strip() for cell in cells[max(len(how.heads), 1) :]):
        raise Refused("more")
    said = cells_of(cells, how)
    found = Told(line, said.get("sku", ""), group=group(cells, how), of=said.get("parent", ""), options=_options(said))
    if CUT.fullmatch(found.sku):
        raise Refused("cut", found.sku)
    _fits(found.sku, "sku")
    told_of = [code for code in said if said[code] and code.partition("_")[0] in import_fields.WORDS]
    for code in told_of:
        found.values[code] = _words(code, said[code])
    for code in ("price", "compare", "sale", "stock", "weight_g", "weight_kg"):
        if said.get(code):
            found.values[code] = _number(code, said[code])
    _sale(found)
    _codes(found, said)
    _pictures(found, said)
    found.picture = not (found.sku or found.options) and found.values.keys() == {"handle"}
    return found


def _fits(text: str, what: str) -> str:
    if len(text) > LONGEST[what]:
        raise Refused("long", text[:40])
    return text


def _words(code: str, text: str) -> str:
    if code.startswith("name"):
        return _fits(" ".join(text.split()), "name")
    plain = text.replace("\r\n", "\n")
    return _fits(blocks.clean(plain) if "<" in plain else plain, "description")


def _number(code: str, text: str) -> int:
    kinds = {"stock": UNITS, "weight_g": GRAMS, "weight_kg": KILOS}
    try:
        return import_amounts.read(text, kinds[code]) if code in kinds else import_amounts.price(text)
    except Unclear as no:
        raise Refused(no.why, text) from None


def _sale(found: Told) -> None:
    """A price for now makes the usual one the price before; kilograms become grams."""
    sale, grams = found.values.pop("sale", None), found.values.pop("weight_kg", None)
    if sale is not None and "price" in found.values:
        found.values["compare"], found.values["price"] = found.values["price"], sale
    if grams is not None:
        found.values.setdefault("weight_g", grams)


def _codes(found: Told, said: Mapping[str, str]) -> None:
    """What is one of few words, or the name of something that the shop has."""
    if text := said.get("state", ""):
        found.values["state"] = import_fields.state(text) or _no("state", text)
    if text := said.get("tags", ""):
        found.values["tags"] = text
    if text := said.get("counted", ""):
        found.values["counted"] = text
    for code in ("shelf", "tax", "handle"):
        if text := said.get(code, ""):
            found.values[code] = " ".join(text.split())


def _pictures(found: Told, said: Mapping[str, str]) -> None:
    """One address, or several with commas or on lines of their own; what they show stands between upright strokes."""
    found.pictures = [one.strip().replace(" ", "%20") for one in BETWEEN.split(said.get("pictures", "")) if one.strip()]
    alts = said.get("alts", "")
    found.alts = [" ".join(one.split()) for one in (alts.split("|") if len(found.pictures) > 1 else [alts])]
    found.own = said.get("own_picture", "").replace(" ", "%20")
    place = said.get("place", "")
    found.place = int(place) if place.isdecimal() and len(place) < 5 else 0


def _no(why: str, value: str) -> str:
    raise Refused(why, value)


def _options(said: Mapping[str, str]) -> list[tuple[str, str]]:
    """The choices of a line: "Talla=M; Color=Azul", or a column for each name and value."""
    found = []
    for part in said.get("options", "").split(";"):
        name, is_, value = part.strip().partition("=")
        if name or value:
            found.append((name.strip(), value.strip()) if is_ else (i18n.pick(ANY, tenancy.tenant().language), name))
    for at in (1, 2, 3):
        name, value = said.get(f"option{at}_name", ""), said.get(f"option{at}_value", "")
        if value and fold(value) != "default title":
            found.append((name, value))
    for name, value in found:
        _fits(name, "option")
        _fits(value, "option")
    if len(found) > options.MOST_OPTIONS:
        raise Refused("many")
    return found
