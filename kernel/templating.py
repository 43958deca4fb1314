"""Templates: Jinja as Flask sets it up, with globals that are looked up at once; parts that are drawn once."""

from collections.abc import Mapping, MutableMapping
from functools import lru_cache
from typing import Any

from flask import render_template
from flask.templating import Environment
from jinja2 import Template
from markupsafe import Markup, escape

from kernel import i18n, origins
from kernel.aside import Place


class House(Environment):
    """Every template has the same globals, and no chain in front of them; each is looked for once: pages import macros
    by the dozen."""

    def __init__(self, *told: Any, **options: Any) -> None:
        super().__init__(*told, **options)
        self._loaded: dict[str, Template] = {}

    def get_template(
        self,
        name: str | Template,
        parent: str | None = None,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002
    ) -> Template:
        """The template of that name; as long as the house runs, the same."""
        if globals or self.auto_reload or not isinstance(name, str):
            return super().get_template(name, parent, globals)
        found = self._loaded.get(name)
        if found is None:
            found = self._loaded[name] = super().get_template(name, parent, globals)
        return found

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The environment's own, when a template brings none."""
        return super().make_globals(d) if d else self.globals


def once(name: str, **moving: str) -> str:
    """A part of a shop's pages for nobody in particular, drawn once while nothing of the shop is edited.

    What is `moving` is put into it each time; nothing else may differ from page to page.
    """
    return put(_once(name, origins.place(), i18n.language(), tuple(moving)), moving)


def put(html: str, moving: Mapping[str, str]) -> str:
    """A part with what moves in the places of its marks."""
    for key, text in moving.items():
        html = html.replace(mark(key), str(escape(text)))
    return html


def mark(key: str) -> Markup:
    """What stands in a part until something that moves is put there."""
    return Markup(f"@@{key}@@")  # noqa: S704


def forget() -> None:
    """Drop every part: the database under them was replaced."""
    _once.cache_clear()


@lru_cache(maxsize=500)
def _once(name: str, _place: Place | None, _spoken: str, moving: tuple[str, ...]) -> str:
    return render_template(name, **{key: mark(key) for key in moving})
