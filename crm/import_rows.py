"""A line of a file as a person: what it says, in the forms in which the shop keeps it, or why it cannot be taken."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from dateutil import parser

from crm import birthday_texts, birthdays, contacts, import_companies, import_custom, import_fields, tags
from crm.custom_fields import CustomField
from kernel import accounts, clock, countries, i18n, phones
from kernel.countries import choices
from kernel.folding import fold
from kernel.i18n import _l
from kernel.refusal import Refusal

YES = {"si", "yes", "y", "s", "1", "true", "x", "verdadero", "subscribed", "suscrito", "acepta"}
NO = {"no", "n", "0", "false", "falso", "unsubscribed", "rechaza"}
LONGEST = {"name": 160, "region": 80, "city": 80, "group": 40, "tax_id": 40, "note": 2000, "street": 200}
WHYS = {  # why a line is not taken, and what of one that is taken is not
    "unreachable": _l("it has no e-mail and no telephone"),
    "email": _l("“%(value)s” is no e-mail"),
    "no_email": _l("“%(value)s” is no e-mail: left out"),
    "phone": _l("“%(value)s” is no telephone: left out"),
    "phone_only": _l("“%(value)s” is no telephone, and there is no e-mail"),
    "country": _l("“%(value)s” is no country: left out"),
    "birthday": _l("“%(value)s” is no birthday: left out"),
    "custom": _l("“%(value)s” cannot be read: left out"),
    "more": _l("it has more cells than the first line"),
    "no_proof": _l("letters are not allowed by it: the file does not say since when"),
    "kept_no": _l("they said no to letters, and that stays"),
    "newer": _l("their answer here is newer, and that stays"),
    "bin": _l("they are in the bin"),
    "erased": _l("they asked to be forgotten"),
    "stopped": _l("no letters to them from now on"),
}
LEFT_OUT = ("no_email", "phone", "country", "birthday", "custom")  # of those: one value of a line that is taken

MAY = "may"  # of a line: letters may go to its person
SILENT = {  # why none may
    "no_column": _l("no column says whether they allow letters"),
    "no_answer": _l("there is no clear yes in their line"),
    "no_date": _l("there is a yes, but no day on which they said it"),
    "said_no": _l("they said no"),
    "no_address": _l("without an e-mail"),
    "suppressed": _l("they unsubscribed, or their letters came back"),
}


@dataclass(frozen=True)
class Proof:
    """That somebody allowed letters, or took it back: when, and from which address."""

    given: bool
    at: datetime
    ip: str = ""


@dataclass
class Told:
    """What one line says of somebody."""

    line: int
    values: dict[str, Any] = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)
    companies: list[str] = field(default_factory=list)  # for which they act, by name
    proof: Proof | None = None
    notes: list[tuple[str, str]] = field(default_factory=list)  # (why, value): what of it is left out
    custom: dict[int, Any] = field(default_factory=dict)  # what stands in the shop's own fields, by their ids
    derived: bool = False  # the region was not said: it is that of the city

    @property
    def email_norm(self) -> str | None:
        """What makes two spellings of its address one person."""
        return contacts.normal_email(self.values.get("email"))


class Refused(Exception):
    """A line that cannot be taken: `why` of WHYS, and what stood there."""

    def __init__(self, why: str, value: str = "") -> None:
        self.why, self.value = why, value[:80]
        super().__init__(why)


@dataclass(frozen=True)
class Reading:
    """How the lines of a file are read: which column says what, and what an unwritten country is."""

    mapping: Mapping[str, import_fields.Places]
    wide: int
    profile: str
    country: str
    tags: tuple[str, ...] = ()
    custom: Mapping[int, CustomField] = field(default_factory=dict)  # the shop's own field of a column

    @property
    def vouches(self) -> bool:
        """Whether the shop wrote the list itself: then a telephone in it is theirs for sure."""
        return self.profile == "plain"


def told(line: int, cells: Sequence[str], how: Reading) -> Told:
    """The person of a line; raises Refused."""
    if any(cell.strip() for cell in cells[how.wide :]):
        raise Refused("more")
    said = {code: _cell(cells, import_fields.columns(places)[0]) for code, places in how.mapping.items()}
    told_tags = [tag for place in import_fields.columns(how.mapping.get("tags", []))
                 for tag in _tags(_cell(cells, place), how.profile)]  # fmt: skip
    found = Told(line, tags=list(dict.fromkeys([*told_tags, *how.tags])))
    _where(said, found, how)
    _reach(said, found, how)
    name = said.get("name") or " ".join(part for part in (said.get("first_name"), said.get("last_name")) if part)
    plain = {"name": name, **{code: said.get(code, "") for code in ("region", "city", "tax_id", "note")}}
    plain["group"] = said.get("group", "").lower()
    found.values |= {code: " ".join(text.split())[: LONGEST[code]] for code, text in plain.items() if text}
    found.companies = import_companies.read(said.get("company", ""))
    _language(said.get("language", ""), found)
    _birthday(said.get("birthday", ""), found, how)
    found.custom, wrong = import_custom.read(how.custom, cells)
    found.notes += [("custom", told) for told in wrong]
    found.proof = _proof(said, found, how)
    return found


def _cell(cells: Sequence[str], place: int) -> str:
    return cells[place].strip() if place < len(cells) else ""


def _tags(text: str, profile: str) -> list[str]:
    """Mailchimp writes a line of CSV into the cell; others put commas or semicolons between."""
    if not text:
        return []
    if profile.startswith("mailchimp"):
        return tags.clean(next(csv.reader(io.StringIO(text)), []))
    return tags.clean(text.replace(";", ","))


def _reach(said: Mapping[str, str], found: Told, how: Reading) -> None:
    """Who can be reached by a telephone comes in without an e-mail that is none, but for files of Mailchimp."""
    email, phone = said.get("email", ""), said.get("phone", "")
    known = phones.known(phone, found.values.get("country") or found.values["_country"]) if phone else ""
    if email:
        try:
            found.values["email"] = accounts.given(email)
        except accounts.BadAddress:
            if not known or not how.vouches:
                raise Refused("email", email) from None
            found.notes.append(("no_email", email[:80]))
    if phone:
        if known:
            found.values["phone"] = known
        elif not email:
            raise Refused("phone_only", phone)
        else:
            found.notes.append(("phone", phone))
    if not email and not phone:
        raise Refused("unreachable")
    found.values.pop("_country", None)


def _where(said: dict[str, str], found: Told, how: Reading) -> None:
    text, street = said.get("country", ""), said.get("street", "")
    code = _country(text)
    if text and not code:
        found.notes.append(("country", text))
    if code:
        found.values["country"] = code
    found.values["_country"] = how.country  # how a telephone without its country is read
    if code or not text:
        found.derived = _region(said, code or how.country)
    if street:
        address = {"street": " ".join(part.strip() for part in street.split("  ") if part.strip())[: LONGEST["street"]]}
        address |= {key: said[key][:80] for key in ("region", "city") if said.get(key)}
        found.values["address"] = address | {"country": code or how.country}


def _region(said: dict[str, str], country: str) -> bool:
    """Say of a city in which part of the country it is, where its profile knows exactly one; whether it did."""
    wanted = fold(" ".join(said.get("city", "").split()))
    if not wanted or said.get("region"):
        return False
    known = [region for region, cities in countries.options(country, 1).items() if wanted in map(fold, cities)]
    if len(known) == 1:
        said["region"] = known[0]
    return len(known) == 1


def _country(text: str) -> str:
    wanted = fold(text)
    if not wanted:
        return ""
    for language in ("es", "en"):
        for code, name in choices(language):
            if wanted in {code.lower(), fold(name)}:
                return code
    return ""


def _language(text: str, found: Told) -> None:
    wanted = fold(text)
    for code, name in i18n.NAMES.items():
        if wanted and (wanted.split("-")[0].split("_")[0] == code or wanted == fold(name)):
            found.values["language"] = code


def _birthday(text: str, found: Told, how: Reading) -> None:
    """Mailchimp writes the month first, whatever the country."""
    month_first = how.country in birthdays.MONTH_FIRST or not how.vouches
    try:
        known = birthday_texts.read(text, month_first=month_first)
    except Refusal:
        found.notes.append(("birthday", text[:80]))
        return
    if known:
        found.values["birthday"] = known


def _proof(said: Mapping[str, str], found: Told, how: Reading) -> Proof | None:
    """What the file proves: a yes has a moment at which it was given, else it is none."""
    left = moment(said.get("left_at", "")) or moment(said.get("cleaned_at", ""))
    if left or how.profile in ("mailchimp_left", "mailchimp_cleaned"):
        return Proof(False, left or clock.now())
    at, answer = (
        moment(said.get("confirmed_at", "")) or moment(said.get("allowed_at", "")),
        fold(said.get("allows", "")),
    )
    if answer in NO:
        return Proof(False, at or clock.now())
    asked = how.profile == "mailchimp" or answer in YES
    if asked and at is None:
        found.notes.append(("no_proof", ""))
    return Proof(True, at, said.get("allowed_ip", "")[:45]) if asked and at is not None else None


BLANKS = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2004, 2, 2, tzinfo=UTC))  # differ in year, month and day


def moment(text: str) -> datetime | None:
    """A moment as files write it, in UTC when they do not say where; never one to come."""
    if not text or not any(sign.isdigit() for sign in text):
        return None
    try:
        day_first = "/" in text or "." in text.split(" ")[0]
        found, other = (parser.parse(text, dayfirst=day_first, default=blank) for blank in BLANKS)
    except (ValueError, OverflowError):
        return None
    if found.date() != other.date():
        return None  # the text leaves out the year, the month or the day
    found = found if found.tzinfo else found.replace(tzinfo=UTC)
    return found if datetime(1990, 1, 1, tzinfo=UTC) < found <= clock.now() else None
