"""What is posted by the page editor beside its blocks."""

from collections.abc import Mapping
from typing import Any

from shop.forms import words


def title(form: Mapping[str, Any]) -> dict[str, str]:
    """The title in every language."""
    told = {spoken: str(form.get(words.name_of("title", spoken)) or "").strip()[:120] for spoken in words.languages()}
    return {spoken: text for spoken, text in told.items() if text}
