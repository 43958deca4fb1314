"""What still has to be translated: the texts in code and pages compared with the Spanish catalogue."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

from kernel import i18n
from kernel.settings import ROOT

SOURCES = {"kernel/**/*.py": "python", "crm/**/*.py": "python", "shop/**/*.py": "python", "campaigns/**/*.py": "python"}
SOURCES |= {"templates/**/*.html": "jinja2", "templates/**/*.txt": "jinja2", "templates/**/*.xml": "jinja2"}
KEYWORDS = {"_": None, "_l": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2), "lazy_ngettext": (1, 2)}
HOLE = re.compile(r"%\(\w+\)[sd]")
LANGUAGE = "es"  # the only catalogue that must be whole: English is what the code says


class Text(NamedTuple):
    """A text that people read, and where it stands."""

    place: str
    single: str
    plural: str


def texts(root: Path = ROOT) -> Iterator[Text]:
    """Every text in code and pages."""
    for pattern, method in SOURCES.items():
        for path in sorted(root.glob(pattern)):
            options = {"trimmed": "true"} if method == "jinja2" else {}
            for line, found, _comments, _context in extract_from_file(method, path, KEYWORDS, options=options):
                single, plural = (found, "") if isinstance(found, str) else (found[0], found[1])
                if single:
                    yield Text(f"{path.relative_to(root)}:{line}", single, plural)
            if method == "python":
                yield from _inside(path, root)


def _inside(path: Path, root: Path) -> Iterator[Text]:
    """What is said within an f-string: to the finder of Babel that is one text with a hole."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    strings = (node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr))
    for call in (node for string in strings for node in ast.walk(string) if isinstance(node, ast.Call)):
        if getattr(call.func, "id", "") not in KEYWORDS:
            continue
        said = [one.value for one in call.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        if said:
            yield Text(f"{path.relative_to(root)}:{call.lineno}", said[0], said[1] if len(said) > 1 else "")


def missing() -> list[str]:
    """What is untranslated, translated twice, or with other holes than the text has; a line each."""
    parts = sorted((i18n.SOURCES / LANGUAGE).glob("*.po"))
    return [*compare(texts(), i18n.merged(parts, LANGUAGE)), *twice(parts)]


def twice(parts: list[Path]) -> Iterator[str]:
    """A line for each text that has words in two parts: only those of the first are ever read."""
    seen: dict[str, str] = {}
    for part in parts:
        with part.open("rb") as stream:
            for message in read_po(stream):
                single = message.id if isinstance(message.id, str) else message.id[0]
                if single and single in seen:
                    yield f"{part.name}: translated in {seen[single]} too: {single!r}"
                seen[single] = part.name


def compare(found: Iterator[Text], catalogue: Catalog) -> Iterator[str]:
    """A line for each text that the catalogue fails, the first place only."""
    seen = set()
    for text in found:
        if text.single in seen:
            continue
        seen.add(text.single)
        wrong = _wrong(text, catalogue.get(text.single))
        if wrong:
            yield f"{text.place}: {wrong}: {text.single!r}"


def _wrong(text: Text, known: Message | None) -> str:
    if known is None or not known.string:
        return f"no words in {LANGUAGE}"
    several = not isinstance(known.string, str)
    if several != bool(text.plural):
        return "one of text and translation has a plural"
    said = [known.string] if isinstance(known.string, str) else list(known.string)
    if not all(said):
        return f"a plural is missing in {LANGUAGE}"
    wanted = set(HOLE.findall(text.single + text.plural))
    return "" if set(HOLE.findall("".join(said))) == wanted else "other holes in the translation"
