"""The form that brings a file, whatever is in it: read and kept as a draft, or told why it cannot be."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import flash, redirect, request, url_for

from kernel import file_import_words, file_imports, limits, once, tenancy, web
from kernel.file_import_words import ENCODINGS
from kernel.i18n import _, _l
from kernel.refusal import Refusal

FILES = "30/hour"


class Twice(Refusal):
    """Two columns cannot both be the same thing."""

    message = _l("“%(first)s” and “%(second)s” are both taken for “%(field)s”: choose one of the two columns.")


def asked() -> dict[str, Any]:
    """What the form shows: the ways of writing to choose from, and what was chosen and typed."""
    form = request.form
    return {"encodings": ENCODINGS, "chosen": form.get("encoding", ""), "sheet": form.get("sheet", "")}


def brought(limit: str, noun: Any, page: Callable[[str, int], Any]) -> Any:
    """Keep the file that was sent as a draft of `noun` (its `opened` and `begin`), once; else `page(why, status)`."""
    request.max_content_length = file_imports.LARGEST + 10_000
    limits.check(limit, str(tenancy.current()), FILES)
    sent, chosen = request.files.get("file"), request.form.get("encoding", "")
    data = sent.read() if sent and sent.filename else b""
    if not data:
        return page(_("Choose the file first."), 422)
    with web.reading():
        try:
            sheet, found = noun.opened(data, chosen if chosen in ENCODINGS else "", request.form.get("sheet", ""))
        except Refusal as refusal:
            return page(str(refusal), 422)
    name = (sent and sent.filename) or ""
    return once.done(lambda: _begun(noun.begin(sheet, name, encoding=found, by=web.person()).token, sheet.note()))


def typed(row: Any) -> dict[int, str]:
    """What the form of the columns says each is, by its place."""
    told = {place: request.form.get(f"column-{place}", "") for place in range(len(row.heads))}
    return {place: code for place, code in told.items() if code}


def mapped(row: Any, chosen: Mapping[int, str], labels: Mapping[str, Any], several: str = "") -> dict[str, Any]:
    """Field → its column, or its columns where it is `several`; raises Twice naming two that are the same field."""
    found: dict[str, list[int]] = {}
    for place, code in chosen.items():
        found.setdefault(code, []).append(place)
        if len(found[code]) > 1 and code != several:
            first, second = (file_import_words.headed(row, one) for one in found[code])
            raise Twice(first=first, second=second, field=str(labels.get(code, code)))
    return {code: places if len(places) > 1 else places[0] for code, places in found.items()}


def _begun(token: str, note: str) -> Any:
    if note:
        flash(note, "message")
    return back(token)


def back(token: str) -> Any:
    """To the page of that file."""
    return redirect(url_for(".import", token=token), 303)
