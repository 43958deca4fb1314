"""Languages: msgids in English, Spanish complete and first; words of shoppers by language with fallback."""

import hashlib
import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations
from flask import Flask, g, has_request_context, request
from flask_babel import Babel, force_locale
from flask_babel.speaklater import LazyString
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup, escape

from kernel import atomic, locales, origins

SOURCES = Path(__file__).parent / "translations"
LANGUAGES = ("es", "en")  # what the product itself speaks; shops may write in more
NAMES = {"es": "Español", "en": "English", "pt": "Português", "fr": "Français", "de": "Deutsch", "it": "Italiano"}
PREFIXES = frozenset(NAMES)  # what may stand in front of a shop's addresses

_spoken: dict[str, NullTranslations] = {}  # the catalogue of each language of ours, read once
_SILENT = NullTranslations()  # a language without one: English, as the code says it

__all__ = ["_", "_l", "gettext", "language", "lazy_gettext", "ngettext", "pick", "speak"]


def init_app(app: Flask) -> None:
    """Compile the parts of the translations, read them, and let Babel choose the language by request."""
    folder = compile_parts(app.extensions["plaza.settings"].instance)
    _spoken.update({path.name: Spoken.load(folder, [path.name]) for path in folder.iterdir() if path.is_dir()})
    Babel().init_app(app, default_locale="es", default_translation_directories=str(folder), locale_selector=locale)
    app.jinja_env.filters["words"] = words_html
    app.jinja_env.globals.update(
        _=_told_on_page, gettext=_told_on_page, ngettext=_counted_on_page, language=language, pick=pick
    )


class Spoken(Translations):  # type: ignore[misc,unused-ignore]
    """A catalogue in which a text that is counted elsewhere is also told by itself: as the one of it."""

    def gettext(self, message: str) -> str:
        """The text, else its form for one, else as it is written."""
        told: str = super().gettext(message)
        return self._catalog.get((message, self.plural(1)), told) if told == message else told


def gettext(text: str, /, **values: Any) -> str:
    """A text of ours in the current language, with its holes filled; outside any application as it is written."""
    said = _texts().gettext(text) if g else text
    return said % values if values else said


def ngettext(one: str, many: str, /, num: int, **values: Any) -> str:
    """The same for a number of things."""
    return (_texts().ngettext(one, many, num) if g else many) % {"num": num, **values}


def lazy_gettext(text: str, /, **values: Any) -> Any:
    """A text that is told when it is read, in the language of then."""
    return LazyString(gettext, text, **values)


_: Callable[..., str] = gettext
_l = lazy_gettext


def _texts() -> NullTranslations:
    return _spoken.get(language(), _SILENT)


@pass_eval_context
def _told_on_page(page: EvalContext, text: str, /, **values: Any) -> str:
    """`_(…)` in templates: what fills the holes is escaped as the page is, the text itself is ours."""
    if not page.autoescape:
        return _texts().gettext(text) % values
    return _marked(language(), text) % values if values else _whole(language(), text)


@pass_eval_context
def _counted_on_page(page: EvalContext, one: str, many: str, /, num: int, **values: Any) -> str:
    said = _texts().ngettext(one, many, num)
    return (Markup(said) if page.autoescape else said) % {"num": num, **values}  # noqa: S704


@lru_cache(maxsize=4000)
def _marked(spoken: str, text: str) -> Markup:
    return Markup(_spoken.get(spoken, _SILENT).gettext(text))  # noqa: S704


@lru_cache(maxsize=4000)
def _whole(spoken: str, text: str) -> Markup:
    return _marked(spoken, text) % {}


def compile_parts(instance: Path) -> Path:
    """Merge `translations/<language>/*.po` into one compiled catalogue under instance/, when they changed."""
    folder = instance / "translations"
    for spoken in sorted(path for path in SOURCES.iterdir() if path.is_dir()):
        parts = sorted(spoken.glob("*.po"))
        digest = hashlib.sha256(b"".join(part.read_bytes() for part in parts)).hexdigest()
        stamp, target = folder / f"{spoken.name}.sha256", folder / spoken.name / "LC_MESSAGES" / "messages.mo"
        if not target.exists() or not stamp.exists() or stamp.read_text() != digest:
            stream = io.BytesIO()
            write_mo(stream, merged(parts, spoken.name))
            atomic.write(target, stream.getvalue())
            atomic.write(stamp, digest.encode())
    return folder


def merged(parts: list[Path], spoken: str) -> Catalog:
    """One catalogue from several files; the first translation of a msgid wins."""
    whole = Catalog(locale=spoken)
    for part in parts:
        with part.open("rb") as stream:
            for message in read_po(stream, locale=spoken):
                if message.id and message.string and message.id not in whole:
                    whole.add(message.id, message.string, context=message.context)
    return whole


def language() -> str:
    """The language of the current request, job or letter: `es`."""
    try:
        known: str | None = g._get_current_object().get("language")  # asked dozens of times a page
    except RuntimeError:  # outside any application
        known = None
    if known is not None:
        return known
    if not has_request_context():
        return "es"
    place = origins.place()
    found: str = (request.environ.get("plaza.language") or place.language) if place else _asked()
    g.language = found
    return found


def _asked() -> str:
    return request.accept_languages.best_match(LANGUAGES) or "es"


def locale() -> Locale:
    """Language and country for formats: a shop's country, else the language alone."""
    country = (g.get("country") or _country_here()) if g else ""
    return locales.of(language(), country)


def _country_here() -> str:
    place = origins.place()
    return place.country if place else ""


def number(value: int, digits: int = 0) -> str:
    """A number as people read it; `digits` of it stand behind the comma, no more of them than it needs."""
    return str(format_decimal(Decimal(value).scaleb(-digits), locale=locale(), decimal_quantization=False))


def languages_of(tenant: Any) -> list[str]:
    """The tenant's languages, its default one first."""
    return [tenant.language, *(known for known in tenant.languages if known != tenant.language)]


def pick(words: Mapping[str, str] | str | None, wanted: str | None = None) -> str:
    """The text in the wanted (else current) language, else Spanish, else English, else any."""
    return found(words, wanted)[1]


def found(words: Mapping[str, str] | str | None, wanted: str | None = None) -> tuple[str, str]:
    """(language, text) as `pick` chooses."""
    wanted = wanted or language()
    if isinstance(words, str) or not words:
        return wanted, str(words or "")
    if text := words.get(wanted):
        return wanted, text
    for known in ("es", "en", *words):
        if text := words.get(known):
            return known, text
    return wanted, ""


def words_html(words: Mapping[str, str] | str | None, here: str = "") -> Markup:
    """The text for a page in language `here`, else the current one; inside `<span lang=…>` when it is in another."""
    here = here or language()
    if isinstance(words, dict) and (mine := words.get(here)):
        return escape(mine)
    spoken, text = found(words, here)
    if spoken == here:
        return escape(text)
    return Markup('<span lang="{}">{}</span>').format(spoken, text)


@contextmanager
def speak(spoken: str, country: str = "") -> Iterator[None]:
    """Texts and formats in that language: for letters, papers and jobs."""
    before = {name: g.get(name) for name in ("language", "country")}
    g.language, g.country = spoken, country
    try:
        with force_locale(str(locale())):
            yield
    finally:
        for name, value in before.items():
            g.pop(name, None)
            if value is not None:
                setattr(g, name, value)
