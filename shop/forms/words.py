"""Words in forms: one field for each language that the tenant speaks, the shop's own first."""

from collections.abc import Mapping
from typing import Any

from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from kernel import i18n, tenancy
from kernel.forms import trimmed
from kernel.i18n import _, _l

NAMES = {
    "es": _l("Spanish"),
    "en": _l("English"),
    "pt": _l("Portuguese"),
    "fr": _l("French"),
    "de": _l("German"),
    "it": _l("Italian"),
}


def languages() -> list[str]:
    """The tenant's languages, its own first."""
    return i18n.languages_of(tenancy.tenant())


def others() -> list[str]:
    """The languages beside the shop's own."""
    return languages()[1:]


def name_of(code: str, language: str) -> str:
    """What a field of that language is called: the bare code for the shop's own."""
    return code if language == languages()[0] else f"{code}_{language}"


def fields(code: str, label: Any, most: int, *, needed: bool = False, area: bool = False) -> dict[str, Any]:
    """A field for each language, by name."""
    made: dict[str, Any] = {}
    for language in languages():
        own = language == languages()[0]
        checks: list[Any] = [Length(max=most, message=_("At most %(most)s characters.", most=most))]
        if own and needed:
            checks.insert(0, InputRequired(_("Fill this in.")))
        kind = TextAreaField if area else StringField
        shown = {"maxlength": most, "lang": language, **({"rows": 5} if area else {}), "autocomplete": "off"}
        said = label if own else f"{label} ({NAMES.get(language, language)})"
        made[name_of(code, language)] = kind(said, checks, [trimmed], render_kw=shown)
    return made


def read(form: Any, code: str) -> dict[str, str]:
    """The words of a form's fields, empty ones left out."""
    told = {language: getattr(form, name_of(code, language)).data or "" for language in languages()}
    return {language: text for language, text in told.items() if text}


def shown(code: str, words: Mapping[str, str] | str | None) -> dict[str, str]:
    """What to show in the fields."""
    known = {languages()[0]: words} if isinstance(words, str) else words or {}
    return {name_of(code, language): known.get(language, "") for language in languages()}
