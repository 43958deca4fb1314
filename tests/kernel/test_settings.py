"""Settings: at most forty, each read from the environment; what the code asks for is one of them."""

import re

import pytest

from kernel import settings
from kernel.settings import ROOT, Settings

MOST = 40
OUR_OWN = {"PLAZA_PARENT", "PLAZA_BENCH_FOLDER"}  # what one process of ours tells another
OF_TESTS = {"PLAZA_REQUIRE", "PLAZA_SEEDS", "PLAZA_EXAMPLES", "PLAZA_JOURNEYS", "PLAZA_TEST_PG"}


def named():
    return {f"PLAZA_{name.upper()}" for name in Settings.__annotations__}


def test_there_are_at_most_forty():
    assert 0 < len(named()) <= MOST


def test_the_code_asks_for_no_other():
    folders = ("kernel", "crm", "shop", "campaigns", "bench", "demo")
    code = "\n".join(path.read_text(encoding="utf-8") for name in folders for path in (ROOT / name).rglob("*.py"))
    asked = set(re.findall(r"PLAZA_[A-Z_]*[A-Z]", code))
    assert asked - named() - OUR_OWN == set()
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"PLAZA_[A-Z_]*[A-Z]", readme)) - OF_TESTS == named(), "each is told to who runs it"


def test_each_is_read_by_something():
    folders = ("kernel", "crm", "shop", "campaigns", "bench", "demo")
    code = {path: path.read_text(encoding="utf-8") for name in folders for path in (ROOT / name).rglob("*.py")}
    read = "\n".join(
        text.split("@property", 1)[-1] if path.name == "settings.py" else text for path, text in code.items()
    )
    assert [name for name in Settings.__annotations__ if not re.search(rf"\.{name}\b", read)] == []


def test_the_environment_is_heard(tmp_path):
    told = {
        "PLAZA_INSTANCE": str(tmp_path),
        "PLAZA_URL": "https://plaza.test/",
        "PLAZA_PROXIES": "1",
        "PLAZA_METRICS": "yes",
    }
    known = settings.load(told)
    assert (known.url, known.host, known.proxies, known.metrics) == ("https://plaza.test", "plaza.test", 1, True)
    assert known.database_url == f"sqlite:///{tmp_path / 'plaza.db'}"
    assert len(known.secret_key) == 64
    assert settings.load(told).secret_key == known.secret_key  # made once
    assert known.secret_key not in repr(known)


@pytest.mark.parametrize("url", ["/srv/media", "s3://bucket/media", "file://host/media", "file:///", "file:media"])
def test_files_lie_in_a_folder_or_nothing_starts(url, tmp_path):
    with pytest.raises(ValueError, match="PLAZA_MEDIA_URL is file://"):
        settings.load({"PLAZA_INSTANCE": str(tmp_path / "here"), "PLAZA_MEDIA_URL": url})
    assert not (tmp_path / "here").exists()
    known = settings.load({"PLAZA_INSTANCE": str(tmp_path), "PLAZA_MEDIA_URL": "file:///srv/mis%20fotos"})
    assert (str(known.media), settings.load({"PLAZA_INSTANCE": str(tmp_path)}).media) == (
        "/srv/mis fotos",
        tmp_path / "media",
    )
