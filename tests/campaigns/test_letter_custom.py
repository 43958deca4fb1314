"""A shop's own fields in letters: offered, filled in for each reader in their language, with words where nothing stands."""

from sqlalchemy import event

from campaigns import fields, liquid, rendering
from crm import custom_fields, custom_values
from crm.custom_fields import Told
from kernel.db import db
from tests.campaigns.letters import mailing, person
from tests.campaigns.test_rendering import text, to


def test_a_letter_says_what_a_reader_has_or_other_words(shop):
    kinds = {
        kind: custom_fields.add(Told(f"F {kind}", kind, more=("Rojo", "<b>")), by=None) for kind in custom_fields.KINDS
    }
    secret = custom_fields.add(Told("Secreta", "text", sensitive=True), by=None)
    ana, bo, eva = person("ana"), person("bo", language="en"), person("eva")
    day = custom_values.custom_texts.day("2026-02-28")
    for who, said in ((ana, "<i>Luna</i>\n{{ shop.name }}"), (bo, "Max")):
        custom_values.keep(
            who, {kinds["text"]: said, kinds["day"]: day, kinds["several"]: ["1", "2"], secret: "no"}, "staff"
        )
    words = '<p>{{ person.f_text | default: "su mascota" }} {{ person.f_day }} {{ person.f_several }}</p>'
    letter = mailing(subject={"es": 'Para {{ person.f_text | default: "usted" }}'}, blocks=[
        {"id": "t1", "kind": "text", "data": {"text": {"es": words, "en": words}}}])  # fmt: skip
    rows = [to(letter, who) for who in (ana, bo, eva)]
    desk, asked = rendering.desk(rows), []
    event.listen(db.engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    first, second, third = (rendering.envelope(one, desk) for one in rows)
    assert len([one for one in asked if "custom_value" in one]) == 1  # of all readers at once
    assert first.subject == "Para <i>Luna</i> {{ shop.name }}"
    assert "&lt;i&gt;Luna&lt;/i&gt; {{ shop.name }} 28 de febrero de 2026 Rojo, &lt;b&gt;" in first.html
    assert "February 28, 2026" in second.html
    assert "su mascota" in third.html
    assert third.subject == "Para usted"
    offered = dict(fields.listed())
    assert offered["person.f_text"] == "F text"
    assert "person.secreta" not in offered
    problems = [
        str(one)
        for one in rendering.problems(mailing(blocks=[text("<p>{{ person.secreta }} {{ person.f_text }}</p>")]))
    ]
    assert any("person.secreta" in one for one in problems)
    assert not any("person.f_text" in one for one in problems)


def test_without_fields_the_editor_offers_none_and_names_of_any_field_can_be_read(shop):
    assert not [code for code, _label in fields.listed() if code.startswith("person")]
    labels = ["Nil", "Blank", "Empty", "True", "And", "Contains", "In", "If", "Size", "First", "3er hijo", "Ñ"]
    for label in labels:
        custom_fields.add(Told(label, "text"), by=None)
    for code in [one.code for one in custom_fields.live()]:
        told = {"person": {code: "así"}}
        assert liquid.asked(f"{{{{ person.{code} }}}}") == {("person", code)}, code
        assert liquid.template(f"{{{{ person.{code} | default: 'x' }}}}", page=False).render(**told) == "así", code
