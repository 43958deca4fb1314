"""What a letter says in its few sentences, and how a stranger's words stand in it."""

import re
from dataclasses import dataclass
from typing import Any

from kernel.i18n import _l

SEE = _l("See your order")


@dataclass(frozen=True)
class Words:
    """What one letter says: `%(name)s` are filled from what it is about."""

    subject: Any
    heading: Any
    lead: Any
    button: Any = SEE


def quiet(text: str) -> str:
    """The text of a stranger so that no mail reader makes a link of it: a name is never an address to press."""
    return re.sub(r"(?<=\w)([.:@])(?=[\w/])", "\\1\u2060", text)
