"""Reading a page of the shop as a browser would: its fields, what must be filled, what is where."""

import json
import re
from typing import Any

from lxml import html


def read(answer: Any) -> Any:
    """The page as a tree."""
    return html.fromstring(answer.get_data(as_text=True))


def text(answer: Any) -> str:
    """What a person reads on it."""
    page = read(answer)
    for hidden in page.xpath("//script|//style|//template"):
        hidden.drop_tree()
    return " ".join(page.text_content().split())


def form(answer: Any, action: str) -> dict[str, str]:
    """What the form at `action` would send as it stands: the first match; radios and boxes only when checked."""
    found: dict[str, str] = {}
    box = read(answer).xpath(f"//form[contains(@action, '{action}')]")[0]
    for field in box.xpath(".//input|.//select|.//textarea"):
        name, kind = field.get("name"), field.get("type", field.tag)
        if not name or (kind in {"radio", "checkbox"} and field.get("checked") is None):
            continue
        if field.tag == "select":
            chosen = field.xpath("./option[@selected]") or field.xpath("./option")
            value = chosen[0].get("value", chosen[0].text or "") if chosen else ""
        else:
            value = field.text or "" if field.tag == "textarea" else field.get("value", "")
        found[name] = value
    return found


def must(answer: Any, action: str) -> set[str]:
    """The names of what must be filled; a radio group is one, and so is what stands already chosen."""
    box = read(answer).xpath(f"//form[contains(@action, '{action}')]")[0]
    return {field.get("name") for field in box.xpath(".//*[@required]")}


def marks(answer: Any, name: str) -> list[str]:
    """The values of an attribute, wherever it stands."""
    return [str(value) for value in read(answer).xpath(f"//@{name}")]


def json_ld(answer: Any) -> list[Any]:
    """What search engines read."""
    return [json.loads(one.text) for one in read(answer).xpath("//script[@type='application/ld+json']")]


def numbers(words: str) -> str:
    """Only the digits of a text."""
    return re.sub(r"\D", "", words)
