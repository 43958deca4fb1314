"""One style sheet for the pages of shops: what they use of Bootstrap, then the house's own files, in one request."""

import re
from collections.abc import Iterable, Iterator

from kernel.settings import ROOT

OURS = ("tokens", "type", "buttons", "forms", "parts", "store", "goods", "checkout", "booking", "fitting",
        "presets", "taps")  # fmt: skip
SPOKEN = ("templates/base_store.html", "templates/_parts/*.html", "templates/shop/**/*.html", "templates/crm/**/*.html",
          "templates/errors/*.html", "static/js/*.js")  # fmt: skip
NAME = "css/shop.css"


def whole(bootstrap: str) -> str:
    """Bootstrap's rules for classes that our pages speak of, then our files."""
    spoken = words(path.read_text() for pattern in SPOKEN for path in sorted(ROOT.glob(pattern)))
    ours = (plain((ROOT / f"static/css/{name}.css").read_text()) for name in OURS)
    return "\n".join([purged(plain(bootstrap), spoken), *ours])


def words(texts: Iterable[str]) -> set[str]:
    """Every word that could be a class in these files."""
    return {word for text in texts for word in re.findall(r"[A-Za-z][\w-]*", text)}


def plain(css: str) -> str:
    """The same rules without comments and the blanks between lines."""
    return re.sub(r"\s*\n\s*", "\n", re.sub(r"/\*.*?\*/", "", css, flags=re.S)).strip()


def purged(css: str, spoken: set[str]) -> str:
    """Only the rules that could meet something: a class that nobody speaks of meets nothing."""
    return "".join(_kept(head, body, spoken) for head, body in _rules(css))


def _kept(head: str, body: str, spoken: set[str]) -> str:
    if head.startswith(("@media", "@supports")):
        inside = purged(body, spoken)
        return f"{head}{{{inside}}}" if inside else ""
    if head.startswith("@"):
        return f"{head}{{{body}}}" if body else f"{head};"
    meets = [one for one in _selectors(head) if set(re.findall(r"\.([A-Za-z][\w-]*)", one)) <= spoken]
    return f"{','.join(meets)}{{{body}}}" if meets else ""


def _selectors(head: str) -> list[str]:
    return re.split(r",(?![^(]*\))", head)


def _rules(css: str) -> Iterator[tuple[str, str]]:
    """(what stands before the braces, what stands between them) of each rule on this level."""
    at = 0
    while at < len(css):
        opened, ended = css.find("{", at), css.find(";", at)
        if opened < 0:
            return
        if 0 <= ended < opened:  # @charset "utf-8";
            yield css[at:ended].strip(), ""
            at = ended + 1
            continue
        close = _closing(css, opened)
        yield css[at:opened].strip(), css[opened + 1 : close]
        at = close + 1


def _closing(css: str, opened: int) -> int:
    depth = 0
    for found in re.compile(r"[{}]").finditer(css, opened):
        depth += 1 if found.group() == "{" else -1
        if not depth:
            return found.start()
    return len(css)
