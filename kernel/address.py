"""Addresses: a small dictionary by key, checked and printed as the country does it."""

import re
from collections.abc import Mapping
from typing import Any

from kernel import countries
from kernel.countries import Field
from kernel.i18n import gettext

Address = dict[str, str]
LONGEST = 200


def fields(country: str) -> list[Field]:
    """The lines to ask for, in order."""
    return [known for known in countries.profile(country).address if not known.hidden]


def asked(country: str, kept: Mapping[str, str]) -> list[dict[str, Any]]:
    """The lines as a form shows them: field, value, and what may be chosen as (key above, its name, parts)."""
    return [
        {"field": line, "value": kept.get(line.key, ""), "groups": _groups(country, line.level)}
        for line in fields(country)
    ]


def _groups(country: str, level: int | None) -> list[tuple[str, str, list[str]]]:
    known = countries.options(country, level) if level is not None else {}
    return [(key, key.replace("|", " › "), parts) for key, parts in known.items()]


def check(given: Mapping[str, str], country: str) -> tuple[Address, dict[str, str]]:
    """(the address as it is kept, errors by key). A part of the country must be one of its parts."""
    kept: Address = {"country": country.upper()}
    errors: dict[str, str] = {}
    for line in countries.profile(country).address:
        value = " ".join((given.get(line.key) or "").split())[:LONGEST]
        if value:
            kept[line.key] = value
        error = _error(line, value, kept)
        if error:
            errors[line.key] = error
    return kept, errors


def _error(line: Field, value: str, above: Address) -> str:
    if not value:
        return str(gettext("Fill this in.")) if line.required else ""
    if line.pattern and not re.fullmatch(line.pattern, value):
        return str(gettext("Write it like %(example)s.", example=line.example or line.pattern))
    if line.level is not None and value not in parts(above["country"], line.level, above):
        return str(gettext("Choose one from the list."))
    return ""


def parts(country: str, level: int, above: Mapping[str, str]) -> list[str]:
    """What may be chosen at that depth below what was chosen above."""
    key = {0: "", 1: above.get("region", ""), 2: f"{above.get('region', '')}|{above.get('city', '')}"}[level]
    return countries.options(country, level).get(key, [])


def lines(kept: Mapping[str, str], *, here: str = "", language: str = "es") -> list[str]:
    """The address for print; the country stands below it unless it is `here`."""
    code = kept.get("country") or here
    if not code:
        return [value for key, value in kept.items() if value]
    known = countries.profile(code)
    values = {key: kept.get(key, "") for key in ("street", "landmark", "district", "city", "region", "postcode")}
    printed = [_tidy(line.format_map(values)) for line in known.lines]
    abroad = known.name(language) if code != here else ""
    return [line for line in (*printed, abroad) if line]


def _tidy(line: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"^[,\s]+|[,\s]+$|,\s*(?=,)", "", line)).strip()


def short(kept: Mapping[str, str]) -> str:
    """Town and region in one line, for lists."""
    return ", ".join(part for part in (kept.get("city", ""), kept.get("region", "")) if part)
