"""Lists as Stripe pages them, and the things inside a thing that a caller asks to see whole."""

from typing import Any

from shop.gateways.fake import events, params
from shop.gateways.fake.problems import invalid, no_such
from shop.gateways.fake.store import Books, Thing, shown

FIELDS = {
    "checkout.session": {"payment_intent", "status"},
    "payment_intent": {"customer"},
    "customer": set(),
    "payment_method": {"customer"},
    "setup_intent": {"customer"},
    "charge": {"payment_intent"},
    "refund": {"charge", "payment_intent"},
    "dispute": {"charge", "payment_intent"},
    "event": {"type"},
    "webhook_endpoint": set(),
}
PAGING = {"limit", "starting_after", "ending_before", "created", "expand"}
EXPANDS = {
    "payment_intent": "payment_intent", "latest_charge": "charge", "charge": "charge", "customer": "customer",
    "payment_method": "payment_method", "setup_intent": "setup_intent",
}  # fmt: skip
OF_EVENTS = {"types", "delivery_success"}
BOUNDS = {"gt": int.__gt__, "gte": int.__ge__, "lt": int.__lt__, "lte": int.__le__}


def page(books: Books, kind: str, told: dict[str, Any], url: str) -> Thing:
    """One page of a kind, the newest first."""
    fields = FIELDS[kind]
    params.only(told, PAGING | fields | (OF_EVENTS if kind == "event" else set()))
    found = [one for one in books.every(kind) if _fits(one, told, fields)]
    if kind == "event":
        found = _of_events(books, found, told)
    limit = params.whole(told.get("limit") or 10, "limit")
    if not 1 <= limit <= 100:
        raise invalid("Invalid integer: limit must be from 1 to 100", param="limit")
    found, more = _cut(found, told, limit, kind)
    paths = [path.removeprefix("data.") for path in told.get("expand") or []]
    data = [expanded(books, one, paths) for one in found]
    return {"object": "list", "url": url, "has_more": more, "data": data}


def _fits(one: Thing, told: dict[str, Any], fields: set[str]) -> bool:
    if any(name in told and one.get(name) != told[name] for name in fields):
        return False
    bounds = told.get("created") or {}
    if not isinstance(bounds, dict):
        return bool(one["created"] == params.whole(bounds, "created"))
    params.only(bounds, BOUNDS, "created")
    return all(BOUNDS[name](one["created"], params.whole(at, f"created[{name}]")) for name, at in bounds.items())


def _of_events(books: Books, found: list[Thing], told: dict[str, Any]) -> list[Thing]:
    if told.get("types"):
        found = [one for one in found if one["type"] in told["types"]]
    if told.get("delivery_success") in {"true", "false"}:
        owed, wanted = events.undelivered(books), told["delivery_success"] == "false"
        found = [one for one in found if (one["id"] in owed) is wanted]
    return [events.with_pending(books, one) for one in found]


def _cut(found: list[Thing], told: dict[str, Any], limit: int, kind: str) -> tuple[list[Thing], bool]:
    ids = [one["id"] for one in found]
    after, before = told.get("starting_after"), told.get("ending_before")
    if (after or before) and (after or before) not in ids:
        raise no_such(kind, str(after or before))
    if before:
        rest = found[: ids.index(before)]
        return rest[-limit:], len(rest) > limit
    rest = found[ids.index(after) + 1 :] if after else found
    return rest[:limit], len(rest) > limit


def expanded(books: Books, thing: Thing, paths: list[str]) -> Thing:
    """A thing as it is shown, with what `expand` names in place of the identifiers."""
    answer = shown(thing)
    for path in paths:
        name, _, rest = path.partition(".")
        if name == "line_items" and "_lines" in thing:
            answer[name] = {"object": "list", "has_more": False, "url": "", "data": thing["_lines"]}
        elif name in EXPANDS and name in thing:
            inner = books.find(EXPANDS[name], thing[name] or "")
            answer[name] = expanded(books, inner, [rest] if rest else []) if inner else None
        else:
            raise invalid(f"This property cannot be expanded ({name}).", param="expand")
    return answer
