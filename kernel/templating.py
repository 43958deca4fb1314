"""Templates: Jinja as Flask sets it up, with globals that are looked up at once."""

from collections.abc import MutableMapping
from typing import Any

from flask.templating import Environment


class House(Environment):
    """Every template has the same globals, and no chain in front of them: pages import macros by the dozen."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The environment's own, when a template brings none."""
        return super().make_globals(d) if d else self.globals
