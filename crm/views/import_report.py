"""What is said of a file of people: how it stands and how far it is, its columns, what became of each line, its end."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice
from typing import Any

from sqlalchemy import select

from crm import import_fields, import_rows, imports
from crm.contacts import Contact
from crm.import_outcomes import left_out
from crm.import_rows import WHYS
from crm.imports import KINDS, ContactImport
from kernel import file_import_letters, file_import_words
from kernel.db import db
from kernel.i18n import _, _l, ngettext

Line = tuple[list[Any], list[str]]  # what became of it, and its cells as far as they are kept
LEFT = "left_out"  # what the address calls the lines of which a value was left out
SHOWS = (*KINDS, LEFT)  # which lines may be asked for
SHOWN = 200  # lines on the page; the file has all
WORDS = {
    "new": (_l("New person"), "good"), "filled": (_l("Filled in"), "good"), "same": (_l("Unchanged"), "off"),
    "said_no": (_l("Says no to letters"), "care"), "stopped": (_l("No letters any more"), "care"),
    "refused": (_l("Not taken"), "bad"),
}  # fmt: skip
BACK = {"gone": _l("people went again"), "back": _l("are as before"), "stays": _l("stay: they moved on since")}


def row(one: ContactImport) -> dict[str, Any]:
    """A file in the list and at the head of its page."""
    return {
        **file_import_words.told(one), "profile": import_fields.PROFILES.get(one.profile, one.profile),
        "counts": [
            (_counted(kind, number), number, kind) for kind in KINDS if (number := one.counts.get(kind))
        ],
        "left": _left(one),
        "back": [(word, one.counts[kind]) for kind, word in BACK.items() if one.counts.get(kind)],
    }  # fmt: skip


def _left(one: ContactImport) -> dict[str, Any]:
    """How many single values of lines that came in were left out; {} where none was."""
    values, found = one.lacks.get("values", 0), one.lacks.get("lines", 0)
    if not values:
        return {}
    lines, ahead = ngettext("%(num)s line", "%(num)s lines", found), one.state == "checked"
    said = ngettext(
        "%(num)s value cannot be read and would be left out, in %(lines)s.",
        "%(num)s values cannot be read and would be left out, in %(lines)s.", values, lines=lines,
    ) if ahead else ngettext(
        "%(num)s value could not be read and was left out, in %(lines)s.",
        "%(num)s values could not be read and were left out, in %(lines)s.", values, lines=lines,
    )  # fmt: skip
    return {"said": said, "chip": (str(_("With something left out")), found, LEFT)}


def _counted(kind: str, number: int) -> str:
    """What stands beside the number of a kind."""
    return ngettext("new person", "new people", number) if kind == "new" else str(WORDS[kind][0])


def columns(one: ContactImport, typed: Mapping[int, str] | None = None) -> list[dict[str, Any]]:
    """Each column with its head, some of its cells, and what it is taken for, or as `typed` says."""
    return file_import_words.columns(one, imports.sample(one), typed)


def letters(one: ContactImport) -> dict[str, Any]:
    """To how many of the lines' people letters may go, and why not to the others; {} where it says nothing."""
    if one.state not in ("checked", "done", "stopped") or not one.letters:
        return {}
    why = [(label, number) for code, label in import_rows.SILENT.items() if (number := one.letters.get(code))]
    return {"may": one.letters.get(import_rows.MAY, 0), "why": why}


def report(one: ContactImport, kind: str) -> dict[str, Any]:
    """The first lines of a kind: what became of each and why."""
    if one.state in ("draft", "checking"):
        return {}
    every = chain.from_iterable(imports.FILES.told(one))
    found = list(islice((told for told in every if _of(told[0], kind)), SHOWN))
    people = _people(found)
    rows = [
        {"line": outcome[0], "word": WORDS[outcome[1]], "person": people.get(outcome[2] or 0),
         "text": _said(cells), "notes": [_why(*note) for note in outcome[3]]}
        for outcome, cells in found
    ]  # fmt: skip
    return {"rows": rows, "kind": kind, "more": len(rows) == SHOWN}


def _of(outcome: list[Any], kind: str) -> bool:
    """Whether a line is one of that kind; of LEFT: whether it is in, but for some value."""
    if kind == LEFT:
        return outcome[1] != "refused" and left_out(outcome[3]) > 0
    return not kind or outcome[1] == kind


def _people(lines: Iterable[Line]) -> dict[int, Contact]:
    ids = {outcome[2] for outcome, _cells in lines if outcome[2]}
    return {one.id: one for one in db.session.scalars(select(Contact).where(Contact.id.in_(ids)))}


def _said(cells: list[str]) -> str:
    return " · ".join(cell for cell in cells if cell)[:120]


def _why(why: str, value: str) -> str:
    return str(WHYS.get(why, why)) % {"value": value}


def heads() -> list[str]:
    """The columns of the report as a file."""
    return [_("Line"), _("What became of it"), _("Person"), _("Why"), _("As it stood there")]


def cells(one: ContactImport, kind: str = "") -> Iterator[list[object]]:
    """Each line of the file, or of those of a kind."""
    for lines in imports.FILES.told(one):
        people = _people(lines)
        for outcome, kept in ((outcome, kept) for outcome, kept in lines if _of(outcome, kind)):
            person = people.get(outcome[2] or 0)
            notes = "; ".join(_why(*note) for note in outcome[3])
            yield [outcome[0], str(WORDS[outcome[1]][0]), person.called if person else "", notes, _said(kept)]


def tell(one: ContactImport) -> None:
    """Write to whoever brought the file that it is done."""
    file_import_letters.tell(one, lambda: row(one)["counts"], "crm_admin.import")
