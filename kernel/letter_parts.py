"""A letter's parts: blocks drawn as MJML and as text, while everything that a tenant wrote is held aside as it is.

Compilers of MJML rewrite what they find; so words, addresses and fields stand there as plain marks, with a sign that
this letter alone has and nobody can type, and come back when the page is made. What may be filled in for each reader
keeps its braces; all other braces lose their meaning.
"""

import html
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import render_template
from markupsafe import Markup, escape

from kernel import blocks, i18n

PIECE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.S)  # a field, or a condition, of a template
LINK = re.compile(r'<a href="([^"]*)"[^>]*>')
BLANKS = re.compile(r"[ \t]{2,}|\t")
STYLES = {
    "p": "margin:0 0 14px", "ul": "margin:0 0 14px;padding-left:22px", "ol": "margin:0 0 14px;padding-left:24px",
    "li": "margin:0 0 6px", "h2": "margin:18px 0 8px;font-size:21px;line-height:1.25",
    "h3": "margin:16px 0 6px;font-size:18px;line-height:1.3", "h4": "margin:14px 0 6px;font-size:16px;line-height:1.3",
    "blockquote": "margin:0 0 14px;padding:2px 0 2px 16px;border-left:3px solid #cfc8bd",
}  # fmt: skip
TEXT = (
    (re.compile(r"<li>"), "\n- "), (re.compile(r"<br\s*/?>"), "\n"),
    (re.compile(r"</(p|h[2-4]|ul|ol|blockquote)>"), "\n\n"), (re.compile(r"<[^>]+>"), ""),
)  # fmt: skip


@dataclass(frozen=True)
class Said:
    """One text of a letter, twice: a mark for its page, a mark for its plain form."""

    page: str
    text: str

    def __str__(self) -> str:
        return self.page


@dataclass
class Letter:
    """A letter while it is composed: for whom, how it looks, where its links lead; and what is held aside."""

    language: str
    group: str
    base: str  # scheme, host and language of the shop's pages
    root: str  # scheme and host
    look: Mapping[str, str]
    fine: Callable[[str], bool]  # whether a text's fields can be filled in
    wrap: Callable[[str], str]  # what stands in the letter for an absolute address
    shows: bool = False  # whether it is looked at beside its form
    sign: str = field(default_factory=lambda: f"zq{secrets.token_hex(8)}qz")  # of its marks, and no other letter's
    held: list[str] = field(default_factory=list)

    def hold(self, piece: str) -> str:
        """The mark of a piece that comes back as it is."""
        self.held.append(piece)
        return f"{self.sign}{len(self.held) - 1}hqz"

    def release(self, made: str) -> str:
        """The page or text with everything back in its place."""
        mark = re.compile(self.sign + r"(\d+)hqz")
        while mark.search(made):  # what is held knows only marks of what was held before it
            made = mark.sub(lambda found: self.held[int(found[1])], made)
        return made

    def words(self, told: Mapping[str, str] | str | None) -> Said | None:
        """A short text in the letter's language; None when there is none."""
        text = i18n.pick(told, self.language).strip()
        if not text:
            return None
        if not self.fine(text):
            return self.plain(text)
        pieces = PIECE.split(text), [*PIECE.findall(text), ""]
        page = "".join(_still(str(escape(part))) + piece for part, piece in zip(*pieces, strict=True))
        return Said(self.hold(page), self.hold(text))

    def plain(self, text: Any) -> Said:
        """A text of the shop in which nothing is filled in."""
        page = escape(text)
        return Said(self.hold(_still(str(page))), self.hold(_literal(page.striptags())))

    def prose(self, told: Mapping[str, str] | str | None) -> Said | None:
        """Paragraphs: sanitised, each tag with its style, each link as the letter's links are."""
        text = i18n.pick(told, self.language).strip()
        if not text:
            return None
        safe, fine = str(blocks.prose(text)), self.fine(bare(text))
        apart = PIECE.sub(lambda found: self.hold(bare(found[0])), safe) if fine else _still(safe)
        page = re.sub(
            r"<(p|ul|ol|li|h[2-4]|blockquote)>", lambda found: f'<{found[1]} style="{STYLES[found[1]]}">', apart
        )
        return Said(self.hold(LINK.sub(self._anchor, page)), self.hold(self._flat(apart, fine)))

    def _anchor(self, found: re.Match[str]) -> str:
        target = self.href(html.unescape(self.release(found[1])))
        return f'<a href="{target.page}" style="color:inherit" class="link">' if target else "<a>"

    def _flat(self, page: str, fine: bool) -> str:
        shown = re.sub(r"<a [^>]*>.*?</a>", self._aside, page, flags=re.S)
        for pattern, instead in TEXT:
            shown = pattern.sub(instead, shown)
        lines = html.unescape(re.sub(r"\n{3,}", "\n\n", shown)).strip()
        return lines if fine else _literal(lines)

    def _aside(self, found: re.Match[str]) -> str:
        opening = LINK.match(found[0])
        target = self.href(html.unescape(self.release(opening[1]))) if opening else None
        words = re.sub(r"<[^>]+>", "", found[0])
        return f"{words} ({target.text})" if target else words

    def href(self, target: str) -> Said | None:
        """An address: a path of the shop, another address, or a field that is one; None for what is none."""
        target = target.strip()
        if blocks.FIELD.fullmatch(target):
            return Said(*[self.hold(self.wrap(target))] * 2) if self.fine(target) else None
        known = blocks.link(target)
        if not known or known.startswith("#"):
            return None
        led = self.wrap(self.base + known if known.startswith("/") else known)
        return Said(self.hold(str(escape(led))), self.hold(led))

    def picture(self, path: str) -> str:
        """The mark of a picture's address."""
        return self.hold(str(escape(self.root + path if path.startswith("/") else path)))


def bare(text: str) -> str:
    """A text out of HTML as it was typed, as far as its fields are concerned."""
    return html.unescape(text).replace("\xa0", " ")


def _still(page: str) -> str:
    return page.replace("{{", "&#123;&#123;").replace("{%", "&#123;%")


def _literal(text: str) -> str:
    return text.replace("{{", "{{ '{{' }}").replace("{%", "{{ '{%' }}")


def drawn(shown: Sequence[blocks.Block], letter: Letter) -> tuple[str, str]:
    """(MJML, text) of the blocks; what has no form for letters, or nothing to say, is left out."""
    pages, texts = [], []
    for block in shown:
        kind = blocks.known(str(block.get("kind")))
        values = kind.mail.prepare(dict(block.get("data") or {}), letter) if kind and kind.mail else None
        if kind is None or kind.mail is None or values is None:
            continue
        told = {"block": block, "letter": letter, "look": letter.look, **values}
        pages.append(render_template(f"{kind.mail.template}.xml", **told))
        texts.append(render_template(f"{kind.mail.template}.txt", **told).strip())
    return Markup("\n".join(pages)), "\n\n".join(texts)  # noqa: S704


def lay(template: str, told: Mapping[str, Any]) -> str:
    """What a template of a letter says."""
    return render_template(template, **told)


def settled(letter: Letter, page: str) -> str:
    """The compiled page as the template that is filled in for each reader: no blanks in rows, everything back."""
    return letter.release(_still(BLANKS.sub(" ", page)))


def settled_text(letter: Letter, text: str) -> str:
    """The same for the text."""
    flat = re.sub(r"[ \t]+\n", "\n", re.sub(r"\n{3,}", "\n\n", _literal(text)))
    return letter.release(flat).strip() + "\n"
