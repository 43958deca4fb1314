"""What counts of the answers of people and of their browsers: both readings, one by one and of everybody at once."""

import os
from collections import Counter
from dataclasses import dataclass, field
from itertools import count

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from crm import consent, contacts, visitors
from crm.contacts import Contact
from crm.visitors import Visitor
from kernel.db import db

MANY = int(os.environ.get("PLAZA_EXAMPLES", "0"))
some = settings(
    max_examples=MANY or 40, deadline=None, derandomize=not MANY, phases=[Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
numbers = count()
PEOPLE, BROWSERS = 3, 3
person, browser = st.integers(0, PEOPLE - 1), st.integers(0, BROWSERS - 1)
purpose = st.sampled_from(["behaviour", "behaviour", "marketing"])
steps = st.one_of(
    st.tuples(st.just("answer"), person, purpose, st.booleans()),
    st.tuples(st.just("answer_at"), browser, st.none() | person, purpose, st.booleans()),
    st.tuples(st.just("adopt"), browser, person),
    st.tuples(st.just("attribute"), browser, person),
)


@dataclass
class Paper:
    """The same as one would write it down: (person, browser, purpose, answer) in order, and whose each browser is."""

    rows: list[list[object]] = field(default_factory=list)
    owner: dict[int, int] = field(default_factory=dict)

    def answer(self, who, purpose, yes):
        self.rows.append([who, None, purpose, yes])

    def answer_at(self, at, who, purpose, yes):
        self.rows.append([who, at, purpose, yes])

    def attribute(self, at, who):
        self.owner[at] = who

    def adopt(self, at, who):
        self.owner[at] = who
        for row in self.rows:
            row[0] = who if row[1] == at and row[0] is None else row[0]

    def last(self, purpose, who=None, at=None):
        own = [row[3] for row in self.rows if row[2] == purpose and ((who is not None and row[0] == who) or
                                                                     (at is not None and row[1] == at))]  # fmt: skip
        return own[-1] if own else None

    def remembered(self, who):
        own = self.last("behaviour", who)
        theirs = [at for at, owner in self.owner.items() if owner == who]
        return own if own is not None else any(self.last("behaviour", at=at) for at in theirs)


@given(st.lists(steps, max_size=14))
@some
def test_both_readings_of_every_history_are_what_was_written_down(shop, told):
    people = [contacts.known(email=f"n{next(numbers)}@example.com", name="Ana") for _ in range(PEOPLE)]
    browsers, paper = [visitors.begin()[0] for _ in range(BROWSERS)], Paper()
    for verb, *what in told:
        getattr(paper, verb)(*what)
        _done(people, browsers, verb, *what)
    db.session.flush()
    _of_people(people, paper)
    for number, one in enumerate(browsers):
        assert consent.remembered(one) == bool(paper.last("behaviour", at=number))
        assert _said(Visitor, one, consent.given_by_browser(Visitor.id, "marketing")) == consent.allows(
            one, "marketing"
        )
        assert _said(Visitor, one, consent.taken_back()) == (
            paper.last("behaviour", paper.owner.get(number), number) is False
        )


def _of_people(people, paper):
    for purpose in consent.PURPOSES:
        right = [paper.last(purpose, number) for number in range(PEOPLE)]
        known = consent.newest_of([one.id for one in people], purpose)
        yes = Counter(db.session.scalars(consent.allowing(purpose)))
        for one, last in zip(people, right, strict=True):
            assert getattr(consent.newest(one, purpose), "given", None) is last
            assert getattr(known.get(one.id), "given", None) is last
            assert _said(Contact, one, consent.last(Contact.id, purpose)) is last
            assert consent.allows(one, purpose) == bool(last) == _said(Contact, one, consent.given(Contact.id, purpose))
            assert yes[one.id] == bool(last)
    for number, one in enumerate(people):
        remembered = paper.remembered(number)
        assert consent.remembered(one) == remembered == _said(Contact, one, consent.remembers(Contact.id))


def _done(people, browsers, verb, *what):
    if verb == "answer":
        who, purpose, yes = what
        consent.record(people[who], purpose, yes, form="test")
    elif verb == "answer_at":
        at, who, purpose, yes = what
        consent.record(browsers[at], purpose, yes, form="test", contact=None if who is None else people[who])
    else:
        at, who = what
        getattr(visitors, verb)(browsers[at], people[who])


def _said(cls, row, told):
    """What SQL says of one row: true, false or nothing."""
    said = db.session.scalar(select(told).select_from(cls).where(cls.id == row.id))
    return said if said is None else bool(said)


def test_the_answers_of_two_shops_never_meet(rival, shop):
    rival.enter()
    theirs = contacts.known(email="ana@example.com", name="Ana")
    consent.record(theirs, "marketing", True, form="test")
    db.session.commit()
    there = theirs.id
    shop.enter()
    contacts.known(email="ana@example.com", name="Ana")
    assert consent.newest_of([there], "marketing") == {}
    assert list(db.session.scalars(consent.allowing("marketing"))) == []
