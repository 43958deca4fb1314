"""Fields: what a letter may fill in for each reader, declared once: how it is called, what it gives, a sample."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from campaigns import letter_custom
from crm.contacts import Contact
from kernel import i18n, phones, tenancy
from kernel.i18n import _, _l
from shop import letter_picks, letter_rows, storefront

MOST = 160  # signs of a value that a person typed


@dataclass
class About:
    """For whom a letter is filled in; `shared` is kept between the readers of one letter."""

    contact: Contact | None
    language: str
    group: str
    root: str  # where the shop's pages are, without a last stroke
    urls: Mapping[str, str]
    shared: dict[Any, Any] = field(default_factory=dict)
    batch: "Batch | None" = None
    mailing_id: int | None = None  # the letter itself, where it is kept


@dataclass
class Batch:
    """The readers whose letters are filled in one after another: what is asked of one is asked for all at once."""

    people: Mapping[int, Contact]
    readers: letter_rows.Readers | None = None
    custom: letter_custom.Read | None = None


@dataclass(frozen=True)
class Field:
    """One thing that can be filled in; one with `parts` is written `name.part`, a `many` one is gone through."""

    name: str
    label: Any
    sample: Any
    value: Callable[[About], Any]
    parts: Mapping[str, Any]
    many: bool = False
    open: Callable[[], Mapping[str, Any]] | None = None  # its parts, where each shop has its own

    @property
    def inside(self) -> Mapping[str, Any]:
        """What each of its parts is called."""
        return self.open() if self.open else self.parts


_fields: dict[str, Field] = {}


def define(name: str, label: Any, sample: Any, value: Callable[[About], Any], **more: Any) -> None:
    """Declare a field; `parts`: what each of its parts is called, `many=True`: it is a list of such;
    `open()`: those parts, where they differ from shop to shop."""
    rest = more.get("parts", {}), more.get("many", False), more.get("open")
    _fields[name] = Field(name, label, sample, value, *rest)


def known(path: tuple[str, ...]) -> bool:
    """Whether there is such a field: ("first_name",), ("shop", "name"); of a list its size, its first and its last."""
    one = _fields.get(path[0])
    if one is None:
        return False
    rest = path[1:]
    if one.many:
        rest = rest[1:] if rest[:1] and (rest[0] in {"first", "last"} or rest[0].isdecimal()) else rest
        return not rest or rest == ("size",) or (len(rest) == 1 and rest[0] in one.parts)
    return not rest if not one.parts and not one.open else len(rest) == 1 and rest[0] in one.inside


def listed() -> list[tuple[str, Any]]:
    """What the editor offers: (what is written into the letter, what it is called)."""
    found: list[tuple[str, Any]] = []
    for one in sorted(_fields.values(), key=lambda one: one.name not in FIRST):
        if one.many or one.name in HIDDEN:
            continue
        parts = [(f"{one.name}.{part}", label) for part, label in one.inside.items()]
        found += parts if one.parts or one.open else [(one.name, one.label)]
    return found


def called(name: str, place: int | None = None) -> str:
    """What a field is called, or the product at a place of its row (from 0); "" when there is none of that name."""
    one = _fields.get(name)
    if one is None or place is None:
        return str(one.label) if one else ""
    return _("%(row)s, product %(num)s", row=str(one.label), num=place + 1)


FIRST = ("first_name", "name")  # what is wanted most
HIDDEN = {"unsubscribe_url", "preferences_url", "browser_url"}  # the footer has them


def values(names: Iterable[str], about: About) -> dict[str, Any]:
    """The values of these fields as plain words, lists and dictionaries, nothing else."""
    return {name: _fields[name].value(about) for name in names if name in _fields}


def samples(names: Iterable[str], about: About) -> dict[str, Any]:
    """What the same fields show when nobody in particular is looked at: the shop's own things, and sample words."""
    real = values((name for name in names if name not in PERSONAL), about)
    return real | {name: _sample(name) for name in names if name in PERSONAL}


def alike(told: Mapping[str, Any]) -> dict[str, Any]:
    """What these values say to all readers of a letter."""
    return {name: value for name, value in told.items() if name in ALIKE}


def own(told: Mapping[str, Any]) -> dict[str, Any]:
    """What they say of one reader at this moment: it stays with their letter. Who they are is asked anew."""
    return {name: value for name, value in told.items() if name not in LASTING}


ALIKE = {"shop", "new_arrivals", "issue"}
LASTING = {*ALIKE, *HIDDEN, "first_name", "name", letter_custom.NAME}
PERSONAL = {"first_name", "name", letter_custom.NAME, "last_order", "booking", "maker"}


def _sample(name: str) -> Any:
    one = _fields[name]
    if one.open:
        return letter_custom.samples()
    return {part: str(told) for part, told in one.sample.items()} if isinstance(one.sample, dict) else str(one.sample)


def clean(text: str) -> str:
    """What a person typed as one line: no signs that only turn or break lines."""
    line = text[:MOST]
    return " ".join((line if line.isprintable() else "".join(_shown(sign) for sign in line)).split())


def _shown(sign: str) -> str:
    return sign if sign.isprintable() else " "


def _contact(about: About, name: str) -> str:
    return clean(getattr(about.contact, name)) if about.contact is not None else ""


def _shop(about: About) -> dict[str, str]:
    def make() -> dict[str, str]:
        tenant, row = tenancy.tenant(), storefront.of()
        return {
            "name": tenant.name, "email": row.email or tenant.email, "url": f"{about.root}/",
            "phone": phones.show(row.phone or tenant.phone, tenant.country),
            "tagline": i18n.pick(row.tagline, about.language),
        }  # fmt: skip

    found = about.shared.get("shop") or make()
    about.shared["shop"] = found
    return found


def _picks(verb: Callable[..., Any]) -> Callable[[About], Any]:
    return lambda about: verb(about.contact, letter_picks.Wish(about.language, about.group, about.root, about.shared))


def _custom(about: About) -> dict[str, str]:
    """What a reader has in the shop's own fields; of those whose letters are written together it is read at once."""
    batch, contact = about.batch, about.contact
    if batch is None or (contact is not None and contact.id not in batch.people):
        return letter_custom.Read([contact.id] if contact is not None else []).of(contact, about.language)
    batch.custom = batch.custom or letter_custom.Read(list(batch.people))
    return batch.custom.of(contact, about.language)


def _row(name: str) -> Callable[[About], Any]:
    """A row of products that is chosen for each reader."""

    def value(about: About) -> list[dict[str, str]]:
        batch, contact = about.batch, about.contact
        if batch is None or (contact is not None and contact.id not in batch.people):
            batch = Batch({contact.id: contact} if contact is not None else {})
        batch.readers = batch.readers or letter_rows.Readers(batch.people)
        return batch.readers.row(name, contact, letter_picks.Wish(about.language, about.group, about.root))

    return value


def init_app(_app: object) -> None:
    """The fields that every shop has."""
    product = {
        "name": _l("%(what)s: name"), "short": _l("%(what)s: what it is"), "price": _l("%(what)s: price"),
        "url": _l("%(what)s: address"),
    }  # fmt: skip

    def parts(what: Any) -> dict[str, Any]:
        return {part: _Named(label, what) for part, label in product.items()}

    define("first_name", _l("First name"), _l("Ana"), lambda about: _contact(about, "first_name"))
    define("name", _l("Whole name"), _l("Ana Rojas"), lambda about: _contact(about, "name"))
    define(letter_custom.NAME, _l("Fields of people"), {}, _custom, open=letter_custom.labels)
    shop = {"name": _l("The shop's name"), "phone": _l("The shop's telephone"), "email": _l("The shop's e-mail"),
            "url": _l("The shop's address on the web"), "tagline": _l("The shop's motto")}  # fmt: skip
    define("shop", _l("The shop"), {}, _shop, parts=shop)
    top, last, fresh = _l("What suits them best"), _l("What they bought last"), _l("New in the shop")
    define("top_product", top, {}, _picks(letter_picks.top), parts=parts(top))
    define("last_product", last, {}, _picks(letter_picks.last), parts=parts(last))
    define("new_arrivals", fresh, [], _picks(letter_picks.fresh), parts=parts(fresh), many=True)
    for name, label in ((letter_rows.AGAIN, _l("Buy again")), (letter_rows.NEW, _l("New for you"))):
        define(name, label, [], _row(name), parts=dict.fromkeys(letter_rows.PARTS, label), many=True)
    order = {"number": _l("Their last order: number"), "total": _l("Their last order: total"),
             "date": _l("Their last order: day")}  # fmt: skip
    sample = {"number": "1042", "total": "18 500", "date": _l("12 March")}
    define("last_order", _l("Their last order"), sample, _picks(letter_picks.order), parts=order)
    booking = {"service": _l("Their next booking: what"), "day": _l("Their next booking: day"),
               "time": _l("Their next booking: time of day")}  # fmt: skip
    sample = {"service": _l("Tour at dawn"), "day": _l("Friday 4 December"), "time": "07:30"}
    define("booking", _l("Their next booking"), sample, _picks(letter_picks.booking), parts=booking)
    made = {"name": _l("Who made what they bought: name"), "place": _l("Who made what they bought: place"),
            "hours": _l("Who made what they bought: hours of work"),
            "product": _l("Who made what they bought: what")}  # fmt: skip
    sample = {"name": _l("Juana"), "place": _l("Workshop by the river"), "hours": "14", "product": _l("Table runner")}
    define("maker", _l("Who made what they bought"), sample, _picks(letter_picks.maker), parts=made)
    for name, label in (("unsubscribe_url", _l("Way out")), ("preferences_url", _l("Preferences")),
                        ("browser_url", _l("This letter on the web"))):  # fmt: skip
        define(name, label, "", _url(name))


def _url(name: str) -> Callable[[About], str]:
    return lambda about: about.urls.get(name, "")


@dataclass(frozen=True)
class _Named:
    """A label about something, said when it is shown."""

    label: Any
    what: Any

    def __str__(self) -> str:
        return str(self.label) % {"what": self.what}
