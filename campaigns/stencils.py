"""Stencils: a letter's template laid flat, so that what is the same for all its readers is made once."""

import re
from collections.abc import Mapping
from typing import Any

from liquid import BoundTemplate, RenderContext
from liquid.ast import Node
from liquid.builtin.content import ContentNode
from liquid.builtin.output import OutputNode
from liquid.exceptions import LiquidInterrupt, LiquidSyntaxError, OutputStreamLimitError
from liquid.output import LimitedStringIO

from campaigns.liquid import LIMIT
from kernel.mime import Pieces

TOKEN, PERSON = "zqtokenqz", "zqpersonqz"  # stand for the recipient's and the contact's until the letter is filled in
_WAY = f"/preferences/{PERSON}"
_WORD = re.compile(f"({_WAY}|{PERSON}|{TOKEN})")
Seen = dict[str, str]  # what outputs say to one reader, by how they are written


def words(token: str, person: str) -> dict[str, str]:
    """What the words that stand for a reader's own become; nobody is known by "": the way out is left."""
    return {_WAY: f"/preferences/{person}" if person else f"/u/{token}", PERSON: person, TOKEN: token}


class Stencil:
    """A template as its pieces: texts, words that stand for the reader's own, and what Liquid fills in."""

    def __init__(self, template: BoundTemplate) -> None:
        self.template = template
        self.pieces: list[str] = []
        self.words: list[tuple[int, str]] = []
        self.nodes: list[tuple[int, Node, str]] = []
        self.same = all(isinstance(node, ContentNode | OutputNode) for node in template.nodes)  # nothing is assigned
        for node in template.nodes:
            if isinstance(node, ContentNode):
                self._lay(node.text)
            else:
                self.nodes.append((len(self.pieces), node, str(node)))
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
        for place, node, written in self.nodes:
            said = seen.get(written) if self.same else None
            if said is None:
                context = context or self._context(told)
                said = self._said(node, context, words)
                if self.same:
                    seen[written] = said
            made[place] = said
        if sum(map(len, made)) > LIMIT:
            raise OutputStreamLimitError("the letter is too long", token=None)
        return Pieces.of(made)

    def _context(self, told: Mapping[str, Any]) -> RenderContext:
        return self.template.context_class(self.template, globals=self.template.make_globals(told))

    def _said(self, node: Node, context: RenderContext, words: Mapping[str, str]) -> str:
        stream = LimitedStringIO(LIMIT)
        try:
            node.render(context, stream)
        except LiquidInterrupt as error:
            raise LiquidSyntaxError(f"unexpected '{error}'", token=node.token) from error
        return _WORD.sub(lambda found: words[found[0]], stream.getvalue())
