"""Questions about a product: asked without an account, private until answered, answered by a letter, shown to all."""

import pytest
from sqlalchemy import event, select

from crm import consent, facts, merging, people
from kernel import clock, journal, suppression, tenancy
from kernel.db import db
from kernel.letters import Letter
from shop import askers, question_letters, question_list, questions
from shop import bin as rubbish
from shop.questions import Asked, Question, Reply
from tests.shop.pages import form, read, text

HERE = "/p/cafe-uno/questions"
ANA = {"words": "¿Sirve para alérgicos?", "name": "Ana Mora", "email": "ana@example.com", "phone": ""}


def rows():
    db.session.expire_all()
    return db.session.scalars(select(Question).order_by(Question.id)).all()


def ask(product, words="¿Sirve para alérgicos?", email="ana@example.com", **who):
    row = questions.ask(product, words, who=Asked(who.get("name", "Ana Mora"), email, who.get("phone", "")))
    db.session.commit()
    return row


def answer(shop, row, said="Sí, sin nueces.", told=None, *, shown=True):
    written = questions.answer(row, Reply(said, told or row.told, shown), by=shop.owner)
    db.session.commit()
    return written


def statements(verb):
    """What the database was asked about questions while `verb()` ran."""
    told = []
    event.listen(db.engine, "before_cursor_execute", hear := lambda *words: told.append(words[2]))
    try:
        verb()
    finally:
        event.remove(db.engine, "before_cursor_execute", hear)
    return [one for one in told if "FROM question" in one]


def letters(kind=question_letters.ANSWERED):
    return db.session.scalars(select(Letter).where(Letter.kind == kind).order_by(Letter.id)).all()


def test_somebody_without_account_asks_and_nothing_is_shown_until_it_is_answered(shop):
    coffee, client = shop.product(), shop.client
    page = client.get("/p/cafe-uno")
    assert [one.get("href") for one in read(page).xpath("//a[@data-action='ask']")] == [HERE]
    told = client.post(HERE, data={**form(client.get(HERE), HERE), **ANA})
    assert (told.status_code, told.headers["Location"]) == (303, "/p/cafe-uno")
    assert "Le respondemos a ana@example.com" in text(client.get("/p/cafe-uno"))
    [row] = rows()
    assert (row.contact.name, row.language, row.shown, row.told) == ("Ana Mora", "es", False, row.words)
    assert not consent.allows(row.contact, "marketing")
    assert [fact.kind for fact in facts.of_contact(row.contact)] == ["asked"]
    [letter] = letters("question")
    assert letter.to == shop.tenant.email
    assert "alérgicos" in letter.text
    assert f"#q-{row.token}" in letter.text
    for path in ("/p/cafe-uno", HERE):
        assert "alérgicos" not in text(shop.client.get(path))
    assert answer(shop, row)
    for path in ("/p/cafe-uno", HERE):
        seen = text(shop.client.get(path))
        assert "alérgicos" in seen
        assert "Sí, sin nueces." in seen
        assert "Ana" not in seen
        assert "ana@" not in seen
    assert '"Question"' not in shop.client.get("/p/cafe-uno").get_data(as_text=True)
    assert coffee.question_count == 1


def test_the_answer_goes_once_in_the_language_of_who_asked(shop):
    coffee = shop.product()
    shop.client.post(f"/en{HERE}", data={**ANA, "words": "Is it nut free?"})
    [row] = rows()
    assert answer(shop, row, "Yes.\nReally.")
    [letter] = letters()
    assert (letter.to, letter.language) == ("ana@example.com", "en")
    assert letter.subject.startswith("The answer to your question about")
    assert "Is it nut free?" in letter.text
    assert "Really." in letter.html
    assert "/en/p/cafe-uno" in letter.text
    assert letter.run_at > clock.now()  # so long it can be taken back
    assert not answer(shop, row, "Yes, of course.")
    assert len(letters()) == 1
    assert coffee.question_count == 1
    assert 'lang="en"' in shop.client.get("/p/cafe-uno").get_data(as_text=True)


def test_taken_back_in_time_no_letter_leaves(shop):
    coffee = shop.product()
    row = ask(coffee)
    answer(shop, row)
    assert questions.take_back(row, by=shop.owner)
    db.session.commit()
    assert letters() == []
    assert (row.answered, row.shown, row.answer, coffee.question_count) == (False, False, "", 0)
    answer(shop, row)
    letters()[0].state = "sent"
    db.session.commit()
    assert not questions.take_back(row, by=shop.owner)
    assert {one.verb for one in db.session.scalars(select(journal.Entry))} >= {
        "questions.answered",
        "questions.unanswered",
    }


def test_with_a_telephone_alone_or_an_address_that_bounces_no_letter_is_written(shop):
    coffee = shop.product()
    far = ask(coffee, email="", phone="+50683123456")
    assert question_letters.whatsapp(far, "Café") == ""
    long = "Sí. " * 200
    assert not answer(shop, far, long)
    assert question_letters.whatsapp(far, "Café").startswith("https://wa.me/50683123456?text=Nos%20pregunt")
    assert question_letters.whatsapp(far, "Café").count("S%C3%AD.") == 200  # nothing of it is cut
    suppression.add("ana@example.com", "all", "bounced")
    assert not answer(shop, ask(coffee))
    assert letters() == []


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"words": "  "}, "Escriba su pregunta"), ({"words": "x" * 601}, "600"),
        ({"email": ""}, "Escriba su correo o su WhatsApp"), ({"email": "nadie"}, "name@example.com"),
        ({"email": "", "phone": "12"}, "8312 3456"), ({"name": ""}, "Escriba su nombre"), ({"name": "a" * 161}, "160"),
    ],
)  # fmt: skip
def test_bad_input_is_said_and_what_was_typed_stays(shop, wrong, said):
    shop.product()
    told = {**ANA, "words": "¿<b>Es</b> así?", **wrong}
    answer = shop.client.post(HERE, data=told)
    assert answer.status_code == 422
    page = read(answer)
    assert said in text(answer) or said.replace("name@example.com", "nombre@ejemplo.com") in text(answer)
    assert page.xpath("string(//textarea[@name='words'])").strip() == told["words"].strip()
    assert page.xpath("//input[@name='name']/@value") == ([told["name"]] if told["name"] else [""]) or not told["name"]
    assert rows() == []


def test_programs_floods_and_the_same_again(shop):
    coffee, client = shop.product(), shop.client
    assert client.post(HERE, data={**ANA, "website": "http://x"}).status_code == 303
    assert rows() == []
    for _turn in range(2):
        client.post(HERE, data=ANA)
    assert len(rows()) == len(letters("question")) == 1
    codes = [client.post(HERE, data={**ANA, "words": f"¿{one}?"}).status_code for one in range(4)]
    assert codes[-1] == 429
    for one in range(12):
        ask(coffee, f"¿Y {one}?")
    assert len(rows()) == questions.MOST_OPEN


def test_who_is_logged_in_writes_the_question_alone(shop):
    shop.product()
    ana = shop.contact("ana@example.com")
    client = shop.shopper(ana)
    page = read(client.get(HERE))
    assert page.xpath("//form[contains(@action,'questions')]//input[@name!='website']/@name") == []
    assert "ana@example.com" in text(client.get(HERE))
    assert "ana@example.com" not in text(shop.client.get(HERE))
    client.post(HERE, data={"words": "¿Llega hoy?", "email": "otra@example.com"})
    assert [row.contact_id for row in rows()] == [ana.id]


def test_only_what_may_be_seen_can_be_asked_about(shop):
    shop.product("Solo", customer_groups=["mayorista"]), rubbish.put("product", [shop.product("Ido")])
    shop.product()
    db.session.commit()
    for slug in ("solo", "ido", "nada", "x" * 500):
        for verb in (shop.client.get, lambda path: shop.client.post(path, data=ANA)):
            assert verb(f"/p/{slug}/questions").status_code == 404
    front = questions.storefront.of()
    front.questions = False
    tenancy.touch()
    db.session.commit()
    assert 'data-action="ask"' not in shop.client.get("/p/cafe-uno").get_data(as_text=True)
    assert shop.client.post(HERE, data=ANA).status_code == 409
    assert rows() == []


def test_hostile_words_stay_words(shop):
    coffee = shop.product()
    evil = "<script>alert(1)</script>{{ 7*7 }}\u202e"
    answer(shop, ask(coffee, evil), evil)
    for path in ("/p/cafe-uno", HERE):
        page = shop.client.get(path).get_data(as_text=True)
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page
        assert "49" not in text_of(page, "questions-answer")
    assert "<script>alert" not in letters()[0].html


def text_of(page, name):
    return page.split(f'class="{name}"')[1].split("</p>")[0]


def test_the_first_few_stand_on_the_page_and_the_rest_behind_a_link(shop):
    coffee = shop.product()
    for one in range(questions.PAGE + 2):
        row = Question(product_id=coffee.id, contact_id=shop.contact("b@example.com").id, words="x", told=f"¿N{one}?",
                       answer="Sí", answered_at=clock.now(), shown=True)  # fmt: skip
        db.session.add(row)
        db.session.flush()
    questions.count(coffee.id)
    db.session.commit()
    page = read(shop.client.get("/p/cafe-uno"))
    assert page.xpath("//section[@id='questions']//h3/text()") == ["¿N21?", "¿N20?", "¿N19?"]
    assert "Ver las 22 preguntas" in text(shop.client.get("/p/cafe-uno"))
    assert len(read(shop.client.get(HERE)).xpath("//ol/li/h3")) == questions.PAGE
    assert read(shop.client.get(f"{HERE}?page=2")).xpath("//ol/li/h3/text()") == ["¿N1?", "¿N0?"]
    assert shop.client.get(f"{HERE}?page=99999999999999999999").status_code == 200


def test_a_product_without_questions_asks_the_database_nothing_more(shop):
    coffee, other = shop.product(), shop.product("Pan")
    answer(shop, ask(other))

    def told(slug):
        tenancy.touch()
        db.session.commit()
        client = shop.client
        return len(statements(lambda: client.get(f"/p/{slug}")))

    assert (told("cafe-uno"), told("pan")) == (0, 1)
    assert statements(lambda: shop.client.get("/")) == []
    assert coffee.question_count == 0


def test_shown_hidden_binned_and_back_move_the_count_and_the_kept_page(shop):
    coffee = shop.product()
    row, client = ask(coffee), shop.client
    answer(shop, row, told="¿Tiene nueces?")
    seen = lambda: "¿Tiene nueces?" in text(client.get("/p/cafe-uno"))  # noqa: E731
    assert seen()
    assert "alérgicos" not in text(client.get("/p/cafe-uno"))
    steps = [
        (lambda: questions.show(row, False, by=shop.owner), False),
        (lambda: questions.show(row, True, by=shop.owner), True),
        (lambda: questions.put_away(row, by=shop.owner), False), (lambda: questions.restore(row, by=shop.owner), True),
    ]  # fmt: skip
    for step, there in steps:
        step()
        db.session.commit()
        assert (seen(), coffee.question_count) == (there, int(there))


def test_a_question_that_waits_is_never_shown(shop):
    coffee = shop.product()
    row = ask(coffee)
    questions.show(row, True, by=shop.owner)
    db.session.commit()
    assert (row.shown, coffee.question_count) == (False, 0)


def test_copied_merged_and_forgotten(shop):
    coffee = shop.product()
    row = ask(coffee)
    answer(shop, row)
    ana, eva = row.contact, shop.contact("eva@example.com")
    [told] = people.export(ana)["questions"]
    assert (told["question"], told["answer"], told["product"]) == (row.words, "Sí, sin nueces.", "Café Uno")
    eva = merging.merge(eva, ana, {}, by=shop.owner)
    db.session.commit()
    assert rows()[0].contact_id == eva.id
    questions.put_away(ask(coffee, "Otra", "eva@example.com"), by=shop.owner)
    people.erase(eva, by=shop.owner)
    db.session.commit()
    assert db.session.scalars(select(Question).execution_options(binned=True)).all() == []
    assert coffee.question_count == 0
    assert "alérgicos" not in text(shop.client.get("/p/cafe-uno"))


def test_what_is_old_or_about_nothing_goes(shop):
    coffee, pan = shop.product(), shop.product("Pan")
    kept, old, gone, of_pan = ask(coffee, "A"), ask(coffee, "B"), ask(coffee, "C"), ask(pan, "D")
    old.asked_at = clock.now() - askers.UNANSWERED * 2
    questions.put_away(gone, by=shop.owner)
    gone.binned_at -= askers.BINNED * 2
    rubbish.put("product", [pan])
    db.session.commit()
    assert {row.words for row in db.session.scalars(question_list.query("open"))} == {"A", "B"}
    askers._sweep()
    pan.binned_at -= askers.BINNED * 2
    db.session.commit()
    assert rubbish.empty() == 1
    db.session.commit()
    left = db.session.scalars(select(Question).execution_options(binned=True)).all()
    assert [row.words for row in left] == ["A"]
    assert kept in left
    assert of_pan is not None
