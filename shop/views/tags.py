"""The back office's tags: what each is called in the languages of the shop."""

from typing import Any

from flask import Flask, flash, redirect, render_template, request, url_for

from kernel import journal, web
from kernel.i18n import _, _l
from kernel.web import needs
from shop import storefront, tag_words
from shop.forms import words
from shop.views import admin

LONGEST = 60


def init_app(_app: Flask) -> None:
    """How the journal tells it."""
    journal.kind("tags.named", _l("Changed what tags are called: %(names)s"))


@admin.get("/tags", endpoint="tags")
@needs("products.edit")
def listed() -> Any:
    """Every tag with its words and how many products carry it."""
    known = storefront.of().tag_words
    rows = [
        {"code": code, "count": count, "plain": tag_words.plain(code), "words": known.get(code, {})}
        for code, count in tag_words.counted()
    ]
    return render_template("shop/desk/tags.html", rows=rows, languages=words.languages(), names=words.NAMES)


@admin.post("/tags", endpoint="tags_save")
@needs("products.edit")
def save() -> Any:
    """Keep the words."""
    codes, there = request.form.getlist("code"), {code for code, _count in tag_words.counted()}
    typed = {spoken: request.form.getlist(f"words-{spoken}") for spoken in words.languages()}
    said = {
        code: {spoken: text for spoken, texts in typed.items() if (text := _text(texts, place))}
        for place, code in enumerate(codes) if code in there
    }  # fmt: skip
    changed = tag_words.keep(said)
    if changed:
        journal.write("tags.named", by=web.person(), data={"names": ", ".join(changed)[:200]})
    flash(_("Saved."))
    return redirect(url_for(".tags"), 303)


def _text(texts: list[str], place: int) -> str:
    return " ".join(texts[place].split())[:LONGEST] if place < len(texts) else ""
