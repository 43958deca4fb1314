"""What the builder of rules shows of a draft: groups, conditions, their fields with what can be chosen and is."""

from typing import Any

from babel import Locale

from crm import rule_drafts, rules
from crm.rule_drafts import Draft
from crm.rule_values import Field
from kernel.i18n import _, _l, language

FAMILIES = (("are", _l("Who they are")), ("like", _l("What they like")), ("did", _l("What they did")),
            ("now", _l("At this moment")))  # fmt: skip
FEW = 8  # so many can be chosen without unfolding
HEADS = {
    "all": _l("all of this holds"), "any": _l("at least one holds"), "none": _l("nothing of this holds"),
    "some": _l("not all of this holds"),
}  # fmt: skip


def shown(draft: Draft) -> dict[str, Any]:
    """A draft for the templates; what can be chosen is looked up once for each word."""
    return _shown(draft, {})


def _shown(draft: Draft, known: dict[str, Any], *, negated: bool = False) -> dict[str, Any]:
    same = {"path": draft.path, "wrong": draft.wrong.get("", ""), "depth": draft.depth}
    if draft.join:
        under = negated is not (draft.join in {"none", "some"})
        parts = [_shown(part, known, negated=under) for part in draft.parts]
        deeper = draft.depth < rule_drafts.DEEPEST
        joins = [{"value": one, "label": HEADS[one], "chosen": one == draft.join} for one in rule_drafts.JOINS]
        return {**same, "group": True, "joins": joins, "parts": parts, "deeper": deeper}
    term = rules.terms().get(draft.word)
    fields = [_field(draft, one, known) for one in term.form.fields] if term else []
    place, unsure = bool(term and term.unknown), negated is not draft.negate
    told = {"word": draft.word, "negate": draft.negate, "fields": fields, "place": place, "unsure": unsure,
            "hint": term.hint if term else ""}  # fmt: skip
    return {**same, **told, "words": _words(draft.word, known)}


def _words(chosen: str, known: dict[str, Any]) -> list[dict[str, Any]]:
    """Those that the shop can use; what was chosen stays among them."""
    if "words" not in known:
        known["words"] = [one for one in rules.terms().values() if one.offered is None or one.offered()]
    there = {one.name: one for one in known["words"]} | {chosen: rules.terms().get(chosen)}
    listed = sorted((one for one in there.values() if one), key=lambda one: str(one.label))
    groups = [
        {"label": label, "words": [_word(one.name, one.label, chosen) for one in listed if one.family == family]}
        for family, label in FAMILIES
    ]
    if chosen not in rules.terms():
        groups.insert(0, {"label": _("Unknown"), "words": [_word(chosen, chosen, chosen)]})
    return groups


def _word(name: str, label: Any, chosen: str) -> dict[str, Any]:
    return {"value": name, "label": label, "chosen": name == chosen}


def _field(draft: Draft, place: Field, known: dict[str, Any]) -> dict[str, Any]:
    typed = draft.typed.get(place.name, [])
    told = {
        "name": f"{draft.path}.{place.name}", "label": place.label, "kind": place.kind,
        "wrong": draft.wrong.get(place.name),
        "optional": not place.needed, "value": typed[0] if typed else "", "least": place.least, "most": place.most,
    }  # fmt: skip
    if place.options is not None:
        told |= _options(draft.word, place, typed, known)
    if place.kind == "day":
        month, _sep, told["day"] = told["value"].partition("-")
        names = Locale.parse(language()).months["stand-alone"]["wide"]
        told["months"] = [{"value": f"{one:02}", "label": name, "chosen": f"{one:02}" == month}
                          for one, name in sorted(names.items())]  # fmt: skip
    return told


def _options(word: str, place: Field, typed: list[str], known: dict[str, Any]) -> dict[str, Any]:
    key = f"{word}.{place.name}"
    if key not in known:
        known[key] = place.labels()
    labels: dict[str, str] = known[key]
    there = {place.same(value): value for value in labels}
    typed = list(dict.fromkeys(there.get(place.same(one), one) for one in typed))
    lost = [one for one in typed if one and one not in labels]
    called = place.named(lost) if place.named and lost else {}
    gone = [
        (one, called.get(one) or (_("%(word)s (not there any more)", word=one) if place.closed else one))
        for one in lost
    ]  # fmt: skip
    listed = [*gone, *labels.items()]
    options = [{"value": value, "label": label, "chosen": value in typed} for value, label in listed]
    if place.kind == "choices":
        options.sort(key=lambda one: not one["chosen"])
    said = ", ".join(str(one["label"]) for one in options if one["chosen"])
    return {"options": options, "said": said, "folded": len(options) > FEW, "open": not place.closed}
