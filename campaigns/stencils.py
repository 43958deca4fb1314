"""Stencils: a letter's template laid flat, so that what is the same for all its readers is made once."""

import re
from collections.abc import Mapping
from typing import Any

from liquid import BoundTemplate, RenderContext
from liquid.ast import Node
from liquid.builtin.content import ContentNode
from liquid.builtin.expressions.arguments import PositionalArgument
from liquid.builtin.expressions.filtered import FilteredExpression
from liquid.builtin.expressions.path import Path
from liquid.builtin.expressions.primitive import StringLiteral
from liquid.builtin.output import OutputNode
from liquid.exceptions import LiquidInterrupt, LiquidSyntaxError, OutputStreamLimitError
from liquid.output import LimitedStringIO
from markupsafe import escape

from campaigns.liquid import LIMIT
from kernel.mime import Pieces

TOKEN, PERSON = "zqtokenqz", "zqpersonqz"  # stand for the recipient's and the contact's until the letter is filled in
_WAY = f"/preferences/{PERSON}"
_WORD = re.compile(f"({_WAY}|{PERSON}|{TOKEN})")
_SIGN = "zq"  # begins each of them
Plain = tuple[str, str]  # a field, and what stands there when it is empty
Seen = dict[str, str | None]  # what outputs say to one reader, by how they are written


def words(token: str, person: str) -> dict[str, str]:
    """What the words that stand for a reader's own become; nobody is known by "": the way out is left."""
    return {_WAY: f"/preferences/{person}" if person else f"/u/{token}", PERSON: person, TOKEN: token}


class Stencil:
    """A template as its pieces: texts, words that stand for the reader's own, and what Liquid fills in."""

    def __init__(self, template: BoundTemplate) -> None:
        self.template = template
        self.pieces: list[str] = []
        self.words: list[tuple[int, str]] = []
        self.nodes: list[tuple[int, Node, str, Plain | None]] = []
        self.same = all(isinstance(node, ContentNode | OutputNode) for node in template.nodes)  # nothing is assigned
        for node in template.nodes:
            if isinstance(node, ContentNode):
                self._lay(node.text)
            else:
                self.nodes.append((len(self.pieces), node, str(node), _plain(node) if self.same else None))
                self.pieces.append("")

    def _lay(self, text: str) -> None:
        for piece in _WORD.split(text):
            if _WORD.fullmatch(piece):
                self.words.append((len(self.pieces), piece))
            self.pieces.append(piece)

    def fill(self, told: Mapping[str, Any], words: Mapping[str, str], seen: Seen) -> Pieces:
        """The text for one reader; `seen` is shared by stencils that escape alike. Raises LiquidError."""
        made, context = self.pieces.copy(), None
        for place, word in self.words:
            made[place] = words[word]
        for place, node, written, plain in self.nodes:
            said = seen.get(written) if self.same else None
            if said is None and plain is not None:
                said = seen[written] = self._plainly(plain, told, words)
            if said is None:
                context = context or self._context(told)
                said = self._said(node, context, words)
                if self.same:
                    seen[written] = said
            made[place] = said
        if sum(map(len, made)) > LIMIT:
            raise OutputStreamLimitError("the letter is too long", token=None)
        return Pieces.of(made)

    def _plainly(self, plain: Plain, told: Mapping[str, Any], words: Mapping[str, str]) -> str | None:
        """What most letters ask for, as Liquid would say it, without its machinery; None where it is no plain text."""
        name, instead = plain
        value = told.get(name)
        if type(value) is not str:
            return None
        said = instead if not value else str(escape(value)) if self.template.env.autoescape else value
        return _spoken(said, words)

    def _context(self, told: Mapping[str, Any]) -> RenderContext:
        return self.template.context_class(self.template, globals=self.template.make_globals(told))

    def _said(self, node: Node, context: RenderContext, words: Mapping[str, str]) -> str:
        stream = LimitedStringIO(LIMIT)
        try:
            node.render(context, stream)
        except LiquidInterrupt as error:
            raise LiquidSyntaxError(f"unexpected '{error}'", token=node.token) from error
        return _spoken(stream.getvalue(), words)


def _spoken(said: str, words: Mapping[str, str]) -> str:
    return _WORD.sub(lambda found: words[found[0]], said) if _SIGN in said else said


def _plain(node: Node) -> Plain | None:
    """What `{{ name }}` or `{{ name | default: "words" }}` asks for; None for what asks for more."""
    shown = node.expression if isinstance(node, OutputNode) else None
    if not isinstance(shown, FilteredExpression) or not isinstance(shown.left, Path) or len(shown.left.path) != 1:
        return None
    name, filters = shown.left.path[0], shown.filters or []
    if not isinstance(name, str) or len(filters) > 1:
        return None
    if not filters:
        return name, ""
    args = filters[0].args
    if filters[0].name != "default" or len(args) != 1 or not isinstance(args[0], PositionalArgument):
        return None
    return (name, args[0].value.value) if isinstance(args[0].value, StringLiteral) else None
