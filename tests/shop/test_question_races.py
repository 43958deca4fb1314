"""Answers at once: whoever asked is written to one time, however many press the button at the same moment."""

import time
from unittest.mock import patch

import pytest
from sqlalchemy import select

from kernel import accounts
from kernel.db import db
from kernel.letters import Letter
from shop import question_letters, questions
from shop.questions import Reply
from tests.shop.test_questions import ask

REPLY, CARELESS = "tests.shop.test_question_races:reply", "tests.shop.test_question_races:reply_unlocked"


def reply(token, number, account_id):
    """Somebody of the shop answers it."""
    return questions.answer(
        questions.by_token(token), Reply(f"Sí, {number}.", "¿Nueces?", True), by=accounts.get(account_id)
    )


def reply_unlocked(token, number, account_id):
    """The same without the question's row held."""
    with patch.object(db.session, "refresh", lambda *_args, **_values: time.sleep(0.05)):
        return reply(token, number, account_id)


def raced(crew, shop, verb):
    """How many letters eight answers at once make."""
    coffee = shop.product()
    row = ask(coffee)
    answers = crew.race(shop, verb, [(row.token, number, shop.owner_id) for number in range(8)])
    db.session.expire_all()
    assert {answer[0] for answer in answers} == {"done"}
    assert (row.shown, coffee.question_count) == (True, 1)
    return len(db.session.scalars(select(Letter).where(Letter.kind == question_letters.ANSWERED)).all())


def test_eight_who_answer_at_once_write_one_letter(crew, shop):
    assert raced(crew, shop, REPLY) == 1


@pytest.mark.parametrize("app", ["pg"], indirect=True)  # on SQLite nobody reads while another writes
def test_without_the_row_held_several_are_written(crew, shop):
    assert raced(crew, shop, CARELESS) > 1
