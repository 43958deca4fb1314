"""Blocks: what tenants write comes out clean, and links go where a shopper may be sent."""

import html5lib
import pytest
from werkzeug.datastructures import MultiDict

from kernel import blocks, i18n

HOSTILE = [
    "<img src=x onerror=alert(1)>", "<script>alert(1)</script>", "<SCRIPT/SRC=//evil></SCRIPT>", "<svg onload=alert(1)>",
    '<a href="javascript:alert(1)">x</a>', '<a href=" java\tscript:alert(1)">x</a>', '<a href="data:text/html,x">x</a>',
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
    "<style>body{display:none}</style><p>x", '<p style="position:fixed;inset:0">x</p>', "<iframe src=//evil></iframe>",
    "<form action=//evil><input name=password></form>", "<p onclick=alert(1)>x</p>", "<object data=x></object>",
    '<base href="//evil">', '<meta http-equiv=refresh content="0;url=//evil">', "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<svg></p><style><a id=\"</style><img src=1 onerror=alert(1)>\">", "<b>{{7331*7}}</b>", "<link rel=stylesheet href=//evil>",
    "<template><script>alert(1)</script></template>", "<p>&lt;script&gt;</p>", "<<script>script>alert(1)<</script>/script>",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_what_could_run_load_or_cover_is_taken_out(app, text):
    with i18n.speak("es"):
        for made in (blocks.clean(text), str(blocks.prose({"es": text})), str(blocks.prose({"en": text}))):
            tree = html5lib.parse(made, namespaceHTMLElements=False)
            for element in tree.iter():
                if not isinstance(element.tag, str):
                    continue
                assert element.tag in blocks.TAGS | {"html", "head", "body", "div"}, made
                assert set(element.attrib) <= {"href", "rel", "lang"}, made
                assert not element.get("href", "").strip().lower().startswith(("javascript", "data")), made
            assert "51317" not in made


def test_cleaning_twice_changes_nothing(app):
    for text in HOSTILE:
        assert blocks.clean(blocks.clean(text)) == blocks.clean(text)


def test_plain_lines_become_paragraphs(app):
    with i18n.speak("es"):
        assert blocks.prose("Uno\ndos\n\ntres < 4") == "<p>Uno<br>dos</p><p>tres &lt; 4</p>"
        assert blocks.prose("") == ""


@pytest.mark.parametrize("target", ["/c/cafe", "#hoy", "https://example.com/x", "mailto:a@b.c", "tel:+50622223333"])
def test_links_that_may_be(target):
    assert blocks.link(f" {target} ") == target


@pytest.mark.parametrize(
    "target",
    ["javascript:alert(1)", "JaVaScRiPt:x", "//evil.test", "/\\evil", "data:text/html,x", "vbscript:x", "java\nscript:x", "evil", "\x01javascript:x"],
)  # fmt: skip
def test_links_that_may_not(target):
    assert blocks.link(target) == ""


@pytest.mark.parametrize("typed", ["htp://roto", "htp:/roto punto com", "tres neblinas punto com", "pasteles"])
def test_an_address_that_is_none_is_kept_as_typed_and_told(typed):
    assert blocks._typed_link(typed) == typed
    assert blocks.stray(typed)
    assert not blocks.link(typed)


@pytest.mark.parametrize("typed", ["", "/c/cafe", "https://example.com", "{{ shop.url }}"])
def test_an_address_that_is_one_is_not_told(typed):
    assert not blocks.stray(typed)


def test_a_script_is_no_typing_error():
    assert blocks._typed_link("JavaScript:alert(1)") == blocks._typed_link(" data:text/html,x") == ""


def test_a_block_is_read_from_what_was_posted(app):
    choices = (("left", "Left"), ("right", "Right"))
    fields = [
        blocks.Field("title", "Title", "words"), blocks.Field("text", "Text", "prose"), blocks.Field("to", "To", "link"),
        blocks.Field("count", "Count", "number", most=9), blocks.Field("side", "Side", "choice", options=choices),
    ]  # fmt: skip
    blocks.kind("test", "Test", fields, web="x.html")
    try:
        block = blocks.blank("test")
        base = block["id"]
        posted = MultiDict({
            f"{base}-title-es": " Hola <b> ", f"{base}-title-de": "ignored", f"{base}-text-es": "<p onclick=x>Sí</p>",
            f"{base}-to": "javascript:x", f"{base}-count": "99", f"{base}-side": "up",
        })  # fmt: skip
        data = blocks.read(posted, block, ["es", "en"])["data"]
    finally:
        blocks._kinds.pop("test")
    assert data == {"title": {"es": "Hola <b>"}, "text": {"es": "<p>Sí</p>"}, "to": "", "count": 9, "side": "left"}


def test_a_kind_that_nobody_knows_shows_nothing(app):
    assert blocks.render([{"kind": "gone", "data": {}}, {}]).strip() == ""
