"""Tags as a whole: one gets another name, or is joined with one that is there, or goes; each taken back to the row.

What names a tag elsewhere follows: the rules of segments here, an automation and the audiences of blocks by their own.
Nothing begins because of it: people have by another name what was theirs.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, update

from crm import changes, tags
from crm.changes import PeopleChange
from crm.contacts import Contact
from crm.segments import Segment
from crm.tags import ContactTag
from kernel import journal
from kernel.db import db
from kernel.folding import fold
from kernel.i18n import _, _l, pick
from kernel.refusal import Missing

VERB, PAGE = "retag", 50
QUIET = {"synchronize_session": False}


@dataclass(frozen=True)
class Follower:
    """What else names tags: how it follows one (old, new) and back again, and where it names some of these."""

    move: Callable[[str, str], Any]
    back: Callable[[Any, str, str], None]
    uses: Callable[[Sequence[str]], Mapping[str, Sequence[str]]]


_followers: dict[str, Follower] = {}


def follows(name: str, follower: Follower) -> None:
    """Have that follow when a tag gets another name."""
    _followers[name] = follower


def page(text: str, number: int) -> tuple[list[tuple[str, int]], int]:
    """One page of the tags in which a text stands, each with how many people have it; and how many pages there are."""
    here = select(ContactTag.tag, func.count()).join(Contact, Contact.id == ContactTag.contact_id)
    rows = [(tag, int(count)) for tag, count in db.session.execute(here.group_by(ContactTag.tag))]
    found = sorted((one for one in rows if fold(text) in fold(one[0])), key=lambda one: (-one[1], one[0]))
    pages = max(1, -(-len(found) // PAGE))
    first = (min(max(1, number), pages) - 1) * PAGE
    return found[first : first + PAGE], pages


def uses(words: Sequence[str]) -> dict[str, list[str]]:
    """Where else each of these tags is named, in words."""
    found: dict[str, list[str]] = {word: [] for word in words}
    for follower in _followers.values():
        for word, where in follower.uses(words).items():
            found[word] += where
    return found


def rename(word: str, new: str, *, by: Any) -> PeopleChange:
    """Give a tag another name; of two that are one by then nobody has both. Raises Missing, NoTag."""
    new = changes.word(new)
    ids = _holders(word)
    if not ids:
        raise Missing()
    joined = set(_holders(new)) if new != word else set(ids)
    both = sorted(joined & set(ids))
    moved = [one for one in ids if one not in joined]
    _gone(word if new != word else "", both)
    values = {"tag": new, "at": None} if joined else {"tag": new}  # joined: nobody gets it anew
    _rewrite(word, moved, values)
    followed = {name: one.move(word, new) for name, one in _followers.items()} if new != word else {}
    row = PeopleChange(verb=VERB, tag=new, ids=[*moved, *both] if new != word else [])
    row.told = {"was": word, "both": both, "joined": bool(joined), "followed": followed}
    db.session.add(row)
    journal.write("people.retag", about=row, by=by, data={"was": word, "tag": new, "count": row.count})
    return row


def drop(word: str, *, by: Any) -> PeopleChange:
    """Take a tag from everybody who has it. Raises Missing."""
    ids = _holders(word)
    if not ids:
        raise Missing()
    return changes.untag(ids, word, by=by)


def take_back(row: PeopleChange) -> list[int]:
    """The tag is called as before by whom it was renamed for, as far as they still have it."""
    was, both = row.told["was"], row.told["both"]
    here = set(_holders(row.tag)) & set(row.ids)
    moved = sorted(here - set(both))
    twice = sorted(set(_holders(was)) & set(moved))
    _gone(row.tag, twice)
    _rewrite(row.tag, [one for one in moved if one not in twice], {"tag": was})
    tags.add(sorted(here & set(both)), was, anew=False)
    for name, told in row.told["followed"].items():
        if name in _followers:
            _followers[name].back(told, was, row.tag)
    return sorted(here)


def _holders(word: str) -> list[int]:
    mine = select(ContactTag.contact_id).where(ContactTag.tag == word)
    return list(db.session.scalars(mine.order_by(ContactTag.contact_id)))


def _gone(word: str, ids: Sequence[int]) -> None:
    if word:
        tags.remove(ids, word)


def _rewrite(word: str, ids: Sequence[int], values: Mapping[str, Any]) -> None:
    for start in range(0, len(ids), tags.AT_ONCE):
        few = ids[start : start + tags.AT_ONCE]
        mine = update(ContactTag).where(ContactTag.tag == word, ContactTag.contact_id.in_(few)).values(**values)
        db.session.execute(mine, execution_options=QUIET)
    db.session.expire_all()


def renamed(rule: Any, word: str, new: str) -> Any:
    """A rule in which the tag has its other name."""
    if isinstance(rule, list):
        return [renamed(one, word, new) for one in rule]
    if not isinstance(rule, Mapping):
        return rule
    return {
        name: list(dict.fromkeys(new if one == word else one for one in ([told] if isinstance(told, str) else told)))
        if name == "tag" else renamed(told, word, new)
        for name, told in rule.items()
    }  # fmt: skip


def _segments() -> list[Segment]:
    return list(db.session.scalars(select(Segment), execution_options={"binned": True}))


def _move(word: str, new: str) -> dict[str, Any]:
    """The rules as they were, by segment."""
    before = {}
    for one in _segments():
        changed = renamed(one.rule, word, new)
        if word in named(one.rule):
            before[str(one.id)] = one.rule
            one.rule = changed
    return before


def _back(told: Mapping[str, Any], was: str, new: str) -> None:
    for one in _segments():
        before = told.get(str(one.id))
        if before is not None and one.rule == renamed(before, was, new):  # else somebody wrote it anew
            one.rule = before


def named(rule: Any) -> set[str]:
    """The tags that a rule names."""
    if isinstance(rule, list):
        return set().union(*(named(one) for one in rule))
    if not isinstance(rule, Mapping):
        return set()
    own = rule.get("tag", [])
    return {own} if isinstance(own, str) else set(own) | set().union(*(named(one) for one in rule.values()))


def _uses(words: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {word: [] for word in words}
    for one in db.session.scalars(select(Segment)):
        for word in named(one.rule) & set(words):
            found[word].append(_("Segment “%(name)s”", name=pick(one.name) or one.code))
    return found


def init_app(_app: object) -> None:
    """Let segments follow; say how it is taken back and how the journal tells it."""
    follows("segments", Follower(_move, _back, _uses))
    changes.undoes(VERB, take_back)
    journal.kind("people.retag", _l("Renamed the tag “%(was)s” to “%(tag)s”, of %(count)s people"))
