"""The letter that one reader gets: its links, its headers, its fields, for whom each part is; nothing a name can break."""

import re
from email import message_from_bytes
from email.policy import default
from urllib.parse import urlsplit

import pytest
from liquid.exceptions import LiquidError
from markupsafe import Markup
from sqlalchemy import func, select

from campaigns import composing, links, liquid, rendering, stencils
from campaigns.mailings import Mailing
from campaigns.recipients import Recipient
from campaigns.stencils import TOKEN
from kernel import clock, files, mail, wire
from kernel.db import db
from kernel.letter_parts import Letter
from shop import receipts
from tests.campaigns.letters import mailing, person
from tests.kernel.test_hostile_names import SEEDS, bones, names
from tests.shop.test_products_desk import photo

HELLO = '{{ first_name | default: "amiga" }}'


def to(letter, who):
    row = Recipient(mailing_id=letter.id, contact_id=who.id, email=who.email, language=who.language)
    db.session.add(row)
    db.session.commit()
    return row


def called(name):
    who = person("ana")
    who.name = name
    return who


def text(words, **more):
    return {"id": "t1", "kind": "text", "data": {"text": {"es": words}}, **more}


def hrefs(page):
    return re.findall(r'href="([^"]*)"', page)


def test_a_letter_has_its_links_its_headers_and_its_way_out(app, shop):
    vase = shop.product(name="Florero")
    letter = mailing(subject={"es": f"Hola {HELLO}"}, blocks=[
        text('<p>Vea <a href="/p/' + vase.slug + '?a=1&amp;b=2">esto</a> o <a href="https://example.org/x">aquello</a>.</p>'),
        {"id": "b1", "kind": "button", "data": {"label": {"es": "Lo suyo"}, "link": "{{ top_product.url }}"}},
    ])  # fmt: skip
    row = to(letter, called("Ana Mora"))
    made = rendering.envelope(row)
    known = {one.number: one.url for one in links.of(letter)}
    root = "http://cafe.plaza.localhost:8000"
    assert made.subject == "Hola Ana"
    assert (made.to, made.sender[0], made.return_path) == (("Ana Mora", "ana@example.com"), shop.tenant.name, f"b+{row.token}@{mail.host()}")  # fmt: skip
    assert made.headers["Message-ID"] == f"<{row.token}@{mail.host()}>"
    assert made.headers["List-Unsubscribe"] == f"<{root}/u/{row.token}>"
    assert made.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert (
        f"{root}/p/{vase.slug}?a=1&b=2&utm_source=newsletter&utm_medium=email&utm_campaign=novedades" in known.values()
    )
    assert "https://example.org/x" in known.values()  # what is not ours says nothing of us
    for target in hrefs(made.html):
        number = re.fullmatch(rf"{re.escape(root)}/l/{row.token}-(\d+)", target)
        assert (number and (int(number[1]) in known or number[1] == "0")) or target.startswith(
            (f"{root}/u/{row.token}", f"{root}/v/{row.token}", f"{root}/preferences/")
        )
    assert f"{root}/o/{row.token}.gif" in made.html
    assert "zq" not in re.sub(r"[\w-]{22}", "", made.html + made.text)
    dynamic = next(url for url in known.values() if url.startswith("{{"))
    assert rendering.destination(row, dynamic).startswith(f"{root}/p/{vase.slug}?utm_source=newsletter")
    numbers = set(known.items())
    composing.forget()
    rendering.envelope(row)
    assert {(one.number, one.url) for one in links.of(letter)} == numbers  # a number once given stays


def test_what_looks_like_a_mark_of_ours_is_a_word_like_any_other(app, shop):
    bomb = "zqh0hqz" * 9 + "zqzqh0hqzh0hqz zqh" + "9" * 5000 + "hqz"
    told = f"{TOKEN}-zqu0uqz {TOKEN}-zqu77uqz http://cafe.plaza.localhost:8000/l/{TOKEN}-zqu77uqz"
    letter = mailing(subject={"es": bomb}, blocks=[
        text(f'<p>{bomb} {told} <a href="/p/zqh1hqz">esto</a> <a href="https://example.org/zqh0hqz">eso</a></p>'),
        {"id": "b1", "kind": "button", "data": {"label": {"es": bomb}, "link": "https://example.org/zqh2hqz"}},
    ])  # fmt: skip
    made = composing.compose(composing.Plan(letter, "es", tracked=True), letter.blocks)
    subject, page, plain = made.sources
    assert subject == bomb
    assert page.count(bomb) == 4  # the title and what mail programs show of it too
    assert plain.count(bomb) == 2
    assert page.count("-zqu77uqz") == plain.count("-zqu77uqz") == 2
    assert {urlsplit(one.url).path.rpartition("/")[2] for one in links.of(letter)} >= {"zqh0hqz", "zqh1hqz", "zqh2hqz"}


def test_no_two_letters_have_the_same_marks(app, shop):
    letters = [
        Letter("es", "", "http://x", "http://x", {}, lambda _text: True, lambda url: url).hold("words")
        for _ in range(2)
    ]
    assert letters[0] != letters[1]


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_a_field_leads_to_the_shop_and_to_no_host_that_only_begins_like_it(app, shop):
    row, (root, base) = to(mailing(utm=False), person("ana")), composing.roots("es")
    for url, goal in (
        (f"{root}/p/x", f"{root}/p/x"), (f"{root}.evil.example/p/x", f"{base}/"),
        (f"{root}@evil.example/", f"{base}/"),
    ):  # fmt: skip
        row.said = {"first_name": url}
        assert rendering.destination(row, "{{ first_name }}") == goal


def test_a_part_is_for_whom_it_says_and_while_it_says(app, shop):
    day = clock.today(shop.tenant.timezone).isoformat()
    english = {"id": "v1", "audience": {"language": ["en"]}, "data": {"text": {"es": "para ingleses"}}}
    letter = mailing(blocks=[
        text("<p>para todos</p>", variants=[english]),
        {**text("<p>solo mayoristas</p>"), "id": "t2", "audience": {"group": "mayorista"}},
        {**text("<p>ya pasó</p>"), "id": "t3", "until": "2020-01-01"},
        {**text("<p>hoy sí</p>"), "id": "t4", "from": day, "until": day},
        {**text("<p>regla rota</p>"), "id": "t5", "audience": {"nobody_knows": 1}},
    ])  # fmt: skip
    ana, ben = person("ana", group="mayorista"), person("ben", language="en")
    first, second = (rendering.envelope(to(letter, who)).text for who in (ana, ben))
    assert [word in first for word in ("para todos", "mayoristas", "ya pasó", "hoy sí", "rota")] == [1, 1, 0, 1, 0]
    assert [word in second for word in ("para todos", "ingleses", "mayoristas")] == [0, 1, 0]


def test_a_thousand_names_break_nothing(app, shop):
    letter = mailing(
        subject={"es": f"{HELLO}, hola"}, preheader={"es": "{{ name }}"},
        blocks=[text(f"<p>{HELLO} {{{{ name | upcase }}}} {{% assign x = name %}}{{{{ x | append: '!' }}}}</p>".replace(" | append: '!'", "")),
                {"id": "h1", "kind": "heading", "data": {"title": {"es": "{{ name }} {{ name | truncate: 9 }}"}}}],
    )  # fmt: skip
    who = called("NAME")
    row = to(letter, who)
    page = rendering.envelope(row).html
    honest = {exact: bones(page, exact=exact) for exact in (True, False)}
    many = db.engine.dialect.name == "sqlite"
    for number, name in enumerate(names(1000 if many else len(SEEDS))):
        who.name = name
        with db.session.no_autoflush:
            made = rendering.envelope(row)
        exact = number < len(SEEDS)
        assert bones(made.html, exact=exact) == honest[exact], name
        assert "51317" not in made.subject + made.text + made.html, name
        assert not any(sign in made.subject for sign in "\r\n\x00\u2028"), name
        if number % 10 == 0:
            sent = message_from_bytes(wire.message(made), policy=default)
            assert {"Bcc", "X-Evil"}.isdisjoint(sent.keys()), name
            assert len(sent.get_all("To")) == len(sent.get_all("Subject")) == 1
    db.session.rollback()


@pytest.mark.parametrize("typed", [
    "{% include 'x' %}", "{% render 'x' %}", "{{ name | safe }}", "{{ '<b>' }}", "{% liquid echo name %}", "{{ name", "{% if name %}",
    "{{ name | url_decode }}", "{{ name | base64_decode }}", "{% capture x %}{% endcapture %}", "{% tablerow i in x %}{% endtablerow %}",
])  # fmt: skip
def test_what_is_no_field_stays_as_it_was_typed(typed):
    assert liquid.wrong(typed)
    letter = Letter("es", "", "", "", {}, lambda told: not liquid.wrong(told), str)
    said = letter.words({"es": typed})
    assert liquid.template(letter.release(said.text), page=False).render(name="N").strip() == typed.strip()
    page = liquid.template(letter.release(said.page), page=True).render(name="N")
    assert Markup(page).unescape() == typed
    assert "<" not in page


@pytest.mark.parametrize("page", [True, False])
@pytest.mark.parametrize(
    "asked",
    ["name", "name | default: 'amiga'", 'name | default: "d\'e & f"', "name | default: ''", "name | upcase", "nobody"],
)
def test_what_needs_no_liquid_reads_as_liquid_says_it(asked, page):
    template = liquid.template(f"a {{{{ {asked} }}}} b", page=page)
    for value in ("", " ", "Ana", "<b> & \"'", "Íñigo", Markup("<i>x</i>"), None, 0, False, ["<a>"], []):
        filled = stencils.Stencil(template).fill({"name": value}, stencils.words("token", "person"), {})
        assert filled == template.render(name=value), value


def test_loops_end(app, shop):
    for endless in (
        "{% for i in (1..100000000) %}x{% endfor %}",
        "{% assign x = 'ab' %}{% for i in (1..1999) %}{{ 'x' }}{% endfor %}" * 200,
    ):
        with pytest.raises(LiquidError):
            liquid.template(endless, page=False).render()
    letter = mailing(blocks=[text("{% for i in (1..100000000) %}x{% endfor %}")])
    with pytest.raises(rendering.Unmade):
        rendering.envelope(to(letter, person("ana")))


def test_every_kind_of_block_has_a_form_for_letters(app, shop):
    vase = shop.product(name="Florero", price=250_000)
    sha = files.store(photo()).sha256
    data = {
        "title": {"es": "Título"}, "text": {"es": "<p>Uno</p><ul><li>dos</li></ul>"}, "picture": sha, "alt": {"es": 'Un "florero"'},
        "caption": {"es": "Leyenda"}, "link": "/", "label": {"es": "Ir"}, "products": [vase.slug], "side": "right",
    }  # fmt: skip
    kinds = ("hero", "heading", "text", "picture", "button", "beside", "products", "divider")
    letter = mailing(blocks=[{"id": f"b{kind}", "kind": kind, "data": data} for kind in kinds])
    _subject, page, words = rendering.preview(letter, None, "es")
    assert "<mj-" not in page
    for told in ("Título", "Florero", "₡", "Leyenda", "- dos"):
        assert told in (words if told.startswith("- ") else page), told
    assert page.count(".jpg") == 3
    assert 'alt="Un &#34;florero&#34;"' in page
    assert shop.client.get(re.search(r'src="http://[^/]+(/media/[^"]+\.jpg)"', page)[1]).mimetype == "image/jpeg"


def test_looking_counts_nothing_and_sets_nothing(app, shop):
    row = to(mailing(blocks=[text(f"<p>{HELLO}</p>")]), called("Ana"))
    rendering.prepare(db.session.get_one(Mailing, row.mailing_id))
    db.session.commit()
    before = db.session.scalar(select(func.count(links.MailingLink.id)))
    answer = shop.client.get(f"/v/{row.token}")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "Ana" in page
    assert "Set-Cookie" not in answer.headers
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert "/o/" not in page
    assert "script-src" not in answer.headers["Content-Security-Policy"]
    assert shop.client.get("/v/nobody").status_code == 404
    assert db.session.scalar(select(func.count(links.MailingLink.id))) == before


def test_a_letter_speaks_of_their_next_booking_and_of_who_made_what_they_bought(app, shop):
    shop.bought(shop.product("Camino", maker={"name": "Juana", "hours": 14}), email="ana@example.com")
    shop.bought(shop.product("Vaso"), email="ana@example.com")  # the last one, of which nobody says who made it
    tour = shop.service("Al alba", times=["07:30"])
    for ahead in (9, 7):
        shop.booked(tour, shop.when(ahead, "07:30"), email="ana@example.com")
    words = "<p>{{ booking.service }} {{ booking.day }} {{ booking.time }}; {{ maker.name }}, {{ maker.hours }}, {{ maker.product }}</p>"
    letter = mailing(blocks=[text(words)])
    assert {one.block for one in rendering.problems(letter)} <= {""}  # none of its fields
    assert (
        f"Al alba {receipts.day(shop.day())} 07:30; Juana, 14, Camino"
        in rendering.envelope(to(letter, person("ana"))).text
    )
    assert "07:30" not in rendering.envelope(to(letter, person("bea"))).text
