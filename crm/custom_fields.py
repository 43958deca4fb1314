"""Custom fields: what a shop wants to know of its people beside what everybody asks; "size of shoe", "blood type".

The code of a field never changes: what people hold, rules and letters know it by that, whatever it is called.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, String, UniqueConstraint, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from kernel import clock, journal, tenancy
from kernel.db import Base, db, pk
from kernel.folding import fold
from kernel.i18n import _l
from kernel.journal import Entry
from kernel.refusal import Missing, Refusal
from kernel.tenancy import Tenant, TenantOwned

MOST, MOST_ARCHIVED = 40, 200
LONGEST_LABEL, LONGEST_HINT = 80, 160
LONGEST_FOLDED = 320  # folded, one sign may be several
MOST_OPTIONS, LONGEST_OPTION = 60, 80
LONGEST_CODE = 30
KINDS = {
    "text": _l("Short text"), "long": _l("Long text"), "number": _l("Number"), "day": _l("Date"),
    "yes": _l("Yes or no"), "choice": _l("One of a list"), "several": _l("Several of a list"),
}  # fmt: skip
LISTS = ("choice", "several")
ANSWERS = {"yes": _l("yes"), "no": _l("no")}
VALUE_CHANGED, VALUE_HIDDEN = "person.field", "person.field_hidden"  # what the journal notes of people's values
TAKEN = frozenset(  # of which Liquid, or an address, thinks something else
    """size first last new order nil null true false blank empty and or not contains in if else unless with for as
    reversed limit offset cols continue by""".split()  # noqa: SIM905
)


class TooMany(Refusal):
    """A page with a hundred fields is filled in by nobody."""

    message = _l("There is room for %(most)s fields: archive one that you do not use.")


class NoOptions(Refusal):
    """One chooses from something."""

    message = _l("Write what can be chosen, one on each line.")


class SameLabel(Refusal):
    """Two fields with one name cannot be told apart."""

    message = _l("There is a field with that name.")


class CustomField(TenantOwned, Base):
    """One thing that a shop notes of its people, and how it is written."""

    __tablename__ = "custom_field"
    __extra__ = (
        UniqueConstraint("tenant_id", "code"),
        UniqueConstraint("tenant_id", "called_once"),
        CheckConstraint("kind IN ('text', 'long', 'number', 'day', 'yes', 'choice', 'several')", name="kind"),
    )
    id: Mapped[int] = pk()
    code: Mapped[str] = mapped_column(String(LONGEST_CODE))
    label: Mapped[str] = mapped_column(String(LONGEST_LABEL))
    called_once: Mapped[str | None] = mapped_column(String(LONGEST_FOLDED))  # folded; None: in the archive
    hint: Mapped[str] = mapped_column(String(LONGEST_HINT), default="")
    kind: Mapped[str] = mapped_column(String(10))  # of KINDS; stays, so that what people hold stays readable
    options: Mapped[list[dict[str, Any]]] = mapped_column(default=list)  # code, label, gone: not offered any more
    place: Mapped[int] = mapped_column(default=0)
    sensitive: Mapped[bool] = mapped_column(default=False)  # not for everybody on the staff; in no letter or segment
    asked: Mapped[bool] = mapped_column(default=False)  # the sign-up form asks it
    archived_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    @property
    def offered(self) -> list[tuple[str, str]]:
        """What can be chosen: code and label."""
        if self.kind == "yes":
            return [(code, str(label)) for code, label in ANSWERS.items()]
        return [(str(one["code"]), str(one["label"])) for one in self.options if not one.get("gone")]

    @property
    def called(self) -> dict[str, str]:
        """What each that could ever be chosen is called."""
        return {str(one["code"]): str(one["label"]) for one in self.options} | dict(self.offered)


@dataclass(frozen=True)
class Told:
    """What somebody says of a field."""

    label: str
    kind: str
    hint: str = ""
    sensitive: bool = False
    asked: bool = False
    options: Mapping[str, str] = field(default_factory=dict)  # what those that are there are called now, by code
    more: Sequence[str] = ()  # options that are new


def every() -> list[CustomField]:
    """All fields in their order, those in the archive too."""
    return list(db.session.scalars(select(CustomField).order_by(CustomField.place, CustomField.id)))


def live(*, sensitive: bool = True) -> list[CustomField]:
    """The fields in use, in their order; without those that not everybody may see, when one says so."""
    return [one for one in every() if one.archived_at is None and (sensitive or not one.sensitive)]


def asked() -> list[CustomField]:
    """Those for which people who sign up are asked."""
    return [one for one in live(sensitive=False) if one.asked]


def named(code: str) -> CustomField:
    """The field that an address names; raises Missing."""
    found = db.session.scalar(select(CustomField).where(CustomField.code == code)) if code else None
    if found is None:
        raise Missing()
    return found


def _alone() -> None:
    """Whoever adds the last one for which there is room does so alone."""
    db.session.execute(select(Tenant.id).where(Tenant.id == tenancy.current()).with_for_update())


def _room(rows: Sequence[CustomField]) -> None:
    if sum(one.archived_at is None for one in rows) >= MOST or len(rows) >= MOST + MOST_ARCHIVED:
        raise TooMany(most=MOST)


def add(told: Told, *, by: Any) -> CustomField:
    """A new field, the last of them. Raises TooMany, SameLabel, NoOptions."""
    _alone()
    rows = every()
    _room(rows)
    row = CustomField(code=_code(told.label, {one.code for one in rows}), label="", kind=told.kind, options=[])
    row.place = 1 + max((one.place for one in rows), default=0)
    _write(row, told, rows)
    db.session.add(row)
    _alike()
    journal.write("field.added", about=row, by=by, data={"name": row.label})
    return row


def change(row: CustomField, told: Told, *, by: Any) -> None:
    """Keep what was changed; its kind and what people hold stay. Raises SameLabel, NoOptions."""
    hidden = told.sensitive and not row.sensitive
    _write(row, told, every())
    _alike()
    if hidden:
        _silence(row)
    journal.write("field.changed", about=row, by=by, data={"name": row.label})


def _alike() -> None:
    """Of two who call a field the same at one moment the database lets one in. Raises SameLabel."""
    try:
        with db.session.begin_nested():
            db.session.flush()
    except IntegrityError:
        raise SameLabel() from None


def _silence(row: CustomField) -> None:
    """What people have in it is not for everybody from now on: it goes from what was noted of changes."""
    for entry in db.session.scalars(select(Entry).where(Entry.verb == VALUE_CHANGED)):
        if entry.data.get("code") == row.code:
            entry.verb, entry.data = VALUE_HIDDEN, {**entry.data, "before": "", "after": ""}


def _write(row: CustomField, told: Told, rows: Sequence[CustomField]) -> None:
    same = [one for one in rows if one is not row and one.archived_at is None and fold(one.label) == fold(told.label)]
    if same:
        raise SameLabel()
    if row.kind in LISTS:
        row.options = _options(row.options, told)
    row.label, row.hint, row.sensitive = told.label, told.hint, told.sensitive
    row.called_once = None if row.archived_at else once(row.label)
    row.asked = told.asked and not told.sensitive


def once(label: str) -> str:
    """What two fields in use may not share."""
    return fold(label)[:LONGEST_FOLDED]


def _options(kept: Sequence[dict[str, Any]], told: Told) -> list[dict[str, Any]]:
    """Those that are there under their new names, then the new ones; one that lost its name is offered no more."""
    found, seen = [], set[str]()
    number = max((int(one["code"]) for one in kept), default=0)
    for one in kept:
        label = " ".join(told.options.get(str(one["code"]), "").split())[:LONGEST_OPTION]
        there = bool(label) and fold(label) not in seen
        seen |= {fold(label)} if there else set()
        found.append({"code": one["code"], "label": label} if there else {**one, "gone": True})
    for word in told.more:
        label = " ".join(word.split())[:LONGEST_OPTION]
        if not label or fold(label) in seen:
            continue
        seen.add(fold(label))
        again = next((one for one in found if one.get("gone") and fold(str(one["label"])) == fold(label)), None)
        if again is not None:
            again.pop("gone")
        else:
            number += 1
            found.append({"code": str(number), "label": label})
    if not seen or len(seen) > MOST_OPTIONS or number > 999:
        raise NoOptions() if not seen else NoOptions(_l("At most %(most)s can be chosen from."), most=MOST_OPTIONS)
    return found


def _code(label: str, taken: set[str]) -> str:
    """By which letters name it: `talla_de_zapato`."""
    wish = re.sub(r"[^a-z0-9]+", "_", fold(label)).strip("_")[: LONGEST_CODE - 4].strip("_")
    wish = wish if wish[:1].isalpha() else f"campo_{wish}".strip("_")
    names = (wish, *(f"{wish}_{number}" for number in range(2, 999)))
    return next(one for one in names if one not in taken | TAKEN)


def shift(row: CustomField, by: int) -> None:
    """One place up or down among those in use."""
    rows = live()
    here = rows.index(row)
    there = min(max(here + by, 0), len(rows) - 1)
    rows.insert(there, rows.pop(here))
    _place(rows)


def order(codes: Sequence[str]) -> None:
    """The order in which they were dragged; one that is not named stays behind the others."""
    rank = {code: place for place, code in enumerate(codes)}
    _place(sorted(live(), key=lambda one: rank.get(one.code, len(rank))))


def _place(rows: Sequence[CustomField]) -> None:
    for place, row in enumerate(rows, 1):
        row.place = place


def put_away(row: CustomField, *, by: Any) -> None:
    """Into the archive: it is not asked any more, and what people hold stays."""
    row.archived_at, row.called_once = row.archived_at or clock.now(), None
    journal.write("field.archived", about=row, by=by, data={"name": row.label})


def take_back(row: CustomField, *, by: Any) -> None:
    """Out of the archive. Raises TooMany, SameLabel."""
    _alone()
    rows = [one for one in every() if one is not row and one.archived_at is None]
    _room(rows)
    if any(fold(one.label) == fold(row.label) for one in rows):
        raise SameLabel()
    row.archived_at, row.place = None, 1 + max((one.place for one in rows), default=0)
    row.called_once = once(row.label)
    _alike()
    journal.write("field.restored", about=row, by=by, data={"name": row.label})


def init_app(_app: object) -> None:
    """Say how the journal tells it."""
    journal.kind("field.added", _l("Added the field “%(name)s” for people"))
    journal.kind("field.changed", _l("Changed the field “%(name)s” of people"))
    journal.kind("field.archived", _l("Put the field “%(name)s” of people into the archive"))
    journal.kind(VALUE_CHANGED, _l("Changed “%(field)s” of %(name)s: %(before)s → %(after)s"),
                 {"before": ANSWERS, "after": ANSWERS})  # fmt: skip
    journal.kind(VALUE_HIDDEN, _l("Changed “%(field)s” of %(name)s"))
    journal.kind("field.restored", _l("Took the field “%(name)s” of people out of the archive"))
