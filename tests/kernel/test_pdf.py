"""Papers: made of our own files alone; nothing is fetched from the disk or from anywhere."""

import pytest

from kernel import pdf

BAD = [
    "file:///etc/passwd", "http://127.0.0.1:22", "http://169.254.169.254/latest/meta-data/", "https://example.com/x.png",
    "ftp://example.com/x", "plaza:/instance/secret.key", "plaza:/static/../instance/secret.key", "plaza:/etc/passwd",
    "plaza://host/../../etc/passwd", "plaza:/static/../../etc/passwd", "gopher://x", "jar:file:///x", "plaza:/kernel/app.py",
]  # fmt: skip


@pytest.mark.parametrize("url", BAD)
def test_a_paper_asks_for_nothing_that_is_not_ours(app, url):
    with pytest.raises(pdf.Refused):
        fetched(url)


def fetched(url):
    if not pdf.available():
        pytest.skip("Pango is missing")
    return pdf._fetcher().fetch(url)


def test_a_paper_may_use_our_own_files(app):
    assert fetched("plaza:/static/css/tokens.css")


def test_a_page_that_asks_for_the_disk_becomes_no_paper(app, monkeypatch):
    if not pdf.available():
        pytest.skip("Pango is missing")
    for hostile in ("<img src=file:///etc/passwd>", "<style>@import url(http://127.0.0.1:22)</style>"):
        monkeypatch.setattr(pdf, "render_template", lambda _name, html=hostile: f"<p>x</p>{html}")
        with pytest.raises(pdf.Refused):
            pdf.render("x")
