"""The desk where letters are written: without scripts, nothing is lost, faults are named, tests count nothing."""

import re

from sqlalchemy import func, select

from campaigns import habits, links, rendering
from campaigns.mailings import Mailing
from campaigns.recipients import Recipient
from kernel import i18n, memberships, tenancy
from kernel.db import db
from kernel.letters import Letter
from shop import catalog, storefront
from shop.forms import blocks as forms
from tests.campaigns.letters import mailing, person

JSON = {"Accept": "application/json"}


def at(letter, rest="edit"):
    return f"/admin/cafe/mailings/{letter.token}/{rest}"


def typed(letter, do="save", **more):
    """What a browser sends back of the letter's own page."""
    data = {
        "subject": letter.subject.get("es", ""),
        "preheader": "",
        "block": [row["id"] for row in letter.blocks],
        "do": do,
    }
    for row in letter.blocks:
        data[f"{row['id']}-kind"] = row["kind"]
        for code, value in row["data"].items():
            data |= (
                {f"{row['id']}-{code}-{one}": told for one, told in value.items()}
                if isinstance(value, dict)
                else {f"{row['id']}-{code}": value}
            )
        data[f"{row['id']}-variant"] = [one["id"] for one in row.get("variants", ())]
    return data | more


def fresh(letter):
    db.session.expire_all()
    return db.session.get_one(Mailing, letter.id)


def kinds(letter):
    return [row["kind"] for row in fresh(letter).blocks]


def test_a_link_that_is_none_stays_and_is_told_beside_its_field(shop):
    letter = mailing(blocks=[{"id": "uno", "kind": "button", "data": {"label": {"es": "Ver"}, "link": "/"}}])
    db.session.commit()
    shop.admin.post(at(letter), data=typed(letter, **{"uno-link": "htp://roto"}))
    assert fresh(letter).blocks[0]["data"]["link"] == "htp://roto"
    page = shop.admin.get(at(letter)).get_data(as_text=True)
    assert re.search(r'<input[^>]+id="uno-link"[^>]+aria-invalid="true"', page)
    assert "Esta dirección no lleva a ninguna parte." in page


def test_a_letter_begins_is_built_and_taken_back_without_scripts(shop):
    shop.product(name="Florero")
    letter = mailing(subject={}, blocks=[])
    db.session.commit()
    boss = shop.admin
    assert boss.get(at(letter)).get_data(as_text=True).count('name="starter"') == 4
    boss.post(at(letter, "start"), data={"starter": "news"})
    assert kinds(letter) == ["hero", "text", "products", "divider", "button"]
    assert "Florero" in rendering.preview(fresh(letter), None, "es")[1]
    boss.post(at(letter, "start"), data={"starter": "offer"})  # what is written is not written over
    assert len(kinds(letter)) == 5
    text = letter.blocks[1]["id"]
    boss.post(at(letter), data=typed(fresh(letter), f"copy:{text}"))
    assert kinds(letter) == ["hero", "text", "text", "products", "divider", "button"]
    boss.post(at(letter), data=typed(fresh(letter), f"down:{text}"))
    assert [row["id"] for row in fresh(letter).blocks].index(text) == 2
    boss.post(at(letter), data=typed(fresh(letter), f"vary:{text}"))
    version = fresh(letter).blocks[2]["variants"][0]["id"]
    more = {
        f"{version}-audience": '{"language": ["en"]}',
        f"{version}-text-es": "<p>Otra</p>",
        f"{version}-until": "2027-01-01",
    }
    boss.post(at(letter), data=typed(fresh(letter), **more))
    kept = fresh(letter).blocks[2]
    assert kept["variants"] == [{"id": version, "data": {"title": {}, "text": {"es": "<p>Otra</p>"}}, "audience": {"language": ["en"]}, "until": "2027-01-01"}]  # fmt: skip
    boss.post(at(letter), data=typed(fresh(letter), f"remove:{text}", **more))
    assert text not in [row["id"] for row in fresh(letter).blocks]
    page = boss.get(at(letter)).get_data(as_text=True)
    address, entry = re.search(r'action="([^"]*/block)"><input type="hidden" name="entry" value="(\d+)"', page).groups()
    boss.post(address, data={"entry": entry})
    assert fresh(letter).blocks[2] == kept


def test_what_is_typed_stays_however_wrong_and_is_named(shop):
    storefront.of().address = {}
    letter = mailing(subject={"es": "Hola {{ nadie.sabe }}"})
    block = letter.blocks[0]["id"]
    db.session.commit()
    told = shop.admin.post(at(letter, "draft"), headers=JSON, data=typed(
        letter, **{f"{block}-text-es": '<p>Vea <a href="/p/no-hay">esto</a> {{ first_name', "block": [block, "b2", "b3", "b4", "b5"],
                   "b2-kind": "button", "b2-link": "tienda punto com", "b3-kind": "coupon", "b3-code": "NOHAY",
                   "b4-kind": "heading", "b4-title-es": "{{ otra_cosa }}", "b4-audience": '{"tag": "se-fue", "y": 1}',
                   "b5-kind": "picture", "b5-picture": "0" * 64})).get_json()  # fmt: skip
    problems = " ".join(one["told"] for one in told["problems"])
    for fault in (
        "nadie.sabe",
        "/p/no-hay",
        "tienda punto com",
        "NOHAY",
        "otra_cosa",
        "dirección postal",
        "qué hace el botón",
        "qué muestra",
        "quién lo ve",
    ):
        assert fault in problems, fault
    assert {one["at"] for one in told["problems"]} >= {"#b-b2", "#b-b3", "#subject", "#footer"}
    page = shop.admin.get(at(letter)).get_data(as_text=True)
    for kept in ("tienda punto com", "NOHAY", "{{ first_name", "nadie.sabe"):
        assert kept in page


def test_a_coupon_without_a_code_asks_for_one_and_says_where_it_is_made(shop):
    letter = mailing(blocks=[{"id": "c", "kind": "coupon", "data": {"link": "/"}}])
    db.session.commit()
    page = shop.admin.get(at(letter), headers={"Accept-Language": "es"}).text
    assert "escoja un código." in page
    assert "no hay un descuento" not in page
    assert "/admin/cafe/discounts/new" in page


def test_a_letter_in_order_has_no_fault(shop):
    vase = shop.product(name="Florero")
    row = habits.of()
    row.postal = "Calle 1, San José"
    db.session.add(row)
    letter = mailing(blocks=[
        {"id": "t", "kind": "text", "data": {"text": {"es": f'<p>{{{{ first_name | default: "amiga" }}}} <a href="/p/{vase.slug}">x</a> <a href="https://a.org">y</a></p>'}}},
        {"id": "b", "kind": "button", "data": {"label": {"es": "Ir"}, "link": "{{ top_product.url }}"}},
        {"id": "p", "kind": "products", "data": {"products": [vase.slug]}},
    ])  # fmt: skip
    db.session.commit()
    assert rendering.problems(letter) == []
    english = person("ben", language="en")
    shop.tenant.languages = ["es", "en"]
    db.session.commit()
    assert any("inglés" in one.sentence for one in spanish(letter)), english
    letter.blocks = [
        {"id": f"t{n}", "kind": "text", "data": {"text": {"es": "<p>" + "palabra " * 2000 + "</p>"}}} for n in range(8)
    ]
    shop.tenant.languages = ["es"]
    db.session.commit()
    assert ["Gmail" in one.sentence for one in rendering.problems(letter)] == [True]
    letter.blocks = [{"id": "p", "kind": "products", "data": {"tag": "regalo"}}]
    assert [one.sentence for one in spanish(letter) if "«Regalo»" in one.sentence]
    vase.tags = ["regalo"]
    catalog.changed(vase)
    assert rendering.problems(letter) == []
    assert "Florero" in rendering.preview(letter, None, "es")[1]
    assert "/search?q=Regalo" in rendering.preview(letter, None, "es")[1]


def spanish(letter):
    with i18n.speak("es"):
        return rendering.problems(letter)


def test_a_test_goes_to_who_asks_and_counts_nothing(shop):
    letter = mailing(subject={"es": "Hola {{ first_name }}"})
    ana = person("ana")
    db.session.commit()
    shop.admin.post(at(letter), data={**typed(letter, "test"), "as": ana.token})
    made = db.session.scalars(select(Letter).where(Letter.kind == "mailing.test")).one()
    assert made.subject == "[Prueba] Hola Ana"
    assert made.to == shop.owner.email
    assert "/l/" not in made.html
    assert "/o/" not in made.html
    assert db.session.scalar(select(func.count(Recipient.id))) == 0
    assert db.session.scalar(select(func.count(links.MailingLink.id))) == 0


def test_a_test_goes_to_the_team_and_to_nobody_else(shop):
    letter, ana = mailing(subject={"es": "Hola"}), person("ana")
    shop.staff("marketer")
    db.session.commit()
    team = {account.email: row.token for row, account in memberships.staff()}
    other = next(email for email in team if email != shop.owner.email)
    for chosen, wanted in ((team[other], {other}), ("all", set(team)), (ana.token, {shop.owner.email})):
        shop.admin.post(at(letter), data={**typed(letter, "test"), "to": chosen})
        made = db.session.scalars(select(Letter).where(Letter.kind == "mailing.test")).all()
        assert {one.to for one in made} == wanted
        for one in made:
            db.session.delete(one)
        db.session.commit()


def test_what_is_on_its_way_is_not_changed(shop):
    letter = mailing(state="sending")
    db.session.commit()
    subject, before = letter.subject, letter.blocks
    answer = shop.admin.post(at(letter, "draft"), data=typed(letter, subject="Otro"), headers=JSON)
    assert answer.status_code == 409
    assert (fresh(letter).subject, fresh(letter).blocks) == (subject, before)


def test_the_preview_is_somebodys_and_nobody_elses(shop, rival):
    shop.enter()
    letter = mailing(
        subject={"es": "Hola"}, blocks=[{"id": "h", "kind": "heading", "data": {"title": {"es": "Hola {{ name }}"}}}]
    )
    ana = person("ana")
    db.session.commit()
    told = shop.admin.post(at(letter, "draft"), data={**typed(letter), "as": ana.token}, headers=JSON).get_json()
    path = "/" + told["preview"].split("/", 3)[3]
    answer = shop.client.get(path)
    page = answer.get_data(as_text=True)
    assert "Hola Ana" in page
    assert 'data-shows="h-title-es"' in page
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Security-Policy"].endswith("sandbox allow-scripts")
    assert rival.client.get(path).status_code == 404
    assert tenancy.current() == shop.tenant_id


def test_a_block_has_a_rule_of_its_own_without_scripts(shop):
    letter = mailing()
    block = letter.blocks[0]["id"]
    db.session.commit()
    boss, base = shop.admin, forms.path(block)
    boss.post(at(letter), data=typed(letter, f"rule:{block}"))
    page = boss.get(at(letter)).get_data(as_text=True)
    assert f'name="{base}.0.word"' in page
    own = {
        f"{block}-audience": "own",
        f"{base}.join": "any",
        f"{base}.0.word": "language",
        f"{base}.0.was": "language",
        f"{base}.0.language": "en",
    }
    boss.post(at(letter), data=typed(letter, "save", **own, **{f"{base}-do": f"add {base}"}))
    kept = fresh(letter).blocks[0]["audience"]
    assert len(kept["any"]) == 2
    assert kept["any"][0] == {"language": ["en"]}
    assert any(one.block == block for one in rendering.problems(fresh(letter)))  # the second one says nothing yet
    boss.post(at(letter), data=typed(letter, "save", **own))
    assert fresh(letter).blocks[0]["audience"] == {"any": [{"language": ["en"]}]}
    boss.post(at(letter), data=typed(letter, "save", **{f"{block}-audience": ""}))
    assert "audience" not in fresh(letter).blocks[0]
