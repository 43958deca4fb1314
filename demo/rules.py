"""The rules of the demo's files, such as `interests has 'aves' and orders >= 1`, as the rules of segments."""

import re
from typing import Any

from crm.segments import Segment
from demo import world
from demo.world import Told
from kernel.db import db

Rule = dict[str, Any]
WORDS = {"country": "country", "city": "city", "language": "language", "group": "group"}  # theirs and ours


class NotSaid(ValueError):
    """Words that no rule says: the weather, for one."""


def read(shop: Told, text: str) -> Rule:
    """The rule that the words of a file mean; raises NotSaid."""
    parts = [_condition(shop, part.strip()) for part in re.split(r"\s+and\s+(?!\d)", text.strip())]
    parts = [one for one in parts if one != {"all": []}]
    return parts[0] if len(parts) == 1 else {"all": parts}


def _condition(shop: Told, text: str) -> Rule:
    if text == "always":
        return {"all": []}
    if text == "consent_email":
        return {"allows": "marketing"}
    if text == "first_visit":
        return {"first_visit": True}
    for pattern, made in PATTERNS:
        found = re.fullmatch(pattern, text)
        if found:
            rule: Rule = made(shop, *found.groups())
            return rule
    raise NotSaid(text)


def _equal(_shop: Told, word: str, sign: str, value: str) -> Rule:
    rule: Rule = {WORDS[word]: [value]}
    return {"not": rule} if sign == "!=" else rule


def _orders(_shop: Told, sign: str, number: str) -> Rule:
    if sign == "==" and number == "0":
        return {"not": {"orders": {"least": 1}}}
    return {"orders": {"least": int(number) + (sign == ">")}}


def _season(shop: Told, name: str) -> Rule:
    """The days on which what is called so is sold."""
    sold = next((one["season"] for one in shop["products"] if one.get("season") and one["slug"].startswith(name)), None)
    if sold is None:
        raise NotSaid(name)
    return {"season": {"first": sold["from"], "last": sold["to"]}}


PATTERNS: list[tuple[str, Any]] = [
    (r"interests has '([\w-]+)'", lambda _shop, code: {"interest": {"code": [code]}}),
    (rf"({'|'.join(WORDS)}) (==|!=) '([^']+)'", _equal),
    (rf"({'|'.join(WORDS)}) in \[([^]]+)\]", lambda _shop, word, many: {WORDS[word]: re.findall(r"'([^']+)'", many)}),
    (r"orders (==|>=|>) (\d+)", _orders),
    (r"last_order_days > (\d+)", lambda _shop, days: {"last_order": {"least": int(days) + 1}}),
    (
        r"last_order_days between (\d+) and (\d+)",
        lambda _shop, least, most: {"last_order": {"least": int(least), "most": int(most)}},
    ),
    (r"cart has ([\w-]+)", lambda _shop, sku: {"cart_has": [sku]}),
    (r"season == '([\w-]+)'", _season),
    (r"local_time > '(\d\d:\d\d)'", lambda _shop, time: {"local_time": {"first": time, "last": "24:00"}}),
]


def keep(shop: Told) -> None:
    """Write the segments of a shop's file."""
    for told in shop["segments"]:
        name = world.spoken(shop, told["name"])
        db.session.add(Segment(code=told["code"], name=name, rule=read(shop, told["rule"])))
    db.session.flush()
