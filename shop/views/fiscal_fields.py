"""What the tax office wants to know of a product, the shop or a buyer, as fields of a form: the country says which."""

from collections.abc import Mapping
from typing import Any

from kernel import countries, tenancy
from kernel.i18n import _, pick

PREFIX = "fiscal_"


def asked(
    on: str, kept: Mapping[str, str], wrong: Mapping[str, str] | None = None, *, country: str = ""
) -> list[dict[str, Any]]:
    """The fields with what is kept or was typed, and what is wrong with it."""
    return [
        {"id": PREFIX + one.code, "label": one.label, "hint": pick(one.help), "example": one.example,
         "value": kept.get(one.code, ""), "error": (wrong or {}).get(one.code, "")}
        for one in _of(on, country)
    ]  # fmt: skip


def typed(on: str, posted: Mapping[str, Any], *, country: str = "") -> dict[str, str]:
    """What was typed, by code."""
    told = {one.code: str(posted.get(PREFIX + one.code) or "").strip()[:80] for one in _of(on, country)}
    return {code: text for code, text in told.items() if text}


def read(on: str, posted: Mapping[str, Any], *, country: str = "") -> tuple[dict[str, str], dict[str, str]]:
    """(what is kept, what is wrong), by code; an empty field is nobody's fault."""
    kept, wrong = {}, {}
    given = typed(on, posted, country=country)
    for one in _of(on, country):
        text = given.get(one.code, "")
        clean = one.clean(text)
        if clean:
            kept[one.code] = clean
        elif text:
            wrong[one.code] = _("That cannot be right. Write it like %(example)s.", example=one.example)
    return kept, wrong


def _of(on: str, country: str) -> list[countries.Fiscal]:
    return countries.profile(country or tenancy.tenant().country).fiscal_fields(on)
